/* The SQL of API keys. */
#include "store/key_store.h"

#include "store/blocks.h"

#include <stdlib.h>

enum {
    INSERT,
    BY_ID = INSERT + BLOCKS_SIZES,
    BY_HASH,
    WITH_CALLER,
    PRESENTED,
    PRESENTED_ID,
    LOCK,
    LIST,
    LIST_OF_IDENTITY,
    LIMITS,
    GRANTS,
    HASHES,
    UPDATE,
    SPEND,
    CREDITS,
    SOFT_DELETE,
    ERASE,
    ERASE_PERMISSIONS,
    ERASE_ROLES,
    ERASE_LIMITS,
    ERASE_COUNTERS,
    ERASE_SECRET,
    REFILLABLE,
    MARK_USED,
    MAX
};

#define KEY_COLUMNS                                                                                \
    "k.id, k.workspace_id, k.api_id, k.hash, k.start, k.name, k.meta, k.enabled, k.deleted_at, "   \
    "k.expires_at, k.remaining, k.refill_amount, k.refill_day, k.refill_settled_at, "              \
    "k.created_at, k.updated_at, k.last_used_at, k.pending_migration_id, k.identity_id, "          \
    "a.keyspace_id, a.ip_whitelist, a.default_prefix, a.default_bytes, a.store_encrypted_keys, "   \
    "a.deleted_at, i.id, i.external_id, i.meta, "                                                  \
    "k.may_have_limits OR COALESCE(i.may_have_limits, 0), k.may_have_grants"
#define KEY_JOINS                                                                                  \
    "LEFT JOIN lk_api a ON a.id = k.api_id "                                                       \
    "LEFT JOIN lk_identity i ON i.id = k.identity_id AND i.live = 1 "
#define LIMIT_COLUMNS "l.owner_id, l.id, l.name, l.max_count, l.duration_ms, l.auto_apply"

/* Limits of the key and its identity, one a row, in the last columns; NULL where there are none. */
#define WITH_LIMITS                                                                                \
    "LEFT JOIN lk_ratelimit l ON (k.may_have_limits = 1 OR i.may_have_limits = 1) "                \
    "AND l.owner_id IN (k.id, i.id) "
#define PRESENTED_SQL(where)                                                                       \
    "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED), w.enabled, " GATE_CHARGE_COLUMNS        \
    ", " KEY_COLUMNS ", " LIMIT_COLUMNS                                                            \
    " FROM (SELECT 1) one LEFT JOIN lk_gate_charge g ON g.id = ? "                                 \
    "LEFT JOIN lk_key k ON " where " " KEY_JOINS                                                   \
    "LEFT JOIN lk_workspace w ON w.id = k.workspace_id AND w.deleted_at IS NULL " WITH_LIMITS

enum { INSERT_COLS = 18, LIMIT_COLS = 6 };

#define USED_LIST "(" BLOCKS_64("?") ")"

