/* Looking up who is calling. */
#include "store/caller_store.h"

enum { BY_HASH, ORDINARY_BY_HASH, MAX };

static const struct db_stmt sql[MAX] = {
    [BY_HASH] = {"SELECT " CALLER_COLUMNS " FROM " CALLER_TABLES " WHERE r.hash = ?", false},
    [ORDINARY_BY_HASH] = {"SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED), k.enabled, "
                          "k.deleted_at, a.deleted_at, k.expires_at, w.enabled "
                          "FROM lk_key k LEFT JOIN lk_api a ON a.id = k.api_id "
                          "LEFT JOIN lk_workspace w ON w.id = k.workspace_id WHERE k.hash = ?",
                          false},
};
const struct db_stmt_list caller_store_stmts = DB_STMT_LIST("caller_store", sql);

struct access_grants
caller_store_grants(struct arena *mem, struct str lines)
{
    size_t n = 1;
    struct str *held;

    for (size_t i = 0; i < lines.n; i++)
        n += lines.p[i] == '\n';
    held = ARENA_ARRAY(mem, n, struct str);
    for (size_t i = 0; i < n; i++)
        held[i] = str_cut(&lines, '\n');
    return (struct access_grants){held, n};
}

struct caller *
caller_store_read(struct ctx *c, struct db_cursor *cur)
{
    struct caller *k = ARENA_NEW(c->mem, struct caller);
    int64_t ignored, enabled;

    c->now_ms = db_next_int(cur);
    k->id = db_next_str(cur);
    k->name = db_next_str(cur);
    k->workspace_id = db_next_str(cur);
    k->permissions = db_next_str(cur);
    k->grants = caller_store_grants(c->mem, k->permissions);
    k->enabled = db_next_int(cur);
    k->deleted = db_next_int_opt(cur, &ignored);
    k->has_expiry = db_next_int_opt(cur, &k->expires_at);
    k->workspace_exists = db_next_int_opt(cur, &enabled);
    k->workspace_enabled = enabled != 0;
    k->has_request_limit = db_next_int_opt(cur, &k->requests_per_minute);
    return k;
}

enum status
caller_store_by_hash(struct ctx *c, struct str hash, struct caller **out)
{
    struct db_rows rows;
    enum status st = db_select(c, &sql[BY_HASH], DB_ARGS(db_str(hash)), &rows);
    struct db_cursor cur;

    *out = NULL;
    if (st != ST_OK || rows.n == 0)
        return st;
    cur = db_row(&rows, 0);
    *out = caller_store_read(c, &cur);
    return ST_OK;
}

enum status
caller_store_ordinary(struct ctx *c, struct str hash, struct caller_ordinary *out)
{
    struct db_rows rows;
    enum status st = db_select(c, &sql[ORDINARY_BY_HASH], DB_ARGS(db_str(hash)), &rows);
    struct db_cursor cur;
    int64_t ignored;

    *out = (struct caller_ordinary){0};
    if (st != ST_OK || rows.n == 0)
        return st;
    cur = db_row(&rows, 0);
    c->now_ms = db_next_int(&cur);
    out->found = true;
    out->enabled = db_next_int(&cur);
    out->deleted = db_next_int_opt(&cur, &ignored);
    if (db_next_int_opt(&cur, &ignored))
        out->deleted = true; /* its API is */
    out->has_expiry = db_next_int_opt(&cur, &out->expires_at);
    out->workspace_enabled = db_next_int(&cur);
    return ST_OK;
}
