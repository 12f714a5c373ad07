/* The SQL of identities. */
#include "store/identity_store.h"

#include "store/blocks.h"

enum {
    INSERT_MISSING,
    BY_EXTERNAL_ID = INSERT_MISSING + BLOCKS_SIZES,
    BY_EXTERNAL_IDS,
    FIND,
    LOCK,
    LIST,
    SEARCH,
    INSERT,
    SET_META,
    SOFT_DELETE,
    DELETED,
    ERASE_LIMITS,
    ERASE,
    MAX
};

enum { EXTERNAL_ID_BYTES = 1024 };

#define COLUMNS "id, workspace_id, external_id, meta"
/* left to itself, the optimizer may walk all workspaces along the primary key */
#define PAGE                                                                                       \
    "SELECT " COLUMNS " FROM lk_identity FORCE INDEX (identity_workspace) "                        \
    "WHERE workspace_id = ? AND id >= ? AND live = 1 "

static const struct db_stmt sql[MAX] = {
    BLOCKS_STMTS("INSERT INTO lk_identity (id, workspace_id, external_id, meta, created_at)",
                 "(?, ?, ?, ?, ?)", BLOCKS_KEEP("external_id")),
    [BY_EXTERNAL_IDS] = {"SELECT " COLUMNS " FROM lk_identity WHERE workspace_id = ? "
                         "AND live = 1 AND external_id IN " BLOCKS_LIST,
                         false},
    [BY_EXTERNAL_ID] = {"SELECT " COLUMNS " FROM lk_identity "
                        "WHERE workspace_id = ? AND external_id = ? AND live = 1",
                        false},
    [FIND] = {"SELECT " COLUMNS " FROM lk_identity "
              "WHERE id = ? AND workspace_id = ? AND live = 1 UNION ALL "
              "SELECT " COLUMNS " FROM lk_identity "
              "WHERE workspace_id = ? AND external_id = ? AND live = 1",
              false},
    [LOCK] = {"SELECT " COLUMNS " FROM lk_identity WHERE id = ? AND live = 1 FOR UPDATE", false},
    [LIST] = {PAGE "ORDER BY id LIMIT ?", false},
    /* LOCATE knows no wildcards; letter case is all that is ignored, so accents are not */
    [SEARCH] = {PAGE "AND (LOCATE(LOWER(?), LOWER(id)) > 0 OR LOCATE(LOWER(?), "
                     "LOWER(CONVERT(external_id USING utf8mb4)) COLLATE utf8mb4_bin) > 0) "
                     "ORDER BY id LIMIT ?",
                false},
    [INSERT] = {"INSERT INTO lk_identity (id, workspace_id, external_id, meta, created_at) "
                "VALUES (?, ?, ?, ?, ?)",
                false},
    [SET_META] = {"UPDATE lk_identity SET meta = ?, updated_at = ? WHERE id = ?", false},
    [SOFT_DELETE] = {"UPDATE lk_identity SET live = NULL, deleted_at = ? "
                     "WHERE id = ? AND live = 1",
                     false},
    [DELETED] = {"SELECT id FROM lk_identity "
                 "WHERE workspace_id = ? AND external_id = ? AND live IS NULL",
                 false},
    [ERASE_LIMITS] = {"DELETE FROM lk_ratelimit WHERE owner_id = ?", false},
    [ERASE] = {"DELETE FROM lk_identity WHERE id = ? AND live IS NULL", false},
};
const struct db_stmt_list identity_store_stmts = DB_STMT_LIST("identity_store", sql);

static struct identity_row
row_read(struct db_cursor *cur)
{
    struct identity_row i;

    i.id = db_next_str(cur);
    i.workspace_id = db_next_str(cur);
    i.external_id = db_next_str(cur);
    i.meta = db_next_str(cur);
    return i;
}

static enum status
all_rows(struct ctx *c, const struct db_stmt *s, struct db_args args, struct identity_row **out,
         size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, s, args, &rows);

    *n = rows.n;
    *out = ARENA_ARRAY(c->mem, rows.n + 1, struct identity_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);

        (*out)[i] = row_read(&cur);
    }
    return st;
}

static enum status
first_row(struct ctx *c, const struct db_stmt *s, struct db_args args, struct identity_row **out)
{
    size_t n;
    enum status st = all_rows(c, s, args, out, &n);

    if (n == 0)
        *out = NULL;
    return st;
}

