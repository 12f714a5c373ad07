/* credit_svc.h: credits of keys: validation of what requests say of them, and refills, which are
 * made when a key is looked at as well as by `latchkey maintain` (contract keys.md section 6). */
#ifndef LATCHKEY_SERVICE_CREDIT_SVC_H
#define LATCHKEY_SERVICE_CREDIT_SVC_H

#include "base/value.h"
#include "store/key_store.h"

struct refill_in {
    struct f_str interval; /* daily, monthly */
    struct f_int amount, refill_day;
};
struct credits_in {
    struct f_int remaining;
    struct f_obj refill; /* struct refill_in */
};

/* Which endpoint's rules apply. */
enum credit_rules {
    CREDIT_RULES_CREATE, /* a refill needs a number of credits; a day with daily is ignored */
    CREDIT_RULES_UPDATE, /* a day with daily is refused */
    CREDIT_RULES_MIGRATE,
};
/* ST_INVALID_INPUT with the rule that credits (a struct credits_in, may be absent) violates. */
enum status credit_svc_check(struct ctx *c, struct f_obj credits, enum credit_rules rules) MUST_USE;
/* Applies checked credits to k; parts that are absent leave k as it is. */
void credit_svc_apply(struct ctx *c, struct f_obj credits, struct key_row *k);

/* Whether a refill of k is due at c->now_ms. */
bool credit_svc_due(const struct ctx *c, const struct key_row *k);
/* Makes the refills of k that are due, with their audit record, and reads k's credits again.
 * Exactly once per key and UTC date on any number of hosts; nothing happens when none is due. */
enum status credit_svc_settle(struct ctx *c, struct key_row *k) MUST_USE;

/* Refills every key that is due, in small transactions; *refilled counts keys whose credits
 * changed. */
enum status credit_svc_refill_all(struct ctx *c, int64_t *refilled) MUST_USE;

#endif
