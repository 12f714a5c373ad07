/* Batching of analytics records. */
#include "service/recorder.h"

#include "base/utc.h"
#include "store/key_store.h"

#include <stdlib.h>
#include <string.h>

enum {
    RECORDER_MEMORY = 64 * 1024 * 1024,
    RECORDER_BYTES = 256 * 1024, /* texts waiting that make a batch, whatever their number */
    RECORDER_REFUSALS = 20,      /* a batch that the database will not take is given up */
    RECORDER_PAUSE_US = 500000,  /* after a failure; doubles with each */
    RECORDER_PAUSES_DOUBLE = 4,  /* up to 8 s */
};

struct recorder {
    struct arena *mem; /* holds the texts of the records that wait */
    struct verification_event verifications[RECORDER_MAX];
    bool mark_used[RECORDER_MAX];
    struct decision_event decisions[RECORDER_MAX];
    size_t n_verifications, n_decisions;
    /* The first of them make the batch that is being written. It stays the same until it is known
     * to be there, so that it is there once. */
    size_t batch_verifications, batch_decisions;
    bool unsure; /* whether the batch was written: the end of a COMMIT was not seen */
    int failed;  /* attempts in a row */
    int refused; /* those of them that a database at work refused */
    int64_t oldest_us, pause_until_us, written, dropped;
};

struct recorder *
recorder_new(void)
{
    struct recorder *r = calloc(1, sizeof(*r)); /* pages are only touched as records come in */

    if (!r)
        abort();
    r->mem = arena_new(RECORDER_MEMORY);
    return r;
}

void
recorder_free(struct recorder *r)
{
    if (!r)
        return;
    arena_free(r->mem);
    free(r);
}

size_t
recorder_waiting(const struct recorder *r)
{
    return r->n_verifications + r->n_decisions;
}

int64_t
recorder_wait_us(const struct recorder *r, int64_t flush_us)
{
    int64_t now = utc_mono_us(), due = r->oldest_us + flush_us;

    if (recorder_waiting(r) == 0)
        return -1;
    if (recorder_waiting(r) >= RECORDER_BATCH || arena_used(r->mem) > RECORDER_BYTES)
        due = now;
    if (due < r->pause_until_us)
        due = r->pause_until_us;
    return due > now ? due - now : 0;
}

int64_t
recorder_written(const struct recorder *r)
{
    return r->written;
}

int64_t
recorder_dropped(const struct recorder *r)
{
    return r->dropped;
}

/* Whether one more record, with texts of about `bytes`, may wait. */
static bool
admit(struct recorder *r, size_t bytes)
{
    if (recorder_waiting(r) >= RECORDER_MAX || arena_used(r->mem) + bytes > RECORDER_MEMORY / 2) {
        r->dropped++;
        return false;
    }
    if (recorder_waiting(r) == 0)
        r->oldest_us = utc_mono_us();
    return true;
}

static void
keep(struct recorder *r, struct str *s)
{
    *s = arena_str(r->mem, *s);
}

void
recorder_verification(struct recorder *r, const struct verification_event *v, bool mark_used)
{
    struct verification_event *e;

    if (!admit(r, v->tags.n + 4096))
        return;
    r->mark_used[r->n_verifications] = mark_used;
    e = &r->verifications[r->n_verifications++];
    *e = *v;
    keep(r, &e->workspace_id);
    keep(r, &e->request_id);
    keep(r, &e->api_id);
    keep(r, &e->keyspace_id);
    keep(r, &e->key_id);
    keep(r, &e->identity_id);
    keep(r, &e->external_id);
    keep(r, &e->outcome);
    keep(r, &e->region);
    keep(r, &e->source);
    keep(r, &e->app_id);
    keep(r, &e->tags);
}

void
recorder_decision(struct recorder *r, const struct decision_event *d)
{
    struct decision_event *e;

    if (!admit(r, d->identifier.n + 1024))
        return;
    e = &r->decisions[r->n_decisions++];
    *e = *d;
    keep(r, &e->workspace_id);
    keep(r, &e->request_id);
    keep(r, &e->namespace_id);
    keep(r, &e->identifier);
    keep(r, &e->override_id);
}

/* A key and the minute in which it was used. */
struct use {
    int64_t minute;
    struct str key_id;
};