static const struct db_stmt sql[MAX] = {
    BLOCKS_STMTS("INSERT INTO lk_key (id, workspace_id, api_id, hash, start, name, identity_id, "
                 "meta, enabled, expires_at, remaining, refill_amount, refill_day, "
                 "refill_settled_at, pending_migration_id, may_have_limits, may_have_grants, "
                 "created_at)",
                 "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ""),
    [BY_ID] = {"SELECT " KEY_COLUMNS " FROM lk_key k " KEY_JOINS "WHERE k.id = ?", false},
    [BY_HASH] = {"SELECT " KEY_COLUMNS " FROM lk_key k " KEY_JOINS "WHERE k.hash = ?", false},
    [WITH_CALLER] = {"SELECT " CALLER_COLUMNS ", " KEY_COLUMNS ", " LIMIT_COLUMNS
                     " FROM " CALLER_TABLES
                     " LEFT JOIN lk_key k ON k.hash = ? " KEY_JOINS WITH_LIMITS "WHERE r.hash = ?",
                     false},
    [PRESENTED] = {PRESENTED_SQL("k.hash = ?"), false},
    [PRESENTED_ID] = {PRESENTED_SQL("k.id = ?"), false},
    [LOCK] = {"SELECT id FROM lk_key WHERE id = ? FOR UPDATE", false},
    [LIST] = {"SELECT " KEY_COLUMNS " FROM lk_key k " KEY_JOINS
              "WHERE k.api_id = ? AND k.id >= ? AND k.deleted_at IS NULL ORDER BY k.id LIMIT ?",
              false},
    [LIST_OF_IDENTITY] = {"SELECT " KEY_COLUMNS " FROM lk_key k " KEY_JOINS
                          "WHERE k.identity_id = ? AND k.api_id = ? AND k.id >= ? "
                          "AND k.deleted_at IS NULL ORDER BY k.id LIMIT ?",
                          false},
    [LIMITS] = {"SELECT " LIMIT_COLUMNS " FROM lk_ratelimit l WHERE l.owner_id IN (?, ?)", false},
    /* the casts: slugs and role names have different collations */
    [GRANTS] = {"SELECT 0, CAST(p.slug AS BINARY) FROM lk_key_permission kp "
                "JOIN lk_permission p ON p.id = kp.permission_id WHERE kp.key_id = ? UNION ALL "
                "SELECT 0, CAST(p.slug AS BINARY) FROM lk_key_role kr "
                "JOIN lk_role_permission rp ON rp.role_id = kr.role_id "
                "JOIN lk_permission p ON p.id = rp.permission_id WHERE kr.key_id = ? UNION ALL "
                "SELECT 1, CAST(r.name AS BINARY) FROM lk_key_role kr "
                "JOIN lk_role r ON r.id = kr.role_id WHERE kr.key_id = ?",
                false},
    [HASHES] = {"SELECT hash FROM lk_key WHERE hash IN " BLOCKS_LIST, false},
    [UPDATE] = {"UPDATE lk_key SET hash = ?, start = ?, name = ?, identity_id = ?, meta = ?, "
                "enabled = ?, expires_at = ?, remaining = ?, refill_amount = ?, refill_day = ?, "
                "refill_settled_at = ?, pending_migration_id = ?, updated_at = ? WHERE id = ?",
                false},
    [SPEND] = {"UPDATE lk_key SET remaining = LAST_INSERT_ID(remaining - ?) "
               "WHERE id = ? AND remaining >= ?",
               false},
    [CREDITS] = {"SELECT remaining FROM lk_key WHERE id = ?", false},
    [SOFT_DELETE] = {"UPDATE lk_key SET deleted_at = ? WHERE id = ?", false},
    [ERASE] = {"DELETE FROM lk_key WHERE id = ?", false},
    [ERASE_PERMISSIONS] = {"DELETE FROM lk_key_permission WHERE key_id = ?", false},
    [ERASE_ROLES] = {"DELETE FROM lk_key_role WHERE key_id = ?", false},
    [ERASE_LIMITS] = {"DELETE FROM lk_ratelimit WHERE owner_id = ?", false},
    [ERASE_COUNTERS] = {"DELETE FROM lk_counter WHERE scope_id = ?", false},
    [ERASE_SECRET] = {"DELETE FROM lk_key_secret WHERE key_id = ?", false},
    [REFILLABLE] = {"SELECT id FROM lk_key WHERE refill_settled_at < ? AND deleted_at IS NULL "
                    "ORDER BY refill_settled_at LIMIT ?",
                    false},
    [MARK_USED] = {"UPDATE lk_key SET last_used_at = ? WHERE id IN " USED_LIST
                   " AND (last_used_at IS NULL OR last_used_at < ?)",
                   false},
};
const struct db_stmt_list key_store_stmts = DB_STMT_LIST("key_store", sql);

static struct key_row *
row_read(struct ctx *c, struct db_cursor *cur)
{
    struct key_row *k = ARENA_NEW(c->mem, struct key_row);
    int64_t ignored;

    k->id = db_next_str(cur);
    k->workspace_id = db_next_str(cur);
    k->api_id = db_next_str(cur);
    k->hash = db_next_str(cur);
    k->start = db_next_str(cur);
    k->name = db_next_str(cur);
    k->meta = db_next_str(cur);
    k->enabled = db_next_int(cur);
    k->deleted = db_next_int_opt(cur, &ignored);
    k->has_expiry = db_next_int_opt(cur, &k->expires_at);
    k->limited = db_next_int_opt(cur, &k->remaining);
    k->has_refill = db_next_int_opt(cur, &k->refill_amount);
    k->has_refill_day = db_next_int_opt(cur, &k->refill_day);
    k->refill_settled_at = db_next_int(cur);
    k->created_at = db_next_int(cur);
    k->ever_updated = db_next_int_opt(cur, &k->updated_at);
    k->ever_used = db_next_int_opt(cur, &k->last_used_at);
    k->pending_migration_id = db_next_str(cur);
    k->stored_identity_id = db_next_str(cur);
    k->keyspace_id = db_next_str(cur);
    k->ip_whitelist = db_next_str(cur);
    k->default_prefix = db_next_str(cur);
    k->default_bytes = db_next_int(cur);
    k->store_encrypted_keys = db_next_int(cur);
    k->api_live = !db_next_int_opt(cur, &ignored) && k->keyspace_id.n > 0;
    k->identity_id = db_next_str(cur);
    k->external_id = db_next_str(cur);
    k->identity_meta = db_next_str(cur);
    k->may_have_limits = db_next_int(cur);
    k->may_have_grants = db_next_int(cur);
    return k;
}

static enum status
first_row(struct ctx *c, const struct db_stmt *s, struct db_args args, struct key_row **out)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, s, args, &rows);
    struct db_cursor cur;

    *out = NULL;
    if (st != ST_OK || rows.n == 0)
        return st;
    cur = db_row(&rows, 0);
    *out = row_read(c, &cur);
    return ST_OK;
}

