/* recorder.h: analytics records on their way to the database. They are added while a request is
 * answered and written in batches after answers have been sent. */
#ifndef LATCHKEY_SERVICE_RECORDER_H
#define LATCHKEY_SERVICE_RECORDER_H

#include "store/event_store.h"

/* A batch this large is written at once. */
enum { RECORDER_BATCH = 64, RECORDER_MAX = 4096 };

struct recorder;

struct recorder *recorder_new(void);
void recorder_free(struct recorder *r);

/* Copies the record. When RECORDER_MAX are waiting because the database is away, it is counted as
 * dropped instead. mark_used: the key's last-used time is to be moved to this record's minute. */
void recorder_verification(struct recorder *r, const struct verification_event *v, bool mark_used);
void recorder_decision(struct recorder *r, const struct decision_event *d);

/* How many records wait, and for how long the oldest has (monotonic microseconds). */
size_t recorder_waiting(const struct recorder *r);
int64_t recorder_age_us(const struct recorder *r);
/* Whether it is time to flush: a batch is full, or the oldest record has waited for flush_us. */
bool recorder_due(const struct recorder *r, int64_t flush_us);
/* Writes everything that waits in one transaction. On failure the records stay, c->err says why. */
enum status recorder_flush(struct recorder *r, struct ctx *c) MUST_USE;
/* Records lost so far because the database was away too long. */
int64_t recorder_dropped(const struct recorder *r);

#endif
