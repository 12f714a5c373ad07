/* ratelimit_svc.h: the use cases of ratelimit.* (contract ratelimit.md). */
#ifndef LATCHKEY_SERVICE_RATELIMIT_SVC_H
#define LATCHKEY_SERVICE_RATELIMIT_SVC_H

#include "base/value.h"
#include "store/namespace_store.h"

struct limit_in {
    struct f_str namespace, identifier;
    struct f_int limit, duration, cost;
};
struct limit_out {
    struct f_bool success;
    struct f_int limit, remaining, reset;
    struct f_str override_id;
};
/* Reads the caller, the namespace and its exact override in one round trip. */
enum status ratelimit_svc_identify(struct ctx *c, const struct limit_in *in,
                                   struct str token_hash) MUST_USE;
enum status ratelimit_svc_limit(struct ctx *c, const struct limit_in *in,
                                struct limit_out *out) MUST_USE;

struct multi_item_out {
    struct f_str namespace, identifier, override_id;
    struct f_bool passed;
    struct f_int limit, remaining, reset;
};
struct multi_out {
    struct f_bool passed;
    struct f_list limits; /* struct multi_item_out */
};
/* in: a list of struct limit_in. */
enum status ratelimit_svc_multi(struct ctx *c, const struct f_list *in,
                                struct multi_out *out) MUST_USE;

#endif
