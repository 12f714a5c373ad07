/* The SQL of APIs. */
#include "store/api_store.h"

#include "store/blocks.h"

enum { BY_ID, LOCK, INSERT, UPDATE, SOFT_DELETE, KEYSPACES, MAX };

#define SELECT_BY_ID                                                                               \
    "SELECT id, workspace_id, keyspace_id, name, ip_whitelist, default_prefix, default_bytes, "    \
    "store_encrypted_keys, delete_protection, created_at, deleted_at FROM lk_api WHERE id = ?"

static const struct db_stmt sql[MAX] = {
    [BY_ID] = {SELECT_BY_ID, false},
    [LOCK] = {SELECT_BY_ID " FOR UPDATE", false},
    [INSERT] = {"INSERT INTO lk_api (id, workspace_id, keyspace_id, name, created_at) "
                "VALUES (?, ?, ?, ?, ?)",
                false},
    [UPDATE] = {"UPDATE lk_api SET name = ?, ip_whitelist = ?, default_prefix = ?, "
                "default_bytes = ?, store_encrypted_keys = ?, delete_protection = ?, "
                "updated_at = ? WHERE id = ?",
                false},
    [SOFT_DELETE] = {"UPDATE lk_api SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL "
                     "AND delete_protection = 0",
                     false},
    [KEYSPACES] = {"SELECT id, keyspace_id FROM lk_api WHERE workspace_id = ? "
                   "AND deleted_at IS NULL AND id IN " BLOCKS_LIST,
                   false},
};
const struct db_stmt_list api_store_stmts = DB_STMT_LIST("api_store", sql);

static enum status
one(struct ctx *c, const struct db_stmt *s, struct str id, struct api_row **out)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, s, DB_ARGS(db_str(id)), &rows);
    struct db_cursor cur;
    struct api_row *a;
    int64_t ignored;

    *out = NULL;
    if (st != ST_OK || rows.n == 0)
        return st;
    cur = db_row(&rows, 0);
    a = ARENA_NEW(c->mem, struct api_row);
    a->id = db_next_str(&cur);
    a->workspace_id = db_next_str(&cur);
    a->keyspace_id = db_next_str(&cur);
    a->name = db_next_str(&cur);
    a->ip_whitelist = db_next_str(&cur);
    a->default_prefix = db_next_str(&cur);
    a->default_bytes = db_next_int(&cur);
    a->store_encrypted_keys = db_next_int(&cur);
    a->delete_protection = db_next_int(&cur);
    a->created_at = db_next_int(&cur);
    a->deleted = db_next_int_opt(&cur, &ignored);
    *out = a;
    return ST_OK;
}

enum status
api_store_by_id(struct ctx *c, struct str id, struct api_row **out)
{
    return one(c, &sql[BY_ID], id, out);
}

enum status
api_store_lock(struct ctx *c, struct str id, struct api_row **out)
{
    return one(c, &sql[LOCK], id, out);
}

enum status
api_store_insert(struct ctx *c, const struct api_row *a)
{
    return db_exec(c, &sql[INSERT],
                   DB_ARGS(db_str(a->id), db_str(a->workspace_id), db_str(a->keyspace_id),
                           db_bin(a->name), db_int(a->created_at)),
                   NULL);
}

enum status
api_store_update(struct ctx *c, const struct api_row *a)
{
    return db_exec(c, &sql[UPDATE],
                   DB_ARGS(db_bin(a->name), db_str(a->ip_whitelist), db_str(a->default_prefix),
                           db_int_if(a->default_bytes != 0, a->default_bytes),
                           db_int(a->store_encrypted_keys), db_int(a->delete_protection),
                           db_int(c->now_ms), db_str(a->id)),
                   NULL);
}

enum status
api_store_soft_delete(struct ctx *c, struct str id, bool *done)
{
    struct db_result r = {0, 0};
    enum status st = db_exec(c, &sql[SOFT_DELETE], DB_ARGS(db_int(c->now_ms), db_str(id)), &r);

    *done = r.affected == 1;
    return st;
}

static bool
is_listed(struct str id, const struct str *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(id, ids[i]))
            return true;
    return false;
}

enum status
api_store_keyspaces(struct ctx *c, struct str workspace_id, const struct str *ids, size_t n,
                    const struct str **keyspaces, size_t *found)
{
    struct db_rows rows;
    enum status st =
        blocks_select(c, &sql[KEYSPACES], DB_ARGS(db_str(workspace_id)), db_str, ids, n, &rows);
    struct str *out = ARENA_ARRAY(c->mem, rows.n + 1, struct str);

    *keyspaces = out;
    *found = 0;
    for (size_t i = 0; i < rows.n && st == ST_OK; i++)
        if (is_listed(rows.rows[i][0].s, ids, n))
            out[(*found)++] = rows.rows[i][1].s;
    return st;
}
