/* Workspaces and root keys. */
#include "service/workspace_svc.h"

#include "base/conf.h"
#include "base/digest.h"
#include "base/id.h"
#include "base/sb.h"
#include "domain/key.h"
#include "domain/rootperm.h"
#include "domain/slug.h"
#include "service/audit_svc.h"

#include <string.h>

enum { ROOT_KEY_BYTES = 24 };

static enum status
found(struct ctx *c, struct str id, const struct workspace_row *w)
{
    if (w && str_eq(w->id, id))
        return ST_OK;
    return err_set(c, ST_WORKSPACE_NOT_FOUND, "There is no workspace '%.*s'.", STR_ARG(id));
}

enum status
workspace_svc_load(struct ctx *c, struct str id, struct workspace_row **out)
{
    enum status st = workspace_store_by_id(c, id, out);

    return st == ST_OK ? found(c, id, *out) : st;
}

static enum status
lock(struct ctx *c, struct str id, struct workspace_row **out)
{
    enum status st = workspace_store_lock(c, id, out);

    return st == ST_OK ? found(c, id, *out) : st;
}

/* Workspaces */

static struct str
slug_numbered(struct ctx *c, struct str slug)
{
    unsigned char r[3];

    digest_random(r, sizeof(r));
    return arena_fmt(c->mem, "%.*s-%.*s", STR_ARG(slug), STR_ARG(digest_hex(c->mem, r, sizeof(r))));
}

static enum status
audit_workspace(struct ctx *c, const struct workspace_row *w, const char *event, const char *did)
{
    struct audit *a = audit_svc_begin(c, w->id, AUDIT_CORRELATE_SEVERAL);
    struct audit_event *e =
        audit_svc_add(a, event, arena_fmt(c->mem, "%s workspace %.*s", did, STR_ARG(w->id)));

    audit_svc_target(e, "workspace", w->id, w->name, S(""));
    return audit_svc_write(a);
}

static enum status
create_tx(struct ctx *c, void *arg)
{
    enum status st = workspace_store_insert(c, arg);

    return st == ST_OK ? audit_workspace(c, arg, "workspace.create", "Created") : st;
}

enum status
workspace_svc_create(struct ctx *c, struct str name, struct str slug, struct workspace_row **out)
{
    struct workspace_row *w = ARENA_NEW(c->mem, struct workspace_row);
    struct str base = slug.n ? slug : slug_from(c->mem, name);
    enum status st = workspace_store_now(c);

    if (st == ST_OK && !slug_valid(base))
        return err_set(c, ST_INVALID_INPUT,
                       "The slug '%.*s' may consist of lower-case letters, digits and single "
                       "dashes between them, at most %d.",
                       STR_ARG(base), SLUG_MAX);
    if (st != ST_OK)
        return st;
    *w = (struct workspace_row){.id = id_new(c->mem, "ws"), .name = name, .slug = base};
    st = db_tx(c, create_tx, w);
    for (int i = 0; i < 5 && st == ST_DB_DUPLICATE && slug.n == 0; i++) {
        w->slug = slug_numbered(c, base);
        st = db_tx(c, create_tx, w);
    }
    if (st == ST_DB_DUPLICATE)
        return err_set(c, ST_INVALID_INPUT, "The slug '%.*s' is taken.", STR_ARG(base));
    return st == ST_OK ? workspace_svc_load(c, w->id, out) : st;
}

static void
update_apply(const struct workspace_update_in *in, struct workspace_row *w)
{
    if (in->name.state == F_SET)
        w->name = in->name.v;
    w->enabled = f_bool_or(in->enabled, w->enabled);
    w->delete_protection = f_bool_or(in->delete_protection, w->delete_protection);
    if (in->requests_per_minute.state != F_ABSENT) {
        w->has_request_limit = in->requests_per_minute.state == F_SET;
        w->requests_per_minute = in->requests_per_minute.v;
    }
    if (in->analytics_query_quota.state != F_ABSENT) {
        w->has_query_quota = in->analytics_query_quota.state == F_SET;
        w->analytics_query_quota = in->analytics_query_quota.v;
    }
    w->audit_retention_days = f_int_or(in->audit_retention_days, w->audit_retention_days);
    w->analytics_retention_days =
        f_int_or(in->analytics_retention_days, w->analytics_retention_days);
}

