/* keys.migrateKeys. Made for many keys: what they have in common is resolved once for all of them,
 * and rows are written in batches, in the order of their hashes so that imports at the same time do
 * not wait for each other crosswise. */
#include "service/key_migrate_svc.h"

#include "base/id.h"
#include "base/strmap.h"
#include "service/access_svc.h"
#include "service/api_svc.h"
#include "service/grant_svc.h"
#include "service/identity_svc.h"
#include "service/migration_svc.h"

#include <stdlib.h>

enum {
    HASH_MAX = 256, /* characters of the column */
    BATCH = 500,    /* rows of all kinds that are collected before they are written */
};

/* One key of the request. */
struct entry {
    const struct migrate_key_in *in;
    struct str hash; /* as the database compares it: without trailing spaces */
    size_t at;       /* place in the request */
    struct str key_id;
    bool failed;
};

struct import {
    const struct key_migrate_in *in;
    const struct api_row *api;
    const struct migration_row *migration;
    struct entry *entries; /* by hash, then in the order of the request */
    size_t n;
    struct str correlation_id;
    /* what keys of the request mention, by name */
    struct strmap *identities, *permissions, *roles;
};

/* Checks that need no database */

static enum status
check(struct ctx *c, const struct key_migrate_in *in)
{
    const struct migrate_key_in *k = in->keys.v;
    enum status st = ST_OK;

    for (size_t i = 0; i < in->keys.n && st == ST_OK; i++, k++) {
        if (str_utf8_len(k->hash.v) > HASH_MAX)
            return err_set(c, ST_INVALID_INPUT,
                           "The hash of key %zu is too long: at most %d characters.", i, HASH_MAX);
        st = credit_svc_check(c, k->credits, CREDIT_RULES_MIGRATE);
        if (st == ST_OK)
            st = key_svc_check_meta(c, k->meta);
    }
    return st;
}

static struct str
without_trailing_spaces(struct str s)
{
    while (s.n > 0 && s.p[s.n - 1] == ' ')
        s.n--;
    return s;
}

static int
by_hash(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int d = str_cmp(x->hash, y->hash);

    return d ? d : (x->at > y->at) - (x->at < y->at);
}

static void
sort_entries(struct ctx *c, struct import *im)
{
    const struct migrate_key_in *k = im->in->keys.v;

    im->n = im->in->keys.n;
    im->entries = ARENA_ARRAY(c->mem, im->n, struct entry);
    for (size_t i = 0; i < im->n; i++)
        im->entries[i] =
            (struct entry){.in = &k[i], .hash = without_trailing_spaces(k[i].hash.v), .at = i};
    qsort(im->entries, im->n, sizeof(*im->entries), by_hash);
}

/* Which keys cannot be imported: their hash is taken, by whatever key, or stands in the request
 * before them. The others get an id. */
static enum status
find_failed(struct ctx *c, struct import *im)
{
    struct str *hashes = ARENA_ARRAY(c->mem, im->n, struct str);
    struct strmap *taken;
    struct db_rows rows;
    size_t n = 0;
    enum status st;

    for (size_t i = 0; i < im->n; i++)
        if (i == 0 || !str_eq(im->entries[i].hash, im->entries[i - 1].hash))
            hashes[n++] = im->entries[i].hash;
    st = key_store_hashes(c, hashes, n, &rows);
    taken = strmap_new(c->mem, rows.n, STRMAP_EXACT);
    for (size_t i = 0; i < rows.n; i++)
        strmap_put(taken, without_trailing_spaces(rows.rows[i][0].s), im);
    strmap_sort(taken);
    for (size_t i = 0; i < im->n; i++) {
        struct entry *e = &im->entries[i];

        e->failed = (i > 0 && str_eq(e->hash, e[-1].hash)) || strmap_get(taken, e->hash);
        e->key_id = e->failed ? S("") : id_new(c->mem, "key");
    }
    return st;
}

/* What keys mention, those that fail included */

