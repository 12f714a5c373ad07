/* Overrides. */
#include "service/override_svc.h"

#include "base/id.h"
#include "domain/pattern.h"
#include "service/access_svc.h"
#include "service/audit_svc.h"

enum { PAGE_DEFAULT = 50 };

/* Finding */

enum status
override_svc_resolve(struct ctx *c, const struct namespace_row *ns, struct str identifier,
                     struct override_row *exact, struct override_row **out)
{
    struct override_row *rows, *best = exact;
    size_t n;
    enum status st;

    *out = exact;
    if (exact || !ns->has_wildcards)
        return ST_OK;
    st = namespace_store_wildcards(c, ns->id, &rows, &n);
    for (size_t i = 0; i < n && st == ST_OK; i++)
        if (pattern_matches(rows[i].identifier, identifier) &&
            (!best || pattern_compare(rows[i].identifier, best->identifier) < 0))
            best = &rows[i];
    *out = best;
    return st;
}

static enum status
no_namespace(struct ctx *c)
{
    return err_set(c, ST_NAMESPACE_NOT_FOUND,
                   "The requested ratelimit namespace does not exist or has been deleted.");
}

/* Says nothing about the request: who may not read an override gets this as well. */
static enum status
no_override(struct ctx *c)
{
    return err_set(c, ST_OVERRIDE_NOT_FOUND,
                   "The requested override does not exist or has been deleted.");
}

/* The namespace, deleted or not, and the override of exactly this identifier, NULL for none. */
static enum status
load(struct ctx *c, struct str namespace, struct str identifier, struct namespace_row **ns,
     struct override_row **exact)
{
    enum status st =
        namespace_store_find(c, c->who->workspace_id, namespace, identifier, ns, exact);

    return st == ST_OK && !*ns ? no_namespace(c) : st;
}

static enum status
load_live(struct ctx *c, struct str namespace, struct str identifier, struct namespace_row **ns,
          struct override_row **exact)
{
    enum status st = load(c, namespace, identifier, ns, exact);

    return st == ST_OK && (*ns)->deleted ? no_namespace(c) : st;
}

static enum status
require(struct ctx *c, enum access need, const struct namespace_row *ns)
{
    return access_svc_require(c, need, (struct access_scope){.ns = ns->id});
}

/* Setting */

struct set {
    const struct override_set_in *in;
    const struct namespace_row *ns;
    struct str id;
};

static enum status
set_tx(struct ctx *c, void *arg)
{
    struct set *s = arg;
    struct override_row row = {id_new(c->mem, "rlor"), s->in->identifier.v, s->in->limit.v,
                               s->in->duration.v};
    struct audit *audit = audit_svc_begin(c, s->ns->workspace_id, AUDIT_CORRELATE_SEVERAL);
    struct audit_event *e;
    bool live = true;
    enum status st = namespace_store_mark(c, s->ns);

    if (st == ST_OK)
        st = namespace_store_hold(c, s->ns->id, &live);
    if (st == ST_OK && !live)
        return no_namespace(c);
    if (st == ST_OK)
        st = namespace_store_override_put(c, s->ns, &row, &s->id);
    if (st != ST_OK)
        return st;
    e = audit_svc_add(audit, "ratelimit.set_override",
                      arena_fmt(c->mem, "Set override %.*s (%.*s) of namespace %.*s",
                                STR_ARG(row.identifier), STR_ARG(s->id), STR_ARG(s->ns->id)));
    audit_svc_target(e, "ratelimitOverride", s->id, row.identifier, S(""));
    return audit_svc_write(audit);
}

enum status
override_svc_set(struct ctx *c, const struct override_set_in *in, struct override_set_out *out)
{
    struct set s = {.in = in};
    struct namespace_row *ns;
    struct override_row *ignored;
    enum status st = load_live(c, in->namespace.v, S(""), &ns, &ignored);

    if (st == ST_OK)
        st = require(c, ACCESS_set_override, ns);
    if (st != ST_OK)
        return st;
    s.ns = ns;
    st = db_tx(c, set_tx, &s);
    out->override_id = f_str(s.id);
    return st;
}

/* Reading */

static struct override_out
describe(const struct override_row *o)
{
    return (struct override_out){f_str(o->id), f_str(o->identifier), f_int(o->limit),
                                 f_int(o->duration_ms)};
}

enum status
override_svc_get(struct ctx *c, const struct override_in *in, struct override_out *out)
{
    struct namespace_row *ns;
    struct override_row *o;
    enum status st = load_live(c, in->namespace.v, in->identifier.v, &ns, &o);

    if (st == ST_OK)
        st = override_svc_resolve(c, ns, in->identifier.v, o, &o);
    if (st != ST_OK)
        return st;
    if (!o || !access_svc_allows(c, ACCESS_read_override,
                                 (struct access_scope){.ns = ns->id, .override = o->id}))
        return no_override(c);
    *out = describe(o);
    return ST_OK;
}

enum status
override_svc_list(struct ctx *c, const struct override_list_in *in, struct f_list *out,
                  struct str *next)
{
    size_t limit = (size_t)f_int_or(in->limit, PAGE_DEFAULT), n = 0;
    struct namespace_row *ns;
    struct override_row *rows, *ignored;
    struct override_out *page;
    enum status st = load(c, in->namespace.v, S(""), &ns, &ignored);

    if (st == ST_OK)
        st = require(c, ACCESS_list_overrides, ns);
    if (st == ST_OK)
        st = namespace_store_override_page(c, ns->id, f_str_or_empty(in->cursor),
                                           (int64_t)limit + 1, &rows, &n);
    if (st != ST_OK)
        return st;
    if (n > limit) {
        *next = rows[limit].id;
        n = limit;
    }
    page = ARENA_ARRAY(c->mem, n + 1, struct override_out);
    for (size_t i = 0; i < n; i++)
        page[i] = describe(&rows[i]);
    *out = f_list(page, n);
    return ST_OK;
}

/* Deleting */

struct erase {
    const struct namespace_row *ns;
    const struct override_row *o;
};

static enum status
delete_tx(struct ctx *c, void *arg)
{
    const struct erase *d = arg;
    struct audit *audit = audit_svc_begin(c, d->ns->workspace_id, AUDIT_CORRELATE_SEVERAL);
    struct audit_event *e;
    bool done;
    enum status st = namespace_store_override_delete(c, d->o->id, &done);

    if (st == ST_OK && !done)
        return no_override(c); /* somebody else was faster */
    if (st != ST_OK)
        return st;
    e = audit_svc_add(audit, "ratelimit.delete_override",
                      arena_fmt(c->mem, "Deleted override %.*s (%.*s) of namespace %.*s",
                                STR_ARG(d->o->identifier), STR_ARG(d->o->id), STR_ARG(d->ns->id)));
    audit_svc_target(e, "ratelimitOverride", d->o->id, d->o->identifier, S(""));
    audit_svc_target(e, "ratelimitNamespace", d->ns->id, d->ns->name, S(""));
    return audit_svc_write(audit);
}

enum status
override_svc_delete(struct ctx *c, const struct override_in *in)
{
    struct namespace_row *ns;
    struct override_row *o;
    enum status st = load_live(c, in->namespace.v, in->identifier.v, &ns, &o);

    if (st == ST_OK)
        st = require(c, ACCESS_delete_override, ns);
    if (st == ST_OK && !o)
        st = no_override(c);
    return st == ST_OK ? db_tx(c, delete_tx, &(struct erase){ns, o}) : st;
}
