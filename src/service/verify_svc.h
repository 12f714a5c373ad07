/* verify_svc.h: may this key be used now? The pipeline of contract keys.md section 5. */
#ifndef LATCHKEY_SERVICE_VERIFY_SVC_H
#define LATCHKEY_SERVICE_VERIFY_SVC_H

#include "service/shape.h"

struct verify_limit_in {
    struct f_str name;
    struct f_int cost, limit, duration;
};
struct verify_credits_in {
    struct f_int cost;
};
struct verify_in {
    struct f_str key, permissions, migration_id;
    struct f_list tags;       /* struct f_str */
    struct f_obj credits;     /* struct verify_credits_in */
    struct f_list ratelimits; /* struct verify_limit_in */
};

struct verify_limit_out {
    struct f_bool exceeded, auto_apply;
    struct f_str id, name;
    struct f_int limit, duration, reset, remaining;
};
struct verify_out {
    struct f_bool valid, enabled;
    struct f_str code, key_id, name;
    struct f_map meta;
    struct f_int expires, credits;
    struct f_list permissions, roles; /* struct f_str */
    struct f_obj identity;            /* struct identity_out */
    struct f_list ratelimits;         /* struct verify_limit_out */
};

/* Reads the caller and the presented key in one round trip and accepts the caller; the key waits in
 * c->prefetched for verify_svc_check. */
enum status verify_svc_identify(struct ctx *c, const struct verify_in *in,
                                struct str token_hash) MUST_USE;
/* Decides, charges what is to be charged, and records the verification. A refused key is an answer,
 * not an error. */
enum status verify_svc_check(struct ctx *c, const struct verify_in *in,
                             struct verify_out *out) MUST_USE;

#endif
