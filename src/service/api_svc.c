/* APIs. */
#include "service/api_svc.h"

#include "base/id.h"
#include "domain/key.h"
#include "service/access_svc.h"
#include "service/audit_svc.h"

enum { PREFIX_MAX = 8, WHITELIST_MAX = 512 };

enum status
api_svc_not_found(struct ctx *c)
{
    return err_set(c, ST_API_NOT_FOUND, "The requested API does not exist or has been deleted.");
}

struct access_scope
api_svc_scope(const struct api_row *a)
{
    return (struct access_scope){.api = a->id, .ks = a->keyspace_id};
}

enum status
api_svc_load(struct ctx *c, struct str id, struct api_row **out)
{
    struct api_row *a;
    enum status st = api_store_by_id(c, id, &a);

    if (st != ST_OK)
        return st;
    /* the id is compared again: text columns ignore trailing spaces */
    if (!a || a->deleted || !str_eq(a->id, id) || !str_eq(a->workspace_id, c->who->workspace_id))
        return api_svc_not_found(c);
    *out = a;
    return ST_OK;
}

static enum status
create_tx(struct ctx *c, void *arg)
{
    const struct api_row *a = arg;
    struct audit *audit = audit_svc_begin(c, a->workspace_id, AUDIT_CORRELATE_SEVERAL);
    struct audit_event *e;
    enum status st = api_store_insert(c, a);

    if (st != ST_OK)
        return st;
    e = audit_svc_add(audit, "api.create", arena_fmt(c->mem, "Created API %.*s", STR_ARG(a->id)));
    audit_svc_target(e, "api", a->id, a->name, S(""));
    return audit_svc_write(audit);
}

enum status
api_svc_create(struct ctx *c, struct str name, struct str *api_id)
{
    struct api_row a = {.name = name, .created_at = c->now_ms};
    enum status st = access_svc_require(c, ACCESS_create_api, (struct access_scope){0});

    if (st != ST_OK)
        return st;
    a.id = id_new(c->mem, "api");
    a.keyspace_id = id_new(c->mem, "ks");
    a.workspace_id = c->who->workspace_id;
    st = db_tx(c, create_tx, &a);
    *api_id = a.id;
    return st;
}

enum status
api_svc_get(struct ctx *c, struct str id, struct api_row **out)
{
    enum status st = access_svc_require(c, ACCESS_read_api, (struct access_scope){.api = id});

    return st == ST_OK ? api_svc_load(c, id, out) : st;
}

static enum status
delete_tx(struct ctx *c, void *arg)
{
    const struct api_row *a = arg;
    struct audit *audit = audit_svc_begin(c, a->workspace_id, AUDIT_CORRELATE_SEVERAL);
    struct audit_event *e;
    bool done;
    enum status st = api_store_soft_delete(c, a->id, &done);

    if (st != ST_OK)
        return st;
    if (!done)
        return api_svc_not_found(c); /* deleted, or protected, by somebody else just now */
    e = audit_svc_add(audit, "api.delete", arena_fmt(c->mem, "Deleted API %.*s", STR_ARG(a->id)));
    audit_svc_target(e, "api", a->id, a->name, S(""));
    return audit_svc_write(audit);
}

enum status
api_svc_delete(struct ctx *c, struct str id)
{
    struct api_row *a;
    enum status st = access_svc_require(c, ACCESS_delete_api, (struct access_scope){.api = id});

    if (st == ST_OK)
        st = api_svc_load(c, id, &a);
    if (st != ST_OK)
        return st;
    if (a->delete_protection)
        return err_set(c, ST_PROTECTED_RESOURCE,
                       "The API is protected from deletion; switch its delete protection off "
                       "first.");
    return db_tx(c, delete_tx, a);
}

/* Settings */

