/* Permissions and roles of keys. */
#include "service/grant_svc.h"

static void
event(struct audit *a, const char *name, struct str description, struct grant_key key,
      const char *type, struct str id, struct str label)
{
    struct audit_event *e = audit_svc_add(a, name, description);

    audit_svc_target(e, "key", key.id, key.audit_name, S(""));
    audit_svc_target(e, type, id, label, S(""));
}

void
grant_svc_audit_permission(struct audit *a, struct grant_key key, const struct permission_row *p)
{
    event(a, "authorization.connect_permission_and_key",
          arena_fmt(a->c->mem, "Added permission %.*s to key %.*s", STR_ARG(p->slug),
                    STR_ARG(key.id)),
          key, "permission", p->id, p->slug);
}

void
grant_svc_audit_role(struct audit *a, struct grant_key key, const struct role_row *r)
{
    event(a, "authorization.connect_role_and_key",
          arena_fmt(a->c->mem, "Added role %.*s to key %.*s", STR_ARG(r->name), STR_ARG(key.id)),
          key, "role", r->id, r->name);
}

enum status
grant_svc_add_permissions(struct audit *a, struct grant_key key, const struct permission_row *rows,
                          size_t n)
{
    struct ctx *c = a->c;

    for (size_t i = 0; i < n; i++)
        grant_svc_audit_permission(a, key, &rows[i]);
    return rbac_store_link_permissions(c, key.id, rbac_svc_permission_ids(c, rows, n), n);
}

enum status
grant_svc_add_roles(struct audit *a, struct grant_key key, const struct role_row *rows, size_t n)
{
    struct ctx *c = a->c;

    for (size_t i = 0; i < n; i++)
        grant_svc_audit_role(a, key, &rows[i]);
    return rbac_store_link_roles(c, key.id, rbac_svc_role_ids(c, rows, n), n);
}

enum status
grant_svc_remove_permissions(struct audit *a, struct grant_key key,
                             const struct permission_row *rows, size_t n)
{
    struct ctx *c = a->c;

    for (size_t i = 0; i < n; i++)
        event(a, "authorization.disconnect_permission_and_key",
              arena_fmt(c->mem, "Removed permission %.*s from key %.*s", STR_ARG(rows[i].slug),
                        STR_ARG(key.id)),
              key, "permission", rows[i].id, rows[i].slug);
    return rbac_store_unlink_permissions(c, key.id, rbac_svc_permission_ids(c, rows, n), n);
}

enum status
grant_svc_remove_roles(struct audit *a, struct grant_key key, const struct role_row *rows, size_t n)
{
    struct ctx *c = a->c;

    for (size_t i = 0; i < n; i++)
        event(a, "authorization.disconnect_role_and_key",
              arena_fmt(c->mem, "Removed role %.*s from key %.*s", STR_ARG(rows[i].name),
                        STR_ARG(key.id)),
              key, "role", rows[i].id, rows[i].name);
    return rbac_store_unlink_roles(c, key.id, rbac_svc_role_ids(c, rows, n), n);
}

void
grant_svc_audit_created(struct audit *a, const struct permission_row *p)
{
    struct audit_event *e = audit_svc_add(
        a, "permission.create",
        arena_fmt(a->c->mem, "Created permission %.*s (%.*s)", STR_ARG(p->slug), STR_ARG(p->id)));

    audit_svc_target(e, "permission", p->id, p->name,
                     AUDIT_META(a->c->mem, {"name", p->name}, {"slug", p->slug}));
}

void
grant_svc_audit_all_created(struct audit *a, const struct rbac_permissions *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->created[i])
            grant_svc_audit_created(a, &p->rows[i]);
}
