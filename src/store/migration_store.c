/* The SQL of migrations. */
#include "store/migration_store.h"

enum { BY_ID, LIST, INSERT, MAX };

#define COLUMNS "id, workspace_id, name, algorithm, created_at"

static const struct db_stmt sql[MAX] = {
    [BY_ID] = {"SELECT " COLUMNS " FROM lk_migration WHERE id = ?", false},
    [LIST] = {"SELECT " COLUMNS " FROM lk_migration WHERE workspace_id = ? ORDER BY id", false},
    [INSERT] = {"INSERT INTO lk_migration (" COLUMNS ") VALUES (?, ?, ?, ?, ?)", false},
};
const struct db_stmt_list migration_store_stmts = DB_STMT_LIST("migration_store", sql);

static enum status
rows_read(struct ctx *c, const struct db_stmt *s, struct db_args args, struct migration_row **out,
          size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, s, args, &rows);

    *n = rows.n;
    *out = ARENA_ARRAY(c->mem, rows.n + 1, struct migration_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);
        struct migration_row *m = &(*out)[i];

        m->id = db_next_str(&cur);
        m->workspace_id = db_next_str(&cur);
        m->name = db_next_str(&cur);
        m->algorithm = db_next_str(&cur);
        m->created_at = db_next_int(&cur);
    }
    return st;
}

enum status
migration_store_by_id(struct ctx *c, struct str id, struct migration_row **out)
{
    size_t n;
    enum status st = rows_read(c, &sql[BY_ID], DB_ARGS(db_str(id)), out, &n);

    if (n == 0)
        *out = NULL;
    return st;
}

enum status
migration_store_list(struct ctx *c, struct str workspace_id, struct migration_row **rows, size_t *n)
{
    return rows_read(c, &sql[LIST], DB_ARGS(db_str(workspace_id)), rows, n);
}

enum status
migration_store_insert(struct ctx *c, const struct migration_row *m)
{
    return db_exec(c, &sql[INSERT],
                   DB_ARGS(db_str(m->id), db_str(m->workspace_id), db_bin(m->name),
                           db_str(m->algorithm), db_int(m->created_at)),
                   NULL);
}
