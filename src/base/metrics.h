/* metrics.h: counters that all workers of a host share. They live in a small file that each of them
 * maps, and are added to without locks; they outlive workers, and begin at 0 when the program that
 * counts means something else by them. */
#ifndef LATCHKEY_BASE_METRICS_H
#define LATCHKEY_BASE_METRICS_H

#include "base/arena.h"

enum {
    METRIC_OUTCOMES_MAX = 16, /* of verifications */
    METRIC_LATENCIES = 13,    /* buckets, the last one without a bound */
};
enum metric {
    METRIC_DB_ERRORS,
    METRIC_DB_RETRIES,
    METRIC_RECORDS, /* that analytics took in */
    METRIC_RECORDS_WRITTEN,
    METRIC_RECORDS_DROPPED,
    METRIC_LATENCY_US, /* of all requests together */
    METRIC_LATENCY,
    METRIC_OUTCOME = METRIC_LATENCY + METRIC_LATENCIES,
    METRIC_REQUEST = METRIC_OUTCOME + METRIC_OUTCOMES_MAX, /* from here on: api/metrics_page.h */
};

struct metrics;

/* Maps n counters. layout says what they mean, in any words; a file of another layout is replaced.
 * NULL, with the reason in *why, when the file cannot be used. Lives in mem. */
struct metrics *metrics_open(struct arena *mem, const char *path, size_t n, struct str layout,
                             struct str *why);
void metrics_close(struct metrics *m);

/* m may be NULL: nothing is counted. */
void metrics_add(struct metrics *m, size_t i, int64_t n);
int64_t metrics_get(const struct metrics *m, size_t i);

/* Counts a request that took this long. */
void metrics_latency(struct metrics *m, int64_t us);
/* The upper bound of a bucket in microseconds; 0 for the last one. */
int64_t metrics_latency_bound(size_t bucket);

#endif
