/* Finding, reading and listing API keys. */
#include "service/key_svc.h"

#include "base/digest.h"
#include "base/id.h"
#include "service/access_svc.h"
#include "service/api_svc.h"
#include "service/vault_svc.h"
#include "store/identity_store.h"

enum { KEY_META_MAX = 64 * 1024, PAGE_DEFAULT = 100 };

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

enum status
key_svc_permitted(struct ctx *c, struct str id, enum access need, struct key_row **out)
{
    enum status st = key_svc_load(c, id, out);

    return st == ST_OK ? access_svc_require(c, need, key_svc_scope(*out)) : st;
}

enum status
key_svc_check_meta(struct ctx *c, struct f_map meta)
{
    if (meta.state != F_SET || meta.v.n <= KEY_META_MAX)
        return ST_OK;
    return err_set(c, ST_INVALID_INPUT, "Metadata is too large: at most %d bytes of JSON, got %zu.",
                   KEY_META_MAX, meta.v.n);
}

enum status
key_svc_put_limits(struct ctx *c, struct str owner_id, struct str workspace_id,
                   struct f_list limits)
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
describe(struct ctx *c, struct key_row *k, struct str plaintext, struct key_out *out)
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
        .plaintext = f_str_nonempty(plaintext),
        .ratelimits = shape_ratelimits(c->mem, x.key_limits, x.n_key_limits),
    };
    return ST_OK;
}

/* Whether keys of an API may be decrypted; the order of these checks is the contract's. */
static enum status
may_decrypt(struct ctx *c, enum access need, struct access_scope scope, bool store_encrypted_keys,
            struct vault **v)
{
    enum status st = vault_svc_open(c, v);

    if (st == ST_OK)
        st = access_svc_require(c, need, scope);
    return st == ST_OK ? vault_svc_require_switch(c, store_encrypted_keys) : st;
}

enum status
key_svc_get(struct ctx *c, struct str id, bool decrypt, struct key_out *out)
{
    struct str none = S(""), *plaintext = &none;
    struct vault *v;
    struct key_row *k;
    enum status st = key_svc_permitted(c, id, ACCESS_read_key, &k);

    if (st == ST_OK && decrypt) {
        st = may_decrypt(c, ACCESS_decrypt_key, key_svc_scope(k), k->store_encrypted_keys, &v);
        if (st == ST_OK)
            st = vault_svc_reveal(c, v, k, 1, &plaintext);
    }
    return st == ST_OK ? describe(c, k, *plaintext, out) : st;
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
    return describe(c, k, S(""), out);
}

/* *v is NULL when nothing is to be decrypted. */
static enum status
list_permitted(struct ctx *c, const struct key_list_in *in, struct api_row **api, struct vault **v)
{
    enum status st = api_svc_load(c, in->api_id.v, api);

    *v = NULL;
    if (st != ST_OK)
        return st;
    if (!access_svc_allows(c, ACCESS_list_keys, api_svc_scope(*api)))
        return api_svc_not_found(c);
    if (!f_bool_or(in->decrypt, false))
        return ST_OK;
    return may_decrypt(c, ACCESS_list_keys_decrypt, api_svc_scope(*api),
                       (*api)->store_encrypted_keys, v);
}

static enum status
describe_all(struct ctx *c, const struct vault *v, struct key_row *rows, size_t n,
             struct f_list *out)
{
    struct key_out *keys = ARENA_ARRAY(c->mem, n + 1, struct key_out);
    struct str *plaintexts = NULL;
    enum status st = v ? vault_svc_reveal(c, v, rows, n, &plaintexts) : ST_OK;

    for (size_t i = 0; i < n && st == ST_OK; i++)
        st = describe(c, &rows[i], plaintexts ? plaintexts[i] : S(""), &keys[i]);
    *out = f_list(keys, n);
    return st;
}

enum status
key_svc_list(struct ctx *c, const struct key_list_in *in, struct f_list *out, struct str *next)
{
    size_t limit = (size_t)f_int_or(in->limit, PAGE_DEFAULT), n = 0;
    struct str identity_id = S("");
    struct identity_row *identity;
    struct key_row *rows;
    struct api_row *api;
    struct vault *v;
    enum status st = list_permitted(c, in, &api, &v);

    *out = f_list(NULL, 0);
    *next = S("");
    if (st == ST_OK && in->external_id.state == F_SET) {
        st = identity_store_by_external_id(c, api->workspace_id, in->external_id.v, &identity);
        if (st != ST_OK || !identity)
            return st;
        identity_id = identity->id;
    }
    if (st == ST_OK)
        st = key_store_list(c, api->id, identity_id, f_str_or_empty(in->cursor), (int64_t)limit + 1,
                            &rows, &n);
    if (st != ST_OK)
        return st;
    if (n > limit) {
        *next = rows[limit].id;
        n = limit;
    }
    return describe_all(c, v, rows, n, out);
}
