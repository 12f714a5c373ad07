/* limit_svc.h: checking and consuming rate limits: several together are charged all or none
 * (contract keys.md section 5.6, ratelimit.md section 5.2). */
#ifndef LATCHKEY_SERVICE_LIMIT_SVC_H
#define LATCHKEY_SERVICE_LIMIT_SVC_H

#include "store/counter_store.h"

struct limit_item {
    struct str scope_id; /* whose limit: namespace, key, identity or workspace */
    struct str name;     /* identifier, or name of the limit */
    int64_t duration_ms, limit, cost;
    /* results */
    bool fits;
    int64_t remaining, reset;
};

/* What is charged after all limits fit, in the same transaction. The items' results are there when
 * it runs. */
struct limit_then {
    enum status (*fn)(struct ctx *c, void *arg); /* may run more than once; NULL: nothing */
    void *arg;
};

/* Checks n items against the instant now_ms and consumes them if all fit; *passed tells. One
 * counter alone takes one statement; several, or one and `then`, take a transaction. */
enum status limit_svc_charge(struct ctx *c, struct limit_item *items, size_t n, int64_t now_ms,
                             struct limit_then then, bool *passed) MUST_USE;

/* The same for one limit alone, if the premise is true when it is charged; *holds says whether it
 * was. When it was not, or nothing could be taken, nothing else is set and nothing is charged. */
enum status limit_svc_charge_if(struct ctx *c, struct limit_item *item, int64_t now_ms,
                                const struct counter_premise *premise, bool *holds,
                                bool *passed) MUST_USE;

struct limit_quota {
    bool limited; /* the workspace has a limit above 0: headers are to be sent */
    int64_t limit, remaining, reset_s;
};
/* The workspace's API request limit (foundations.md section 11), cost 1. ST_WORKSPACE_RATE_LIMITED
 * when it is used up. A failing database lets the request pass. */
enum status limit_svc_workspace(struct ctx *c, struct limit_quota *out) MUST_USE;

#endif
