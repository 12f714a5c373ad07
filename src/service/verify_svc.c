/* Verification. The order of checks is the contract's; the first that fails decides. */
#include "service/verify_svc.h"

#include "base/conf.h"
#include "base/digest.h"
#include "base/metrics.h"
#include "base/sb.h"
#include "base/utc.h"
#include "domain/clientip.h"
#include "domain/permquery.h"
#include "domain/verdict.h"
#include "service/access_svc.h"
#include "service/credit_svc.h"
#include "service/key_svc.h"
#include "service/limit_svc.h"
#include "service/migration_svc.h"
#include "service/recorder.h"
#include "service/verify_limits.h"

#include <string.h>

struct verification {
    const struct verify_in *in;
    const struct verify_gate *gate; /* NULL: a root key asks */
    struct key_row *k;
    bool workspace_enabled;
    struct key_extras x;
    const struct permquery *query; /* NULL: none asked for */
    struct verify_limit *applied;
    size_t n_applied;
    struct limit_item *items; /* as applied, then the gate's, with results; NULL: not evaluated */
    size_t n_items;
    int64_t cost; /* credits asked for */
    int64_t spent;
    bool exceeded;           /* fewer credits than cost */
    struct gate_charge told; /* to the gate's client */
    bool repeated;           /* the gate has charged it before */
    enum verdict verdict;
};

enum status
verify_svc_identify(struct ctx *c, const struct verify_in *in, struct str token_hash)
{
    struct caller *caller;
    struct key_row *k;
    enum status st =
        key_store_with_caller(c, token_hash, digest_key_hash(c->mem, in->key.v), &caller, &k);

    if (st != ST_OK)
        return st;
    c->prefetched = k;
    return access_svc_accept(c, caller, token_hash);
}

/* Charging */

/* Takes the credits; runs in the transaction of the limits when there are any. Limits stay consumed
 * when there are too few credits. */
static enum status
spend(struct ctx *c, void *arg)
{
    struct verification *v = arg;
    bool taken = false, limited;
    enum status st = key_store_spend(c, v->k->id, v->cost, &taken, &v->k->remaining);

    v->spent = taken ? v->cost : 0;
    v->exceeded = !taken;
    if (st == ST_OK && !taken)
        st = key_store_credits(c, v->k->id, &limited, &v->k->remaining);
    return st;
}

void
verify_svc_tell(const struct limit_item *items, size_t n, struct gate_charge *told)
{
    const struct limit_item *at = NULL;

    for (size_t i = 0; i < n; i++) {
        const struct limit_item *l = &items[i];

        if (!at || (at->fits && !l->fits) ||
            (at->fits == l->fits && (l->remaining < at->remaining ||
                                     (l->remaining == at->remaining && l->reset > at->reset))))
            at = l;
    }
    told->has_quota = at != NULL;
    if (!at)
        return;
    told->limit = at->limit;
    told->left = at->remaining;
    told->resets_at = at->reset;
}

static void
tell(struct verification *v)
{
    v->told = (struct gate_charge){
        .outcome = verdict_code(v->exceeded ? VERDICT_USAGE_EXCEEDED : VERDICT_VALID),
        .limited = v->k->limited,
        .remaining = v->k->remaining};
    verify_svc_tell(v->items, v->n_items, &v->told);
}

/* The same for the gate, noting that it is done. A duplicate undoes all of it. */
static enum status
spend_once(struct ctx *c, void *arg)
{
    struct verification *v = arg;
    enum status st = v->k->limited && v->cost > 0 ? spend(c, v) : ST_OK;

    tell(v);
    if (st != ST_OK || (v->exceeded && v->n_items == 0))
        return st; /* nothing is charged */
    return gate_store_insert(c, v->gate->charge_id, &v->told);
}

static struct limit_item
item_of(const struct verification *v, const struct verify_limit *a)
{
    return (struct limit_item){
        .scope_id = a->of_identity ? v->k->identity_id : v->k->id,
        .name = a->row.name,
        .duration_ms = a->row.duration_ms,
        .limit = a->row.limit,
        .cost = a->cost,
    };
}

static void
collect_items(struct ctx *c, struct verification *v)
{
    size_t more = v->gate ? v->gate->n_limits : 0;

    if (!verify_limits_usable(v->applied, v->n_applied))
        v->n_applied = 0;
    if (v->n_applied + more == 0)
        return;
    v->items = ARENA_ARRAY(c->mem, v->n_applied + more, struct limit_item);
    for (size_t i = 0; i < v->n_applied; i++)
        v->items[v->n_items++] = item_of(v, &v->applied[i]);
    for (size_t i = 0; i < more; i++)
        v->items[v->n_items++] = v->gate->limits[i];
}

