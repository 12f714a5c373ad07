/* gate_svc.h: may this request to a protected place go on? A policy's rules decide in their order;
 * the first refusal is the answer. A refusal is a result, not an error. */
#ifndef LATCHKEY_SERVICE_GATE_SVC_H
#define LATCHKEY_SERVICE_GATE_SVC_H

#include "domain/gate_policy.h"
#include "domain/refusal.h"
#include "service/verify_svc.h"

struct gate_request {
    struct gate_target target;
    bool path_is_clear;   /* false: the path has no one meaning, and target.path is nothing */
    struct str unique_id; /* the same in all calls for one request of the client; empty: unknown */
    struct str key_id;    /* instead of a key; only gate_svc_explain looks at it */
};

/* What became of a rule, in words. */
struct gate_step {
    int line;
    struct str text;
};

struct gate_verdict {
    enum refusal refusal; /* REFUSAL_NONE: let through */
    struct str why;       /* of a refusal, for the operator */
    /* who has logged in; NULL: nobody */
    const struct key_row *key;
    const struct verify_out *verified;
    struct gate_charge told; /* has_quota: the limit to tell the client of */
    bool basic;              /* a key may come as the password of a browser */
    struct gate_step steps[GATE_POLICY_MAX_RULES + 1];
    size_t n_steps;
};

/* Decides, charges what is to be charged, at most once for each unique_id, and records the
 * verification. */
enum status gate_svc_decide(struct ctx *c, const struct gate_policy *p,
                            const struct gate_request *req, struct gate_verdict *out) MUST_USE;
/* The same without leaving anything behind. */
enum status gate_svc_explain(struct ctx *c, const struct gate_policy *p,
                             const struct gate_request *req, struct gate_verdict *out) MUST_USE;

#endif