static void
update_apply_analytics(const struct workspace_update_in *in, struct analytics_limits *a)
{
    a->window_s = f_int_or(in->window_s, a->window_s);
    a->window_execution_s = f_int_or(in->window_execution_s, a->window_execution_s);
    a->query_execution_s = f_int_or(in->query_execution_s, a->query_execution_s);
    a->query_memory_bytes = f_int_or(in->query_memory_bytes, a->query_memory_bytes);
    a->result_rows = f_int_or(in->result_rows, a->result_rows);
}

static bool
same(const struct workspace_row *a, const struct workspace_row *b)
{
    return str_eq(a->name, b->name) && a->enabled == b->enabled &&
           a->delete_protection == b->delete_protection &&
           a->has_request_limit == b->has_request_limit &&
           a->requests_per_minute == b->requests_per_minute &&
           a->has_query_quota == b->has_query_quota &&
           a->analytics_query_quota == b->analytics_query_quota &&
           a->audit_retention_days == b->audit_retention_days &&
           a->analytics_retention_days == b->analytics_retention_days;
}

struct update {
    const struct workspace_update_in *in;
    struct workspace_row *w;
};

static enum status
update_tx(struct ctx *c, void *arg)
{
    struct update *u = arg;
    struct workspace_row old;
    bool analytics;
    enum status st = lock(c, u->in->workspace.v, &u->w);

    if (st != ST_OK)
        return st;
    old = *u->w;
    update_apply(u->in, u->w);
    update_apply_analytics(u->in, &u->w->analytics);
    analytics = memcmp(&old.analytics, &u->w->analytics, sizeof(old.analytics)) != 0;
    if (same(&old, u->w) && !analytics)
        return ST_OK;
    st = workspace_store_update(c, u->w);
    if (st == ST_OK && analytics)
        st = workspace_store_set_analytics(c, u->w);
    return st == ST_OK ? audit_workspace(c, u->w, "workspace.update", "Updated") : st;
}

enum status
workspace_svc_update(struct ctx *c, const struct workspace_update_in *in,
                     struct workspace_row **out)
{
    struct update u = {in, NULL};
    enum status st = workspace_store_now(c);

    if (st == ST_OK)
        st = db_tx(c, update_tx, &u);
    *out = u.w;
    return st;
}

static enum status
delete_tx(struct ctx *c, void *arg)
{
    const struct str *id = arg;
    struct workspace_row *w;
    enum status st = lock(c, *id, &w);

    if (st != ST_OK)
        return st;
    if (w->delete_protection)
        return err_set(c, ST_PROTECTED_RESOURCE,
                       "The workspace is protected; first run: latchkey workspace update "
                       "--workspace %.*s --delete-protection false",
                       STR_ARG(w->id));
    st = workspace_store_soft_delete(c, w->id);
    return st == ST_OK ? audit_workspace(c, w, "workspace.delete", "Deleted") : st;
}

enum status
workspace_svc_delete(struct ctx *c, struct str id)
{
    enum status st = workspace_store_now(c);

    return st == ST_OK ? db_tx(c, delete_tx, &id) : st;
}

/* Root keys */

static enum status
unknown_permission(struct ctx *c, struct str p)
{
    struct sb b;

    sb_init(&b, c->mem, 2048);
    for (const struct rootperm *k = rootperm_known; k->resource; k++)
        sb_addf(&b, "\n  %s.*.%s", k->resource, k->action);
    return err_set(c, ST_INVALID_INPUT,
                   "Unknown permission '%.*s'. A permission is one of these (an id may stand "
                   "instead of *), or a URN grant unkey:v1:<workspace>:<path>#<action>:%.*s",
                   STR_ARG(p), STR_ARG(sb_str(&b)));
}

static bool
holds(struct str lines, struct str p)
{
    while (lines.p)
        if (str_eq(str_cut(&lines, '\n'), p))
            return true;
    return false;
}

