/* Permissions and roles of keys. What is held afterwards is worked out inside the transaction: once
 * it is committed nothing may fail any more. */
#include "service/key_grants_svc.h"

#include "service/access_svc.h"
#include "service/grant_svc.h"
#include "service/key_svc.h"
#include "service/role_svc.h"

enum mode { ADD, SET, REMOVE };

/* One change of a key. */
struct change {
    enum mode mode;
    enum access need;
    enum audit_correlation correlation;
    struct str key_id;
    struct f_list items;  /* slugs or names */
    struct f_list result; /* what the key holds afterwards */
};

/* The first step of the transaction: the key, locked, and an audit collection for it. */
static enum status
begin(struct ctx *c, const struct change *ch, struct grant_key *key, struct audit **audit)
{
    struct key_row *k;
    enum status st = key_svc_lock(c, ch->key_id, &k);

    if (st != ST_OK)
        return st;
    *key = (struct grant_key){k->id, k->name};
    *audit = audit_svc_begin(c, k->workspace_id, ch->correlation);
    return ST_OK;
}

/* Looks the key up, then asks for permission, then makes the change. */
static enum status
run(struct ctx *c, struct change ch, enum status (*tx)(struct ctx *c, void *arg),
    struct f_list *out)
{
    struct key_row *k;
    enum status st = key_svc_load(c, ch.key_id, &k);

    if (st == ST_OK)
        st = access_svc_require(c, ch.need, key_svc_scope(k));
    if (st == ST_OK)
        st = db_tx(c, tx, &ch);
    *out = ch.result;
    return st;
}

/* Permissions */

static enum status
named_permissions(struct ctx *c, const struct change *ch, struct str workspace_id,
                  struct rbac_permissions *out)
{
    enum status st;

    if (ch->mode != REMOVE)
        return rbac_svc_permissions_permitted(c, workspace_id, ch->items,
                                              ACCESS_create_missing_permission, out);
    st = rbac_svc_permissions(c, workspace_id, ch->items, out);
    if (st == ST_OK && out->n_missing > 0)
        return err_set(c, ST_PERMISSION_NOT_FOUND, "Permission '%.*s' was not found.",
                       STR_ARG(out->missing[0]));
    return st;
}

static struct f_list
show_permissions(struct ctx *c, const struct permission_row *kept, size_t n_kept,
                 const struct permission_row *added, size_t n_added)
{
    struct permission_out *out = ARENA_ARRAY(c->mem, n_kept + n_added + 1, struct permission_out);

    for (size_t i = 0; i < n_kept; i++)
        out[i] = rbac_shape_permission(&kept[i]);
    for (size_t i = 0; i < n_added; i++)
        out[n_kept + i] = rbac_shape_permission(&added[i]);
    return f_list(out, n_kept + n_added);
}

static enum status
permissions_tx(struct ctx *c, void *arg)
{
    struct change *ch = arg;
    struct rbac_permissions named;
    struct permission_row *held, *others, *kept, *gone, *added = NULL;
    size_t n_held, n_others, n_kept, n_gone, n_added = 0;
    struct grant_key key;
    struct audit *audit;
    enum status st = begin(c, ch, &key, &audit);

    if (st == ST_OK)
        st = named_permissions(c, ch, audit->workspace_id, &named);
    if (st == ST_OK)
        st = rbac_store_permissions_of_key(c, key.id, &held, &n_held);
    if (st != ST_OK)
        return st;
    others = rbac_svc_permissions_without(c, held, n_held, named.rows, named.n, &n_others);
    kept = ch->mode == REMOVE ? others : held;
    n_kept = ch->mode == REMOVE ? n_others : n_held;
    if (ch->mode == SET)
        kept = rbac_svc_permissions_without(c, held, n_held, others, n_others, &n_kept);
    gone = rbac_svc_permissions_without(c, held, n_held, kept, n_kept, &n_gone);
    if (ch->mode != REMOVE)
        added = rbac_svc_permissions_without(c, named.rows, named.n, held, n_held, &n_added);
    st = grant_svc_remove_permissions(audit, key, gone, n_gone);
    grant_svc_audit_all_created(audit, &named);
    if (st == ST_OK)
        st = grant_svc_add_permissions(audit, key, added, n_added);
    ch->result = show_permissions(c, kept, n_kept, added, n_added);
    return st == ST_OK ? audit_svc_write(audit) : st;
}

