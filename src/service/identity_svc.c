/* Identities. A transaction that changes one locks its row first, so that changes of its limits
 * come one after the other. */
#include "service/identity_svc.h"

#include "base/id.h"
#include "service/access_svc.h"
#include "service/audit_svc.h"

#include <assert.h>
#include <stdlib.h>

enum { META_MAX = 1024 * 1024, PAGE_DEFAULT = 100 };

/* Finding */

enum status
identity_svc_ensure(struct ctx *c, struct str workspace_id, struct str external_id,
                    struct str *identity_id)
{
    struct identity_row fresh = {
        .workspace_id = workspace_id, .external_id = external_id, .meta = S("{}")};
    struct identity_row *there;
    enum status st;

    assert(db_in_tx(c->db));
    st = identity_store_by_external_id(c, workspace_id, external_id, &there);
    if (st == ST_OK && !there) {
        fresh.id = id_new(c->mem, "id");
        st = identity_store_insert(c, &fresh);
        if (st == ST_OK)
            there = &fresh;
        else if (st == ST_DB_DUPLICATE) /* somebody else was faster */
            st = identity_store_by_external_id(c, workspace_id, external_id, &there);
    }
    if (st != ST_OK)
        return st;
    if (!there)
        return ST_DB_RETRY; /* created and deleted by others in between */
    *identity_id = there->id;
    return ST_OK;
}

static int
by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int
by_external_id(const void *a, const void *b)
{
    return str_cmp(((const struct identity_row *)a)->external_id,
                   ((const struct identity_row *)b)->external_id);
}

/* Those of n sorted external ids that have an identity, sorted as well. */
static enum status
find_sorted(struct ctx *c, struct str workspace_id, const struct str *ids, size_t n,
            struct identity_row **rows, size_t *found)
{
    enum status st = identity_store_by_external_ids(c, workspace_id, ids, n, rows, found);

    qsort(*rows, *found, sizeof(**rows), by_external_id);
    return st;
}

enum status
identity_svc_ensure_all(struct ctx *c, struct str workspace_id, const struct str *external_ids,
                        size_t n, struct identity_row **rows, size_t *n_rows)
{
    struct str *ids = ARENA_ARRAY(c->mem, n + 1, struct str);
    struct identity_row *fresh = ARENA_ARRAY(c->mem, n + 1, struct identity_row);
    size_t n_ids = 0, n_fresh = 0, at = 0;
    enum status st;

    assert(db_in_tx(c->db));
    for (size_t i = 0; i < n; i++)
        ids[i] = external_ids[i];
    qsort(ids, n, sizeof(*ids), by_bytes);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !str_eq(ids[i], ids[n_ids - 1]))
            ids[n_ids++] = ids[i];
    st = find_sorted(c, workspace_id, ids, n_ids, rows, n_rows);
    for (size_t i = 0; i < n_ids; i++) {
        if (at < *n_rows && str_eq((*rows)[at].external_id, ids[i]))
            at++;
        else
            fresh[n_fresh++] =
                (struct identity_row){id_new(c->mem, "id"), workspace_id, ids[i], S("{}")};
    }
    if (st != ST_OK || n_fresh == 0)
        return st;
    st = identity_store_insert_missing(c, fresh, n_fresh);
    if (st == ST_OK)
        st = find_sorted(c, workspace_id, ids, n_ids, rows, n_rows);
    if (st == ST_OK && *n_rows < n_ids)
        return ST_DB_RETRY; /* deleted by others in between */
    return st;
}

static enum status
not_found(struct ctx *c)
{
    return err_set(c, ST_IDENTITY_NOT_FOUND,
                   "The requested identity does not exist or has been deleted.");
}

static enum status
load(struct ctx *c, struct str identity, struct identity_row **out)
{
    enum status st = identity_store_find(c, c->who->workspace_id, identity, out);

    return st == ST_OK && !*out ? not_found(c) : st;
}

static enum status
meta_check(struct ctx *c, struct f_map meta)
{
    if (meta.state != F_SET || meta.v.n <= META_MAX)
        return ST_OK;
    return err_set(c, ST_INVALID_INPUT,
                   "Metadata is too large: at most %.1f MB (%d bytes) of JSON, got %.1f MB (%zu "
                   "bytes).",
                   META_MAX / 1e6, META_MAX, (double)meta.v.n / 1e6, meta.v.n);
}

