/* Roles. */
#include "service/role_svc.h"

#include "base/id.h"
#include "service/access_svc.h"
#include "service/grant_svc.h"

#include <stdlib.h>

/* An answer with more might not fit into the memory of a request. */
enum { PAGE_PERMISSIONS = 20000 };

static enum status
require(struct ctx *c, enum access need)
{
    return access_svc_require(c, need, (struct access_scope){0});
}

static enum status
not_found(struct ctx *c)
{
    return err_set(c, ST_ROLE_NOT_FOUND, "The requested role does not exist.");
}

/* Audit */

static void
target_role(struct audit *a, struct audit_event *e, const struct role_row *r)
{
    audit_svc_target(e, "role", r->id, r->name,
                     AUDIT_META(a->c->mem, {"name", r->name}, {"description", r->description}));
}

static void
event(struct audit *a, const char *name, const char *verb, const struct role_row *r)
{
    target_role(a,
                audit_svc_add(a, name,
                              arena_fmt(a->c->mem, "%s role %.*s (%.*s)", verb, STR_ARG(r->name),
                                        STR_ARG(r->id))),
                r);
}

static void
event_link(struct audit *a, const char *name, const char *what, const struct role_row *r,
           const struct permission_row *p)
{
    struct audit_event *e = audit_svc_add(a, name,
                                          arena_fmt(a->c->mem, "%s: permission %.*s, role %.*s",
                                                    what, STR_ARG(p->slug), STR_ARG(r->name)));

    target_role(a, e, r);
    audit_svc_target(e, "permission", p->id, p->slug, S(""));
}

/* Permissions of roles */

/* Puts n permissions that the role does not have into it. */
static enum status
connect(struct audit *a, const struct role_row *r, const struct permission_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        event_link(a, "authorization.connect_role_and_permission", "Added to a role", r, &rows[i]);
    return role_store_link(a->c, r->id, rbac_svc_permission_ids(a->c, rows, n), n);
}

/* Takes n permissions that the role has out of it. */
static enum status
disconnect(struct audit *a, const struct role_row *r, const struct permission_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        event_link(a, "authorization.disconnect_role_and_permissions", "Removed from a role", r,
                   &rows[i]);
    return role_store_unlink(a->c, r->id, rbac_svc_permission_ids(a->c, rows, n), n);
}

enum status
role_svc_describe(struct ctx *c, const struct role_row *roles, size_t n, struct f_list *out)
{
    struct role_out *all = ARENA_ARRAY(c->mem, n + 1, struct role_out);
    struct permission_out *shown;
    struct permission_row *rows;
    struct str *of;
    size_t total;
    enum status st =
        role_store_permissions(c, rbac_svc_role_ids(c, roles, n), n, &rows, &of, &total);

    if (st != ST_OK)
        return st;
    shown = rbac_shape_permissions(c->mem, rows, total);
    for (size_t i = 0; i < n; i++)
        all[i] = rbac_shape_role(&roles[i], (struct f_list){F_ABSENT, NULL, 0});
    for (size_t first = 0, end; first < total; first = end) { /* the run of one role */
        size_t i = 0;

        for (end = first + 1; end < total && str_eq(of[end], of[first]);)
            end++;
        while (i < n && !str_eq(roles[i].id, of[first]))
            i++;
        if (i < n)
            all[i].permissions = f_list(shown + first, end - first);
    }
    *out = f_list(all, n);
    return ST_OK;
}

/* Creating */

struct create {
    struct role_row role;
    struct f_list permissions;
};

static enum status
create_tx(struct ctx *c, void *arg)
{
    const struct create *cr = arg;
    struct str ws = c->who->workspace_id;
    struct audit *audit = audit_svc_begin(c, ws, AUDIT_CORRELATE_SEVERAL);
    struct rbac_permissions p;
    enum status st = rbac_svc_permissions_permitted(c, ws, cr->permissions,
                                                    ACCESS_create_permission_for_role, &p);

    if (st != ST_OK)
        return st;
    st = role_store_insert(c, ws, &cr->role);
    if (st == ST_DB_DUPLICATE)
        return err_set(c, ST_ROLE_EXISTS, "A role with the name '%.*s' already exists.",
                       STR_ARG(cr->role.name));
    if (st != ST_OK)
        return st;
    event(audit, "role.create", "Created", &cr->role);
    grant_svc_audit_all_created(audit, &p);
    st = connect(audit, &cr->role, p.rows, p.n);
    return st == ST_OK ? audit_svc_write(audit) : st;
}

enum status
role_svc_create(struct ctx *c, const struct role_create_in *in, struct str *id)
{
    struct create cr = {
        .role = {S(""), in->name.v, f_str_or_empty(in->description)},
        .permissions = in->permissions,
    };
    enum status st = require(c, ACCESS_create_role);

    if (st == ST_OK && in->permissions.n > 0)
        st = require(c, ACCESS_add_permission_to_role);
    if (st != ST_OK)
        return st;
    cr.role.id = id_new(c->mem, "role");
    *id = cr.role.id;
    return db_tx(c, create_tx, &cr);
}

/* Reading */

static enum status
find(struct ctx *c, struct str id_or_name, struct role_row **out)
{
    enum status st = role_store_find(c, c->who->workspace_id, id_or_name, out);

    return st == ST_OK && !*out ? not_found(c) : st;
}

enum status
role_svc_get(struct ctx *c, struct str id_or_name, struct role_out *out)
{
    struct role_row *r;
    struct f_list one;
    enum status st = require(c, ACCESS_read_role);

    if (st == ST_OK)
        st = find(c, id_or_name, &r);
    if (st == ST_OK)
        st = role_svc_describe(c, r, 1, &one);
    if (st == ST_OK)
        *out = *(const struct role_out *)one.v;
    return st;
}