/* Appends the permissions of a request that are not in b yet. */
static enum status
add_permissions(struct ctx *c, struct sb *b, struct f_list list)
{
    const struct f_str *v = list.v;

    for (size_t i = 0; i < list.n; i++) {
        if (!rootperm_valid(v[i].v))
            return unknown_permission(c, v[i].v);
        if (b->n > 0 && holds(sb_str(b), v[i].v))
            continue;
        if (b->n > 0)
            sb_putc(b, '\n');
        sb_put(b, v[i].v);
    }
    return ST_OK;
}

/* Events for the permissions in lines that are not in other. */
static void
audit_difference(struct audit *a, const struct root_key_row *k, struct str lines, struct str other,
                 const char *event, const char *did)
{
    while (lines.p) {
        struct str p = str_cut(&lines, '\n');
        struct audit_event *e;

        if (p.n == 0 || holds(other, p))
            continue;
        e = audit_svc_add(a, event,
                          arena_fmt(a->c->mem, "%s permission %.*s of root key %.*s", did,
                                    STR_ARG(p), STR_ARG(k->id)));
        audit_svc_target(e, "key", k->id, k->name, S(""));
        audit_svc_target(e, "permission", str_utf8_clip(p, ID_MAX), p, S(""));
    }
}

static void
audit_root_key(struct audit *a, const struct root_key_row *k, const char *event, const char *did)
{
    struct audit_event *e =
        audit_svc_add(a, event, arena_fmt(a->c->mem, "%s root key %.*s", did, STR_ARG(k->id)));

    audit_svc_target(e, "key", k->id, k->name, S(""));
}

static enum status
root_key_create_tx(struct ctx *c, void *arg)
{
    const struct root_key_row *k = arg;
    struct audit *a = audit_svc_begin(c, k->workspace_id, AUDIT_CORRELATE_SEVERAL);
    enum status st = workspace_store_root_key_insert(c, k);

    if (st != ST_OK)
        return st;
    audit_root_key(a, k, "key.create", "Created");
    audit_difference(a, k, k->permissions, S(""), "authorization.connect_permission_and_key",
                     "Added");
    return audit_svc_write(a);
}

static enum status
collect_permissions(struct ctx *c, const struct root_key_create_in *in, struct str workspace_id,
                    struct str *lines)
{
    struct sb b;
    enum status st;

    sb_init(&b, c->mem, 1024);
    if (f_bool_or(in->all_permissions, false)) {
        size_t n;
        struct str *all = rootperm_all(c->mem, workspace_id, &n);

        for (size_t i = 0; i < n; i++) {
            if (i)
                sb_putc(&b, '\n');
            sb_put(&b, all[i]);
        }
    }
    st = add_permissions(c, &b, in->permission);
    if (st == ST_OK && b.n == 0)
        return err_set(c, ST_INVALID_INPUT,
                       "A root key needs at least one --permission, or --all-permissions.");
    *lines = sb_str(&b);
    return st;
}

enum status
workspace_svc_root_key_create(struct ctx *c, const struct root_key_create_in *in,
                              struct str *key_id, struct str *secret)
{
    unsigned char random[ROOT_KEY_BYTES];
    struct workspace_row *w;
    struct root_key_row k = {.enabled = true};
    struct key_text t;
    enum status st = workspace_store_now(c);

    if (st == ST_OK)
        st = workspace_svc_load(c, in->workspace.v, &w);
    if (st == ST_OK)
        st = collect_permissions(c, in, w->id, &k.permissions);
    if (st != ST_OK)
        return st;
    digest_random(random, sizeof(random));
    t = key_render(c->mem, str_of(c->conf->root_key_prefix), random, sizeof(random));
    explicit_bzero(random, sizeof(random));
    k.id = id_new(c->mem, "key");
    k.workspace_id = w->id;
    k.hash = digest_key_hash(c->mem, t.plaintext);
    k.start = str_utf8_clip(t.start, 32);
    k.name = f_str_or_empty(in->name);
    k.has_expiry = in->expires.state == F_SET;
    k.expires_at = in->expires.v;
    k.created_at = c->now_ms;
    *key_id = k.id;
    *secret = t.plaintext;
    return db_tx(c, root_key_create_tx, &k);
}

static enum status
root_key_lock(struct ctx *c, struct str id, struct root_key_row **out)
{
    enum status st = workspace_store_root_key_lock(c, id, out);

    if (st == ST_OK && (!*out || !str_eq((*out)->id, id)))
        return err_set(c, ST_KEY_NOT_FOUND, "There is no root key '%.*s'.", STR_ARG(id));
    return st;
}

