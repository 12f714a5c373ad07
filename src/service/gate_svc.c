/* Deciding. What a rule charges is charged together, or not at all. */
#include "service/gate_svc.h"

#include "base/digest.h"
#include "service/principal.h"

#include <string.h>

enum { TAG_MAX_BYTES = 512 };

/* One request before one policy. */
struct passage {
    struct ctx *c;
    const struct gate_policy *p;
    const struct gate_request *req;
    struct gate_verdict *out;
    const struct gate_rule *rule; /* the one it has come to, number `at` */
    size_t at;
    bool by_id; /* look the key up by its id */
};

static void
step(struct passage *g, struct str text)
{
    struct gate_verdict *v = g->out;

    v->steps[v->n_steps++] = (struct gate_step){g->rule ? g->rule->line : 0, text};
}

static enum status
refuse(struct passage *g, enum refusal refusal, struct str why)
{
    g->out->refusal = refusal;
    g->out->why = why;
    step(g, why);
    return ST_OK;
}

/* Limits of the policy */

/* What one rule charges under; empty when the server does not tell requests apart. */
static struct str
charge_id(struct passage *g, struct str key_hash)
{
    unsigned char *md = arena_alloc(g->c->mem, SHA256_BYTES);
    struct str text;

    if (g->req->unique_id.n == 0)
        return S("");
    text = arena_fmt(g->c->mem, "%.*s\n%zu\n%.*s\n%.*s", STR_ARG(g->p->name), g->at,
                     STR_ARG(key_hash), STR_ARG(g->req->unique_id));
    digest_sha256(text, md);
    return (struct str){(const char *)md, GATE_CHARGE_ID_BYTES};
}

static struct limit_item
item(struct passage *g, struct gate_rate rate, size_t number, struct str identifier)
{
    struct arena *mem = g->c->mem;

    return (struct limit_item){
        .scope_id = arena_fmt(mem, "gate_%.*s", STR_ARG(g->p->name)),
        .name = arena_fmt(mem, "%zu.%zu:%.*s", g->at, number, STR_ARG(identifier)),
        .duration_ms = rate.duration_ms,
        .limit = rate.count,
        .cost = 1,
    };
}

/* The limits of the rule for this request, and that of strangers when there is no key. One that has
 * nothing to count by refuses: its item has no room. */
static struct limit_item *
items_of(struct passage *g, const struct key_row *k, bool stranger, size_t *n)
{
    const struct gate_rule *r = g->rule;
    struct limit_item *v = ARENA_ARRAY(g->c->mem, r->n_limit + 1, struct limit_item);
    struct str subject = k ? principal_subject(k) : S("");
    struct str principal =
        k && r->n_limit ? principal_json(g->c->mem, k, NULL, PRINCIPAL_META) : S("");

    *n = 0;
    if (stranger)
        v[(*n)++] =
            item(g, r->anonymous, r->n_limit, netmask_counted(g->c->mem, g->req->target.address));
    for (size_t i = 0; i < r->n_limit; i++) {
        struct gate_rate rate = r->limit[i].rate;
        struct str id;

        if (!gate_policy_identifier(g->c->mem, &r->limit[i], &g->req->target, subject, principal,
                                    &id))
            rate.count = 0;
        v[(*n)++] = item(g, rate, i, id);
    }
    return v;
}

/* Keeps the limit of which less remains. */
static void
tell(struct gate_verdict *v, const struct gate_charge *g)
{
    if (g->has_quota &&
        (!v->told.has_quota || v->refusal != REFUSAL_NONE || g->left < v->told.left))
        v->told = *g;
}

struct once {
    struct str id;
    struct limit_item *items;
    size_t n;
    struct gate_charge told;
};

static enum status
note(struct ctx *c, void *arg)
{
    struct once *o = arg;

    o->told.outcome = verdict_code(VERDICT_VALID);
    verify_svc_tell(o->items, o->n, &o->told);
    return gate_store_insert(c, o->id, &o->told);
}

