/* The SQL of charges. */
#include "store/gate_store.h"

enum { FIND, INSERT, PRUNE, MAX };

static const struct db_stmt sql[MAX] = {
    [FIND] = {"SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED), " GATE_CHARGE_COLUMNS
              " FROM (SELECT 1) one LEFT JOIN lk_gate_charge g ON g.id = ?",
              false},
    [INSERT] = {"INSERT INTO lk_gate_charge (id, charged_at, outcome, remaining, max_count, "
                "left_count, resets_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                false},
    [PRUNE] = {"DELETE FROM lk_gate_charge WHERE charged_at < ? ORDER BY charged_at LIMIT ?",
               false},
};
const struct db_stmt_list gate_store_stmts = DB_STMT_LIST("gate_store", sql);

struct gate_charge *
gate_store_read(struct ctx *c, struct db_cursor *cur)
{
    struct gate_charge *g;

    if (cur->cell->null) {
        cur->cell += GATE_CHARGE_COLS;
        return NULL;
    }
    g = ARENA_NEW(c->mem, struct gate_charge);
    g->outcome = db_next_str(cur);
    g->limited = db_next_int_opt(cur, &g->remaining);
    g->has_quota = db_next_int_opt(cur, &g->limit);
    g->left = db_next_int(cur);
    g->resets_at = db_next_int(cur);
    return g;
}

enum status
gate_store_find(struct ctx *c, struct str id, struct gate_charge **out)
{
    struct db_rows rows;
    enum status st = db_select(c, &sql[FIND], DB_ARGS(db_bin(id)), &rows);
    struct db_cursor cur;

    if (st != ST_OK)
        return st;
    cur = db_row(&rows, 0);
    c->now_ms = db_next_int(&cur);
    *out = gate_store_read(c, &cur);
    return ST_OK;
}

enum status
gate_store_insert(struct ctx *c, struct str id, const struct gate_charge *g)
{
    return db_exec(c, &sql[INSERT],
                   DB_ARGS(db_bin(id), db_int(c->now_ms), db_str(g->outcome),
                           db_int_if(g->limited, g->remaining), db_int_if(g->has_quota, g->limit),
                           db_int_if(g->has_quota, g->left), db_int_if(g->has_quota, g->resets_at)),
                   NULL);
}

enum status
gate_store_prune(struct ctx *c, int64_t before, int64_t limit, int64_t *n)
{
    struct db_result r = {0, 0};
    enum status st = db_exec(c, &sql[PRUNE], DB_ARGS(db_int(before), db_int(limit)), &r);

    *n = r.affected;
    return st;
}
