/* verify_limits.h: which limits a verification checks (contract keys.md section 5.5). */
#ifndef LATCHKEY_SERVICE_VERIFY_LIMITS_H
#define LATCHKEY_SERVICE_VERIFY_LIMITS_H

#include "service/verify_svc.h"

struct verify_limit {
    struct ratelimit_row row; /* id is empty for a one-off limit */
    int64_t cost;
    bool of_identity;
};

/* The limits that apply to the key in this request. ST_PRECONDITION_FAILED when the request names
 * one that there is not. */
enum status verify_limits_collect(struct ctx *c, const struct verify_in *in,
                                  const struct key_row *k, const struct key_extras *x,
                                  struct verify_limit **out, size_t *n) MUST_USE;
/* Whether there are any. A one-off limit that cannot be counted switches the whole stage off. */
bool verify_limits_usable(const struct verify_limit *l, size_t n);
/* The row of that name, or NULL. */
const struct ratelimit_row *verify_limits_find(const struct ratelimit_row *rows, size_t n,
                                               struct str name);

#endif
