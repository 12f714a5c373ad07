/* records.h: analytics records and what the rollups make of them. */
#ifndef LATCHKEY_TESTS_SUPPORT_RECORDS_H
#define LATCHKEY_TESTS_SUPPORT_RECORDS_H

#include "support/test.h"

#include "service/maintain_svc.h"
#include "store/rollup_store.h"

/* A verification and a decision of the test's workspace, at a time; to be changed as need be. Each
 * has a request id of its own. */
struct verification_event record_verification(int64_t time);
struct decision_event record_decision(int64_t time);
/* Write one. */
void record_put_verification(const struct verification_event *v);
void record_put_decision(const struct decision_event *d);
/* Write n, a few milliseconds apart, of several keys, outcomes, tags and latencies. seed: different
 * ones. */
void record_many(int64_t time, int n, unsigned seed);

/* Puts all records there are into the queue: for those that were not written by the recorder,
 * before any are rolled up. */
void record_queue_all(void);

/* Rolls up or prunes as of now; the counts. */
struct maintain_counts record_maintain(int64_t now, unsigned parts);

/* What a rollup and the queue hold, by the SQL of rollup_store.h, and what they should hold, by the
 * records themselves: a line for each bucket and group. */
const char *record_rolled_up(enum event_kind kind, enum rollup_grain grain);
const char *record_counted(enum event_kind kind, enum rollup_grain grain);
/* Checks that these are the same for all eight. */
void record_check_all(void);
/* Records minus what rollup and queue count, in one read; must be 0 at any moment. */
long long record_missing(enum event_kind kind);

#endif
