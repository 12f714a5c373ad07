/* The SQL of workspaces and root keys. */
#include "store/workspace_store.h"

enum {
    BY_ID,
    LOCK,
    LIST,
    LIST_ALL,
    INSERT,
    UPDATE,
    SET_ANALYTICS,
    SOFT_DELETE,
    ROOT_KEY_LOCK,
    ROOT_KEYS,
    ROOT_KEY_INSERT,
    ROOT_KEY_UPDATE,
    ROOT_KEY_DELETE,
    NOW,
    MAX
};

#define COLUMNS                                                                                    \
    "id, name, slug, enabled, delete_protection, requests_per_minute, analytics_query_quota, "     \
    "audit_retention_days, analytics_retention_days, COALESCE(window_s, 3600), "                   \
    "COALESCE(window_execution_s, 1800), COALESCE(query_execution_s, 30), "                        \
    "COALESCE(query_memory_bytes, 1000000000), COALESCE(result_rows, 10000000), created_at"
#define TABLES "lk_workspace LEFT JOIN lk_analytics_limit ON workspace_id = id"
#define ROOT_KEY_COLUMNS                                                                           \
    "id, workspace_id, hash, start, name, permissions, enabled, expires_at, created_at"

static const struct db_stmt sql[MAX] = {
    [BY_ID] = {"SELECT " COLUMNS " FROM " TABLES " WHERE id = ? AND deleted_at IS NULL", false},
    [LOCK] = {"SELECT " COLUMNS " FROM " TABLES " WHERE id = ? AND deleted_at IS NULL FOR UPDATE",
              false},
    [LIST] = {"SELECT " COLUMNS " FROM " TABLES " WHERE deleted_at IS NULL "
              "ORDER BY created_at, id",
              true},
    [LIST_ALL] = {"SELECT " COLUMNS " FROM " TABLES " ORDER BY id", true},
    [INSERT] = {"INSERT INTO lk_workspace (id, name, slug, created_at) VALUES (?, ?, ?, ?)", false},
    [UPDATE] = {"UPDATE lk_workspace SET name = ?, enabled = ?, delete_protection = ?, "
                "requests_per_minute = ?, analytics_query_quota = ?, audit_retention_days = ?, "
                "analytics_retention_days = ?, updated_at = ? WHERE id = ?",
                false},
    [SET_ANALYTICS] =
        {"INSERT INTO lk_analytics_limit (workspace_id, window_s, window_execution_s, "
         "query_execution_s, query_memory_bytes, result_rows) "
         "VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
         "window_s = ?, window_execution_s = ?, query_execution_s = ?, query_memory_bytes = ?, "
         "result_rows = ?",
         false},
    [SOFT_DELETE] = {"UPDATE lk_workspace SET deleted_at = ? WHERE id = ?", false},
    [ROOT_KEY_LOCK] = {"SELECT " ROOT_KEY_COLUMNS " FROM lk_root_key "
                       "WHERE id = ? AND deleted_at IS NULL FOR UPDATE",
                       false},
    [ROOT_KEYS] = {"SELECT " ROOT_KEY_COLUMNS " FROM lk_root_key "
                   "WHERE workspace_id = ? AND deleted_at IS NULL ORDER BY created_at, id",
                   false},
    [ROOT_KEY_INSERT] = {"INSERT INTO lk_root_key (" ROOT_KEY_COLUMNS ") "
                         "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         false},
    [ROOT_KEY_UPDATE] = {"UPDATE lk_root_key SET name = ?, permissions = ?, enabled = ?, "
                         "expires_at = ?, updated_at = ? WHERE id = ?",
                         false},
    [ROOT_KEY_DELETE] = {"UPDATE lk_root_key SET deleted_at = ? WHERE id = ?", false},
    [NOW] = {"SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)", false},
};
const struct db_stmt_list workspace_store_stmts = DB_STMT_LIST("workspace_store", sql);

static enum status
workspaces(struct ctx *c, const struct db_stmt *s, struct db_args args, struct workspace_row **out,
           size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, s, args, &rows);

    *n = rows.n;
    *out = ARENA_ARRAY(c->mem, rows.n + 1, struct workspace_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);
        struct workspace_row *w = &(*out)[i];

        w->id = db_next_str(&cur);
        w->name = db_next_str(&cur);
        w->slug = db_next_str(&cur);
        w->enabled = db_next_int(&cur);
        w->delete_protection = db_next_int(&cur);
        w->has_request_limit = db_next_int_opt(&cur, &w->requests_per_minute);
        w->has_query_quota = db_next_int_opt(&cur, &w->analytics_query_quota);
        w->audit_retention_days = db_next_int(&cur);
        w->analytics_retention_days = db_next_int(&cur);
        w->analytics.window_s = db_next_int(&cur);
        w->analytics.window_execution_s = db_next_int(&cur);
        w->analytics.query_execution_s = db_next_int(&cur);
        w->analytics.query_memory_bytes = db_next_int(&cur);
        w->analytics.result_rows = db_next_int(&cur);
        w->created_at = db_next_int(&cur);
    }
    return st;
}

static enum status
one_workspace(struct ctx *c, const struct db_stmt *s, struct str id, struct workspace_row **out)
{
    size_t n;
    enum status st = workspaces(c, s, DB_ARGS(db_str(id)), out, &n);

    if (n == 0)
        *out = NULL;
    return st;
}

