/* Rate limits of namespaces. */
#include "service/ratelimit_svc.h"

#include "base/conf.h"
#include "base/id.h"
#include "base/sb.h"
#include "base/utc.h"
#include "service/access_svc.h"
#include "service/audit_svc.h"
#include "service/limit_svc.h"
#include "service/override_svc.h"
#include "service/premise.h"
#include "service/recorder.h"

#include <stdlib.h>

/* One limit of a request with what was found for it. */
struct target {
    const struct limit_in *in;
    struct namespace_row *ns;
    struct override_row *override;
    struct str token_hash;
    bool assumed; /* caller and namespace are as a former request saw them */
};

static int64_t
now_of(const struct ctx *c)
{
    return c->test_time_ms ? c->test_time_ms : c->now_ms;
}

/* Namespaces */

struct creation {
    struct namespace_row *rows;
    size_t n;
};

static enum status
create_tx(struct ctx *c, void *arg)
{
    struct creation *cr = arg;
    struct audit *audit = audit_svc_begin(c, c->who->workspace_id, AUDIT_CORRELATE_SEVERAL);

    for (size_t i = 0; i < cr->n; i++) {
        struct namespace_row *ns = &cr->rows[i];
        struct audit_event *e;
        enum status st = namespace_store_insert(c, ns);

        if (st == ST_DB_DUPLICATE)
            continue; /* somebody else was faster, and recorded it */
        if (st != ST_OK)
            return st;
        e = audit_svc_add(audit, "ratelimitNamespace.create",
                          arena_fmt(c->mem, "Created ratelimit namespace %.*s (%.*s)",
                                    STR_ARG(ns->name), STR_ARG(ns->id)));
        audit_svc_target(e, "ratelimitNamespace", ns->id, ns->name, S(""));
    }
    return audit_svc_write(audit);
}

static int
by_name(const void *a, const void *b)
{
    return str_cmp(((const struct namespace_row *)a)->name,
                   ((const struct namespace_row *)b)->name);
}

/* Creates the namespaces that targets lack, each once, and finds them again. */
static enum status
create_missing(struct ctx *c, struct target *t, size_t n)
{
    struct creation cr = {ARENA_ARRAY(c->mem, n, struct namespace_row), 0};
    enum status st = access_svc_require(c, ACCESS_create_namespace, (struct access_scope){0});

    for (size_t i = 0; i < n; i++) {
        struct namespace_row row = {.workspace_id = c->who->workspace_id,
                                    .name = t[i].in->namespace.v};
        size_t at = 0;

        while (at < cr.n && !str_eq(cr.rows[at].name, row.name))
            at++;
        if (t[i].ns || at < cr.n)
            continue;
        row.id = id_new(c->mem, "rlns");
        cr.rows[cr.n++] = row;
    }
    qsort(cr.rows, cr.n, sizeof(*cr.rows), by_name); /* the same order for all concurrent callers */
    if (st == ST_OK)
        st = db_tx(c, create_tx, &cr);
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        if (t[i].ns)
            continue;
        st = namespace_store_find(c, c->who->workspace_id, t[i].in->namespace.v,
                                  t[i].in->identifier.v, &t[i].ns, &t[i].override);
        if (st == ST_OK && !t[i].ns)
            st = err_set(c, ST_UNEXPECTED, "Unable to create the ratelimit namespace.");
    }
    return st;
}

static enum status
gone(struct ctx *c, const struct namespace_row *ns)
{
    return err_set(c, ST_NAMESPACE_GONE,
                   "The ratelimit namespace '%.*s' was deleted; ask the operator to restore it.",
                   STR_ARG(ns->name));
}

static enum status
resolve_override(struct ctx *c, struct target *t)
{
    return override_svc_resolve(c, t->ns, t->in->identifier.v, t->override, &t->override);
}

static struct limit_item
item_of(const struct target *t)
{
    return (struct limit_item){
        .scope_id = t->ns->id,
        .name = t->in->identifier.v,
        .limit = t->override ? t->override->limit : t->in->limit.v,
        .duration_ms = t->override ? t->override->duration_ms : t->in->duration.v,
        .cost = f_int_or(t->in->cost, 1),
    };
}