enum status
key_store_by_id(struct ctx *c, struct str id, struct key_row **out)
{
    return first_row(c, &sql[BY_ID], DB_ARGS(db_str(id)), out);
}

enum status
key_store_by_hash(struct ctx *c, struct str hash, struct key_row **out)
{
    return first_row(c, &sql[BY_HASH], DB_ARGS(db_str(hash)), out);
}

enum status
key_store_lock(struct ctx *c, struct str id, struct key_row **out)
{
    struct db_rows rows;
    enum status st = db_select(c, &sql[LOCK], DB_ARGS(db_str(id)), &rows);

    /* two statements: FOR UPDATE on the join would lock the API and the identity as well */
    return st == ST_OK ? key_store_by_id(c, id, out) : st;
}

static void
limits_read(struct ctx *c, const struct key_row *k, const struct db_rows *rows,
            struct key_extras *out)
{
    struct ratelimit_row *of_key = ARENA_ARRAY(c->mem, rows->n + 1, struct ratelimit_row);
    struct ratelimit_row *of_identity = ARENA_ARRAY(c->mem, rows->n + 1, struct ratelimit_row);

    for (size_t i = 0; i < rows->n; i++) {
        struct db_cursor cur = {rows->rows[i] + rows->cols - LIMIT_COLS};
        struct str owner = db_next_str(&cur);

        if (owner.n)
            *(str_eq(owner, k->id) ? &of_key[out->n_key_limits++]
                                   : &of_identity[out->n_identity_limits++]) =
                ratelimit_store_read(&cur);
    }
    out->key_limits = of_key;
    out->identity_limits = of_identity;
}

/* The key at cur, in the first row, and the limits of all rows; NULL when there is no key. */
static struct key_row *
row_read_with_limits(struct ctx *c, struct db_cursor *cur, const struct db_rows *rows)
{
    struct key_extras *with = ARENA_NEW(c->mem, struct key_extras);
    struct key_row *k;

    if (cur->cell->null)
        return NULL;
    k = row_read(c, cur);
    limits_read(c, k, rows, with);
    k->with = with;
    return k;
}

enum status
key_store_with_caller(struct ctx *c, struct str root_hash, struct str key_hash,
                      struct caller **caller, struct key_row **key)
{
    struct db_rows rows = {0};
    enum status st =
        db_select(c, &sql[WITH_CALLER], DB_ARGS(db_str(key_hash), db_str(root_hash)), &rows);
    struct db_cursor cur;

    *caller = NULL;
    *key = NULL;
    if (st != ST_OK || rows.n == 0)
        return st;
    cur = db_row(&rows, 0);
    *caller = caller_store_read(c, &cur);
    *key = row_read_with_limits(c, &cur, &rows);
    return ST_OK;
}

