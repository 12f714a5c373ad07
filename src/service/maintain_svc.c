/* Maintenance. */
#include "service/maintain_svc.h"

#include "base/utc.h"
#include "service/credit_svc.h"
#include "store/audit_store.h"
#include "store/counter_store.h"
#include "store/gate_store.h"
#include "store/workspace_store.h"

enum {
    BATCH = 1000,
    AUDIT_KEPT_DAYS = 90, /* records are kept at least this long, whatever may be seen of them */
};

/* A window that is over is of no use to anybody; an hour's grace for hosts whose clocks lag. */
static enum status
prune_counters(struct ctx *c, int64_t *total)
{
    int64_t n;
    enum status st;

    do {
        st = counter_store_prune(c, c->now_ms - 3600000, BATCH, &n);
        *total += n;
    } while (st == ST_OK && n == BATCH);
    return st;
}

/* Servers are done with a request within the hour. */
static enum status
prune_gate_charges(struct ctx *c, int64_t *total)
{
    int64_t n;
    enum status st;

    do {
        st = gate_store_prune(c, c->now_ms - 3600000, BATCH, &n);
        *total += n;
    } while (st == ST_OK && n == BATCH);
    return st;
}

struct audit_batch {
    const struct workspace_row *w;
    int64_t before, n;
};

static enum status
prune_audit_tx(struct ctx *c, void *arg)
{
    struct audit_batch *b = arg;

    return audit_store_prune(c, b->w->id, b->before, BATCH, &b->n);
}

static enum status
prune_audit(struct ctx *c, int64_t *total)
{
    struct workspace_row *w;
    size_t n;
    enum status st = workspace_store_list(c, &w, &n);

    for (size_t i = 0; i < n && st == ST_OK; i++) {
        int64_t days = w[i].audit_retention_days > AUDIT_KEPT_DAYS ? w[i].audit_retention_days
                                                                   : AUDIT_KEPT_DAYS;
        struct audit_batch b = {&w[i], c->now_ms - days * UTC_DAY_MS, 0};

        do {
            st = db_tx(c, prune_audit_tx, &b);
            *total += b.n;
        } while (st == ST_OK && b.n == BATCH);
    }
    return st;
}

enum status
maintain_svc_run(struct ctx *c, unsigned parts, struct maintain_counts *out)
{
    enum status st = ST_OK;

    *out = (struct maintain_counts){0};
    if (parts & MAINTAIN_REFILL)
        st = credit_svc_refill_all(c, &out->refilled_keys);
    if (st == ST_OK && (parts & MAINTAIN_PRUNE))
        st = prune_counters(c, &out->pruned_counters);
    if (st == ST_OK && (parts & MAINTAIN_PRUNE))
        st = prune_audit(c, &out->pruned_audit_events);
    if (st == ST_OK && (parts & MAINTAIN_PRUNE))
        st = prune_gate_charges(c, &out->pruned_gate_charges);
    return st;
}