static int
by_minute(const void *a, const void *b)
{
    const struct use *x = a, *y = b;

    if (x->minute != y->minute)
        return x->minute < y->minute ? -1 : 1;
    return str_cmp(x->key_id, y->key_id);
}

/* Moves last-used times on, key rows in sorted order within each minute. */
static enum status
mark_used(const struct recorder *r, struct ctx *c)
{
    struct use *uses = ARENA_ARRAY(c->mem, r->batch_verifications + 1, struct use);
    size_t n = 0;

    for (size_t i = 0; i < r->batch_verifications; i++) {
        const struct verification_event *e = &r->verifications[i];

        if (r->mark_used[i])
            uses[n++] = (struct use){e->time - e->time % UTC_MINUTE_MS, e->key_id};
    }
    qsort(uses, n, sizeof(*uses), by_minute);
    for (size_t i = 0; i < n;) {
        struct str ids[KEY_USED_BLOCK];
        int64_t minute = uses[i].minute;
        size_t k = 0;
        enum status st;

        for (; i < n && k < KEY_USED_BLOCK && uses[i].minute == minute; i++)
            if (k == 0 || !str_eq(ids[k - 1], uses[i].key_id))
                ids[k++] = uses[i].key_id;
        st = key_store_mark_used(c, ids, k, minute);
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

static enum status
write_batch(struct ctx *c, void *arg)
{
    const struct recorder *r = arg;
    enum status st = event_store_verifications(c, r->verifications, r->batch_verifications);

    if (st == ST_OK)
        st = event_store_decisions(c, r->decisions, r->batch_decisions);
    if (st == ST_OK)
        st = mark_used(r, c);
    return st;
}

static void
choose_batch(struct recorder *r)
{
    size_t v = r->n_verifications, d = r->n_decisions;

    if (r->batch_verifications + r->batch_decisions > 0)
        return;
    r->batch_verifications = v < RECORDER_BATCH ? v : RECORDER_BATCH;
    r->batch_decisions = RECORDER_BATCH - r->batch_verifications;
    if (r->batch_decisions > d)
        r->batch_decisions = d;
}

/* The batch is done with, one way or the other. */
static void
forget_batch(struct recorder *r)
{
    size_t v = r->batch_verifications, d = r->batch_decisions;

    r->n_verifications -= v;
    r->n_decisions -= d;
    memmove(r->verifications, r->verifications + v, r->n_verifications * sizeof(*r->verifications));
    memmove(r->mark_used, r->mark_used + v, r->n_verifications * sizeof(*r->mark_used));
    memmove(r->decisions, r->decisions + d, r->n_decisions * sizeof(*r->decisions));
    r->batch_verifications = r->batch_decisions = 0;
    r->unsure = false;
    r->failed = r->refused = 0;
    r->pause_until_us = 0;
    if (recorder_waiting(r) == 0)
        arena_reset(r->mem);
}

static void
try_later(struct recorder *r, struct ctx *c)
{
    int doubled = r->failed < RECORDER_PAUSES_DOUBLE ? r->failed : RECORDER_PAUSES_DOUBLE;

    r->failed++;
    r->pause_until_us = utc_mono_us() + ((int64_t)RECORDER_PAUSE_US << doubled);
    if (*db_server_version(c->db) && ++r->refused >= RECORDER_REFUSALS) {
        r->dropped += (int64_t)(r->batch_verifications + r->batch_decisions);
        forget_batch(r);
    }
}

enum status
recorder_flush(struct recorder *r, struct ctx *c)
{
    enum status st;

    if (recorder_waiting(r) == 0)
        return ST_OK;
    choose_batch(r);
    st = db_tx(c, write_batch, r);
    if (st == ST_OK || (st == ST_DB_DUPLICATE && r->unsure)) {
        r->written += (int64_t)(r->batch_verifications + r->batch_decisions);
        forget_batch(r);
        return ST_OK;
    }
    r->unsure = r->unsure || st != ST_DB_DUPLICATE;
    try_later(r, c);
    return st;
}

void
recorder_give_up(struct recorder *r)
{
    r->dropped += (int64_t)recorder_waiting(r);
    r->batch_verifications = r->n_verifications;
    r->batch_decisions = r->n_decisions;
    forget_batch(r);
}
