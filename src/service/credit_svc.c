/* Credits and refills. */
#include "service/credit_svc.h"

#include "domain/refill.h"
#include "base/utc.h"
#include "service/audit_svc.h"

#include <inttypes.h>

enum { REFILL_BATCH = 100 };

static bool
is_monthly(const struct refill_in *r)
{
    return str_eq(r->interval.v, S("monthly"));
}

enum status
credit_svc_check(struct ctx *c, struct f_obj credits, enum credit_rules rules)
{
    const struct credits_in *in = credits.v;
    const struct refill_in *r;

    if (credits.state != F_SET || in->refill.state != F_SET)
        return ST_OK;
    r = in->refill.v;
    if (rules == CREDIT_RULES_CREATE && in->remaining.state != F_SET)
        return err_set(c, ST_INVALID_INPUT,
                       "credits.remaining must be a number when credits.refill is given.");
    if (is_monthly(r) && r->refill_day.state != F_SET)
        return err_set(c, ST_INVALID_INPUT,
                       "refillDay must be provided when the refill interval is 'monthly'.");
    if (rules == CREDIT_RULES_UPDATE && !is_monthly(r) && r->refill_day.state == F_SET)
        return err_set(c, ST_INVALID_INPUT,
                       "refillDay must not be provided when the refill interval is 'daily'.");
    return ST_OK;
}

static void
clear_refill(struct key_row *k)
{
    k->has_refill = k->has_refill_day = false;
}

void
credit_svc_apply(struct ctx *c, struct f_obj credits, struct key_row *k)
{
    const struct credits_in *in = credits.v;

    if (credits.state == F_ABSENT)
        return;
    if (credits.state == F_NULL) {
        k->limited = false;
        clear_refill(k);
        return;
    }
    if (in->remaining.state == F_SET) {
        k->limited = true;
        k->remaining = in->remaining.v;
    } else if (in->remaining.state == F_NULL) {
        k->limited = false;
        clear_refill(k);
    }
    if (in->refill.state == F_NULL)
        clear_refill(k);
    if (in->refill.state == F_SET) {
        const struct refill_in *r = in->refill.v;

        k->has_refill = true;
        k->refill_amount = r->amount.v;
        k->has_refill_day = is_monthly(r);
        k->refill_day = r->refill_day.v;
        k->refill_settled_at = c->now_ms;
    }
}

bool
credit_svc_due(const struct ctx *c, const struct key_row *k)
{
    return k->has_refill && !k->deleted &&
           refill_due(k->refill_settled_at, c->now_ms,
                      k->has_refill_day ? k->refill_day : REFILL_DAILY);
}

static enum status
refill_audit(struct ctx *c, const struct key_row *k, const struct key_row *before)
{
    struct audit *a = audit_svc_begin(c, k->workspace_id, AUDIT_CORRELATE_SEVERAL);
    struct str previous =
        before->limited ? arena_fmt(c->mem, "%" PRId64, before->remaining) : S("null");
    struct audit_event *e;

    a->actor = (struct actor){S("system"), S("keyrefill"), S("Key Refill Service")};
    e = audit_svc_add(a, "key.update",
                      arena_fmt(c->mem, "Refilled %.*s to %" PRId64, STR_ARG(k->id), k->remaining));
    e->remote_ip = e->user_agent = S("");
    audit_svc_target(e, "key", k->id, k->name.n ? k->name : k->id,
                     arena_fmt(c->mem,
                               "{\"refill_amount\":%" PRId64 ",\"previous_remaining\":%.*s,"
                               "\"new_remaining\":%" PRId64 "}",
                               k->refill_amount, STR_ARG(previous), k->remaining));
    return audit_svc_write(a);
}

struct settle {
    struct key_row *k;
    bool refilled;
};

/* Dates without a refill are settled too, or maintenance would find the key again and again. */
static enum status
settle_date(struct ctx *c, struct key_row *k)
{
    if (!k->has_refill || utc_day(k->refill_settled_at) >= utc_day(c->now_ms))
        return ST_OK;
    k->refill_settled_at = c->now_ms;
    return key_store_update(c, k);
}

/* The row is locked and looked at again: another worker may have been faster. A balance at or above
 * the amount is left alone, but the date counts as settled. */
static enum status
settle_tx(struct ctx *c, void *arg)
{
    struct settle *s = arg;
    struct key_row *now, before;
    enum status st = key_store_lock(c, s->k->id, &now);

    s->refilled = false;
    if (st != ST_OK || !now)
        return st;
    if (!credit_svc_due(c, now)) {
        *s->k = *now;
        return settle_date(c, s->k);
    }
    before = *now;
    if (!now->limited || now->remaining < now->refill_amount) {
        now->limited = true;
        now->remaining = now->refill_amount;
        now->ever_updated = true;
        now->updated_at = c->now_ms;
        s->refilled = true;
    }
    now->refill_settled_at = c->now_ms;
    st = key_store_update(c, now);
    if (st == ST_OK && s->refilled)
        st = refill_audit(c, now, &before);
    if (st == ST_OK)
        *s->k = *now;
    return st;
}

enum status
credit_svc_settle(struct ctx *c, struct key_row *k)
{
    struct settle s = {k, false};

    return credit_svc_due(c, k) ? db_tx(c, settle_tx, &s) : ST_OK;
}

/* Settles a batch of keys; *n is how many it looked at. */
static enum status
refill_batch(struct ctx *c, int64_t *refilled, size_t *n)
{
    int64_t today = utc_day(c->now_ms) * UTC_DAY_MS;
    struct db_rows ids = {0};
    enum status st = key_store_refillable(c, today, REFILL_BATCH, &ids);

    *n = ids.n;
    for (size_t i = 0; i < ids.n && st == ST_OK; i++) {
        struct key_row k = {.id = ids.rows[i][0].s};
        struct settle s = {&k, false};

        st = db_tx(c, settle_tx, &s);
        *refilled += s.refilled;
    }
    return st;
}

enum status
credit_svc_refill_all(struct ctx *c, int64_t *refilled)
{
    size_t n;
    enum status st;

    *refilled = 0;
    do {
        struct arena_mark mark = arena_mark(c->mem);

        st = refill_batch(c, refilled, &n);
        if (st == ST_OK)
            arena_release(c->mem, mark);
    } while (st == ST_OK && n == REFILL_BATCH);
    return st;
}
