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
};

struct recorder {
    struct arena *mem; /* holds the texts of the records that wait */
    struct verification_event verifications[RECORDER_MAX];
    bool mark_used[RECORDER_MAX];
    struct decision_event decisions[RECORDER_MAX];
    size_t n_verifications, n_decisions;
    int64_t oldest_us, dropped;
    int refused; /* flushes in a row that a database at work refused */
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
recorder_age_us(const struct recorder *r)
{
    return recorder_waiting(r) ? utc_mono_us() - r->oldest_us : 0;
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

static int
by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Moves last-used times on, key rows in sorted order. A batch spans a second at most, so one minute
 * stands for all of it: the newest, rounded down. */
static enum status
mark_used(struct recorder *r, struct ctx *c)
{
    struct str *ids = ARENA_ARRAY(c->mem, r->n_verifications + 1, struct str);
    size_t n = 0, kept = 0;
    int64_t at = 0;

    for (size_t i = 0; i < r->n_verifications; i++) {
        if (!r->mark_used[i])
            continue;
        ids[n++] = r->verifications[i].key_id;
        if (r->verifications[i].time > at)
            at = r->verifications[i].time;
    }
    qsort(ids, n, sizeof(*ids), by_bytes);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !str_eq(ids[i], ids[i - 1]))
            ids[kept++] = ids[i];
    for (size_t i = 0; i < kept; i += KEY_USED_BLOCK) {
        size_t block = kept - i < KEY_USED_BLOCK ? kept - i : KEY_USED_BLOCK;
        enum status st = key_store_mark_used(c, ids + i, block, at - at % UTC_MINUTE_MS);

        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

static enum status
write_all(struct ctx *c, void *arg)
{
    struct recorder *r = arg;
    enum status st = event_store_verifications(c, r->verifications, r->n_verifications);

    if (st == ST_OK)
        st = event_store_decisions(c, r->decisions, r->n_decisions);
    if (st == ST_OK)
        st = mark_used(r, c);
    return st;
}

static void
forget(struct recorder *r)
{
    r->n_verifications = r->n_decisions = 0;
    r->refused = 0;
    arena_reset(r->mem);
}

bool
recorder_due(const struct recorder *r, int64_t flush_us)
{
    return recorder_waiting(r) >= RECORDER_BATCH || arena_used(r->mem) > RECORDER_BYTES ||
           (recorder_waiting(r) > 0 && recorder_age_us(r) >= flush_us);
}

enum status
recorder_flush(struct recorder *r, struct ctx *c)
{
    enum status st;

    if (recorder_waiting(r) == 0)
        return ST_OK;
    st = db_tx(c, write_all, r);
    if (st == ST_OK) {
        forget(r);
        return ST_OK;
    }
    r->oldest_us = utc_mono_us(); /* try again after another interval */
    if (*db_server_version(c->db) && ++r->refused >= RECORDER_REFUSALS) {
        r->dropped += (int64_t)recorder_waiting(r);
        forget(r);
    }
    return st;
}
