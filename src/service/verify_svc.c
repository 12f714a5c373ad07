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

#include <string.h>

enum { LIMIT_MIN = 1, DURATION_MIN_MS = 1000 };

/* A limit to be checked in this verification. */
struct applied {
    struct ratelimit_row row; /* id is empty for a one-off limit */
    int64_t cost;
    bool of_identity;
};

struct verification {
    const struct verify_in *in;
    struct key_row *k;
    struct key_extras x;
    const struct permquery *query; /* NULL: none asked for */
    struct applied *applied;
    size_t n_applied;
    struct limit_item *items; /* as applied, with results; NULL: not evaluated */
    int64_t cost;             /* credits asked for */
    int64_t spent;
    bool exceeded; /* fewer credits than cost */
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

/* Which limits apply: those of key and identity by name, the key's hiding the identity's, then what
 * the request says of them (keys.md section 5.5). */

static const struct ratelimit_row *
find_limit(const struct ratelimit_row *rows, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].name, name))
            return &rows[i];
    return NULL;
}

/* The stored limit of that name; *of_identity says whose. */
static const struct ratelimit_row *
stored_limit(const struct key_extras *x, struct str name, bool *of_identity)
{
    const struct ratelimit_row *r = find_limit(x->key_limits, x->n_key_limits, name);

    *of_identity = r == NULL;
    return r ? r : find_limit(x->identity_limits, x->n_identity_limits, name);
}

static struct applied *
applied_slot(struct verification *v, struct str name)
{
    for (size_t i = 0; i < v->n_applied; i++)
        if (str_eq(v->applied[i].row.name, name))
            return &v->applied[i];
    return &v->applied[v->n_applied++];
}

static void
apply_automatic(struct verification *v)
{
    const struct key_extras *x = &v->x;

    for (size_t i = 0; i < x->n_key_limits; i++)
        if (x->key_limits[i].auto_apply)
            v->applied[v->n_applied++] = (struct applied){x->key_limits[i], 1, false};
    for (size_t i = 0; i < x->n_identity_limits; i++)
        if (x->identity_limits[i].auto_apply &&
            !find_limit(x->key_limits, x->n_key_limits, x->identity_limits[i].name))
            v->applied[v->n_applied++] = (struct applied){x->identity_limits[i], 1, true};
}

static enum status
unknown_limit(struct ctx *c, const struct key_row *k, struct str name)
{
    if (k->identity_id.n == 0)
        return err_set(c, ST_PRECONDITION_FAILED,
                       "The rate limit '%.*s' is not configured on key %.*s, and no identity is "
                       "connected to it.",
                       STR_ARG(name), STR_ARG(k->id));
    return err_set(c, ST_PRECONDITION_FAILED,
                   "The rate limit '%.*s' is configured neither on key %.*s nor on its identity "
                   "%.*s (externalId %.*s).",
                   STR_ARG(name), STR_ARG(k->id), STR_ARG(k->identity_id), STR_ARG(k->external_id));
}

static enum status
apply_requested(struct ctx *c, struct verification *v)
{
    const struct verify_limit_in *in = v->in->ratelimits.v;

    for (size_t i = 0; i < v->in->ratelimits.n; i++) {
        struct str name = in[i].name.v;
        int64_t cost = f_int_or(in[i].cost, 1);
        const struct ratelimit_row *r;
        bool of_identity;

        if (in[i].limit.state == F_SET && in[i].duration.state == F_SET) {
            *applied_slot(v, name) = (struct applied){
                {S(""), name, in[i].limit.v, in[i].duration.v, false}, cost, false};
            continue;
        }
        r = stored_limit(&v->x, name, &of_identity);
        if (!r)
            return unknown_limit(c, v->k, name);
        *applied_slot(v, name) = (struct applied){*r, cost, of_identity};
    }
    return ST_OK;
}

static enum status
collect_limits(struct ctx *c, struct verification *v)
{
    v->applied =
        ARENA_ARRAY(c->mem, v->x.n_key_limits + v->x.n_identity_limits + v->in->ratelimits.n + 1,
                    struct applied);
    apply_automatic(v);
    return apply_requested(c, v);
}

/* A one-off limit that cannot be counted switches the whole stage off (keys.md section 5.5). */
static bool
limits_usable(const struct verification *v)
{
    for (size_t i = 0; i < v->n_applied; i++)
        if (v->applied[i].row.limit < LIMIT_MIN || v->applied[i].row.duration_ms < DURATION_MIN_MS)
            return false;
    return v->n_applied > 0;
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

static enum status
charge(struct ctx *c, struct verification *v)
{
    struct limit_then then = {v->k->limited && v->cost > 0 ? spend : NULL, v};
    bool passed = true;
    enum status st;

    if (!limits_usable(v)) {
        st = then.fn ? spend(c, v) : ST_OK;
    } else {
        v->items = ARENA_ARRAY(c->mem, v->n_applied, struct limit_item);
        for (size_t i = 0; i < v->n_applied; i++) {
            const struct applied *a = &v->applied[i];

            v->items[i] = (struct limit_item){
                .scope_id = a->of_identity ? v->k->identity_id : v->k->id,
                .name = a->row.name,
                .duration_ms = a->row.duration_ms,
                .limit = a->row.limit,
                .cost = a->cost,
            };
        }
        st = limit_svc_charge(c, v->items, v->n_applied, c->now_ms, then, &passed);
    }
    v->verdict = !passed       ? VERDICT_RATE_LIMITED
                 : v->exceeded ? VERDICT_USAGE_EXCEEDED
                               : VERDICT_VALID;
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
        .workspace_enabled = c->who->workspace_enabled,
        .enabled = k->enabled,
        .has_expiry = k->has_expiry,
        .expires_ms = k->expires_at,
        .address_allowed = clientip_allowed(k->ip_whitelist, c->remote_ip),
        .permitted = !v->query || permquery_holds(v->query, v->x.permissions, v->x.n_permissions),
    };
    enum status st;

    v->verdict = verdict_before_charge(&f, c->now_ms);
    if (v->verdict != VERDICT_VALID)
        return ST_OK;
    st = collect_limits(c, v);
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
        if (!find_limit(v->x.key_limits, v->x.n_key_limits, v->x.identity_limits[j].name))
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

    if (!v->items)
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
        .source = S("api"),
        .app_id = S(""),
        .spent_credits = v->spent,
        .latency_ms = (utc_mono_us() - c->started_us) / 1000,
    };
    bool mark_used = !k->ever_used || c->now_ms - k->last_used_at >= UTC_MINUTE_MS;

    if (!c->conf->analytics || !c->recorder)
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

enum status
verify_svc_check(struct ctx *c, const struct verify_in *in, struct verify_out *out)
{
    struct verification v = {.in = in, .k = c->prefetched, .cost = 1};
    enum status st;

    if ((!v.k || v.k->deleted) && in->migration_id.state == F_SET) {
        st = migration_svc_convert(c, in->migration_id.v, in->key.v, &v.k);
        if (st != ST_OK)
            return st;
    }
    if (!is_known(c, v.k))
        return not_found(c, out);
    if (in->credits.state == F_SET)
        v.cost = ((const struct verify_credits_in *)in->credits.v)->cost.v;
    st = parse_query(c, &v);
    if (st == ST_OK)
        st = credit_svc_settle(c, v.k);
    if (st == ST_OK)
        st = key_store_extras(c, v.k, &v.x);
    if (st == ST_OK)
        st = decide(c, &v);
    if (st != ST_OK)
        return st;
    answer(c, &v, out);
    record(c, &v);
    return ST_OK;
}