static bool
listed(struct f_list list, struct str p)
{
    const struct f_str *v = list.v;

    for (size_t i = 0; i < list.n; i++)
        if (str_eq(v[i].v, p))
            return true;
    return false;
}

static enum status
change_permissions(struct ctx *c, const struct root_key_update_in *in, struct str *lines)
{
    struct str rest = *lines;
    struct sb b;
    enum status st;

    sb_init(&b, c->mem, lines->n + 256);
    while (rest.p) {
        struct str p = str_cut(&rest, '\n');

        if (p.n == 0 || listed(in->remove_permission, p))
            continue;
        if (b.n > 0)
            sb_putc(&b, '\n');
        sb_put(&b, p);
    }
    st = add_permissions(c, &b, in->add_permission);
    if (st == ST_OK && b.n == 0)
        return err_set(c, ST_INVALID_INPUT,
                       "A root key keeps at least one permission; to end it, revoke it.");
    *lines = sb_str(&b);
    return st;
}

static enum status
root_key_apply(struct ctx *c, const struct root_key_update_in *in, struct root_key_row *k)
{
    if (in->name.state == F_SET)
        k->name = in->name.v;
    k->enabled = f_bool_or(in->enabled, k->enabled);
    if (in->expires.state != F_ABSENT) {
        k->has_expiry = in->expires.state == F_SET;
        k->expires_at = in->expires.v;
    }
    return change_permissions(c, in, &k->permissions);
}

static bool
root_key_same(const struct root_key_row *a, const struct root_key_row *b)
{
    return str_eq(a->name, b->name) && a->enabled == b->enabled && a->has_expiry == b->has_expiry &&
           a->expires_at == b->expires_at && str_eq(a->permissions, b->permissions);
}

struct root_key_change {
    const struct root_key_update_in *in;
    struct root_key_row *k;
};

static enum status
root_key_update_tx(struct ctx *c, void *arg)
{
    struct root_key_change *ch = arg;
    struct root_key_row old;
    struct audit *a;
    enum status st = root_key_lock(c, ch->in->key_id.v, &ch->k);

    if (st != ST_OK)
        return st;
    old = *ch->k;
    st = root_key_apply(c, ch->in, ch->k);
    if (st != ST_OK || root_key_same(&old, ch->k))
        return st;
    st = workspace_store_root_key_update(c, ch->k);
    if (st != ST_OK)
        return st;
    a = audit_svc_begin(c, ch->k->workspace_id, AUDIT_CORRELATE_SEVERAL);
    audit_root_key(a, ch->k, "key.update", "Updated");
    audit_difference(a, ch->k, old.permissions, ch->k->permissions,
                     "authorization.disconnect_permission_and_key", "Removed");
    audit_difference(a, ch->k, ch->k->permissions, old.permissions,
                     "authorization.connect_permission_and_key", "Added");
    return audit_svc_write(a);
}

enum status
workspace_svc_root_key_update(struct ctx *c, const struct root_key_update_in *in,
                              struct root_key_row **out)
{
    struct root_key_change ch = {in, NULL};
    enum status st = workspace_store_now(c);

    if (st == ST_OK)
        st = db_tx(c, root_key_update_tx, &ch);
    *out = ch.k;
    return st;
}

static enum status
root_key_revoke_tx(struct ctx *c, void *arg)
{
    const struct str *id = arg;
    struct root_key_row *k;
    struct audit *a;
    enum status st = root_key_lock(c, *id, &k);

    if (st == ST_OK)
        st = workspace_store_root_key_delete(c, k->id);
    if (st != ST_OK)
        return st;
    a = audit_svc_begin(c, k->workspace_id, AUDIT_CORRELATE_SEVERAL);
    audit_root_key(a, k, "key.delete", "Revoked");
    return audit_svc_write(a);
}

enum status
workspace_svc_root_key_revoke(struct ctx *c, struct str key_id)
{
    enum status st = workspace_store_now(c);

    return st == ST_OK ? db_tx(c, root_key_revoke_tx, &key_id) : st;
}
