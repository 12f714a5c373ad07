/* Window and batch arithmetic, careful about overflow: limits and costs go up to 2^63 - 1. */
#include "domain/window.h"

int64_t
window_reset(int64_t now_ms, int64_t duration_ms)
{
    return (now_ms / duration_ms + 1) * duration_ms;
}

static int64_t
add_capped(int64_t a, int64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

void
window_sum(const struct window_check *checks, size_t n, struct window_demand *demand,
           size_t n_counters)
{
    for (size_t i = 0; i < n_counters; i++)
        demand[i] = (struct window_demand){0, INT64_MAX};
    for (size_t i = 0; i < n; i++) {
        struct window_demand *d = &demand[checks[i].counter];
        int64_t bound;

        /* once the sum is off the scale no count can fit */
        bound =
            d->cost > INT64_MAX - checks[i].cost ? -1 : checks[i].limit - d->cost - checks[i].cost;
        d->cost = add_capped(d->cost, checks[i].cost);
        if (bound < d->bound)
            d->bound = bound;
    }
}

/* What is left of the check's limit after the costs of all checks up to and including number i on
 * its counter; below 0 when they do not fit. Counting down from the limit cannot overflow. */
static int64_t
left_after(const struct window_check *checks, size_t i, int64_t count)
{
    int64_t left = checks[i].limit - count;

    for (size_t j = 0; j <= i && left >= 0; j++)
        if (checks[j].counter == checks[i].counter)
            left -= checks[j].cost;
    return left;
}

bool
window_judge(struct window_check *checks, size_t n, const int64_t *counts)
{
    bool all = true;

    for (size_t i = 0; i < n; i++) {
        int64_t before = counts[checks[i].counter];
        int64_t left = before < 0 ? -1 : left_after(checks, i, before);

        checks[i].fits = left >= 0;
        checks[i].remaining = left >= 0 ? left : 0;
        all = all && checks[i].fits;
    }
    for (size_t i = 0; i < n && !all; i++)
        if (checks[i].fits)
            checks[i].remaining = add_capped(checks[i].remaining, checks[i].cost);
    return all;
}