/* Audit events */

static void
audit_identity(struct audit *a, const char *event, const char *did, const struct identity_row *i)
{
    struct audit_event *e = audit_svc_add(a, event,
                                          arena_fmt(a->c->mem, "%s identity %.*s (%.*s)", did,
                                                    STR_ARG(i->external_id), STR_ARG(i->id)));

    audit_svc_target(e, "identity", i->id, i->external_id, S(""));
}

static void
audit_limits(struct audit *a, const char *event, const char *did, const struct identity_row *i,
             const struct ratelimit_row *limits, size_t n)
{
    for (const struct ratelimit_row *r = limits; r < limits + n; r++) {
        struct audit_event *e =
            audit_svc_add(a, event,
                          arena_fmt(a->c->mem, "%s ratelimit %.*s (%.*s) of identity %.*s", did,
                                    STR_ARG(r->name), STR_ARG(r->id), STR_ARG(i->id)));

        audit_svc_target(e, "identity", i->id, i->external_id, S(""));
        audit_svc_target(e, "ratelimit", r->id, r->name, S(""));
    }
}

/* Limits */

static struct ratelimit_row *
limit_named(struct ratelimit_row *rows, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].name, name))
            return &rows[i];
    return NULL;
}

static struct ratelimit_row
limit_of(const struct ratelimit_in *in, struct str id)
{
    return (struct ratelimit_row){id, in->name.v, in->limit.v, in->duration.v, in->auto_apply.v};
}

/* Creating */

struct create {
    struct identity_row i;
    struct ratelimit_row *limits;
    size_t n;
};

/* One row per name, at the place of the first and with the values of the last. */
static void
merge_limits(struct ctx *c, struct f_list in, struct create *cr)
{
    const struct ratelimit_in *items = in.v;

    cr->limits = ARENA_ARRAY(c->mem, in.n + 1, struct ratelimit_row);
    for (size_t i = 0; i < in.n; i++) {
        struct ratelimit_row *there = limit_named(cr->limits, cr->n, items[i].name.v);

        if (there)
            *there = limit_of(&items[i], there->id);
        else
            cr->limits[cr->n++] = limit_of(&items[i], id_new(c->mem, "rl"));
    }
}

static enum status
taken(struct ctx *c, const struct identity_row *i)
{
    struct identity_row *there;
    enum status st = identity_store_by_external_id(c, i->workspace_id, i->external_id, &there);

    if (st != ST_OK)
        return st;
    if (!there)
        return ST_DB_RETRY; /* deleted in between */
    return err_set(c, ST_IDENTITY_EXISTS, "An identity with the externalId '%.*s' already exists.",
                   STR_ARG(i->external_id));
}

static enum status
create_tx(struct ctx *c, void *arg)
{
    struct create *cr = arg;
    struct audit *audit = audit_svc_begin(c, cr->i.workspace_id, AUDIT_CORRELATE_ALWAYS);
    enum status st = identity_store_insert(c, &cr->i);

    if (st == ST_DB_DUPLICATE)
        return taken(c, &cr->i);
    if (st == ST_OK)
        st = ratelimit_store_insert(c, cr->i.id, cr->i.workspace_id, cr->limits, cr->n);
    if (st != ST_OK)
        return st;
    audit_identity(audit, "identity.create", "Created", &cr->i);
    audit_limits(audit, "ratelimit.create", "Created", &cr->i, cr->limits, cr->n);
    return audit_svc_write(audit);
}

enum status
identity_svc_create(struct ctx *c, const struct identity_create_in *in,
                    struct identity_create_out *out)
{
    struct create cr = {.i = {.id = id_new(c->mem, "id"),
                              .workspace_id = c->who->workspace_id,
                              .external_id = in->external_id.v,
                              .meta = in->meta.state == F_SET ? in->meta.v : S("{}")}};
    enum status st = access_svc_require(c, ACCESS_create_identity, (struct access_scope){0});

    if (st == ST_OK)
        st = meta_check(c, in->meta);
    if (st != ST_OK)
        return st;
    merge_limits(c, in->ratelimits, &cr);
    st = db_tx(c, create_tx, &cr);
    out->identity_id = f_str(cr.i.id);
    return st;
}

