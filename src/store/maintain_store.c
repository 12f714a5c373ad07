/* The SQL of lk_maintenance. */
#include "store/maintain_store.h"

enum { TOUCH, COUNT, CLAIM, LAST, MAX };

static const struct db_stmt sql[MAX] = {
    [TOUCH] = {"INSERT INTO lk_maintenance (name, at) VALUES (?, ?) ON DUPLICATE KEY UPDATE at = ?",
               false},
    [COUNT] = {"UPDATE lk_maintenance SET done = done + ? WHERE name = ?", false},
    [CLAIM] =
        {"INSERT INTO lk_maintenance (name, at) VALUES (?, LAST_INSERT_ID(?)) "
         "ON DUPLICATE KEY UPDATE at = IF(at <= ?, LAST_INSERT_ID(?), at + LAST_INSERT_ID(0))",
         false},
    [LAST] = {"SELECT at FROM lk_maintenance WHERE name = ?", false},
};
const struct db_stmt_list maintain_store_stmts = DB_STMT_LIST("maintain_store", sql);

enum status
maintain_store_touch(struct ctx *c, struct str name)
{
    return db_exec(c, &sql[TOUCH], DB_ARGS(db_str(name), db_int(c->now_ms), db_int(c->now_ms)),
                   NULL);
}

enum status
maintain_store_count(struct ctx *c, struct str name, int64_t n)
{
    return db_exec(c, &sql[COUNT], DB_ARGS(db_int(n), db_str(name)), NULL);
}

enum status
maintain_store_claim(struct ctx *c, struct str name, int64_t gap_ms, bool *mine)
{
    struct db_result r = {0, 0};
    enum status st = db_exec(
        c, &sql[CLAIM],
        DB_ARGS(db_str(name), db_int(c->now_ms), db_int(c->now_ms - gap_ms), db_int(c->now_ms)),
        &r);

    *mine = r.insert_id != 0;
    return st;
}

enum status
maintain_store_last(struct ctx *c, struct str name, int64_t *at)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[LAST], DB_ARGS(db_str(name)), &rows);

    *at = rows.n ? rows.rows[0][0].i : 0;
    return st;
}