/* Charges limits where there is no key to charge. */
static enum status
check_limits(struct passage *g, struct limit_item *items, size_t n)
{
    struct ctx *c = g->c;
    struct once o = {.id = charge_id(g, S("")), .items = items, .n = n};
    struct gate_charge *before = NULL;
    bool passed = true;
    enum status st = ST_OK;

    if (o.id.n > 0 || c->now_ms == 0)
        st = gate_store_find(c, o.id, &before); /* also reads the clock */

    if (st != ST_OK)
        return st;
    if (!before) {
        st = limit_svc_charge(c, items, n, c->now_ms, (struct limit_then){o.id.n ? note : NULL, &o},
                              &passed);
        /* somebody else may have charged this very request meanwhile */
        if (o.id.n > 0 && (st == ST_DB_DUPLICATE || (st == ST_OK && !passed)))
            st = gate_store_find(c, o.id, &before);
        verify_svc_tell(items, n, &o.told);
    }
    if (st != ST_OK)
        return st;
    if (!before && !passed) {
        refuse(g, REFUSAL_RATE_LIMITED, S("over a limit of the section"));
        tell(g->out, &o.told);
        return ST_OK;
    }
    tell(g->out, before ? before : &o.told);
    step(g, S("within the limits of the section"));
    return ST_OK;
}

/* Keys */

static struct f_list
tags(struct passage *g)
{
    struct f_str *v = ARENA_ARRAY(g->c->mem, 2, struct f_str);
    const struct gate_target *t = &g->req->target;
    struct str path = arena_fmt(g->c->mem, "path=%.*s", STR_ARG(t->path));

    v[0] = f_str(
        str_utf8_clip(arena_fmt(g->c->mem, "method=%.*s", STR_ARG(t->method)), TAG_MAX_BYTES));
    v[1] = f_str(str_utf8_clip(path, TAG_MAX_BYTES));
    return f_list(v, str_utf8_valid(v[1].v) ? 2 : 1);
}

static struct f_list
key_limits(struct passage *g)
{
    const struct gate_rule *r = g->rule;
    struct verify_limit_in *v = ARENA_ARRAY(g->c->mem, r->n_key_limit + 1, struct verify_limit_in);

    for (size_t i = 0; i < r->n_key_limit; i++) {
        const struct gate_key_limit *k = &r->key_limit[i];
        bool one_off = k->one_off.count > 0;

        v[i] = (struct verify_limit_in){f_str(k->name), f_int(k->cost),
                                        f_int_if(one_off, k->one_off.count),
                                        f_int_if(one_off, k->one_off.duration_ms)};
    }
    return f_list_nonempty(v, r->n_key_limit);
}

/* What the outcome means for the request. */
static enum status
judge(struct passage *g, const struct key_row *k, const struct verify_gate_out *v)
{
    struct str code = verdict_outcome(v->verdict);
    enum refusal refusal = refusal_of(v->verdict);

    if (refusal != REFUSAL_NONE) {
        refuse(g, refusal,
               k ? arena_fmt(g->c->mem, "key %.*s: %.*s", STR_ARG(k->id), STR_ARG(code))
                 : S("unknown key"));
        tell(g->out, &v->told);
        return ST_OK;
    }
    g->out->key = k;
    g->out->verified = &v->key;
    tell(g->out, &v->told);
    step(g, arena_fmt(g->c->mem, "key %.*s is let in%s, credits taken: %lld", STR_ARG(k->id),
                      v->repeated ? " again" : "", (long long)v->spent));
    return ST_OK;
}

static enum status
verify(struct passage *g, struct verify_in *in, const struct key_presented *presented,
       struct str hash)
{
    struct ctx *c = g->c;
    struct verify_gate gate = {.apis = g->rule->api,
                               .n_apis = g->rule->n_api,
                               .policy = g->p->name,
                               .presented = presented,
                               .charge_id = charge_id(g, hash)};
    struct verify_gate_out *out = ARENA_NEW(c->mem, struct verify_gate_out);
    enum status st;

    if (presented->key)
        gate.limits = items_of(g, presented->key, false, &gate.n_limits);
    st = verify_svc_gate(c, &gate, in, out);
    /* a limit the key has not; a path segment that is no permission but an operator */
    if (st == ST_PRECONDITION_FAILED || st == ST_QUERY_SYNTAX) {
        struct str why = c->err.detail;

        err_clear(c);
        return refuse(
            g, st == ST_QUERY_SYNTAX ? REFUSAL_INSUFFICIENT_PERMISSIONS : REFUSAL_INTERNAL, why);
    }
    return st == ST_OK ? judge(g, presented->key, out) : st;
}