/* Reading */

static struct identity_out
describe(struct ctx *c, const struct identity_row *i, const struct ratelimit_row *limits, size_t n)
{
    return (struct identity_out){f_str(i->id), f_str(i->external_id), shape_meta(i->meta),
                                 shape_ratelimits(c->mem, limits, n)};
}

enum status
identity_svc_get(struct ctx *c, struct str identity, struct identity_out *out)
{
    struct identity_row *i;
    struct ratelimit_row *limits;
    size_t n;
    enum status st = load(c, identity, &i);

    if (st == ST_OK)
        st = access_svc_require(c, ACCESS_read_identity, (struct access_scope){.identity = i->id});
    if (st == ST_OK)
        st = ratelimit_store_of(c, i->id, &limits, &n);
    if (st == ST_OK)
        *out = describe(c, i, limits, n);
    return st;
}

static enum status
list_permitted(struct ctx *c, const struct identity_row *rows, size_t n)
{
    enum status st = ST_OK;

    for (size_t i = 0; i < n && st == ST_OK; i++)
        st = access_svc_require(c, ACCESS_read_identity,
                                (struct access_scope){.identity = rows[i].id});
    return st;
}

enum status
identity_svc_list(struct ctx *c, const struct identity_list_in *in, struct f_list *out,
                  struct str *next)
{
    size_t limit = (size_t)f_int_or(in->limit, PAGE_DEFAULT), n = 0;
    struct identity_row *rows;
    struct ratelimit_list *limits;
    struct identity_out *page;
    struct str *ids;
    enum status st = identity_store_list(c, c->who->workspace_id, f_str_or_empty(in->cursor),
                                         str_trim_unicode(f_str_or_empty(in->search)),
                                         (int64_t)limit + 1, &rows, &n);

    if (n > limit) {
        *next = rows[limit].id;
        n = limit;
    }
    if (st == ST_OK)
        st = list_permitted(c, rows, n);
    if (st != ST_OK)
        return st;
    ids = ARENA_ARRAY(c->mem, n + 1, struct str);
    page = ARENA_ARRAY(c->mem, n + 1, struct identity_out);
    for (size_t i = 0; i < n; i++)
        ids[i] = rows[i].id;
    st = ratelimit_store_of_each(c, ids, n, &limits);
    for (size_t i = 0; i < n; i++)
        page[i] = describe(c, &rows[i], limits[i].rows, limits[i].n);
    *out = f_list(page, n);
    return st;
}

/* Changing */

struct update {
    const struct identity_update_in *in;
    struct str id;
    struct identity_row *i;
    struct ratelimit_row *limits; /* as they are in the end */
    size_t n;
};

static enum status
names_check(struct ctx *c, struct f_list limits)
{
    const struct ratelimit_in *in = limits.v;

    for (size_t i = 0; i < limits.n; i++)
        for (size_t j = 0; j < i; j++)
            if (str_eq(in[i].name.v, in[j].name.v))
                return err_set(c, ST_INVALID_INPUT,
                               "The ratelimit name '%.*s' is given more than once.",
                               STR_ARG(in[i].name.v));
    return ST_OK;
}

/* Limits whose names are not wanted any more. */
static enum status
remove_limits(struct ctx *c, struct update *u, struct audit *audit)
{
    const struct ratelimit_in *in = u->in->ratelimits.v;
    enum status st = ST_OK;

    for (size_t i = 0; i < u->n && st == ST_OK; i++) {
        size_t j = 0;

        while (j < u->in->ratelimits.n && !str_eq(in[j].name.v, u->limits[i].name))
            j++;
        if (j < u->in->ratelimits.n)
            continue;
        st = ratelimit_store_delete(c, u->i->id, u->limits[i].name);
        audit_limits(audit, "ratelimit.delete", "Deleted", u->i, &u->limits[i], 1);
    }
    return st;
}

/* Makes the limits those of the request: names that are gone are removed, the others changed in
 * place or added. */
