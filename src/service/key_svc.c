/* Creating, reading and changing API keys. */
#include "service/key_svc.h"

#include "base/digest.h"
#include "base/id.h"
#include "domain/key.h"
#include "service/access_svc.h"
#include "service/api_svc.h"
#include "service/grant_svc.h"
#include "service/identity_svc.h"

#include <inttypes.h>
#include <string.h>

enum { KEY_META_MAX = 64 * 1024, KEY_ID_ATTEMPTS = 5, PAGE_DEFAULT = 100 };

/* Finding */

enum status
key_svc_not_found(struct ctx *c)
{
    return err_set(c, ST_KEY_NOT_FOUND, "The requested key does not exist or has been deleted.");
}

struct access_scope
key_svc_scope(const struct key_row *k)
{
    return (struct access_scope){.api = k->api_id, .ks = k->keyspace_id, .key = k->id};
}

static bool
is_visible(struct ctx *c, const struct key_row *k)
{
    return k && !k->deleted && k->api_live && str_eq(k->workspace_id, c->who->workspace_id);
}

enum status
key_svc_load(struct ctx *c, struct str id, struct key_row **out)
{
    enum status st = key_store_by_id(c, id, out);

    if (st != ST_OK)
        return st;
    /* the id is compared again: text columns ignore trailing spaces */
    return is_visible(c, *out) && str_eq((*out)->id, id) ? ST_OK : key_svc_not_found(c);
}

enum status
key_svc_lock(struct ctx *c, struct str id, struct key_row **out)
{
    enum status st = key_store_lock(c, id, out);

    if (st != ST_OK)
        return st;
    return is_visible(c, *out) ? ST_OK : key_svc_not_found(c);
}

static enum status
load_permitted(struct ctx *c, struct str id, enum access need, struct key_row **out)
{
    enum status st = key_svc_load(c, id, out);

    return st == ST_OK ? access_svc_require(c, need, key_svc_scope(*out)) : st;
}

static enum status
meta_check(struct ctx *c, struct f_map meta)
{
    if (meta.state != F_SET || meta.v.n <= KEY_META_MAX)
        return ST_OK;
    return err_set(c, ST_INVALID_INPUT,
                   "Metadata is too large: at most %d bytes of JSON, got %zu.", KEY_META_MAX,
                   meta.v.n);
}

static enum status
no_vault(struct ctx *c)
{
    return err_set(c, ST_PRECONDITION_FAILED,
                   "The vault is not set up: this server has no master key to encrypt keys with.");
}

/* Creating */

struct create {
    const struct key_create_in *in;
    const struct api_row *api;
    struct key_row k;
};

