/* The SQL of identities. */
#include "store/identity_store.h"

#include "store/blocks.h"

enum { INSERT_MISSING, BY_EXTERNAL_ID = BLOCKS_SIZES, BY_EXTERNAL_IDS, INSERT, MAX };

#define COLUMNS "id, workspace_id, external_id, meta"

static const struct db_stmt sql[MAX] = {
    BLOCKS_STMTS("INSERT INTO lk_identity (id, workspace_id, external_id, meta, created_at)",
                 "(?, ?, ?, ?, ?)", BLOCKS_KEEP("external_id")),
    [BY_EXTERNAL_IDS] = {"SELECT " COLUMNS " FROM lk_identity WHERE workspace_id = ? "
                         "AND live = 1 AND external_id IN " BLOCKS_LIST,
                         false},
    [BY_EXTERNAL_ID] = {"SELECT " COLUMNS " FROM lk_identity "
                        "WHERE workspace_id = ? AND external_id = ? AND live = 1",
                        false},
    [INSERT] = {"INSERT INTO lk_identity (id, workspace_id, external_id, meta, created_at) "
                "VALUES (?, ?, ?, ?, ?)",
                false},
};
const struct db_stmt_list identity_store_stmts = DB_STMT_LIST("identity_store", sql);

static struct identity_row *
row_read(struct ctx *c, struct db_cursor *cur)
{
    struct identity_row *i = ARENA_NEW(c->mem, struct identity_row);

    i->id = db_next_str(cur);
    i->workspace_id = db_next_str(cur);
    i->external_id = db_next_str(cur);
    i->meta = db_next_str(cur);
    return i;
}

enum status
identity_store_by_external_id(struct ctx *c, struct str workspace_id, struct str external_id,
                              struct identity_row **out)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[BY_EXTERNAL_ID],
                               DB_ARGS(db_str(workspace_id), db_bin(external_id)), &rows);
    struct db_cursor cur;

    *out = NULL;
    if (st != ST_OK || rows.n == 0)
        return st;
    cur = db_row(&rows, 0);
    *out = row_read(c, &cur);
    return ST_OK;
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
identity_store_by_external_ids(struct ctx *c, struct str workspace_id,
                               const struct str *external_ids, size_t n,
                               struct identity_row **out, size_t *found)
{
    struct db_arg *ids = ARENA_ARRAY(c->mem, n + 1, struct db_arg);
    struct db_rows rows;
    enum status st;

    for (size_t i = 0; i < n; i++)
        ids[i] = db_bin(external_ids[i]);
    st = blocks_select(c, &sql[BY_EXTERNAL_IDS], DB_ARGS(db_str(workspace_id)), ids, n, &rows);
    *found = rows.n;
    *out = ARENA_ARRAY(c->mem, rows.n + 1, struct identity_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);

        (*out)[i] = *row_read(c, &cur);
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