static enum status
presented(struct ctx *c, const struct db_stmt *s, struct db_args args, struct key_presented *out)
{
    struct db_rows rows;
    enum status st = db_select(c, s, args, &rows);
    struct db_cursor cur;

    *out = (struct key_presented){.key = NULL};
    if (st != ST_OK)
        return st;
    cur = db_row(&rows, 0);
    c->now_ms = db_next_int(&cur);
    out->workspace_enabled = db_next_int(&cur);
    out->charge = gate_store_read(c, &cur);
    out->key = row_read_with_limits(c, &cur, &rows);
    return ST_OK;
}

enum status
key_store_presented(struct ctx *c, struct str key_hash, struct str charge_id,
                    struct key_presented *out)
{
    return presented(c, &sql[PRESENTED], DB_ARGS(db_bin(charge_id), db_str(key_hash)), out);
}

enum status
key_store_presented_id(struct ctx *c, struct str id, struct str charge_id,
                       struct key_presented *out)
{
    return presented(c, &sql[PRESENTED_ID], DB_ARGS(db_bin(charge_id), db_str(id)), out);
}

enum status
key_store_list(struct ctx *c, struct str api_id, struct str identity_id, struct str cursor,
               int64_t limit, struct key_row **out, size_t *n)
{
    struct db_rows rows = {0};
    enum status st;

    if (identity_id.n)
        st = db_select(c, &sql[LIST_OF_IDENTITY],
                       DB_ARGS(db_str(identity_id), db_str(api_id), db_str(cursor), db_int(limit)),
                       &rows);
    else
        st =
            db_select(c, &sql[LIST], DB_ARGS(db_str(api_id), db_str(cursor), db_int(limit)), &rows);
    *n = rows.n;
    *out = ARENA_ARRAY(c->mem, rows.n + 1, struct key_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);

        (*out)[i] = *row_read(c, &cur);
    }
    return st;
}

/* Extras */

static int
by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static size_t
sort_unique(struct str *v, size_t n)
{
    size_t kept = 0;

    qsort(v, n, sizeof(*v), by_bytes);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !str_eq(v[i], v[i - 1]))
            v[kept++] = v[i];
    return kept;
}

static enum status
limits(struct ctx *c, const struct key_row *k, struct key_extras *out)
{
    struct db_rows rows = {0};
    enum status st =
        db_select(c, &sql[LIMITS], DB_ARGS(db_str(k->id), db_str(k->identity_id)), &rows);

    limits_read(c, k, &rows, out);
    return st;
}

static enum status
grants(struct ctx *c, const struct key_row *k, struct key_extras *out)
{
    struct db_rows rows = {0};
    struct str *names[2];
    size_t n[2] = {0, 0};
    enum status st =
        db_select(c, &sql[GRANTS], DB_ARGS(db_str(k->id), db_str(k->id), db_str(k->id)), &rows);

    for (int i = 0; i < 2; i++)
        names[i] = ARENA_ARRAY(c->mem, rows.n + 1, struct str);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);
        int64_t kind = db_next_int(&cur);

        names[kind][n[kind]++] = db_next_str(&cur);
    }
    out->permissions = names[0];
    out->n_permissions = sort_unique(names[0], n[0]);
    out->roles = names[1];
    out->n_roles = n[1];
    return st;
}

enum status
key_store_extras(struct ctx *c, const struct key_row *k, struct key_extras *out)
{
    enum status st = ST_OK;

    *out = (struct key_extras){0};
    if (k->with)
        *out = *k->with;
    else if (k->may_have_limits)
        st = limits(c, k, out);
    if (st == ST_OK && k->may_have_grants)
        st = grants(c, k, out);
    return st;
}

/* Changes */