static enum status
put_limits(struct ctx *c, struct str owner_id, struct str workspace_id, struct f_list limits)
{
    const struct ratelimit_in *in = limits.v;

    for (size_t i = 0; i < limits.n; i++) {
        struct ratelimit_row r = {id_new(c->mem, "rl"), in[i].name.v, in[i].limit.v,
                                  in[i].duration.v, in[i].auto_apply.v};
        enum status st = ratelimit_store_put(c, owner_id, workspace_id, &r);

        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

static enum status
insert_key(struct ctx *c, struct key_row *k)
{
    enum status st = ST_DB_DUPLICATE;

    for (int i = 0; i < KEY_ID_ATTEMPTS && st == ST_DB_DUPLICATE; i++) {
        k->id = id_new(c->mem, "key");
        st = key_store_insert(c, k);
    }
    return st;
}

static enum status
connect_permissions(struct ctx *c, struct create *cr, struct audit *audit)
{
    struct rbac_permissions p;
    enum status st = rbac_svc_permissions_ensure(c, cr->k.workspace_id, cr->in->permissions,
                                                 S(""), &p);

    return st == ST_OK ? grant_svc_add_permissions(audit, (struct grant_key){cr->k.id, cr->k.id},
                                                   p.rows, p.n)
                       : st;
}

static enum status
connect_roles(struct ctx *c, struct create *cr, struct audit *audit)
{
    struct role_row *roles;
    size_t n = 0;
    enum status st = rbac_svc_roles(c, cr->k.workspace_id, cr->in->roles, &roles, &n);

    return st == ST_OK
               ? grant_svc_add_roles(audit, (struct grant_key){cr->k.id, cr->k.id}, roles, n)
               : st;
}

static enum status
create_tx(struct ctx *c, void *arg)
{
    struct create *cr = arg;
    const struct key_create_in *in = cr->in;
    struct audit *audit = audit_svc_begin(c, cr->k.workspace_id, AUDIT_CORRELATE_ALWAYS);
    struct audit_event *e;
    enum status st = ST_OK;

    if (in->external_id.state == F_SET)
        st = identity_svc_ensure(c, cr->k.workspace_id, in->external_id.v,
                                 &cr->k.stored_identity_id);
    if (st == ST_OK)
        st = insert_key(c, &cr->k);
    if (st == ST_OK)
        st = put_limits(c, cr->k.id, cr->k.workspace_id, in->ratelimits);
    if (st == ST_OK && in->permissions.n)
        st = connect_permissions(c, cr, audit);
    if (st == ST_OK && in->roles.n)
        st = connect_roles(c, cr, audit);
    if (st != ST_OK)
        return st;
    e = audit_svc_add(audit, "key.create",
                      arena_fmt(c->mem, "Created key %.*s", STR_ARG(cr->k.id)));
    audit_svc_target(e, "key", cr->k.id, cr->k.id, S(""));
    audit_svc_target(e, "api", cr->api->id, cr->api->name, S(""));
    return audit_svc_write(audit);
}

/* A fresh secret for an API: the request's prefix and length, else the API's, else the usual. */
static struct key_text
new_secret(struct ctx *c, struct f_str prefix, struct f_int bytes, struct str default_prefix,
           int64_t default_bytes)
{
    unsigned char random[KEY_MAX_BYTES];
    size_t n = (size_t)f_int_or(bytes, default_bytes ? default_bytes : KEY_DEFAULT_BYTES);
    struct key_text t;

    digest_random(random, n);
    t = key_render(c->mem, prefix.state == F_SET ? prefix.v : default_prefix, random, n);
    explicit_bzero(random, sizeof(random));
    return t;
}

/* Missing permissions look as if the API did not exist. */
static enum status
create_permitted(struct ctx *c, const struct key_create_in *in, struct api_row **api)
{
    enum status st = api_svc_load(c, in->api_id.v, api);

    if (st != ST_OK)
        return st;
    if (!access_svc_allows(c, ACCESS_create_key, api_svc_scope(*api)))
        return api_svc_not_found(c);
    if (f_bool_or(in->recoverable, false))
        return no_vault(c);
    return ST_OK;
}

enum status
key_svc_create(struct ctx *c, const struct key_create_in *in, struct key_create_out *out)
{
    struct create cr = {.in = in};
    struct api_row *api;
    struct key_text secret;
    enum status st = create_permitted(c, in, &api);

    if (st == ST_OK)
        st = credit_svc_check(c, in->credits, CREDIT_RULES_CREATE);
    if (st == ST_OK)
        st = meta_check(c, in->meta);
    if (st != ST_OK)
        return st;
    cr.api = api;
    secret = new_secret(c, in->prefix, in->byte_length, api->default_prefix, api->default_bytes);
    cr.k.workspace_id = api->workspace_id;
    cr.k.api_id = api->id;
    cr.k.hash = digest_key_hash(c->mem, secret.plaintext);
    cr.k.start = secret.start;
    cr.k.name = f_str_or_empty(in->name);
    cr.k.meta = in->meta.state == F_SET ? in->meta.v : S("");
    cr.k.enabled = f_bool_or(in->enabled, true);
    cr.k.has_expiry = in->expires.state == F_SET;
    cr.k.expires_at = in->expires.v;
    cr.k.created_at = c->now_ms;
    credit_svc_apply(c, in->credits, &cr.k);
    st = db_tx(c, create_tx, &cr);
    out->key_id = f_str(cr.k.id);
    out->key = f_str(secret.plaintext);
    return st;
}

/* Reading */

static struct f_obj
identity_of(struct ctx *c, const struct key_row *k, const struct key_extras *x)
{
    struct identity_out *i = ARENA_NEW(c->mem, struct identity_out);

    if (k->identity_id.n == 0)
        return (struct f_obj){F_ABSENT, NULL};
    i->id = f_str(k->identity_id);
    i->external_id = f_str(k->external_id);
    i->meta = shape_meta(k->identity_meta);
    i->ratelimits = shape_ratelimits(c->mem, x->identity_limits, x->n_identity_limits);
    return (struct f_obj){F_SET, i};
}

static struct f_obj
credits_of(struct ctx *c, const struct key_row *k)
{
    struct credits_out *cr = ARENA_NEW(c->mem, struct credits_out);

    if (!k->limited)
        return (struct f_obj){F_ABSENT, NULL};
    cr->remaining = f_int(k->remaining);
    cr->refill = shape_refill(c->mem, k);
    return (struct f_obj){F_SET, cr};
}

/* Fills in the Key object, after making refills that are due. */
static enum status
describe(struct ctx *c, struct key_row *k, struct key_out *out)
{
    struct key_extras x;
    enum status st = credit_svc_settle(c, k);

    if (st == ST_OK)
        st = key_store_extras(c, k, &x);
    if (st != ST_OK)
        return st;
    *out = (struct key_out){
        .key_id = f_str(k->id),
        .start = f_str(k->start),
        .enabled = f_bool(k->enabled),
        .name = f_str_nonempty(k->name),
        .meta = shape_meta(k->meta),
        .created_at = f_int(k->created_at),
        .updated_at = f_int_if(k->ever_updated, k->updated_at),
        .last_used_at = f_int_if(k->ever_used, k->last_used_at),
        .expires = f_int_if(k->has_expiry, k->expires_at),
        .permissions = shape_strings(c->mem, x.permissions, x.n_permissions),
        .roles = shape_strings(c->mem, x.roles, x.n_roles),
        .credits = credits_of(c, k),
        .identity = identity_of(c, k, &x),
        .ratelimits = shape_ratelimits(c->mem, x.key_limits, x.n_key_limits),
    };
    return ST_OK;
}

enum status
key_svc_get(struct ctx *c, struct str id, bool decrypt, struct key_out *out)
{
    struct key_row *k;
    enum status st = load_permitted(c, id, ACCESS_read_key, &k);

    if (st == ST_OK && decrypt)
        st = no_vault(c);
    return st == ST_OK ? describe(c, k, out) : st;
}

enum status
key_svc_whoami(struct ctx *c, struct str plaintext, struct key_out *out)
{
    struct key_row *k;
    enum status st = key_store_by_hash(c, digest_key_hash(c->mem, plaintext), &k);

    if (st != ST_OK)
        return st;
    if (!is_visible(c, k) || !access_svc_allows(c, ACCESS_read_key, key_svc_scope(k)))
        return key_svc_not_found(c);
    return describe(c, k, out);
}

static enum status
list_permitted(struct ctx *c, const struct key_list_in *in, struct api_row **api)
{
    enum status st = api_svc_load(c, in->api_id.v, api);

    if (st != ST_OK)
        return st;
    if (!access_svc_allows(c, ACCESS_list_keys, api_svc_scope(*api)))
        return api_svc_not_found(c);
    return f_bool_or(in->decrypt, false) ? no_vault(c) : ST_OK;
}

enum status
key_svc_list(struct ctx *c, const struct key_list_in *in, struct f_list *out, struct str *next)
{
    size_t limit = (size_t)f_int_or(in->limit, PAGE_DEFAULT), n = 0;
    struct str identity_id = S("");
    struct identity_row *identity;
    struct key_row *rows;
    struct key_out *keys;
    struct api_row *api;
    enum status st = list_permitted(c, in, &api);

    *out = f_list(NULL, 0);
    *next = S("");
    if (st == ST_OK && in->external_id.state == F_SET) {
        st = identity_store_by_external_id(c, api->workspace_id, in->external_id.v, &identity);
        if (st != ST_OK || !identity)
            return st;
        identity_id = identity->id;
    }
    if (st == ST_OK)
        st = key_store_list(c, api->id, identity_id, f_str_or_empty(in->cursor),
                            (int64_t)limit + 1, &rows, &n);
    if (st != ST_OK)
        return st;
    if (n > limit) {
        *next = rows[limit].id;
        n = limit;
    }
    keys = ARENA_ARRAY(c->mem, n + 1, struct key_out);
    for (size_t i = 0; i < n && st == ST_OK; i++)
        st = describe(c, &rows[i], &keys[i]);
    *out = f_list(keys, n);
    return st;
}

/* Changing */

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
    return st == ST_OK ? put_limits(c, k->id, k->workspace_id, limits) : st;
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
    if (st == ST_OK && in->permissions.state == F_SET)
        st = replace_permissions(c, u, audit);
    if (st == ST_OK && in->roles.state == F_SET)
        st = replace_roles(c, u);
    if (st != ST_OK)
        return st;
    e = audit_svc_add(audit, "key.update",
                      arena_fmt(c->mem, "Updated key %.*s", STR_ARG(u->k->id)));
    audit_svc_target(e, "key", u->k->id, u->k->name, S(""));
    audit_svc_target(e, "api", u->k->api_id, u->api_name, S(""));
    return audit_svc_write(audit);
}

enum status
key_svc_update(struct ctx *c, const struct key_update_in *in)
{
    struct update u = {.in = in};
    struct api_row *api;
    enum status st = load_permitted(c, in->key_id.v, ACCESS_update_key, &u.k);

    if (st == ST_OK)
        st = credit_svc_check(c, in->credits, CREDIT_RULES_UPDATE);
    if (st == ST_OK)
        st = meta_check(c, in->meta);
    if (st == ST_OK)
        st = api_svc_load(c, u.k->api_id, &api);
    if (st != ST_OK)
        return st;
    u.api_name = api->name;
    return db_tx(c, update_tx, &u);
}

/* Credits */

struct change_credits {
    const struct key_credits_in *in;
    struct key_row *k;
};

static bool
is_operation(const struct key_credits_in *in, const char *name)
{
    return str_eq(in->operation.v, str_of(name));
}

static enum status
credits_check(struct ctx *c, const struct key_credits_in *in, const struct key_row *k)
{
    if (is_operation(in, "set"))
        return ST_OK;
    if (in->value.state != F_SET)
        return err_set(c, ST_INVALID_INPUT, "value must be provided to increment or decrement.");
    if (!k->limited)
        return err_set(c, ST_INVALID_INPUT,
                       "Cannot increment or decrement unlimited credits; set a number first.");
    if (is_operation(in, "increment") && k->remaining > INT64_MAX - in->value.v)
        return err_set(c, ST_INVALID_INPUT, "The sum of credits would be too large.");
    return ST_OK;
}

static void
credits_change(const struct key_credits_in *in, struct key_row *k)
{
    int64_t v = in->value.v;

    if (is_operation(in, "increment")) {
        k->remaining += v;
    } else if (is_operation(in, "decrement")) {
        k->remaining = k->remaining > v ? k->remaining - v : 0;
    } else {
        k->limited = in->value.state == F_SET;
        k->remaining = v;
        if (in->value.state == F_NULL)
            k->has_refill = k->has_refill_day = false;
    }
}

static enum status
credits_tx(struct ctx *c, void *arg)
{
    struct change_credits *ch = arg;
    struct audit *audit;
    struct audit_event *e;
    struct str balance = S("unlimited");
    enum status st = key_svc_lock(c, ch->in->key_id.v, &ch->k);

    if (st == ST_OK)
        st = credit_svc_settle(c, ch->k);
    if (st == ST_OK)
        st = credits_check(c, ch->in, ch->k);
    if (st != ST_OK)
        return st;
    credits_change(ch->in, ch->k);
    st = key_store_update(c, ch->k);
    if (st != ST_OK)
        return st;
    if (ch->k->limited)
        balance = arena_fmt(c->mem, "%" PRId64, ch->k->remaining);
    audit = audit_svc_begin(c, ch->k->workspace_id, AUDIT_CORRELATE_SEVERAL);
    e = audit_svc_add(audit, "key.update",
                      arena_fmt(c->mem, "Changed the credits of key %.*s to %.*s",
                                STR_ARG(ch->k->id), STR_ARG(balance)));
    audit_svc_target(e, "keySpace", ch->k->keyspace_id, S(""), S(""));
    audit_svc_target(e, "key", ch->k->id, ch->k->name, S(""));
    return audit_svc_write(audit);
}

enum status
key_svc_update_credits(struct ctx *c, const struct key_credits_in *in, struct credits_out *out)
{
    struct change_credits ch = {.in = in};
    enum status st = load_permitted(c, in->key_id.v, ACCESS_update_key, &ch.k);

    if (st == ST_OK)
        st = db_tx(c, credits_tx, &ch);
    if (st != ST_OK)
        return st;
    out->remaining = (struct f_int){ch.k->limited ? F_SET : F_NULL, ch.k->remaining};
    out->refill = shape_refill(c->mem, ch.k);
    return ST_OK;
}

/* Deleting */

struct erase {
    struct str id;
    bool permanent;
};

static enum status
delete_tx(struct ctx *c, void *arg)
{
    const struct erase *d = arg;
    struct audit *audit;
    struct audit_event *e;
    struct key_row *k;
    enum status st = key_svc_lock(c, d->id, &k);

    if (st == ST_OK)
        st = d->permanent ? key_store_erase(c, k->id) : key_store_soft_delete(c, k->id);
    if (st != ST_OK)
        return st;
    audit = audit_svc_begin(c, k->workspace_id, AUDIT_CORRELATE_SEVERAL);
    e = audit_svc_add(audit, "key.delete",
                      arena_fmt(c->mem, d->permanent ? "Permanently deleted key %.*s"
                                                     : "Deleted key %.*s",
                                STR_ARG(k->id)));
    audit_svc_target(e, "key", k->id, k->name, S(""));
    return audit_svc_write(audit);
}

enum status
key_svc_delete(struct ctx *c, struct str id, bool permanent)
{
    struct erase d = {id, permanent};
    struct key_row *k;
    enum status st = load_permitted(c, id, ACCESS_delete_key, &k);

    return st == ST_OK ? db_tx(c, delete_tx, &d) : st;
}