static enum status
resolve_identities(struct ctx *c, struct import *im)
{
    struct str *ids = ARENA_ARRAY(c->mem, im->n, struct str);
    struct identity_row *rows;
    size_t n = 0, found;
    enum status st;

    for (size_t i = 0; i < im->n; i++)
        if (im->entries[i].in->external_id.state == F_SET)
            ids[n++] = im->entries[i].in->external_id.v;
    st = identity_svc_ensure_all(c, im->api->workspace_id, ids, n, &rows, &found);
    im->identities = strmap_new(c->mem, found, STRMAP_EXACT);
    for (size_t i = 0; i < found; i++)
        strmap_put(im->identities, rows[i].external_id, &rows[i]);
    strmap_sort(im->identities);
    return st;
}

static struct f_list
permissions_of(const struct entry *e)
{
    return e->in->permissions;
}

static struct f_list
roles_of(const struct entry *e)
{
    return e->in->roles;
}

static int
by_bytes(const void *a, const void *b)
{
    return str_cmp(((const struct f_str *)a)->v, ((const struct f_str *)b)->v);
}

/* What stands in the lists of all keys, once each. */
static struct f_list
all_lists(struct ctx *c, const struct import *im, struct f_list (*list_of)(const struct entry *))
{
    struct f_str *v;
    size_t n = 0, distinct = 0;

    for (size_t i = 0; i < im->n; i++)
        n += list_of(&im->entries[i]).n;
    v = ARENA_ARRAY(c->mem, n + 1, struct f_str);
    n = 0;
    for (size_t i = 0; i < im->n; i++) {
        struct f_list l = list_of(&im->entries[i]);

        for (size_t j = 0; j < l.n; j++)
            v[n++] = ((const struct f_str *)l.v)[j];
    }
    qsort(v, n, sizeof(*v), by_bytes);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !str_eq(v[i].v, v[distinct - 1].v))
            v[distinct++] = v[i];
    return f_list(v, distinct);
}

static enum status
resolve_permissions(struct ctx *c, struct import *im)
{
    struct rbac_permissions p = {0};
    enum status st = rbac_svc_permissions_ensure(c, im->api->workspace_id,
                                                 all_lists(c, im, permissions_of), S(""), &p);

    im->permissions = strmap_new(c->mem, p.n, STRMAP_FOLD);
    for (size_t i = 0; i < p.n; i++)
        strmap_put(im->permissions, p.rows[i].slug, &p.rows[i]);
    strmap_sort(im->permissions);
    return st;
}

static enum status
resolve_roles(struct ctx *c, struct import *im)
{
    struct role_row *rows;
    size_t n = 0;
    enum status st =
        rbac_svc_roles_ensure(c, im->api->workspace_id, all_lists(c, im, roles_of), &rows, &n);

    if (st != ST_OK)
        return st;
    im->roles = strmap_new(c->mem, n, STRMAP_EXACT);
    for (size_t i = 0; i < n; i++)
        strmap_put(im->roles, rows[i].name, &rows[i]);
    strmap_sort(im->roles);
    return ST_OK;
}

/* Writing */

/* Rows that are written together. */
struct batch {
    struct key_row *keys;
    struct rbac_link *permissions, *roles;
    struct ratelimit_of *limits;
    size_t n_keys, n_permissions, n_roles, n_limits;
    struct audit *audit;
};

static struct batch
batch_new(struct ctx *c, const struct import *im, const struct entry *e, size_t n)
{
    struct batch b = {.audit = audit_svc_begin(c, im->api->workspace_id, AUDIT_CORRELATE_SEVERAL)};
    size_t permissions = 0, roles = 0, limits = 0;

    for (size_t i = 0; i < n; i++) {
        permissions += e[i].in->permissions.n;
        roles += e[i].in->roles.n;
        limits += e[i].in->ratelimits.n;
    }
    b.audit->correlation_id = im->correlation_id;
    b.keys = ARENA_ARRAY(c->mem, n, struct key_row);
    b.permissions = ARENA_ARRAY(c->mem, permissions + 1, struct rbac_link);
    b.roles = ARENA_ARRAY(c->mem, roles + 1, struct rbac_link);
    b.limits = ARENA_ARRAY(c->mem, limits + 1, struct ratelimit_of);
    return b;
}