static enum status
charge_items(struct ctx *c, struct verification *v)
{
    bool spends = v->k->limited && v->cost > 0, passed = true;
    bool once = v->gate && v->gate->charge_id.n > 0 && (spends || v->n_items > 0);
    struct limit_then then = {once ? spend_once : spends ? spend : NULL, v};
    enum status st = ST_OK;

    if (v->items)
        st = limit_svc_charge(c, v->items, v->n_items, c->now_ms, then, &passed);
    else if (once)
        st = db_tx(c, spend_once, v);
    else if (spends)
        st = spend(c, v);
    v->verdict = !passed       ? VERDICT_RATE_LIMITED
                 : v->exceeded ? VERDICT_USAGE_EXCEEDED
                               : VERDICT_VALID;
    return st;
}

static void
repeat(struct verification *v, const struct gate_charge *g)
{
    v->repeated = true;
    v->told = *g;
    v->spent = 0;
    v->k->remaining = g->remaining;
    v->verdict =
        str_eq(g->outcome, verdict_code(VERDICT_VALID)) ? VERDICT_VALID : VERDICT_USAGE_EXCEEDED;
}

/* The gate may have charged for the same request before, also at this very moment: then that is
 * the charge. */
static enum status
charge(struct ctx *c, struct verification *v)
{
    struct str id = v->gate ? v->gate->charge_id : S("");
    struct gate_charge *before = NULL;
    enum status st;

    if (v->gate && v->gate->presented->charge) {
        repeat(v, v->gate->presented->charge);
        return ST_OK;
    }
    collect_items(c, v);
    st = charge_items(c, v);
    if (id.n > 0 && (st == ST_DB_DUPLICATE || (st == ST_OK && v->verdict != VERDICT_VALID))) {
        st = gate_store_find(c, id, &before);
        if (before)
            repeat(v, before);
    }
    if (!before && v->gate)
        tell(v);
    return st;
}

/* The checks */

/* Whether the caller may see the key at all. */
static bool
is_known(struct ctx *c, const struct key_row *k)
{
    return k && !k->deleted && k->api_live && str_eq(k->workspace_id, c->who->workspace_id) &&
           access_svc_allows(c, ACCESS_verify_key, key_svc_scope(k));
}

static bool
is_of(const struct key_row *k, const struct verify_gate *g)
{
    for (size_t i = 0; i < g->n_apis && k && !k->deleted && k->api_live; i++)
        if (str_eq(k->api_id, g->apis[i]) || str_eq(k->keyspace_id, g->apis[i]))
            return true;
    return false;
}

static enum status
parse_query(struct ctx *c, struct verification *v)
{
    struct str why;

    if (v->in->permissions.state != F_SET)
        return ST_OK;
    v->query = permquery_parse(c->mem, v->in->permissions.v, &why);
    return v->query ? ST_OK : err_set(c, ST_QUERY_SYNTAX, "%.*s", STR_ARG(why));
}

static enum status
decide(struct ctx *c, struct verification *v)
{
    const struct key_row *k = v->k;
    struct verdict_facts f = {
        .workspace_enabled = v->workspace_enabled,
        .enabled = k->enabled,
        .has_expiry = k->has_expiry,
        .expires_ms = k->expires_at,
        .address_allowed = v->gate || clientip_allowed(k->ip_whitelist, c->remote_ip),
        .permitted = !v->query || permquery_holds(v->query, v->x.permissions, v->x.n_permissions),
    };
    enum status st;

    v->verdict = verdict_before_charge(&f, c->now_ms);
    if (v->verdict != VERDICT_VALID)
        return ST_OK;
    st = verify_limits_collect(c, v->in, k, &v->x, &v->applied, &v->n_applied);
    return st == ST_OK ? charge(c, v) : st;
}

/* The answer */

static struct f_obj
identity_out(struct ctx *c, const struct verification *v)
{
    const struct key_row *k = v->k;
    struct identity_out *i = ARENA_NEW(c->mem, struct identity_out);
    struct ratelimit_row *seen =
        ARENA_ARRAY(c->mem, v->x.n_identity_limits + 1, struct ratelimit_row);
    size_t n = 0;

    if (k->identity_id.n == 0)
        return (struct f_obj){F_ABSENT, NULL};
    for (size_t j = 0; j < v->x.n_identity_limits; j++)
        if (!verify_limits_find(v->x.key_limits, v->x.n_key_limits, v->x.identity_limits[j].name))
            seen[n++] = v->x.identity_limits[j];
    i->id = f_str(k->identity_id);
    i->external_id = f_str(k->external_id);
    i->meta = shape_meta(k->identity_meta);
    i->ratelimits = shape_ratelimits(c->mem, seen, n);
    return (struct f_obj){F_SET, i};
}

static struct f_list
limits_out(struct ctx *c, const struct verification *v)
{
    struct verify_limit_out *out = ARENA_ARRAY(c->mem, v->n_applied + 1, struct verify_limit_out);

    if (v->n_applied == 0 || !v->items)
        return (struct f_list){F_ABSENT, NULL, 0};
    for (size_t i = 0; i < v->n_applied; i++) {
        const struct ratelimit_row *r = &v->applied[i].row;

        out[i] = (struct verify_limit_out){
            .exceeded = f_bool(!v->items[i].fits),
            .id = f_str(r->id),
            .name = f_str(r->name),
            .limit = f_int(r->limit),
            .duration = f_int(r->duration_ms),
            .reset = f_int(v->items[i].reset),
            .remaining = f_int(v->items[i].remaining),
            .auto_apply = f_bool(r->auto_apply),
        };
    }
    return f_list_nonempty(out, v->n_applied);
}

