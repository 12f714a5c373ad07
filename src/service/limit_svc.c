/* Charging limits. Arithmetic is in domain/window, counting in store/counter_store; here is the
 * order of things: counters in sorted order, so that transactions never wait in a circle. */
#include "service/limit_svc.h"

#include "base/digest.h"
#include "domain/window.h"
#include "store/caller_store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct charge {
    struct limit_item *items;
    struct window_check *checks;
    size_t n;
    struct counter *counters; /* distinct, sorted */
    struct window_demand *demand;
    int64_t *counts; /* before the batch; -1: not known */
    size_t n_counters;
    struct limit_then then;
    bool passed;
};

static int
by_counter(const void *a, const void *b)
{
    return counter_store_compare(a, b);
}

static struct counter
counter_of(const struct limit_item *item, int64_t now_ms)
{
    struct counter k = {.scope_id = item->scope_id, .duration_ms = item->duration_ms};
    unsigned char md[SHA256_BYTES];

    digest_sha256(item->name, md);
    memcpy(k.name_hash, md, COUNTER_HASH_BYTES);
    k.resets_at = window_reset(now_ms, item->duration_ms);
    return k;
}

/* Finds out which counters there are and what each has to carry. */
static void
plan(struct ctx *c, struct charge *ch, struct limit_item *items, size_t n, int64_t now_ms)
{
    struct counter *all = ARENA_ARRAY(c->mem, n, struct counter);

    ch->n = n;
    ch->checks = ARENA_ARRAY(c->mem, n, struct window_check);
    ch->counters = ARENA_ARRAY(c->mem, n, struct counter);
    ch->demand = ARENA_ARRAY(c->mem, n, struct window_demand);
    ch->counts = ARENA_ARRAY(c->mem, n, int64_t);
    for (size_t i = 0; i < n; i++) {
        all[i] = counter_of(&items[i], now_ms);
        items[i].reset = all[i].resets_at;
    }
    memcpy(ch->counters, all, n * sizeof(*all));
    qsort(ch->counters, n, sizeof(*all), by_counter);
    for (size_t i = 0; i < n; i++)
        if (i == 0 ||
            counter_store_compare(&ch->counters[i], &ch->counters[ch->n_counters - 1]) != 0)
            ch->counters[ch->n_counters++] = ch->counters[i];
    for (size_t i = 0; i < n; i++) {
        const struct counter *at =
            bsearch(&all[i], ch->counters, ch->n_counters, sizeof(*ch->counters), by_counter);

        ch->checks[i] = (struct window_check){
            .counter = (size_t)(at - ch->counters), .limit = items[i].limit, .cost = items[i].cost};
    }
    window_sum(ch->checks, n, ch->demand, ch->n_counters);
}

/* Takes from one counter, or looks when nothing is to be taken. */
static enum status
take(struct ctx *c, struct charge *ch, size_t i, bool *fits)
{
    const struct window_demand *d = &ch->demand[i];
    enum status st;

    *fits = false;
    if (d->bound < 0)
        return ST_OK;
    if (d->cost == 0) {
        st = counter_store_read(c, &ch->counters[i], &ch->counts[i]);
        *fits = ch->counts[i] <= d->bound;
        return st;
    }
    st = counter_store_take(c, &ch->counters[i], d->cost, d->bound, fits, &ch->counts[i]);
    ch->counts[i] = *fits ? ch->counts[i] - d->cost : -1;
    return st;
}

/* After a refusal every item still has its own verdict, so the other counts are needed too. A lone
 * refused item needs none: nothing remains of it. The refused counter's count may have changed
 * since; it was over its bound when it counted. */
static enum status
look_at_rest(struct ctx *c, struct charge *ch, size_t refused)
{
    for (size_t i = 0; i < ch->n_counters && ch->n > 1; i++) {
        enum status st;

        if (ch->counts[i] >= 0 && i != refused)
            continue;
        st = counter_store_read(c, &ch->counters[i], &ch->counts[i]);
        if (st != ST_OK)
            return st;
        if (i == refused && ch->counts[i] <= ch->demand[i].bound)
            ch->counts[i] = ch->demand[i].bound + 1;
    }
    return ST_OK;
}

