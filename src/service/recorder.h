/* recorder.h: analytics records on their way to the database. They are added while a request is
 * answered and written in batches after answers have been sent. */
#ifndef LATCHKEY_SERVICE_RECORDER_H
#define LATCHKEY_SERVICE_RECORDER_H

#include "store/event_store.h"

/* A batch of this many is written at once, and none is larger. */
enum { RECORDER_BATCH = 64, RECORDER_MAX = 4096 };

struct recorder;

struct recorder *recorder_new(void);
void recorder_free(struct recorder *r);

/* Copies the record. When RECORDER_MAX are waiting because the database is away, it is counted as
 * dropped instead. mark_used: the key's last-used time is to be moved to this record's minute. */
void recorder_verification(struct recorder *r, const struct verification_event *v, bool mark_used);
void recorder_decision(struct recorder *r, const struct decision_event *d);

size_t recorder_waiting(const struct recorder *r);
/* Microseconds until a batch should be written: when it is full or its oldest record has waited for
 * flush_us, but after a failure not too soon. -1: nothing waits. */
int64_t recorder_wait_us(const struct recorder *r, int64_t flush_us);
/* Writes the oldest records that wait, at most RECORDER_BATCH, in one transaction. On failure they
 * stay, c->err says why; what a database at work has refused many times is dropped. */
enum status recorder_flush(struct recorder *r, struct ctx *c) MUST_USE;
/* Drops all that wait: the worker ends and the database is away. */
void recorder_give_up(struct recorder *r);
/* Records written, and dropped, so far. */
int64_t recorder_written(const struct recorder *r);
int64_t recorder_dropped(const struct recorder *r);

#endif