static int
by_address(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t) * (const void *const *)a, y = (uintptr_t) * (const void *const *)b;

    return (x > y) - (x < y);
}

/* The rows that a key's list names, each once; their number. */
static size_t
rows_named(struct ctx *c, const struct strmap *m, struct f_list names, const void ***rows)
{
    const void **v = ARENA_ARRAY(c->mem, names.n + 1, const void *);
    size_t n = 0;

    for (size_t i = 0; i < names.n; i++)
        v[i] = strmap_get(m, ((const struct f_str *)names.v)[i].v);
    qsort(v, names.n, sizeof(*v), by_address);
    for (size_t i = 0; i < names.n; i++)
        if (i == 0 || v[i] != v[n - 1])
            v[n++] = v[i];
    *rows = v;
    return n;
}

static void
add_grants(struct ctx *c, const struct import *im, const struct entry *e, struct batch *b)
{
    const struct grant_key key = {e->key_id, f_str_or_empty(e->in->name)};
    const void **rows;
    size_t n = rows_named(c, im->permissions, e->in->permissions, &rows);

    for (size_t i = 0; i < n; i++) {
        const struct permission_row *p = rows[i];

        b->permissions[b->n_permissions++] = (struct rbac_link){e->key_id, p->id};
        grant_svc_audit_permission(b->audit, key, p);
    }
    n = rows_named(c, im->roles, e->in->roles, &rows);
    for (size_t i = 0; i < n; i++) {
        const struct role_row *r = rows[i];

        b->roles[b->n_roles++] = (struct rbac_link){e->key_id, r->id};
        grant_svc_audit_role(b->audit, key, r);
    }
}

/* Of limits with the same name the last one counts. */
static void
add_limits(struct ctx *c, const struct entry *e, struct batch *b)
{
    const struct ratelimit_in *in = e->in->ratelimits.v;
    size_t n = e->in->ratelimits.n;

    for (size_t i = 0; i < n; i++) {
        bool again = false;

        for (size_t j = i + 1; j < n && !again; j++)
            again = str_eq(in[j].name.v, in[i].name.v);
        if (!again)
            b->limits[b->n_limits++] =
                (struct ratelimit_of){e->key_id,
                                      {id_new(c->mem, "rl"), in[i].name.v, in[i].limit.v,
                                       in[i].duration.v, in[i].auto_apply.v}};
    }
}

static void
add_key(struct ctx *c, const struct import *im, const struct entry *e, struct batch *b)
{
    const struct migrate_key_in *in = e->in;
    struct key_row *k = &b->keys[b->n_keys++];
    struct audit_event *event;

    *k = (struct key_row){
        .id = e->key_id,
        .workspace_id = im->api->workspace_id,
        .api_id = im->api->id,
        .hash = in->hash.v,
        .start = S(""),
        .name = f_str_or_empty(in->name),
        .meta = in->meta.state == F_SET ? in->meta.v : S(""),
        .enabled = f_bool_or(in->enabled, true),
        .has_expiry = in->expires.state == F_SET,
        .expires_at = in->expires.v,
        .pending_migration_id = im->migration->id,
        .may_have_limits = in->ratelimits.n > 0,
        .may_have_grants = in->permissions.n + in->roles.n > 0,
        .created_at = c->now_ms,
    };
    credit_svc_apply(c, in->credits, k);
    if (in->external_id.state == F_SET) {
        const struct identity_row *identity = strmap_get(im->identities, in->external_id.v);

        k->stored_identity_id = identity->id;
    }
    add_limits(c, e, b);
    add_grants(c, im, e, b);
    event = audit_svc_add(b->audit, "key.create",
                          arena_fmt(c->mem, "Migrated key %.*s by migration %.*s", STR_ARG(k->id),
                                    STR_ARG(im->migration->id)));
    audit_svc_target(event, "key", k->id, k->name, S(""));
    audit_svc_target(event, "api", im->api->id, im->api->name, S(""));
}