enum status
identity_store_by_external_id(struct ctx *c, struct str workspace_id, struct str external_id,
                              struct identity_row **out)
{
    return first_row(c, &sql[BY_EXTERNAL_ID], DB_ARGS(db_str(workspace_id), db_bin(external_id)),
                     out);
}

enum status
identity_store_find(struct ctx *c, struct str workspace_id, struct str id_or_external,
                    struct identity_row **out)
{
    struct identity_row *rows;
    size_t n;
    enum status st;

    *out = NULL;
    if (id_or_external.n > EXTERNAL_ID_BYTES) /* no row can have it */
        return ST_OK;
    st = all_rows(c, &sql[FIND],
                  DB_ARGS(db_str(id_or_external), db_str(workspace_id), db_str(workspace_id),
                          db_bin(id_or_external)),
                  &rows, &n);
    /* the order of a union is not defined, and id columns ignore trailing spaces */
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].id, id_or_external) ||
            (!*out && str_eq(rows[i].external_id, id_or_external)))
            *out = &rows[i];
    return st;
}

enum status
identity_store_lock(struct ctx *c, struct str id, struct identity_row **out)
{
    return first_row(c, &sql[LOCK], DB_ARGS(db_str(id)), out);
}

enum status
identity_store_list(struct ctx *c, struct str workspace_id, struct str cursor, struct str search,
                    int64_t limit, struct identity_row **rows, size_t *n)
{
    if (search.n == 0)
        return all_rows(c, &sql[LIST], DB_ARGS(db_str(workspace_id), db_str(cursor), db_int(limit)),
                        rows, n);
    return all_rows(c, &sql[SEARCH],
                    DB_ARGS(db_str(workspace_id), db_str(cursor), db_str(search), db_str(search),
                            db_int(limit)),
                    rows, n);
}

enum status
identity_store_insert(struct ctx *c, const struct identity_row *i)
{
    return db_exec(c, &sql[INSERT],
                   DB_ARGS(db_str(i->id), db_str(i->workspace_id), db_bin(i->external_id),
                           db_str_if(i->meta.n, i->meta), db_int(c->now_ms)),
                   NULL);
}

enum status
identity_store_set_meta(struct ctx *c, struct str id, struct str meta)
{
    return db_exec(c, &sql[SET_META], DB_ARGS(db_str(meta), db_int(c->now_ms), db_str(id)), NULL);
}

enum status
identity_store_soft_delete(struct ctx *c, struct str id)
{
    return db_exec(c, &sql[SOFT_DELETE], DB_ARGS(db_int(c->now_ms), db_str(id)), NULL);
}

enum status
identity_store_erase_deleted(struct ctx *c, struct str workspace_id, struct str external_id)
{
    struct db_rows rows = {0};
    enum status st =
        db_select(c, &sql[DELETED], DB_ARGS(db_str(workspace_id), db_bin(external_id)), &rows);

    for (size_t i = 0; i < rows.n && st == ST_OK; i++) {
        struct db_cursor cur = db_row(&rows, i);
        struct str id = db_next_str(&cur);

        st = db_exec(c, &sql[ERASE_LIMITS], DB_ARGS(db_str(id)), NULL);
        if (st == ST_OK)
            st = db_exec(c, &sql[ERASE], DB_ARGS(db_str(id)), NULL);
    }
    return st;
}

enum status
identity_store_by_external_ids(struct ctx *c, struct str workspace_id,
                               const struct str *external_ids, size_t n, struct identity_row **out,
                               size_t *found)
{
    struct db_rows rows;
    enum status st = blocks_select(c, &sql[BY_EXTERNAL_IDS], DB_ARGS(db_str(workspace_id)), db_bin,
                                   external_ids, n, &rows);

    *found = rows.n;
    *out = ARENA_ARRAY(c->mem, rows.n + 1, struct identity_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);

        (*out)[i] = row_read(&cur);
    }
    return st;
}

enum status
identity_store_insert_missing(struct ctx *c, const struct identity_row *rows, size_t n)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, n * 5 + 1, struct db_arg), *a = args;

    for (size_t i = 0; i < n; i++, rows++) {
        *a++ = db_str(rows->id);
        *a++ = db_str(rows->workspace_id);
        *a++ = db_bin(rows->external_id);
        *a++ = db_str_if(rows->meta.n, rows->meta);
        *a++ = db_int(c->now_ms);
    }
    return blocks_insert(c, &sql[INSERT_MISSING], args, 5, n);
}
