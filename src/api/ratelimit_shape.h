/* ratelimit_shape.h: the request of ratelimit.limit, which is also an item of multiLimit. */
#ifndef LATCHKEY_API_RATELIMIT_SHAPE_H
#define LATCHKEY_API_RATELIMIT_SHAPE_H

#include "schema/field.h"

extern const struct field ratelimit_shape_limit; /* body: struct limit_in */

#endif