enum status
key_grants_svc_add_permissions(struct ctx *c, const struct key_permissions_in *in,
                               struct f_list *out)
{
    return run(c,
               (struct change){.mode = ADD,
                               .need = ACCESS_add_permissions_to_key,
                               .correlation = AUDIT_CORRELATE_ALWAYS,
                               .key_id = in->key_id.v,
                               .items = in->permissions},
               permissions_tx, out);
}

enum status
key_grants_svc_set_permissions(struct ctx *c, const struct key_permissions_in *in,
                               struct f_list *out)
{
    return run(c,
               (struct change){.mode = SET,
                               .need = ACCESS_set_permissions_of_key,
                               .correlation = AUDIT_CORRELATE_ALWAYS,
                               .key_id = in->key_id.v,
                               .items = in->permissions},
               permissions_tx, out);
}

enum status
key_grants_svc_remove_permissions(struct ctx *c, const struct key_permissions_in *in,
                                  struct f_list *out)
{
    return run(c,
               (struct change){.mode = REMOVE,
                               .need = ACCESS_remove_permissions_from_key,
                               .correlation = AUDIT_CORRELATE_SEVERAL,
                               .key_id = in->key_id.v,
                               .items = in->permissions},
               permissions_tx, out);
}

/* Roles */

/* All roles held afterwards, with their permissions. */
static enum status
show_roles(struct ctx *c, const struct role_row *kept, size_t n_kept, const struct role_row *added,
           size_t n_added, struct f_list *out)
{
    struct role_row *all = ARENA_ARRAY(c->mem, n_kept + n_added + 1, struct role_row);

    for (size_t i = 0; i < n_kept; i++)
        all[i] = kept[i];
    for (size_t i = 0; i < n_added; i++)
        all[n_kept + i] = added[i];
    return role_svc_describe(c, all, n_kept + n_added, out);
}

static enum status
roles_tx(struct ctx *c, void *arg)
{
    struct change *ch = arg;
    struct role_row *named, *held, *others, *kept, *gone, *added = NULL;
    size_t n_named, n_held, n_others, n_kept, n_gone, n_added = 0;
    struct grant_key key;
    struct audit *audit;
    enum status st = begin(c, ch, &key, &audit);

    if (st == ST_OK)
        st = rbac_svc_roles(c, audit->workspace_id, ch->items, &named, &n_named);
    if (st == ST_OK)
        st = rbac_store_roles_of_key(c, key.id, &held, &n_held);
    if (st != ST_OK)
        return st;
    others = rbac_svc_roles_without(c, held, n_held, named, n_named, &n_others);
    kept = ch->mode == REMOVE ? others : held;
    n_kept = ch->mode == REMOVE ? n_others : n_held;
    if (ch->mode == SET)
        kept = rbac_svc_roles_without(c, held, n_held, others, n_others, &n_kept);
    gone = rbac_svc_roles_without(c, held, n_held, kept, n_kept, &n_gone);
    if (ch->mode != REMOVE)
        added = rbac_svc_roles_without(c, named, n_named, held, n_held, &n_added);
    st = grant_svc_remove_roles(audit, key, gone, n_gone);
    if (st == ST_OK)
        st = grant_svc_add_roles(audit, key, added, n_added);
    if (st == ST_OK)
        st = show_roles(c, kept, n_kept, added, n_added, &ch->result);
    return st == ST_OK ? audit_svc_write(audit) : st;
}

enum status
key_grants_svc_add_roles(struct ctx *c, const struct key_roles_in *in, struct f_list *out)
{
    return run(c,
               (struct change){.mode = ADD,
                               .need = ACCESS_add_roles_to_key,
                               .correlation = AUDIT_CORRELATE_SEVERAL,
                               .key_id = in->key_id.v,
                               .items = in->roles},
               roles_tx, out);
}

enum status
key_grants_svc_set_roles(struct ctx *c, const struct key_roles_in *in, struct f_list *out)
{
    return run(c,
               (struct change){.mode = SET,
                               .need = ACCESS_update_key,
                               .correlation = AUDIT_CORRELATE_ALWAYS,
                               .key_id = in->key_id.v,
                               .items = in->roles},
               roles_tx, out);
}

enum status
key_grants_svc_remove_roles(struct ctx *c, const struct key_roles_in *in, struct f_list *out)
{
    return run(c,
               (struct change){.mode = REMOVE,
                               .need = ACCESS_update_key,
                               .correlation = AUDIT_CORRELATE_SEVERAL,
                               .key_id = in->key_id.v,
                               .items = in->roles},
               roles_tx, out);
}