static struct str
override_id(const struct target *t)
{
    return t->override ? t->override->id : S("");
}

static void
record(struct ctx *c, const struct target *t, const struct limit_item *item, size_t position,
       int64_t latency_ms)
{
    struct decision_event e = {
        .workspace_id = c->who->workspace_id,
        .time = c->now_ms,
        .request_id = c->request_id,
        .position = (int64_t)position,
        .namespace_id = t->ns->id,
        .identifier = t->in->identifier.v,
        .passed = item->fits,
        .override_id = override_id(t),
        .limit = item->limit,
        .remaining = item->remaining,
        .resets_at = item->reset,
        .tokens = item->cost,
        .latency_ms = latency_ms,
    };

    if (c->conf->analytics && c->recorder)
        recorder_decision(c->recorder, &e);
}

static int64_t
latency_ms(const struct ctx *c)
{
    return (utc_mono_us() - c->started_us) / 1000;
}

/* ratelimit.limit */

/* Whether something can be taken: else there is only a look, or a refusal without one. */
static bool
takes(const struct limit_in *in)
{
    int64_t cost = f_int_or(in->cost, 1);

    return cost > 0 && cost <= in->limit.v;
}

enum status
ratelimit_svc_identify(struct ctx *c, const struct limit_in *in, struct str token_hash)
{
    struct target *t = ARENA_NEW(c->mem, struct target);
    const struct premise *kept = NULL;
    struct caller *caller;
    enum status st = ST_OK;

    t->in = in;
    t->token_hash = token_hash;
    c->prefetched = t;
    if (c->premises && !c->test_time_ms && takes(in))
        kept = premise_find(c->premises, token_hash, in->namespace.v);
    if (kept) {
        t->assumed = true;
        t->ns = ARENA_NEW(c->mem, struct namespace_row);
        *t->ns = kept->ns;
        caller = ARENA_NEW(c->mem, struct caller);
        *caller = kept->caller;
        c->now_ms = premise_now(c->premises);
    } else {
        st = namespace_store_with_caller(c, token_hash, in->namespace.v, in->identifier.v, &caller,
                                         &t->ns, &t->override);
    }
    return st == ST_OK ? access_svc_accept(c, caller, token_hash) : st;
}

/* Charges if all that was assumed is still true; ST_STALE when it is not. A connection that was cut
 * while nothing happened comes to the same: to count twice refuses too early at worst. */
static enum status
charge_assuming(struct ctx *c, struct target *t, struct limit_item *item, bool *passed)
{
    struct counter_premise p = {.root_hash = t->token_hash,
                                .permissions = c->who->permissions,
                                .namespace_id = t->ns->id,
                                .namespace_name = t->ns->name};
    bool holds = false;
    enum status st = limit_svc_charge_if(c, item, c->now_ms, &p, &holds, passed);

    if (st == ST_OK && holds)
        return ST_OK;
    premise_drop(c->premises, t->token_hash, t->in->namespace.v);
    if (st != ST_OK && st != ST_SERVICE_UNAVAILABLE)
        return st;
    err_clear(c);
    return ST_STALE;
}

static enum status
charge(struct ctx *c, struct target *t, struct limit_item *item, bool *passed)
{
    enum status st;

    if (t->assumed)
        return charge_assuming(c, t, item, passed);
    st = limit_svc_charge(c, item, 1, now_of(c), (struct limit_then){NULL, NULL}, passed);
    if (st == ST_OK && c->premises)
        premise_keep(c->premises, t->token_hash, t->in->namespace.v, c->who, t->ns, c->now_ms);
    return st;
}

