/* Maintenance. */
#include "service/maintain_svc.h"

#include "base/utc.h"
#include "service/credit_svc.h"
#include "store/audit_store.h"
#include "store/counter_store.h"
#include "store/gate_store.h"
#include "store/maintain_store.h"
#include "store/rollup_store.h"
#include "store/workspace_store.h"

enum {
    AUDIT_KEPT_DAYS = 90, /* records are kept at least this long, whatever may be seen of them */
    COUNTER_BATCH = 200,  /* verifications may want rows of it */
    BATCH = 1000,
    SLICE = 5000,     /* the larger, the fewer rows of rollups are changed twice */
    SHARE_BATCH = 50, /* a few milliseconds */
    SHARE_GAP_MS = 60000,
};

/* How long what is kept, in days (contract analytics.md section 2). Of records, no more than the
 * workspace may query. */
static const struct {
    int64_t records, rollups[ROLLUP_GRAINS];
} kept_days[EVENT_KINDS] = {
    [EVENT_VERIFICATION] = {90, {90, 90, 365, 3 * 366}},
    [EVENT_DECISION] = {31, {7, 30, 100, 3 * 366}},
};

/* One run. */
struct run {
    struct maintain_counts n;
    int64_t batch, slice;
    bool (*go_on)(void *arg); /* asked after each batch; NULL: to the end */
    void *arg;
    bool stopped;
};

/* Whether there is more to do after a batch that found n of the wanted number. */
static bool
more(struct run *r, int64_t n, int64_t wanted)
{
    r->stopped = r->stopped || (r->go_on && !r->go_on(r->arg));
    return n == wanted && !r->stopped;
}

/* Rolling up */

static enum status
slice_tx(struct ctx *c, void *arg)
{
    return rollup_store_slice(c, arg);
}

/* Slice after slice of a workspace. Records that come in late, behind a slice, are left for the
 * next run. */
static enum status
roll_up_workspace(struct ctx *c, struct run *r, enum event_kind kind, struct str workspace_id)
{
    struct rollup_slice s = {.kind = kind, .workspace_id = workspace_id, .limit = r->slice};
    enum status st;

    do {
        struct arena_mark mark = arena_mark(c->mem);

        s.from_ms = s.last_ms;
        st = db_tx(c, slice_tx, &s);
        if (st != ST_OK)
            return st;
        arena_release(c->mem, mark);
        r->n.rolled_up_records += s.n;
    } while (more(r, s.n, s.limit));
    return ST_OK;
}

static enum status
roll_up(struct ctx *c, struct run *r, enum event_kind kind)
{
    struct str workspace = S("");
    enum status st;

    do {
        st = rollup_store_next(c, kind, workspace, &workspace);
        if (st == ST_OK && workspace.n)
            st = roll_up_workspace(c, r, kind, workspace);
    } while (st == ST_OK && workspace.n && !r->stopped);
    return st;
}

/* Pruning */

static int64_t
days_ago(const struct ctx *c, int64_t days)
{
    return (utc_day(c->now_ms) - days) * UTC_DAY_MS;
}

struct record_batch {
    enum event_kind kind;
    struct str workspace_id;
    int64_t before, limit, n;
};

/* Records that the rollups do not count yet must stay, also those that came in while rows were
 * being deleted. */
static enum status
prune_records_tx(struct ctx *c, void *arg)
{
    struct record_batch *b = arg;
    int64_t queued;
    enum status st = event_store_prune(c, b->kind, b->workspace_id, b->before, b->limit, &b->n);

    if (st == ST_OK)
        st = rollup_store_oldest(c, b->kind, b->workspace_id, &queued);
    if (st != ST_OK || queued >= b->before)
        return st;
    b->n = 0;
    return db_rollback(c);
}

static enum status
prune_records(struct ctx *c, struct run *r, const struct workspace_row *w, enum event_kind kind)
{
    int64_t days = kept_days[kind].records < w->analytics_retention_days
                       ? kept_days[kind].records
                       : w->analytics_retention_days;
    struct record_batch b = {kind, w->id, days_ago(c, days), r->batch, 0};
    int64_t queued;
    enum status st = rollup_store_oldest(c, kind, w->id, &queued);

    if (st != ST_OK)
        return st;
    if (b.before > queued)
        b.before = queued;
    do {
        st = db_tx(c, prune_records_tx, &b);
        r->n.pruned_records += st == ST_OK ? b.n : 0;
    } while (st == ST_OK && more(r, b.n, b.limit));
    return st;
}

static enum status
prune_rollup(struct ctx *c, struct run *r, const struct workspace_row *w, enum event_kind kind,
             enum rollup_grain grain)
{
    int64_t before = days_ago(c, kept_days[kind].rollups[grain]), n = 0;
    enum status st;