/* Lowers *n to as many roles as one answer has room for: with all their permissions, at least one
 * role. */
static enum status
cut_page(struct ctx *c, const struct role_row *rows, size_t *n)
{
    int64_t *counts = ARENA_ARRAY(c->mem, *n + 1, int64_t), total = 0;
    enum status st = role_store_count_permissions(c, rbac_svc_role_ids(c, rows, *n), *n, counts);

    for (size_t i = 0; st == ST_OK && i < *n; i++) {
        total += counts[i];
        if (i > 0 && total > PAGE_PERMISSIONS)
            *n = i;
    }
    return st;
}

enum status
role_svc_list(struct ctx *c, const struct rbac_list_in *in, struct f_list *out, struct str *next)
{
    size_t limit = (size_t)f_int_or(in->limit, RBAC_SHAPE_PAGE), n, found = 0;
    struct role_row *rows;
    enum status st = require(c, ACCESS_read_role);

    if (st == ST_OK)
        st = role_store_list(c, c->who->workspace_id, str_trim(f_str_or_empty(in->search)),
                             f_str_or_empty(in->cursor), (int64_t)limit + 1, &rows, &found);
    if (st != ST_OK)
        return st;
    n = found < limit ? found : limit;
    if (n > 1)
        st = cut_page(c, rows, &n);
    if (st != ST_OK)
        return st;
    if (n < found)
        *next = rows[n].id;
    return role_svc_describe(c, rows, n, out);
}

/* Deleting */

/* In this order for the same reason as in permission_svc.c. */
static enum status
delete_tx(struct ctx *c, void *arg)
{
    const struct role_row *r = arg;
    struct role_row *locked;
    struct audit *audit = audit_svc_begin(c, c->who->workspace_id, AUDIT_CORRELATE_SEVERAL);
    enum status st = role_store_detach(c, r->id);

    if (st == ST_OK)
        st = role_store_lock(c, c->who->workspace_id, r->id, &locked);
    if (st == ST_OK && !locked)
        return not_found(c); /* deleted by somebody else just now */
    if (st == ST_OK)
        st = role_store_detach(c, r->id);
    if (st == ST_OK)
        st = role_store_delete(c, r->id);
    if (st != ST_OK)
        return st;
    event(audit, "role.delete", "Deleted", r);
    return audit_svc_write(audit);
}

enum status
role_svc_delete(struct ctx *c, struct str id_or_name)
{
    struct role_row *r;
    enum status st = require(c, ACCESS_delete_role);

    if (st == ST_OK)
        st = find(c, id_or_name, &r);
    return st == ST_OK ? db_tx(c, delete_tx, r) : st;
}

/* Replacing the permissions */

struct replace {
    const struct role_permissions_in *in;
    struct f_list result;
};

struct answered {
    struct str requested;
    const struct permission_row *row;
};

static int
by_requested(const void *a, const void *b)
{
    return str_cmp(((const struct answered *)a)->requested,
                   ((const struct answered *)b)->requested);
}

static struct f_list
in_requested_order(struct ctx *c, const struct rbac_permissions *p)
{
    struct answered *order = ARENA_ARRAY(c->mem, p->n + 1, struct answered);
    struct permission_out *out = ARENA_ARRAY(c->mem, p->n + 1, struct permission_out);

    for (size_t i = 0; i < p->n; i++)
        order[i] = (struct answered){p->requested[i], &p->rows[i]};
    qsort(order, p->n, sizeof(*order), by_requested);
    for (size_t i = 0; i < p->n; i++)
        out[i] = rbac_shape_permission(order[i].row);
    return f_list(out, p->n);
}

/* The permissions of the locked role become those of p. */
static enum status
replace_all(struct audit *audit, const struct role_row *r, const struct rbac_permissions *p)
{
    struct ctx *c = audit->c;
    struct permission_row *held, *gone, *added;
    struct str *of;
    size_t n_held, n_gone, n_added;
    enum status st = role_store_permissions(c, &r->id, 1, &held, &of, &n_held);

    if (st != ST_OK)
        return st;
    gone = rbac_svc_permissions_without(c, held, n_held, p->rows, p->n, &n_gone);
    added = rbac_svc_permissions_without(c, p->rows, p->n, held, n_held, &n_added);
    grant_svc_audit_all_created(audit, p);
    st = disconnect(audit, r, gone, n_gone);
    return st == ST_OK ? connect(audit, r, added, n_added) : st;
}

static enum status
replace_tx(struct ctx *c, void *arg)
{
    struct replace *rp = arg;
    struct str ws = c->who->workspace_id;
    struct audit *audit = audit_svc_begin(c, ws, AUDIT_CORRELATE_ALWAYS);
    struct rbac_permissions p;
    struct role_row *r;
    enum status st = role_store_lock(c, ws, rp->in->role_id.v, &r);

    if (st == ST_OK && !r)
        return not_found(c);
    if (st == ST_OK)
        st = rbac_svc_permissions_permitted(c, ws, rp->in->permissions,
                                            ACCESS_create_permission_for_set, &p);
    if (st == ST_OK)
        st = replace_all(audit, r, &p);
    if (st != ST_OK)
        return st;
    rp->result = in_requested_order(c, &p);
    return audit_svc_write(audit);
}

enum status
role_svc_set_permissions(struct ctx *c, const struct role_permissions_in *in, struct f_list *out)
{
    struct replace rp = {.in = in};
    enum status st = require(c, ACCESS_set_role_permissions);

    if (st == ST_OK)
        st = db_tx(c, replace_tx, &rp);
    *out = rp.result;
    return st;
}
