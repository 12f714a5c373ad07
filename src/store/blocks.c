/* Statements over many rows. */
#include "store/blocks.h"

enum { DELETE_ROWS = 20000 };

enum status
blocks_insert(struct ctx *c, const struct db_stmt *stmts, const struct db_arg *args, size_t cols,
              size_t n)
{
    static const size_t sizes[BLOCKS_SIZES] = {1, 4, 16, 64};

    for (int i = BLOCKS_SIZES - 1; n > 0;) {
        enum status st;

        if (n < sizes[i]) {
            i--;
            continue;
        }
        st = db_exec(c, &stmts[i], (struct db_args){args, cols * sizes[i]}, NULL);
        if (st != ST_OK)
            return st;
        args += cols * sizes[i];
        n -= sizes[i];
    }
    return ST_OK;
}

size_t
blocks_list(struct db_arg *args, const struct str *v, size_t n)
{
    for (size_t i = 0; i < BLOCKS_LIST_SIZE; i++)
        args[i] = db_str(v[i < n ? i : n - 1]);
    return n < BLOCKS_LIST_SIZE ? n : BLOCKS_LIST_SIZE;
}

enum status
blocks_delete(struct ctx *c, const struct db_stmt *s, struct str id)
{
    struct db_result r = {DELETE_ROWS, 0};
    enum status st = ST_OK;

    while (st == ST_OK && r.affected == DELETE_ROWS)
        st = db_exec(c, s, DB_ARGS(db_str(id), db_int(DELETE_ROWS)), &r);
    return st;
}