static struct db_arg *
insert_args(struct db_arg *a, const struct key_row *k)
{
    *a++ = db_str(k->id);
    *a++ = db_str(k->workspace_id);
    *a++ = db_str(k->api_id);
    *a++ = db_str(k->hash);
    *a++ = db_str(k->start);
    *a++ = db_bin(k->name);
    *a++ = db_str_if(k->stored_identity_id.n, k->stored_identity_id);
    *a++ = db_str_if(k->meta.n, k->meta);
    *a++ = db_int(k->enabled);
    *a++ = db_int_if(k->has_expiry, k->expires_at);
    *a++ = db_int_if(k->limited, k->remaining);
    *a++ = db_int_if(k->has_refill, k->refill_amount);
    *a++ = db_int_if(k->has_refill_day, k->refill_day);
    *a++ = db_int_if(k->has_refill, k->refill_settled_at);
    *a++ = db_str_if(k->pending_migration_id.n, k->pending_migration_id);
    *a++ = db_int(k->may_have_limits);
    *a++ = db_int(k->may_have_grants);
    *a++ = db_int(k->created_at);
    return a;
}

enum status
key_store_insert(struct ctx *c, const struct key_row *keys, size_t n)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, n * INSERT_COLS + 1, struct db_arg), *a = args;

    for (size_t i = 0; i < n; i++)
        a = insert_args(a, &keys[i]);
    return blocks_insert(c, &sql[INSERT], args, INSERT_COLS, n);
}

enum status
key_store_hashes(struct ctx *c, const struct str *hashes, size_t n, struct db_rows *taken)
{
    return blocks_select(c, &sql[HASHES], (struct db_args){NULL, 0}, db_str, hashes, n, taken);
}

enum status
key_store_update(struct ctx *c, const struct key_row *k)
{
    return db_exec(c, &sql[UPDATE],
                   DB_ARGS(db_str(k->hash), db_str(k->start), db_bin(k->name),
                           db_str_if(k->stored_identity_id.n, k->stored_identity_id),
                           db_str_if(k->meta.n, k->meta), db_int(k->enabled),
                           db_int_if(k->has_expiry, k->expires_at),
                           db_int_if(k->limited, k->remaining),
                           db_int_if(k->has_refill, k->refill_amount),
                           db_int_if(k->has_refill_day, k->refill_day),
                           db_int_if(k->has_refill, k->refill_settled_at),
                           db_str_if(k->pending_migration_id.n, k->pending_migration_id),
                           db_int_if(k->ever_updated, k->updated_at), db_str(k->id)),
                   NULL);
}

enum status
key_store_spend(struct ctx *c, struct str id, int64_t cost, bool *taken, int64_t *remaining)
{
    struct db_result r = {0, 0};
    enum status st = db_exec(c, &sql[SPEND], DB_ARGS(db_int(cost), db_str(id), db_int(cost)), &r);

    *taken = r.affected == 1;
    *remaining = r.insert_id;
    return st;
}

enum status
key_store_credits(struct ctx *c, struct str id, bool *limited, int64_t *remaining)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[CREDITS], DB_ARGS(db_str(id)), &rows);

    *limited = rows.n && !rows.rows[0][0].null;
    *remaining = *limited ? rows.rows[0][0].i : 0;
    return st;
}

enum status
key_store_soft_delete(struct ctx *c, struct str id)
{
    return db_exec(c, &sql[SOFT_DELETE], DB_ARGS(db_int(c->now_ms), db_str(id)), NULL);
}

enum status
key_store_erase(struct ctx *c, struct str id)
{
    static const int parts[] = {ERASE_PERMISSIONS, ERASE_ROLES,  ERASE_LIMITS,
                                ERASE_COUNTERS,    ERASE_SECRET, ERASE};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        enum status st = db_exec(c, &sql[parts[i]], DB_ARGS(db_str(id)), NULL);

        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

enum status
key_store_refillable(struct ctx *c, int64_t before, int64_t limit, struct db_rows *ids)
{
    return db_select(c, &sql[REFILLABLE], DB_ARGS(db_int(before), db_int(limit)), ids);
}

enum status
key_store_mark_used(struct ctx *c, const struct str *ids, size_t n, int64_t at_ms)
{
    struct db_arg args[KEY_USED_BLOCK + 2];

    args[0] = db_int(at_ms);
    for (size_t i = 0; i < KEY_USED_BLOCK; i++)
        args[1 + i] = db_str(ids[i < n ? i : n - 1]);
    args[KEY_USED_BLOCK + 1] = db_int(at_ms);
    return db_exec(c, &sql[MARK_USED], (struct db_args){args, KEY_USED_BLOCK + 2}, NULL);
}
