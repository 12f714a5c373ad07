/* verify_svc.h: may this key be used now? The pipeline of contract keys.md section 5. */
#ifndef LATCHKEY_SERVICE_VERIFY_SVC_H
#define LATCHKEY_SERVICE_VERIFY_SVC_H

#include "domain/verdict.h"
#include "service/limit_svc.h"
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

/* A verification that no root key asks for, but a policy of the gate. */
struct verify_gate {
    const struct str *apis; /* ids of the APIs or keyspaces whose keys are let in */
    size_t n_apis;
    struct str policy;                     /* its name, for the record */
    const struct key_presented *presented; /* the lookup, by key_store_presented */
    struct str charge_id;                  /* GATE_CHARGE_ID_BYTES, or empty: charge in any case */
    const struct limit_item *limits;       /* more limits, charged together with the key's */
    size_t n_limits;
};
struct verify_gate_out {
    enum verdict verdict;
    struct verify_out key;   /* as keys.verifyKey would answer */
    struct gate_charge told; /* credits left and the limit to tell the client of */
    int64_t spent;
    bool repeated; /* it was charged before */
};
/* The same pipeline, charging once for each charge_id. It differs in what makes a key known: its
 * API is one of the policy's, and in that the API's list of addresses does not apply. */
enum status verify_svc_gate(struct ctx *c, const struct verify_gate *g, const struct verify_in *in,
                            struct verify_gate_out *out) MUST_USE;
/* Of several limits the one to tell the client of: one that refuses before one that does not, then
 * the one of which least remains, then the one that resets last. */
void verify_svc_tell(const struct limit_item *items, size_t n, struct gate_charge *told);

#endif
