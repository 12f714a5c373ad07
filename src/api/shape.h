/* shape.h: field tables of the objects that several endpoints share (service/shape.h). */
#ifndef LATCHKEY_API_SHAPE_H
#define LATCHKEY_API_SHAPE_H

#include "schema/field.h"

extern const struct field shape_ratelimit_in;        /* item: struct ratelimit_in */
extern const struct field shape_ratelimit_out;       /* item: struct ratelimit_out */
extern const struct field shape_credits_in_fields[]; /* struct credits_in */
/* The same, every part optional and nullable. */
extern const struct field shape_credits_update_fields[];
extern const struct field shape_credits_out_fields[];  /* struct credits_out */
extern const struct field shape_refill_out_fields[];   /* struct refill_out */
extern const struct field shape_identity_out_fields[]; /* struct identity_out */
extern const struct field shape_key_out_fields[];      /* struct key_out */
extern const struct field shape_new_key;               /* body: struct key_create_out */
extern const struct field shape_role_name, shape_slug; /* items of role and permission lists */
extern const struct field shape_string;                /* item of an answer's list of strings */
extern const struct field shape_analytics_in;          /* body: struct analytics_in */
extern const struct field shape_analytics_out;         /* list of struct f_map */
extern const struct field shape_empty;                 /* body: {} */

#define SHAPE_EXPIRES_MAX INT64_C(4102444800000) /* 2100-01-01 */
#define SHAPE_META_MEMBERS 100

#endif