enum status
workspace_store_by_id(struct ctx *c, struct str id, struct workspace_row **out)
{
    return one_workspace(c, &sql[BY_ID], id, out);
}

enum status
workspace_store_lock(struct ctx *c, struct str id, struct workspace_row **out)
{
    return one_workspace(c, &sql[LOCK], id, out);
}

enum status
workspace_store_list(struct ctx *c, struct workspace_row **rows, size_t *n)
{
    return workspaces(c, &sql[LIST], (struct db_args){NULL, 0}, rows, n);
}

enum status
workspace_store_list_all(struct ctx *c, struct workspace_row **rows, size_t *n)
{
    return workspaces(c, &sql[LIST_ALL], (struct db_args){NULL, 0}, rows, n);
}

enum status
workspace_store_insert(struct ctx *c, const struct workspace_row *w)
{
    return db_exec(c, &sql[INSERT],
                   DB_ARGS(db_str(w->id), db_str(w->name), db_str(w->slug), db_int(c->now_ms)),
                   NULL);
}

enum status
workspace_store_update(struct ctx *c, const struct workspace_row *w)
{
    return db_exec(c, &sql[UPDATE],
                   DB_ARGS(db_str(w->name), db_int(w->enabled), db_int(w->delete_protection),
                           db_int_if(w->has_request_limit, w->requests_per_minute),
                           db_int_if(w->has_query_quota, w->analytics_query_quota),
                           db_int(w->audit_retention_days), db_int(w->analytics_retention_days),
                           db_int(c->now_ms), db_str(w->id)),
                   NULL);
}

enum status
workspace_store_set_analytics(struct ctx *c, const struct workspace_row *w)
{
    const struct analytics_limits *a = &w->analytics;

    return db_exec(c, &sql[SET_ANALYTICS],
                   DB_ARGS(db_str(w->id), db_int(a->window_s), db_int(a->window_execution_s),
                           db_int(a->query_execution_s), db_int(a->query_memory_bytes),
                           db_int(a->result_rows), db_int(a->window_s),
                           db_int(a->window_execution_s), db_int(a->query_execution_s),
                           db_int(a->query_memory_bytes), db_int(a->result_rows)),
                   NULL);
}

enum status
workspace_store_soft_delete(struct ctx *c, struct str id)
{
    return db_exec(c, &sql[SOFT_DELETE], DB_ARGS(db_int(c->now_ms), db_str(id)), NULL);
}

static enum status
root_keys(struct ctx *c, const struct db_stmt *s, struct str id, struct root_key_row **out,
          size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, s, DB_ARGS(db_str(id)), &rows);

    *n = rows.n;
    *out = ARENA_ARRAY(c->mem, rows.n + 1, struct root_key_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);
        struct root_key_row *k = &(*out)[i];

        k->id = db_next_str(&cur);
        k->workspace_id = db_next_str(&cur);
        k->hash = db_next_str(&cur);
        k->start = db_next_str(&cur);
        k->name = db_next_str(&cur);
        k->permissions = db_next_str(&cur);
        k->enabled = db_next_int(&cur);
        k->has_expiry = db_next_int_opt(&cur, &k->expires_at);
        k->created_at = db_next_int(&cur);
    }
    return st;
}

enum status
workspace_store_root_key_lock(struct ctx *c, struct str id, struct root_key_row **out)
{
    size_t n;
    enum status st = root_keys(c, &sql[ROOT_KEY_LOCK], id, out, &n);

    if (n == 0)
        *out = NULL;
    return st;
}

enum status
workspace_store_root_keys(struct ctx *c, struct str workspace_id, struct root_key_row **rows,
                          size_t *n)
{
    return root_keys(c, &sql[ROOT_KEYS], workspace_id, rows, n);
}

enum status
workspace_store_root_key_insert(struct ctx *c, const struct root_key_row *k)
{
    return db_exec(c, &sql[ROOT_KEY_INSERT],
                   DB_ARGS(db_str(k->id), db_str(k->workspace_id), db_str(k->hash),
                           db_str(k->start), db_str(k->name), db_str(k->permissions),
                           db_int(k->enabled), db_int_if(k->has_expiry, k->expires_at),
                           db_int(k->created_at)),
                   NULL);
}

enum status
workspace_store_root_key_update(struct ctx *c, const struct root_key_row *k)
{
    return db_exec(c, &sql[ROOT_KEY_UPDATE],
                   DB_ARGS(db_str(k->name), db_str(k->permissions), db_int(k->enabled),
                           db_int_if(k->has_expiry, k->expires_at), db_int(c->now_ms),
                           db_str(k->id)),
                   NULL);
}

enum status
workspace_store_root_key_delete(struct ctx *c, struct str id)
{
    return db_exec(c, &sql[ROOT_KEY_DELETE], DB_ARGS(db_int(c->now_ms), db_str(id)), NULL);
}

enum status
workspace_store_now(struct ctx *c)
{
    struct db_rows rows;
    enum status st = db_select(c, &sql[NOW], (struct db_args){NULL, 0}, &rows);

    if (st == ST_OK)
        c->now_ms = rows.rows[0][0].i;
    return st;
}
