/* counter_store.h: rate-limit windows. One row per counter; it moves on to a newer window by
 * itself.
 *
 * A counter never goes back to an older window: a host whose clock lags is counted in the newer
 * one, so that skewed clocks can refuse too early but never let too much through. */
#ifndef LATCHKEY_STORE_COUNTER_STORE_H
#define LATCHKEY_STORE_COUNTER_STORE_H

#include "store/db.h"

enum { COUNTER_HASH_BYTES = 16 };

struct counter {
    struct str scope_id;                         /* namespace, key, identity or workspace */
    unsigned char name_hash[COUNTER_HASH_BYTES]; /* of the identifier or limit name */
    int64_t duration_ms;
    int64_t resets_at; /* end of the window asked about */
};

/* The order in which counters are locked. */
int counter_store_compare(const struct counter *a, const struct counter *b);

/* Adds cost (> 0) if the count before is at most bound (>= 0): *count is then the count after.
 * Else changes nothing and *taken is false. One statement, exact under any concurrency. */
enum status counter_store_take(struct ctx *c, const struct counter *k, int64_t cost, int64_t bound,
                               bool *taken, int64_t *count) MUST_USE;

/* What has to be true for a counter to be taken from by counter_store_take_if. */
struct counter_premise {
    struct str root_hash; /* a live, enabled root key without expiry … */
    struct str permissions; /* … with these permissions as stored, of a live, enabled workspace … */
    struct str namespace_id, namespace_name; /* … which has this live namespace
                                               without overrides */
};
/* counter_store_take if all of the premise is true at that instant and the database's clock is
 * inside the counter's window; *holds says whether it was. */
enum status counter_store_take_if(struct ctx *c, const struct counter *k, int64_t cost,
                                  int64_t bound, const struct counter_premise *p, bool *holds,
                                  bool *taken, int64_t *count) MUST_USE;
/* The count of the window; 0 when nothing was counted. */
enum status counter_store_read(struct ctx *c, const struct counter *k, int64_t *count) MUST_USE;
/* Removes up to limit rows whose window ended before `before`; *n says how many. */
enum status counter_store_prune(struct ctx *c, int64_t before, int64_t limit, int64_t *n) MUST_USE;

extern const struct db_stmt_list counter_store_stmts;

#endif
