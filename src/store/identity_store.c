/* The SQL of identities. */
#include "store/identity_store.h"

enum { BY_EXTERNAL_ID, INSERT, MAX };

#define COLUMNS "id, workspace_id, external_id, meta"

static const struct db_stmt sql[MAX] = {
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