static enum status
replace_limits(struct ctx *c, struct update *u, struct audit *audit)
{
    struct f_list list = u->in->ratelimits;
    const struct ratelimit_in *in = list.v;
    struct ratelimit_row *kept = ARENA_ARRAY(c->mem, list.n + 1, struct ratelimit_row);
    struct ratelimit_row *fresh = ARENA_ARRAY(c->mem, list.n + 1, struct ratelimit_row);
    size_t n_kept = 0, n_fresh = 0;
    enum status st = remove_limits(c, u, audit);

    for (size_t i = 0; i < list.n && st == ST_OK; i++) {
        const struct ratelimit_row *there = limit_named(u->limits, u->n, in[i].name.v);

        if (!there) {
            fresh[n_fresh++] = limit_of(&in[i], id_new(c->mem, "rl"));
            continue;
        }
        kept[n_kept] = limit_of(&in[i], there->id);
        st = ratelimit_store_update(c, u->i->id, &kept[n_kept++]);
    }
    if (st == ST_OK)
        st = ratelimit_store_insert(c, u->i->id, u->i->workspace_id, fresh, n_fresh);
    audit_limits(audit, "ratelimit.update", "Updated", u->i, kept, n_kept);
    audit_limits(audit, "ratelimit.create", "Created", u->i, fresh, n_fresh);
    for (size_t i = 0; i < n_fresh; i++)
        kept[n_kept++] = fresh[i];
    u->limits = kept;
    u->n = n_kept;
    return st;
}

static enum status
update_tx(struct ctx *c, void *arg)
{
    struct update *u = arg;
    struct audit *audit = audit_svc_begin(c, c->who->workspace_id, AUDIT_CORRELATE_ALWAYS);
    enum status st = identity_store_lock(c, u->id, &u->i);

    if (st == ST_OK && !u->i)
        return not_found(c);
    if (st == ST_OK && u->in->meta.state == F_SET)
        st = identity_store_set_meta(c, u->id, u->in->meta.v);
    if (st == ST_OK)
        st = ratelimit_store_of(c, u->id, &u->limits, &u->n);
    if (st != ST_OK)
        return st;
    audit_identity(audit, "identity.update", "Updated", u->i);
    if (u->in->ratelimits.state == F_SET)
        st = replace_limits(c, u, audit);
    return st == ST_OK ? audit_svc_write(audit) : st;
}

enum status
identity_svc_update(struct ctx *c, const struct identity_update_in *in, struct identity_out *out)
{
    struct update u = {.in = in};
    struct identity_row *i;
    enum status st = access_svc_require(c, ACCESS_update_identity, (struct access_scope){0});

    if (st == ST_OK)
        st = names_check(c, in->ratelimits);
    if (st == ST_OK)
        st = meta_check(c, in->meta);
    if (st == ST_OK)
        st = load(c, in->identity.v, &i);
    if (st != ST_OK)
        return st;
    u.id = i->id;
    st = db_tx(c, update_tx, &u);
    if (st != ST_OK)
        return st;
    *out = describe(c, i, u.limits, u.n);
    out->meta = shape_meta(in->meta.v);
    return ST_OK;
}

/* Deleting */

static enum status
delete_tx(struct ctx *c, void *arg)
{
    const struct identity_row *loaded = arg;
    struct audit *audit = audit_svc_begin(c, loaded->workspace_id, AUDIT_CORRELATE_ALWAYS);
    struct identity_row *i;
    struct ratelimit_row *limits;
    size_t n;
    enum status st = identity_store_lock(c, loaded->id, &i);

    if (st != ST_OK || !i) /* somebody else has deleted it, and recorded that */
        return st;
    st = identity_store_erase_deleted(c, i->workspace_id, i->external_id);
    if (st == ST_OK)
        st = ratelimit_store_of(c, i->id, &limits, &n);
    if (st == ST_OK)
        st = identity_store_soft_delete(c, i->id);
    if (st != ST_OK)
        return st;
    audit_identity(audit, "identity.delete", "Deleted", i);
    audit_limits(audit, "ratelimit.delete", "Deleted", i, limits, n);
    return audit_svc_write(audit);
}

enum status
identity_svc_delete(struct ctx *c, struct str identity)
{
    struct identity_row *i;
    enum status st = access_svc_require(c, ACCESS_delete_identity, (struct access_scope){0});

    if (st == ST_OK)
        st = load(c, identity, &i);
    return st == ST_OK ? db_tx(c, delete_tx, i) : st;
}
