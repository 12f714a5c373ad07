/* keys.createKey. */
#include "service/key_create_svc.h"

#include "base/digest.h"
#include "base/id.h"
#include "service/access_svc.h"
#include "service/api_svc.h"
#include "service/grant_svc.h"
#include "service/identity_svc.h"
#include "service/vault_svc.h"

#include <string.h>

enum { KEY_ID_ATTEMPTS = 5 };

struct create {
    const struct key_create_in *in;
    const struct api_row *api;
    struct key_row k;
    struct vault *vault; /* NULL: the key is not recoverable */
    struct str plaintext;
};

enum status
key_create_svc_insert(struct ctx *c, struct key_row *k)
{
    enum status st = ST_DB_DUPLICATE;

    for (int i = 0; i < KEY_ID_ATTEMPTS && st == ST_DB_DUPLICATE; i++) {
        k->id = id_new(c->mem, "key");
        st = key_store_insert(c, k, 1);
    }
    return st;
}

/* Roles are resolved, and so locked, before permissions; the events come the other way round. */
static enum status
connect(struct ctx *c, struct create *cr, struct audit *audit)
{
    const struct grant_key key = {cr->k.id, cr->k.id};
    struct rbac_permissions p = {0};
    struct role_row *roles;
    size_t n_roles = 0;
    enum status st = ST_OK;

    if (cr->in->roles.n)
        st = rbac_svc_roles(c, cr->k.workspace_id, cr->in->roles, &roles, &n_roles);
    if (st == ST_OK && cr->in->permissions.n)
        st = rbac_svc_permissions_ensure(c, cr->k.workspace_id, cr->in->permissions, S(""), &p);
    if (st == ST_OK && p.n)
        st = grant_svc_add_permissions(audit, key, p.rows, p.n);
    if (st == ST_OK && n_roles)
        st = grant_svc_add_roles(audit, key, roles, n_roles);
    return st;
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
        st = key_create_svc_insert(c, &cr->k);
    if (st == ST_OK && cr->vault)
        st = vault_svc_keep(c, cr->vault, cr->k.id, cr->plaintext);
    if (st == ST_OK)
        st = key_svc_put_limits(c, cr->k.id, cr->k.workspace_id, in->ratelimits);
    if (st == ST_OK)
        st = connect(c, cr, audit);
    if (st != ST_OK)
        return st;
    e = audit_svc_add(audit, "key.create",
                      arena_fmt(c->mem, "Created key %.*s", STR_ARG(cr->k.id)));
    audit_svc_target(e, "key", cr->k.id, cr->k.id, S(""));
    audit_svc_target(e, "api", cr->api->id, cr->api->name, S(""));
    return audit_svc_write(audit);
}

struct key_text
key_create_svc_secret(struct ctx *c, struct str prefix, int64_t bytes)
{
    unsigned char random[KEY_MAX_BYTES];
    struct key_text t;

    digest_random(random, (size_t)bytes);
    t = key_render(c->mem, prefix, random, (size_t)bytes);
    explicit_bzero(random, sizeof(random));
    return t;
}

int64_t
key_create_svc_bytes(int64_t api_default)
{
    return api_default ? api_default : KEY_DEFAULT_BYTES;
}

/* Missing permissions look as if the API did not exist. */
static enum status
create_permitted(struct ctx *c, const struct key_create_in *in, struct api_row **api,
                 struct vault **vault)
{
    enum status st = api_svc_load(c, in->api_id.v, api);

    if (st != ST_OK)
        return st;
    if (!access_svc_allows(c, ACCESS_create_key, api_svc_scope(*api)))
        return api_svc_not_found(c);
    if (!f_bool_or(in->recoverable, false))
        return ST_OK;
    st = vault_svc_open(c, vault);
    if (st != ST_OK)
        return st;
    if (!access_svc_allows(c, ACCESS_encrypt_key, api_svc_scope(*api)))
        return api_svc_not_found(c);
    return vault_svc_require_switch(c, (*api)->store_encrypted_keys);
}

enum status
key_create_svc_run(struct ctx *c, const struct key_create_in *in, struct key_create_out *out)
{
    struct create cr = {.in = in};
    struct api_row *api;
    struct key_text secret;
    enum status st = create_permitted(c, in, &api, &cr.vault);

    if (st == ST_OK)
        st = credit_svc_check(c, in->credits, CREDIT_RULES_CREATE);
    if (st == ST_OK)
        st = key_svc_check_meta(c, in->meta);
    if (st == ST_OK && cr.vault)
        st = vault_svc_prepare(c, cr.vault, api->workspace_id);
    if (st != ST_OK)
        return st;
    cr.api = api;
    secret =
        key_create_svc_secret(c, in->prefix.state == F_SET ? in->prefix.v : api->default_prefix,
                              f_int_or(in->byte_length, key_create_svc_bytes(api->default_bytes)));
    cr.plaintext = secret.plaintext;
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