/* Counters that are only looked at come first: outside a transaction nothing may be taken before
 * they have been found to fit. */
static bool
only_looks(const struct window_demand *d)
{
    return d->cost == 0 || d->bound < 0;
}

static void
judge(struct charge *ch)
{
    ch->passed = window_judge(ch->checks, ch->n, ch->counts);
    for (size_t i = 0; i < ch->n; i++) {
        ch->items[i].fits = ch->checks[i].fits;
        ch->items[i].remaining = ch->checks[i].remaining;
    }
}

static enum status
refuse(struct ctx *c, struct charge *ch, size_t at)
{
    enum status st = look_at_rest(c, ch, at);

    if (st == ST_OK)
        judge(ch);
    return st == ST_OK && db_in_tx(c->db) ? db_rollback(c) : st;
}

static enum status
run(struct ctx *c, void *arg)
{
    struct charge *ch = arg;

    for (size_t i = 0; i < ch->n_counters; i++)
        ch->counts[i] = -1;
    for (int looking = 1; looking >= 0; looking--) {
        for (size_t i = 0; i < ch->n_counters; i++) {
            bool fits = true;
            enum status st = ST_OK;

            if (only_looks(&ch->demand[i]) == looking)
                st = take(c, ch, i, &fits);
            if (st != ST_OK)
                return st;
            if (!fits)
                return refuse(c, ch, i);
        }
    }
    judge(ch);
    return ch->then.fn ? ch->then.fn(c, ch->then.arg) : ST_OK;
}

enum status
limit_svc_charge(struct ctx *c, struct limit_item *items, size_t n, int64_t now_ms,
                 struct limit_then then, bool *passed)
{
    struct charge ch = {.items = items, .then = then};
    size_t writes = then.fn != NULL;
    enum status st;

    plan(c, &ch, items, n, now_ms);
    for (size_t i = 0; i < ch.n_counters; i++)
        writes += ch.demand[i].cost > 0;
    st = writes > 1 ? db_tx(c, run, &ch) : run(c, &ch);
    *passed = ch.passed;
    return st;
}

enum status
limit_svc_charge_if(struct ctx *c, struct limit_item *item, int64_t now_ms,
                    const struct counter_premise *premise, bool *holds, bool *passed)
{
    struct charge ch = {.items = item};
    enum status st;

    *holds = false;
    plan(c, &ch, item, 1, now_ms);
    if (only_looks(&ch.demand[0]))
        return ST_OK;
    st = counter_store_take_if(c, &ch.counters[0], ch.demand[0].cost, ch.demand[0].bound, premise,
                               holds, &ch.passed, &ch.counts[0]);
    if (st != ST_OK || !*holds)
        return st;
    ch.counts[0] = ch.passed ? ch.counts[0] - ch.demand[0].cost : -1;
    judge(&ch);
    *passed = ch.passed;
    return ST_OK;
}

enum status
limit_svc_workspace(struct ctx *c, struct limit_quota *out)
{
    const struct caller *who = c->who;
    struct limit_item item = {.scope_id = who->workspace_id,
                              .name = S("api_requests"),
                              .duration_ms = 60000,
                              .limit = who->requests_per_minute,
                              .cost = 1};
    bool passed = false;

    *out = (struct limit_quota){0};
    if (!who->has_request_limit)
        return ST_OK;
    if (item.limit > 0) {
        if (limit_svc_charge(c, &item, 1, c->now_ms, (struct limit_then){NULL, NULL}, &passed) !=
            ST_OK) {
            ctx_log(c, LOG_ERROR, "workspace_limit_failed", log_s("cause", c->err.cause));
            err_clear(c);
            return ST_OK;
        }
        *out = (struct limit_quota){true, item.limit, item.remaining,
                                    (item.reset - c->now_ms + 999) / 1000};
    }
    if (passed)
        return ST_OK;
    return err_set(c, ST_WORKSPACE_RATE_LIMITED,
                   "The workspace has used up its API request limit of %" PRId64
                   " requests per minute, please try again later.",
                   item.limit);
}