static void
answer(struct ctx *c, const struct verification *v, struct verify_out *out)
{
    const struct key_row *k = v->k;

    metrics_add(c->metrics, METRIC_OUTCOME + v->verdict, 1);
    *out = (struct verify_out){
        .valid = f_bool(v->verdict == VERDICT_VALID),
        .code = f_str(verdict_code(v->verdict)),
        .key_id = f_str(k->id),
        .enabled = f_bool(k->enabled),
        .name = f_str_nonempty(k->name),
        .meta = shape_meta(k->meta),
        .expires = f_int_if(k->has_expiry, k->expires_at),
        .credits = f_int_if(k->limited, k->remaining),
        .permissions = shape_strings(c->mem, v->x.permissions, v->x.n_permissions),
        .roles = shape_strings(c->mem, v->x.roles, v->x.n_roles),
        .identity = identity_out(c, v),
        .ratelimits = limits_out(c, v),
    };
}

static struct str
tags_json(struct ctx *c, struct f_list tags)
{
    const struct f_str *t = tags.v;
    struct sb b;

    if (tags.n == 0)
        return S("[]");
    sb_init(&b, c->mem, 64);
    for (size_t i = 0; i < tags.n; i++) {
        sb_putc(&b, i ? ',' : '[');
        sb_json_plain(&b, t[i].v);
    }
    sb_putc(&b, ']');
    return sb_str(&b);
}

static void
record(struct ctx *c, const struct verification *v)
{
    const struct key_row *k = v->k;
    struct verification_event e = {
        .workspace_id = k->workspace_id,
        .time = c->now_ms,
        .request_id = c->request_id,
        .api_id = k->api_id,
        .keyspace_id = k->keyspace_id,
        .key_id = k->id,
        .identity_id = k->identity_id,
        .external_id = k->external_id,
        .outcome = verdict_outcome(v->verdict),
        .region = str_of(c->conf->region),
        .source = v->gate ? S("gateway") : S("api"),
        .app_id = v->gate ? v->gate->policy : S(""),
        .spent_credits = v->spent,
        .latency_ms = (utc_mono_us() - c->started_us) / 1000,
    };
    bool mark_used = !k->ever_used || c->now_ms - k->last_used_at >= UTC_MINUTE_MS;

    if (!c->conf->analytics || !c->recorder || v->repeated)
        return;
    e.tags = tags_json(c, v->in->tags);
    recorder_verification(c->recorder, &e, mark_used);
}

static enum status
not_found(struct ctx *c, struct verify_out *out)
{
    metrics_add(c->metrics, METRIC_OUTCOME + VERDICT_NOT_FOUND, 1);
    *out =
        (struct verify_out){.valid = f_bool(false), .code = f_str(verdict_code(VERDICT_NOT_FOUND))};
    return ST_OK;
}

/* Everything once the key is known. */
static enum status
run(struct ctx *c, struct verification *v, struct verify_out *out)
{
    enum status st = parse_query(c, v);

    v->cost = 1;
    if (v->in->credits.state == F_SET)
        v->cost = ((const struct verify_credits_in *)v->in->credits.v)->cost.v;
    if (st == ST_OK)
        st = credit_svc_settle(c, v->k);
    if (st == ST_OK)
        st = key_store_extras(c, v->k, &v->x);
    if (st == ST_OK)
        st = decide(c, v);
    if (st != ST_OK)
        return st;
    answer(c, v, out);
    record(c, v);
    return ST_OK;
}

enum status
verify_svc_check(struct ctx *c, const struct verify_in *in, struct verify_out *out)
{
    struct verification v = {
        .in = in, .k = c->prefetched, .workspace_enabled = c->who->workspace_enabled};
    enum status st;

    if ((!v.k || v.k->deleted) && in->migration_id.state == F_SET) {
        st = migration_svc_convert(c, in->migration_id.v, in->key.v, &v.k);
        if (st != ST_OK)
            return st;
    }
    return is_known(c, v.k) ? run(c, &v, out) : not_found(c, out);
}

enum status
verify_svc_gate(struct ctx *c, const struct verify_gate *g, const struct verify_in *in,
                struct verify_gate_out *out)
{
    struct verification v = {.in = in,
                             .gate = g,
                             .k = g->presented->key,
                             .workspace_enabled = g->presented->workspace_enabled};
    enum status st;

    *out = (struct verify_gate_out){.verdict = VERDICT_NOT_FOUND};
    if (!is_of(v.k, g))
        return not_found(c, &out->key);
    st = run(c, &v, &out->key);
    out->verdict = v.verdict;
    out->told = v.told;
    out->spent = v.spent;
    out->repeated = v.repeated;
    return st;
}