static enum status
write_batch(struct ctx *c, struct batch *b)
{
    enum status st = key_store_insert(c, b->keys, b->n_keys);

    if (st == ST_DB_DUPLICATE)
        return ST_DB_RETRY; /* somebody else has just taken a hash, which the next attempt sees */
    if (st == ST_OK)
        st = ratelimit_store_insert_marked(c, b->audit->workspace_id, b->limits, b->n_limits);
    if (st == ST_OK)
        st = rbac_store_link_permission_pairs(c, b->permissions, b->n_permissions);
    if (st == ST_OK)
        st = rbac_store_link_role_pairs(c, b->roles, b->n_roles);
    return st == ST_OK ? audit_svc_write(b->audit) : st;
}

static size_t
weight(const struct entry *e)
{
    return 1 + e->in->permissions.n + e->in->roles.n + e->in->ratelimits.n;
}

/* Batches are of limited size, and so is the memory that a request of any size takes. */
static enum status
write_all(struct ctx *c, const struct import *im)
{
    enum status st = ST_OK;

    for (size_t from = 0, to; from < im->n && st == ST_OK; from = to) {
        struct arena_mark mark = arena_mark(c->mem);
        struct batch b;
        size_t rows = 0;

        for (to = from; to < im->n && rows < BATCH; to++)
            rows += weight(&im->entries[to]);
        b = batch_new(c, im, &im->entries[from], to - from);
        for (size_t i = from; i < to; i++)
            if (!im->entries[i].failed)
                add_key(c, im, &im->entries[i], &b);
        st = write_batch(c, &b);
        if (st == ST_OK)
            arena_release(c->mem, mark);
    }
    return st;
}

/* Several events share a correlation id, also over several batches. */
static void
correlate(struct ctx *c, struct import *im)
{
    size_t events = 0;

    for (size_t i = 0; i < im->n; i++)
        if (!im->entries[i].failed)
            events += 1 + im->entries[i].in->permissions.n + im->entries[i].in->roles.n;
    im->correlation_id = events > 1 ? id_new(c->mem, "cor") : S("");
}

static enum status
migrate_tx(struct ctx *c, void *arg)
{
    struct import *im = arg;
    enum status st = find_failed(c, im);

    if (st == ST_OK)
        st = resolve_identities(c, im);
    if (st == ST_OK)
        st = resolve_roles(c, im);
    if (st == ST_OK)
        st = resolve_permissions(c, im);
    if (st != ST_OK)
        return st;
    correlate(c, im);
    return write_all(c, im);
}

/* In the order of the request. */
static void
answer(struct ctx *c, const struct import *im, struct key_migrate_out *out)
{
    const struct entry **by_place = ARENA_ARRAY(c->mem, im->n, const struct entry *);
    struct migrated_out *migrated = ARENA_ARRAY(c->mem, im->n, struct migrated_out);
    struct f_str *failed = ARENA_ARRAY(c->mem, im->n, struct f_str);
    size_t n_migrated = 0, n_failed = 0;

    for (size_t i = 0; i < im->n; i++)
        by_place[im->entries[i].at] = &im->entries[i];
    for (size_t i = 0; i < im->n; i++) {
        const struct entry *e = by_place[i];

        if (e->failed)
            failed[n_failed++] = e->in->hash;
        else
            migrated[n_migrated++] = (struct migrated_out){e->in->hash, f_str(e->key_id)};
    }
    out->migrated = f_list(migrated, n_migrated);
    out->failed = f_list(failed, n_failed);
}

enum status
key_migrate_svc_run(struct ctx *c, const struct key_migrate_in *in, struct key_migrate_out *out)
{
    struct import im = {.in = in};
    struct api_row *api;
    struct migration_row *migration;
    enum status st =
        access_svc_require(c, ACCESS_migrate_keys, (struct access_scope){.api = in->api_id.v});

    if (st == ST_OK)
        st = api_svc_load(c, in->api_id.v, &api);
    if (st == ST_OK)
        st = migration_svc_load(c, in->migration_id.v, &migration);
    if (st == ST_OK)
        st = check(c, in);
    if (st != ST_OK)
        return st;
    im.api = api;
    im.migration = migration;
    sort_entries(c, &im);
    st = db_tx(c, migrate_tx, &im);
    if (st == ST_OK)
        answer(c, &im, out);
    return st;
}
