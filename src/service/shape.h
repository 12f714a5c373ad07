/* shape.h: objects that several requests and answers have in common (contract keys.md section 1.5).
 * Their tables are in api/shape.c. */
#ifndef LATCHKEY_SERVICE_SHAPE_H
#define LATCHKEY_SERVICE_SHAPE_H

#include "base/value.h"
#include "store/key_store.h"

struct ratelimit_in {
    struct f_str name;
    struct f_int limit, duration;
    struct f_bool auto_apply;
};

struct ratelimit_out {
    struct f_str id, name;
    struct f_int limit, duration;
    struct f_bool auto_apply;
};

struct refill_out {
    struct f_str interval;
    struct f_int amount, refill_day;
};

struct credits_out {
    struct f_int remaining;
    struct f_obj refill; /* struct refill_out */
};

struct identity_out {
    struct f_str id, external_id;
    struct f_map meta;
    struct f_list ratelimits; /* struct ratelimit_out */
};

/* Answers that have nothing to say: {}. */
struct empty_out {
    char unused;
};

/* A list of strings for an answer; absent when there are none. */
struct f_list shape_strings(struct arena *mem, const struct str *v, size_t n);
/* A JSON object kept as text; absent when it is empty. */
struct f_map shape_meta(struct str text);
struct f_list shape_ratelimits(struct arena *mem, const struct ratelimit_row *rows, size_t n);
/* The refill settings of a key; absent when it has none. */
struct f_obj shape_refill(struct arena *mem, const struct key_row *k);

#endif