static enum status
settings_check(struct ctx *c, const struct api_settings_in *in)
{
    if (in->default_prefix.state == F_SET) {
        struct str p = in->default_prefix.v;

        for (size_t i = 0; i < p.n; i++)
            if (!((p.p[i] >= 'a' && p.p[i] <= 'z') || (p.p[i] >= 'A' && p.p[i] <= 'Z') ||
                  (p.p[i] >= '0' && p.p[i] <= '9') || p.p[i] == '_'))
                return err_set(c, ST_INVALID_INPUT,
                               "The default prefix may contain letters, digits and _ only.");
        if (p.n > PREFIX_MAX)
            return err_set(c, ST_INVALID_INPUT, "The default prefix has at most %d characters.",
                           PREFIX_MAX);
    }
    if (in->ip_whitelist.state == F_SET && str_utf8_len(in->ip_whitelist.v) > WHITELIST_MAX)
        return err_set(c, ST_INVALID_INPUT, "The IP whitelist has at most %d characters.",
                       WHITELIST_MAX);
    if (in->default_bytes.state == F_SET &&
        (in->default_bytes.v < KEY_MIN_BYTES || in->default_bytes.v > KEY_MAX_BYTES))
        return err_set(c, ST_INVALID_INPUT, "The default number of bytes is %d to %d.",
                       KEY_MIN_BYTES, KEY_MAX_BYTES);
    return ST_OK;
}

static enum status
settings_found(struct ctx *c, struct str id, const struct api_row *a)
{
    return a && !a->deleted && str_eq(a->id, id) ? ST_OK : api_svc_not_found(c);
}

static void
settings_apply(const struct api_settings_in *in, struct api_row *a)
{
    a->delete_protection = f_bool_or(in->delete_protection, a->delete_protection);
    a->store_encrypted_keys = f_bool_or(in->store_encrypted_keys, a->store_encrypted_keys);
    if (in->ip_whitelist.state != F_ABSENT)
        a->ip_whitelist = f_str_or_empty(in->ip_whitelist);
    if (in->default_prefix.state != F_ABSENT)
        a->default_prefix = f_str_or_empty(in->default_prefix);
    if (in->default_bytes.state != F_ABSENT)
        a->default_bytes = f_int_or(in->default_bytes, 0);
}

static bool
settings_same(const struct api_row *a, const struct api_row *b)
{
    return a->delete_protection == b->delete_protection &&
           a->store_encrypted_keys == b->store_encrypted_keys &&
           str_eq(a->ip_whitelist, b->ip_whitelist) &&
           str_eq(a->default_prefix, b->default_prefix) && a->default_bytes == b->default_bytes;
}

static enum status
settings_audit(struct ctx *c, const struct api_row *a)
{
    struct audit *audit = audit_svc_begin(c, a->workspace_id, AUDIT_CORRELATE_SEVERAL);
    struct audit_event *e = audit_svc_add(
        audit, "api.update", arena_fmt(c->mem, "Changed the settings of API %.*s", STR_ARG(a->id)));

    audit_svc_target(e, "api", a->id, a->name,
                     arena_fmt(c->mem, "{\"deleteProtection\":%s,\"storeEncryptedKeys\":%s}",
                               a->delete_protection ? "true" : "false",
                               a->store_encrypted_keys ? "true" : "false"));
    return audit_svc_write(audit);
}

struct settings_change {
    struct str id;
    const struct api_settings_in *in;
    struct api_row *a;
};

static enum status
settings_tx(struct ctx *c, void *arg)
{
    struct settings_change *ch = arg;
    struct api_row old;
    enum status st = api_store_lock(c, ch->id, &ch->a);

    if (st == ST_OK)
        st = settings_found(c, ch->id, ch->a);
    if (st != ST_OK)
        return st;
    old = *ch->a;
    settings_apply(ch->in, ch->a);
    if (settings_same(&old, ch->a))
        return ST_OK;
    st = api_store_update(c, ch->a);
    return st == ST_OK ? settings_audit(c, ch->a) : st;
}

enum status
api_svc_settings(struct ctx *c, struct str id, const struct api_settings_in *change,
                 struct api_row **out)
{
    struct settings_change ch = {id, change, NULL};
    enum status st;

    if (!change) {
        st = api_store_by_id(c, id, out);
        return st == ST_OK ? settings_found(c, id, *out) : st;
    }
    st = settings_check(c, change);
    if (st == ST_OK)
        st = db_tx(c, settings_tx, &ch);
    *out = ch.a;
    return st;
}