static enum status
check_key(struct passage *g, struct str key)
{
    struct ctx *c = g->c;
    struct str hash = digest_key_hash(c->mem, key), query = S("");
    struct verify_credits_in credits = {f_int(gate_policy_cost(g->rule, &g->req->target))};
    struct verify_in in = {.credits = {F_SET, &credits}, .tags = tags(g)};
    struct key_presented presented;
    enum status st = g->by_id ? key_store_presented_id(c, g->req->key_id, S(""), &presented)
                              : key_store_presented(c, hash, charge_id(g, hash), &presented);

    if (st != ST_OK)
        return st;
    in.ratelimits = key_limits(g);
    if (g->rule->permission.n > 0) {
        /* permissions have no slashes: no key has this one, but other refusals come before */
        if (!gate_policy_query(c->mem, g->rule, &g->req->target, &query))
            query = S("/");
        in.permissions = f_str(query);
    }
    return verify(g, &in, &presented, hash);
}

/* Rules */

static enum status
check_login(struct passage *g)
{
    struct str key = gate_policy_key(g->c->mem, g->rule, &g->req->target);
    struct limit_item *items;
    size_t n;

    if (key.n > 0 || g->by_id)
        return check_key(g, key);
    if (g->rule->anonymous.count == 0)
        return refuse(g, REFUSAL_MISSING_CREDENTIALS, S("no key was presented"));
    items = items_of(g, NULL, true, &n);
    return check_limits(g, items, n);
}

static enum status
check_rule(struct passage *g)
{
    const struct gate_rule *r = g->rule;
    struct limit_item *items;
    size_t n;

    if (r->deny)
        return refuse(g, REFUSAL_FIREWALL_DENIED, S("the section denies"));
    if (!gate_policy_admits(r, g->req->target.address))
        return refuse(
            g, REFUSAL_FIREWALL_DENIED,
            arena_fmt(g->c->mem, "address '%.*s' is not let in", STR_ARG(g->req->target.address)));
    if (r->n_api > 0 && !g->out->key)
        return check_login(g);
    items = items_of(g, g->out->key, false, &n);
    if (n > 0)
        return check_limits(g, items, n);
    step(g, S("passes"));
    return ST_OK;
}

static void
find_basic(struct passage *g)
{
    for (size_t i = 0; i < g->rule->n_credential; i++)
        g->out->basic = g->out->basic || g->rule->credential[i].kind == GATE_BASIC;
}

static enum status
pass_rules(struct passage *g)
{
    const struct gate_target *t = &g->req->target;
    bool spoken = false;
    enum status st = ST_OK;

    for (g->at = 0; g->at < g->p->n_rules && st == ST_OK; g->at++) {
        struct str why;

        g->rule = g->p->rules[g->at];
        if (!gate_policy_applies(g->c->mem, g->rule, t, &why)) {
            step(g, arena_fmt(g->c->mem, "skipped: %.*s", STR_ARG(why)));
            continue;
        }
        spoken = true;
        find_basic(g);
        st = check_rule(g);
        if (g->out->refusal != REFUSAL_NONE)
            return st;
    }
    g->rule = NULL;
    if (st != ST_OK)
        return st;
    if (!spoken && !g->p->pass_otherwise)
        return refuse(g, REFUSAL_FIREWALL_DENIED, S("no section speaks of this request"));
    step(g, S("let through"));
    return ST_OK;
}

static enum status
decide(struct passage *g)
{
    *g->out = (struct gate_verdict){.refusal = REFUSAL_NONE, .why = {"", 0}};
    if (!g->req->path_is_clear)
        return refuse(g, REFUSAL_INVALID_PATH, S("the path has no one meaning"));
    if (g->p->preflight && gate_policy_is_preflight(&g->req->target)) {
        step(g, S("let through: a CORS preflight"));
        return ST_OK;
    }
    return pass_rules(g);
}

enum status
gate_svc_decide(struct ctx *c, const struct gate_policy *p, const struct gate_request *req,
                struct gate_verdict *out)
{
    struct passage g = {.c = c, .p = p, .req = req, .out = out};
    enum status st = decide(&g);

    if (st == ST_OK || !p->fail_open)
        return st;
    ctx_log(c, LOG_ERROR, "gate_failed_open", log_s("policy", p->name),
            log_s("cause", c->err.cause.n ? c->err.cause : c->err.detail));
    err_clear(c);
    *out = (struct gate_verdict){.refusal = REFUSAL_NONE, .why = {"", 0}};
    return ST_OK;
}

static enum status
explain_tx(struct ctx *c, void *arg)
{
    enum status st = decide(arg);

    return st == ST_OK ? db_rollback(c) : st;
}

enum status
gate_svc_explain(struct ctx *c, const struct gate_policy *p, const struct gate_request *req,
                 struct gate_verdict *out)
{
    struct passage g = {.c = c, .p = p, .req = req, .out = out, .by_id = req->key_id.n > 0};

    return db_tx(c, explain_tx, &g);
}