    do {
        st = rollup_store_prune(c, kind, grain, w->id, before, r->batch, &n);
        r->n.pruned_rollup_rows += n;
    } while (st == ST_OK && more(r, n, r->batch));
    return st;
}

static enum status
prune_analytics(struct ctx *c, struct run *r, const struct workspace_row *w)
{
    enum status st = ST_OK;

    for (int kind = 0; kind < EVENT_KINDS && st == ST_OK && !r->stopped; kind++) {
        st = prune_records(c, r, w, (enum event_kind)kind);
        for (int grain = 0; grain < ROLLUP_GRAINS && st == ST_OK && !r->stopped; grain++)
            st = prune_rollup(c, r, w, (enum event_kind)kind, (enum rollup_grain)grain);
    }
    return st;
}

struct audit_batch {
    const struct workspace_row *w;
    int64_t before, limit, n;
};

static enum status
prune_audit_tx(struct ctx *c, void *arg)
{
    struct audit_batch *b = arg;

    return audit_store_prune(c, b->w->id, b->before, b->limit, &b->n);
}

static enum status
prune_audit(struct ctx *c, struct run *r, const struct workspace_row *w)
{
    int64_t days =
        w->audit_retention_days > AUDIT_KEPT_DAYS ? w->audit_retention_days : AUDIT_KEPT_DAYS;
    struct audit_batch b = {w, c->now_ms - days * UTC_DAY_MS, r->batch, 0};
    enum status st;

    do {
        st = db_tx(c, prune_audit_tx, &b);
        r->n.pruned_audit_events += b.n;
    } while (st == ST_OK && more(r, b.n, b.limit));
    return st;
}

/* A window that is over is of no use to anybody; an hour's grace for hosts whose clocks lag. */
static enum status
prune_counters(struct ctx *c, struct run *r)
{
    int64_t limit = r->batch < COUNTER_BATCH ? r->batch : COUNTER_BATCH, n = 0;
    enum status st;

    do {
        st = counter_store_prune(c, c->now_ms - 3600000, limit, &n);
        r->n.pruned_counters += n;
    } while (st == ST_OK && more(r, n, limit));
    return st;
}

/* Servers are done with a request within the hour. */
static enum status
prune_gate_charges(struct ctx *c, struct run *r)
{
    int64_t n = 0;
    enum status st;

    do {
        st = gate_store_prune(c, c->now_ms - 3600000, r->batch, &n);
        r->n.pruned_gate_charges += n;
    } while (st == ST_OK && more(r, n, r->batch));
    return st;
}

static enum status
prune(struct ctx *c, struct run *r)
{
    struct workspace_row *w;
    size_t n;
    enum status st = prune_counters(c, r);

    if (st == ST_OK && !r->stopped)
        st = prune_gate_charges(c, r);
    if (st == ST_OK)
        st = workspace_store_list_all(c, &w, &n);
    for (size_t i = 0; st == ST_OK && i < n && !r->stopped; i++) {
        st = prune_audit(c, r, &w[i]);
        if (st == ST_OK && !r->stopped)
            st = prune_analytics(c, r, &w[i]);
    }
    return st;
}

/* Runs */

static enum status
run(struct ctx *c, struct run *r, unsigned parts)
{
    enum status st = ST_OK;

    if (parts & MAINTAIN_REFILL)
        st = credit_svc_refill_all(c, &r->n.refilled_keys);
    for (int kind = 0; parts & MAINTAIN_ROLLUP && kind < EVENT_KINDS && st == ST_OK; kind++)
        if (!r->stopped)
            st = roll_up(c, r, (enum event_kind)kind);
    if (st == ST_OK && parts & MAINTAIN_PRUNE && !r->stopped)
        st = prune(c, r);
    return st;
}

enum status
maintain_svc_run(struct ctx *c, unsigned parts, struct maintain_counts *out)
{
    struct run r = {.batch = BATCH, .slice = SLICE};
    enum status st = run(c, &r, parts);

    *out = r.n;
    if (st == ST_OK && parts == MAINTAIN_ALL)
        st = maintain_store_touch(c, S("maintain"));
    return st;
}

enum status
maintain_svc_share(struct ctx *c, bool (*go_on)(void *arg), void *arg)
{
    struct run r = {.batch = SHARE_BATCH, .slice = SHARE_BATCH, .go_on = go_on, .arg = arg};
    bool mine;
    enum status st = workspace_store_now(c);

    if (st == ST_OK)
        st = maintain_store_claim(c, S("workers"), SHARE_GAP_MS, &mine);
    return st == ST_OK && mine ? run(c, &r, MAINTAIN_ROLLUP | MAINTAIN_PRUNE) : st;
}

enum status
maintain_svc_last(struct ctx *c, int64_t *at)
{
    return maintain_store_last(c, S("maintain"), at);
}