enum status
ratelimit_svc_limit(struct ctx *c, const struct limit_in *in, struct limit_out *out)
{
    struct target *t = c->prefetched;
    struct limit_item item;
    bool passed;
    enum status st = ST_OK;

    t->in = in;
    if (!t->ns)
        st = create_missing(c, t, 1);
    if (st == ST_OK && t->ns->deleted)
        st = gone(c, t->ns);
    if (st == ST_OK)
        st = access_svc_require(c, ACCESS_limit, (struct access_scope){.ns = t->ns->id});
    if (st == ST_OK)
        st = resolve_override(c, t);
    if (st != ST_OK)
        return st;
    item = item_of(t);
    st = charge(c, t, &item, &passed);
    if (st != ST_OK)
        return st;
    *out = (struct limit_out){f_bool(passed), f_int(item.limit), f_int(item.remaining),
                              f_int(item.reset), f_str_nonempty(override_id(t))};
    if (!c->metrics_off)
        record(c, t, &item, 0, latency_ms(c));
    return ST_OK;
}

/* ratelimit.multiLimit */

/* any(ratelimit.*.limit, all(ratelimit.<ns>.limit of every namespace)) */
static enum status
require_all(struct ctx *c, const struct target *t, size_t n)
{
    struct sb spec;

    sb_init(&spec, c->mem, 256);
    sb_puts(&spec, "any(ratelimit.*.limit, all(");
    for (size_t i = 0; i < n; i++) {
        size_t before = 0;

        while (before < i && t[before].ns != t[i].ns && !str_eq(t[before].ns->id, t[i].ns->id))
            before++;
        if (before == i)
            sb_addf(&spec, "%sratelimit.%.*s.limit", i ? ", " : "", STR_ARG(t[i].ns->id));
    }
    sb_puts(&spec, "))");
    return access_svc_require_spec(c, sb_str(&spec).p, (struct access_scope){0});
}

static enum status
resolve_all(struct ctx *c, struct target *t, size_t n)
{
    bool missing = false;
    enum status st = ST_OK;

    for (size_t i = 0; i < n && st == ST_OK; i++) {
        st = namespace_store_find(c, c->who->workspace_id, t[i].in->namespace.v,
                                  t[i].in->identifier.v, &t[i].ns, &t[i].override);
        missing = missing || !t[i].ns;
    }
    if (st == ST_OK && missing)
        st = create_missing(c, t, n);
    if (st == ST_OK)
        st = require_all(c, t, n);
    for (size_t i = 0; i < n && st == ST_OK; i++)
        st = t[i].ns->deleted ? gone(c, t[i].ns) : resolve_override(c, &t[i]);
    return st;
}

enum status
ratelimit_svc_multi(struct ctx *c, const struct f_list *in, struct multi_out *out)
{
    size_t n = in->n;
    struct target *t = ARENA_ARRAY(c->mem, n, struct target);
    struct limit_item *items = ARENA_ARRAY(c->mem, n, struct limit_item);
    struct multi_item_out *limits = ARENA_ARRAY(c->mem, n, struct multi_item_out);
    bool passed;
    enum status st;

    for (size_t i = 0; i < n; i++)
        t[i].in = (const struct limit_in *)in->v + i;
    st = resolve_all(c, t, n);
    for (size_t i = 0; i < n && st == ST_OK; i++)
        items[i] = item_of(&t[i]);
    if (st == ST_OK)
        st = limit_svc_charge(c, items, n, now_of(c), (struct limit_then){NULL, NULL}, &passed);
    if (st != ST_OK)
        return st;
    for (size_t i = 0; i < n; i++) {
        limits[i] = (struct multi_item_out){
            .namespace = f_str(t[i].in->namespace.v),
            .identifier = f_str(t[i].in->identifier.v),
            .passed = f_bool(items[i].fits),
            .limit = f_int(items[i].limit),
            .remaining = f_int(items[i].remaining),
            .reset = f_int(items[i].reset),
            .override_id = f_str_nonempty(override_id(&t[i])),
        };
        record(c, &t[i], &items[i], i, latency_ms(c) / (int64_t)n);
    }
    *out = (struct multi_out){f_bool(passed), f_list(limits, n)};
    return ST_OK;
}
