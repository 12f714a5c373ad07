/* window.h: fixed windows aligned to the Unix epoch, and the all-or-nothing arithmetic of several
 * limits checked together (contract ratelimit.md sections 3.2 and 5.2). Pure: no clock, no storage.
 * Times and durations are milliseconds, counts are int64. */
#ifndef LATCHKEY_DOMAIN_WINDOW_H
#define LATCHKEY_DOMAIN_WINDOW_H

#include "base/str.h"

/* The end of the window of this length that now falls in; always greater than now. */
int64_t window_reset(int64_t now_ms, int64_t duration_ms);

/* One check of a batch. Checks with the same counter index share a counter. */
struct window_check {
    size_t counter;
    int64_t limit, cost; /* limit >= 0, cost >= 0 */
    bool fits;           /* result: this check alone fits */
    int64_t remaining;   /* result */
};

/* What one counter has to carry for a whole batch. */
struct window_demand {
    int64_t cost;  /* sum of the costs on it, at most INT64_MAX */
    int64_t bound; /* every check on it fits iff the count before is <= bound; <0: never */
};

/* Sums up the checks on each of n_counters counters; demand has n_counters elements. */
void window_sum(const struct window_check *checks, size_t n, struct window_demand *demand,
                size_t n_counters);
/* Fills in fits and remaining from the counts before the batch; returns whether all fit, in which
 * case all costs count, else none does. A counter of -1 is known to be over its bound, its count
 * unknown: nothing on it fits. */
bool window_judge(struct window_check *checks, size_t n, const int64_t *counts);

#endif
