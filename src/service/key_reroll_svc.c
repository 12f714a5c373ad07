/* keys.rerollKey. */
#include "service/key_reroll_svc.h"

#include "base/digest.h"
#include "base/id.h"
#include "base/utc.h"
#include "service/access_svc.h"
#include "service/api_svc.h"
#include "service/audit_svc.h"
#include "service/vault_svc.h"
#include "store/rbac_store.h"
#include "store/vault_store.h"

/* A longer prefix, which only imported keys can have, could make a key too long to be presented. */
enum { PREFIX_MAX_BYTES = 128 };

struct reroll {
    const struct key_reroll_in *in;
    struct vault *vault; /* NULL: the key has no encrypted copy */
    struct key_text secret;
    struct str hash, api_name;
    struct str new_id; /* result */
};

/* The length of the old key is not known; its prefix is its start up to the last underscore. */
static struct key_text
replacement(struct ctx *c, const struct key_row *k)
{
    struct str prefix = key_start_prefix(k->start);

    if (prefix.n == 0 || prefix.n > PREFIX_MAX_BYTES)
        prefix = k->default_prefix;
    return key_create_svc_secret(c, prefix, key_create_svc_bytes(k->default_bytes));
}

static enum status
copy_limits(struct ctx *c, const struct key_row *from, struct str to_key_id)
{
    struct ratelimit_row *rows;
    size_t n;
    enum status st = ratelimit_store_of(c, from->id, &rows, &n);

    for (size_t i = 0; i < n; i++)
        rows[i].id = id_new(c->mem, "rl");
    return st == ST_OK ? ratelimit_store_insert(c, to_key_id, from->workspace_id, rows, n) : st;
}

/* The new key: what hangs on the old one included, its history not. */
static enum status
insert_copy(struct ctx *c, const struct reroll *r, const struct key_row *old, struct key_row *fresh)
{
    enum status st;

    *fresh = *old;
    fresh->hash = r->hash;
    fresh->start = r->secret.start;
    fresh->stored_identity_id = old->identity_id;
    fresh->pending_migration_id = S("");
    fresh->created_at = c->now_ms;
    st = key_create_svc_insert(c, fresh);
    if (st == ST_OK && r->vault)
        st = vault_svc_keep(c, r->vault, fresh->id, r->secret.plaintext);
    if (st == ST_OK)
        st = copy_limits(c, old, fresh->id);
    return st == ST_OK ? rbac_store_copy_grants(c, old->id, fresh->id) : st;
}

/* A grace period ends with a full minute. */
static int64_t
end_of_grace(int64_t now_ms, int64_t expiration)
{
    int64_t end = now_ms + expiration;

    return expiration == 0 ? end : (end + UTC_MINUTE_MS - 1) / UTC_MINUTE_MS * UTC_MINUTE_MS;
}

static enum status
audit_reroll(struct ctx *c, const struct reroll *r, const struct key_row *old,
             const struct key_row *fresh)
{
    struct audit *audit = audit_svc_begin(c, old->workspace_id, AUDIT_CORRELATE_SEVERAL);
    struct audit_event *e = audit_svc_add(
        audit, "key.reroll",
        arena_fmt(c->mem, "Rerolled key %.*s to %.*s", STR_ARG(old->id), STR_ARG(fresh->id)));

    audit_svc_target(e, "key", fresh->id, fresh->name, S(""));
    audit_svc_target(e, "key", old->id, old->name, S(""));
    audit_svc_target(e, "api", old->api_id, r->api_name, S(""));
    return audit_svc_write(audit);
}

static enum status
reroll_tx(struct ctx *c, void *arg)
{
    struct reroll *r = arg;
    struct key_row *old, fresh;
    enum status st = key_svc_lock(c, r->in->key_id.v, &old);

    if (st == ST_OK)
        st = credit_svc_settle(c, old);
    if (st == ST_OK)
        st = insert_copy(c, r, old, &fresh);
    if (st != ST_OK)
        return st;
    old->has_expiry = true;
    old->expires_at = end_of_grace(c->now_ms, r->in->expiration.v);
    st = key_store_update(c, old);
    if (st == ST_OK)
        st = audit_reroll(c, r, old, &fresh);
    r->new_id = fresh.id;
    return st;
}

/* A key with an encrypted copy gets one that has a copy too, which takes the right to encrypt. */
static enum status
reroll_permitted(struct ctx *c, struct str id, struct key_row **k, struct vault **vault)
{
    bool recoverable = false;
    enum status st = key_svc_load(c, id, k);

    if (st == ST_OK)
        st = vault_store_has_copy(c, id, &recoverable);
    if (st == ST_OK)
        st = access_svc_require(c, recoverable ? ACCESS_reroll_recoverable_key : ACCESS_create_key,
                                key_svc_scope(*k));
    if (st == ST_OK && recoverable) {
        st = vault_svc_open(c, vault);
        if (st == ST_OK)
            st = vault_svc_require_switch(c, (*k)->store_encrypted_keys);
        if (st == ST_OK)
            st = vault_svc_prepare(c, *vault, (*k)->workspace_id);
    }
    return st;
}

enum status
key_reroll_svc_run(struct ctx *c, const struct key_reroll_in *in, struct key_create_out *out)
{
    struct reroll r = {.in = in};
    struct key_row *k;
    struct api_row *api;
    enum status st = reroll_permitted(c, in->key_id.v, &k, &r.vault);

    if (st == ST_OK)
        st = api_svc_load(c, k->api_id, &api);
    if (st != ST_OK)
        return st;
    r.api_name = api->name;
    r.secret = replacement(c, k);
    r.hash = digest_key_hash(c->mem, r.secret.plaintext);
    st = db_tx(c, reroll_tx, &r);
    out->key_id = f_str(r.new_id);
    out->key = f_str(r.secret.plaintext);
    return st;
}
