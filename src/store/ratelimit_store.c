/* Limits of keys and identities. */
#include "store/ratelimit_store.h"

#include "store/blocks.h"

enum {
    INSERT,
    OF_OWNER = BLOCKS_SIZES,
    PUT,
    MARK_KEY,
    MARK_IDENTITY,
    DELETE_ONE,
    DELETE_ALL,
    MAX
};
enum { INSERT_COLS = 8 };

static const struct db_stmt sql[MAX] = {
    BLOCKS_STMTS("INSERT INTO lk_ratelimit (owner_id, name, id, workspace_id, max_count, "
                 "duration_ms, auto_apply, created_at)",
                 "(?, ?, ?, ?, ?, ?, ?, ?)", ""),
    [OF_OWNER] = {"SELECT id, name, max_count, duration_ms, auto_apply FROM lk_ratelimit "
                  "WHERE owner_id = ? ORDER BY name",
                  false},
    [PUT] = {"INSERT INTO lk_ratelimit (owner_id, name, id, workspace_id, max_count, duration_ms, "
             "auto_apply, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
             "ON DUPLICATE KEY UPDATE max_count = ?, duration_ms = ?, auto_apply = ?, "
             "updated_at = ?",
             false},
    [MARK_KEY] = {"UPDATE lk_key SET may_have_limits = 1 WHERE id = ? AND may_have_limits = 0",
                  false},
    [MARK_IDENTITY] = {"UPDATE lk_identity SET may_have_limits = 1 "
                       "WHERE id = ? AND may_have_limits = 0",
                       false},
    [DELETE_ONE] = {"DELETE FROM lk_ratelimit WHERE owner_id = ? AND name = ?", false},
    [DELETE_ALL] = {"DELETE FROM lk_ratelimit WHERE owner_id = ?", false},
};
const struct db_stmt_list ratelimit_store_stmts = DB_STMT_LIST("ratelimit_store", sql);

enum status
ratelimit_store_of(struct ctx *c, struct str owner_id, struct ratelimit_row **out, size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[OF_OWNER], DB_ARGS(db_str(owner_id)), &rows);

    *n = rows.n;
    *out = ARENA_ARRAY(c->mem, rows.n + 1, struct ratelimit_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);
        struct ratelimit_row *r = &(*out)[i];

        r->id = db_next_str(&cur);
        r->name = db_next_str(&cur);
        r->limit = db_next_int(&cur);
        r->duration_ms = db_next_int(&cur);
        r->auto_apply = db_next_int(&cur);
    }
    return st;
}

enum status
ratelimit_store_put(struct ctx *c, struct str owner_id, struct str workspace_id,
                    const struct ratelimit_row *r)
{
    bool of_key = str_starts(owner_id, S("key_"));
    enum status st = db_exec(c, &sql[of_key ? MARK_KEY : MARK_IDENTITY],
                             DB_ARGS(db_str(owner_id)), NULL);

    if (st != ST_OK)
        return st;
    return db_exec(c, &sql[PUT],
                   DB_ARGS(db_str(owner_id), db_bin(r->name), db_str(r->id), db_str(workspace_id),
                           db_int(r->limit), db_int(r->duration_ms), db_int(r->auto_apply),
                           db_int(c->now_ms), db_int(r->limit), db_int(r->duration_ms),
                           db_int(r->auto_apply), db_int(c->now_ms)),
                   NULL);
}

enum status
ratelimit_store_insert(struct ctx *c, struct str workspace_id, const struct ratelimit_of *l,
                       size_t n)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, n * INSERT_COLS + 1, struct db_arg), *a = args;

    for (size_t i = 0; i < n; i++, l++) {
        *a++ = db_str(l->owner_id);
        *a++ = db_bin(l->row.name);
        *a++ = db_str(l->row.id);
        *a++ = db_str(workspace_id);
        *a++ = db_int(l->row.limit);
        *a++ = db_int(l->row.duration_ms);
        *a++ = db_int(l->row.auto_apply);
        *a++ = db_int(c->now_ms);
    }
    return blocks_insert(c, &sql[INSERT], args, INSERT_COLS, n);
}

enum status
ratelimit_store_delete(struct ctx *c, struct str owner_id, struct str name)
{
    return db_exec(c, &sql[DELETE_ONE], DB_ARGS(db_str(owner_id), db_bin(name)), NULL);
}

enum status
ratelimit_store_delete_all(struct ctx *c, struct str owner_id)
{
    return db_exec(c, &sql[DELETE_ALL], DB_ARGS(db_str(owner_id)), NULL);
}
