/* ratelimit_shape.h: what operations of ratelimit.* have in common. */
#ifndef LATCHKEY_API_RATELIMIT_SHAPE_H
#define LATCHKEY_API_RATELIMIT_SHAPE_H

#include "schema/field.h"

extern const struct field ratelimit_shape_limit;       /* body: struct limit_in */
extern const struct field ratelimit_shape_override_in; /* body: struct override_in */
extern const struct field ratelimit_shape_override;    /* body, or item: struct override_out */

#endif
