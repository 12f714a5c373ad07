/* keys.updateKey. */
#include "service/key_update_svc.h"

#include "service/api_svc.h"
#include "service/grant_svc.h"
#include "service/identity_svc.h"

struct update {
    const struct key_update_in *in;
    struct key_row *k;
    struct str api_name;
};

/* Names that are gone are removed, the others changed in place or added. */
static enum status
replace_limits(struct ctx *c, const struct key_row *k, struct f_list limits)
{
    const struct ratelimit_in *in = limits.v;
    struct ratelimit_row *old;
    size_t n;
    enum status st = ratelimit_store_of(c, k->id, &old, &n);

    for (size_t i = 0; i < n && st == ST_OK; i++) {
        bool kept = false;

        for (size_t j = 0; j < limits.n && !kept; j++)
            kept = str_eq(in[j].name.v, old[i].name);
        if (!kept)
            st = ratelimit_store_delete(c, k->id, old[i].name);
    }
    return st == ST_OK ? key_svc_put_limits(c, k->id, k->workspace_id, limits) : st;
}

static bool
holds_id(const struct str *ids, size_t n, struct str id)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(ids[i], id))
            return true;
    return false;
}

static enum status
replace_permissions(struct ctx *c, struct update *u, struct audit *audit)
{
    struct rbac_permissions p;
    struct permission_row *old;
    struct str *ids;
    size_t n;
    enum status st = rbac_svc_permissions_ensure(c, u->k->workspace_id, u->in->permissions,
                                                 S("Auto-created permission: "), &p);

    if (st == ST_OK)
        st = rbac_store_permissions_of_key(c, u->k->id, &old, &n);
    if (st != ST_OK)
        return st;
    ids = rbac_svc_permission_ids(c, p.rows, p.n);
    for (size_t i = 0; i < n && st == ST_OK; i++)
        if (!holds_id(ids, p.n, old[i].id))
            st = rbac_store_unlink_permission(c, u->k->id, old[i].id);
    if (st == ST_OK)
        st = rbac_store_link_permissions(c, u->k->id, ids, p.n);
    for (size_t i = 0; i < p.n && st == ST_OK; i++)
        if (p.created[i])
            grant_svc_audit_created(audit, &p.rows[i]);
    return st;
}

static enum status
replace_roles(struct ctx *c, struct update *u)
{
    struct role_row *roles, *old;
    struct str *ids;
    size_t n = 0, n_old = 0;
    enum status st = rbac_svc_roles(c, u->k->workspace_id, u->in->roles, &roles, &n);

    if (st == ST_OK)
        st = rbac_store_roles_of_key(c, u->k->id, &old, &n_old);
    if (st != ST_OK)
        return st;
    ids = rbac_svc_role_ids(c, roles, n);
    for (size_t i = 0; i < n_old && st == ST_OK; i++)
        if (!holds_id(ids, n, old[i].id))
            st = rbac_store_unlink_role(c, u->k->id, old[i].id);
    return st == ST_OK ? rbac_store_link_roles(c, u->k->id, ids, n) : st;
}

/* The columns of the key row itself. */
static enum status
update_row(struct ctx *c, struct update *u)
{
    const struct key_update_in *in = u->in;
    struct key_row *k = u->k;
    enum status st = ST_OK;

    if (in->external_id.state == F_SET)
        st = identity_svc_ensure(c, k->workspace_id, in->external_id.v, &k->stored_identity_id);
    else if (in->external_id.state == F_NULL)
        k->stored_identity_id = S("");
    if (st == ST_OK && in->credits.state != F_ABSENT)
        st = credit_svc_settle(c, k);
    if (st != ST_OK)
        return st;
    if (in->name.state != F_ABSENT)
        k->name = f_str_or_empty(in->name);
    if (in->meta.state != F_ABSENT)
        k->meta = in->meta.state == F_SET ? in->meta.v : S("");
    if (in->expires.state != F_ABSENT) {
        k->has_expiry = in->expires.state == F_SET;
        k->expires_at = in->expires.v;
    }
    k->enabled = f_bool_or(in->enabled, k->enabled);
    credit_svc_apply(c, in->credits, k);
    k->ever_updated = true;
    k->updated_at = c->now_ms;
    return key_store_update(c, k);
}

static enum status
update_tx(struct ctx *c, void *arg)
{
    struct update *u = arg;
    const struct key_update_in *in = u->in;
    struct audit *audit;
    struct audit_event *e;
    enum status st = key_svc_lock(c, in->key_id.v, &u->k);

    if (st != ST_OK)
        return st;
    audit = audit_svc_begin(c, u->k->workspace_id, AUDIT_CORRELATE_ALWAYS);
    st = update_row(c, u);
    if (st == ST_OK && in->ratelimits.state == F_SET)
        st = replace_limits(c, u->k, in->ratelimits);
    if (st == ST_OK && in->roles.state == F_SET)
        st = replace_roles(c, u);
    if (st == ST_OK && in->permissions.state == F_SET)
        st = replace_permissions(c, u, audit);
    if (st != ST_OK)
        return st;
    e = audit_svc_add(audit, "key.update",
                      arena_fmt(c->mem, "Updated key %.*s", STR_ARG(u->k->id)));
    audit_svc_target(e, "key", u->k->id, u->k->name, S(""));
    audit_svc_target(e, "api", u->k->api_id, u->api_name, S(""));
    return audit_svc_write(audit);
}

enum status
key_update_svc_run(struct ctx *c, const struct key_update_in *in)
{
    struct update u = {.in = in};
    struct api_row *api;
    enum status st = key_svc_permitted(c, in->key_id.v, ACCESS_update_key, &u.k);

    if (st == ST_OK)
        st = credit_svc_check(c, in->credits, CREDIT_RULES_UPDATE);
    if (st == ST_OK)
        st = key_svc_check_meta(c, in->meta);
    if (st == ST_OK)
        st = api_svc_load(c, u.k->api_id, &api);
    if (st != ST_OK)
        return st;
    u.api_name = api->name;
    return db_tx(c, update_tx, &u);
}
