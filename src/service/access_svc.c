/* Authentication of root keys, in the contract's order of checks, and authorization. */
#include "service/access_svc.h"

#include "base/utc.h"

enum status
access_svc_token(struct ctx *c, struct str header, struct str *token)
{
    struct str v = str_trim(header);

    *token = str_starts(v, S("Bearer ")) ? str_trim(str_from(v, 7)) : S("");
    if (token->n == 0)
        return err_set(c, ST_AUTH_MALFORMED,
                       "The Authorization header must be of the form 'Bearer <root key>'.");
    return ST_OK;
}

static enum status
refuse_unknown(struct ctx *c, const char *reason)
{
    ctx_log(c, LOG_INFO, "denied", log_z("reason", reason), log_s("ip", c->remote_ip));
    return err_set(c, ST_AUTH_KEY_NOT_FOUND, "The root key is invalid or was deleted.");
}

static enum status
refuse_expired(struct ctx *c, int64_t expires_at)
{
    return err_set(c, ST_FORBIDDEN, "The root key expired on %.*s.",
                   STR_ARG(utc_rfc3339(c->mem, expires_at)));
}

static enum status
refuse_disabled(struct ctx *c)
{
    return err_set(c, ST_KEY_DISABLED, "The root key is disabled.");
}

static enum status
refuse_workspace(struct ctx *c)
{
    return err_set(c, ST_WORKSPACE_DISABLED, "The workspace is disabled.");
}

/* An ordinary key is never a root key, but a disabled or expired one is told so first. */
static enum status
refuse_ordinary(struct ctx *c, struct str token_hash)
{
    struct caller_ordinary k;
    enum status st = caller_store_ordinary(c, token_hash, &k);

    if (st != ST_OK)
        return st;
    if (!k.found)
        return refuse_unknown(c, "not_found");
    if (!k.workspace_enabled)
        return refuse_workspace(c);
    if (k.deleted)
        return refuse_unknown(c, "deleted");
    if (!k.enabled)
        return refuse_disabled(c);
    if (k.has_expiry && k.expires_at < c->now_ms)
        return refuse_expired(c, k.expires_at);
    return refuse_unknown(c, "not_a_root_key");
}

enum status
access_svc_accept(struct ctx *c, struct caller *k, struct str token_hash)
{
    if (!k)
        return refuse_ordinary(c, token_hash);
    if (!k->workspace_exists)
        return err_set(c, ST_WORKSPACE_NOT_FOUND, "The workspace of the root key does not exist.");
    if (!k->workspace_enabled)
        return refuse_workspace(c);
    if (k->deleted)
        return refuse_unknown(c, "deleted");
    if (!k->enabled)
        return refuse_disabled(c);
    if (k->has_expiry && k->expires_at < c->now_ms)
        return refuse_expired(c, k->expires_at);
    c->who = k;
    c->actor = (struct actor){S("rootkey"), k->id, k->name.n ? k->name : S("root key")};
    return ST_OK;
}

enum status
access_svc_identify(struct ctx *c, struct str token_hash)
{
    struct caller *k;
    enum status st = caller_store_by_hash(c, token_hash, &k);

    return st == ST_OK ? access_svc_accept(c, k, token_hash) : st;
}

bool
access_svc_allows(struct ctx *c, enum access need, struct access_scope scope)
{
    scope.workspace = c->who->workspace_id;
    return access_allows(access_spec(need), &scope, &c->who->grants);
}

enum status
access_svc_require_spec(struct ctx *c, const char *spec, struct access_scope scope)
{
    struct str why;

    scope.workspace = c->who->workspace_id;
    if (access_allows(spec, &scope, &c->who->grants))
        return ST_OK;
    why = access_explain(c->mem, spec, &scope, &c->who->grants);
    return err_set(c, ST_INSUFFICIENT_PERMISSIONS, "%.*s", STR_ARG(why));
}

enum status
access_svc_require(struct ctx *c, enum access need, struct access_scope scope)
{
    return access_svc_require_spec(c, access_spec(need), scope);
}
