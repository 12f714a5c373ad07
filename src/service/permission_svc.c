/* Permissions. */
#include "service/permission_svc.h"

#include "base/id.h"
#include "service/access_svc.h"
#include "service/audit_svc.h"

static enum status
require(struct ctx *c, enum access need)
{
    return access_svc_require(c, need, (struct access_scope){0});
}

static enum status
not_found(struct ctx *c)
{
    return err_set(c, ST_PERMISSION_NOT_FOUND, "The requested permission does not exist.");
}

static void
event(struct audit *a, const char *name, const char *verb, const struct permission_row *p)
{
    struct audit_event *e = audit_svc_add(
        a, name,
        arena_fmt(a->c->mem, "%s permission %.*s (%.*s)", verb, STR_ARG(p->slug), STR_ARG(p->id)));

    audit_svc_target(e, "permission", p->id, p->name,
                     AUDIT_META(a->c->mem, {"name", p->name}, {"slug", p->slug},
                                {"description", p->description}));
}

static enum status
create_tx(struct ctx *c, void *arg)
{
    const struct permission_row *p = arg;
    struct audit *audit = audit_svc_begin(c, c->who->workspace_id, AUDIT_CORRELATE_SEVERAL);
    enum status st = permission_store_insert(c, c->who->workspace_id, p);

    if (st == ST_DB_DUPLICATE)
        return err_set(c, ST_PERMISSION_EXISTS, "A permission with the slug '%.*s' already exists.",
                       STR_ARG(p->slug));
    if (st != ST_OK)
        return st;
    event(audit, "permission.create", "Created", p);
    return audit_svc_write(audit);
}

enum status
permission_svc_create(struct ctx *c, const struct permission_create_in *in, struct str *id)
{
    struct permission_row p = {S(""), in->slug.v, in->name.v, f_str_or_empty(in->description)};
    enum status st = require(c, ACCESS_create_permission);

    if (st != ST_OK)
        return st;
    p.id = id_new(c->mem, "perm");
    *id = p.id;
    return db_tx(c, create_tx, &p);
}

static enum status
find(struct ctx *c, struct str id_or_slug, struct permission_row **out)
{
    enum status st = permission_store_find(c, c->who->workspace_id, id_or_slug, out);

    return st == ST_OK && !*out ? not_found(c) : st;
}

enum status
permission_svc_get(struct ctx *c, struct str id_or_slug, struct permission_out *out)
{
    struct permission_row *p;
    enum status st = require(c, ACCESS_read_permission);

    if (st == ST_OK)
        st = find(c, id_or_slug, &p);
    if (st == ST_OK)
        *out = rbac_shape_permission(p);
    return st;
}

/* Detaching may take long, and while the row is locked nobody can attach the permission; hence most
 * of it comes first, and what was attached meanwhile later. */
static enum status
delete_tx(struct ctx *c, void *arg)
{
    const struct permission_row *p = arg;
    struct audit *audit = audit_svc_begin(c, c->who->workspace_id, AUDIT_CORRELATE_SEVERAL);
    bool there = true;
    enum status st = permission_store_detach(c, p->id);

    if (st == ST_OK)
        st = permission_store_lock(c, p->id, &there);
    if (st == ST_OK && !there)
        return not_found(c); /* deleted by somebody else just now */
    if (st == ST_OK)
        st = permission_store_detach(c, p->id);
    if (st == ST_OK)
        st = permission_store_delete(c, p->id);
    if (st != ST_OK)
        return st;
    event(audit, "permission.delete", "Deleted", p);
    return audit_svc_write(audit);
}

enum status
permission_svc_delete(struct ctx *c, struct str id_or_slug)
{
    struct permission_row *p;
    enum status st = require(c, ACCESS_delete_permission);

    if (st == ST_OK)
        st = find(c, id_or_slug, &p);
    return st == ST_OK ? db_tx(c, delete_tx, p) : st;
}

enum status
permission_svc_list(struct ctx *c, const struct rbac_list_in *in, struct f_list *out,
                    struct str *next)
{
    size_t limit = (size_t)f_int_or(in->limit, RBAC_SHAPE_PAGE), n = 0;
    struct permission_row *rows;
    enum status st = require(c, ACCESS_read_permission);

    if (st == ST_OK)
        st = permission_store_list(c, c->who->workspace_id, str_trim(f_str_or_empty(in->search)),
                                   f_str_or_empty(in->cursor), (int64_t)limit + 1, &rows, &n);
    if (st != ST_OK)
        return st;
    if (n > limit) {
        *next = rows[limit].id;
        n = limit;
    }
    *out = f_list(rbac_shape_permissions(c->mem, rows, n), n);
    return ST_OK;
}
