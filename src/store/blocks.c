/* Statements over many rows. */
#include "store/blocks.h"

#include <assert.h>
#include <string.h>

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

/* Makes room for more rows, of which the first n are kept. */
static void
grow(struct ctx *c, struct db_rows *rows, size_t *cap, size_t more)
{
    struct db_cell **fresh;

    if (rows->n + more <= *cap)
        return;
    *cap = 2 * (rows->n + more);
    fresh = ARENA_ARRAY(c->mem, *cap, struct db_cell *);
    if (rows->n)
        memcpy(fresh, rows->rows, rows->n * sizeof(*fresh));
    rows->rows = fresh;
}

enum status
blocks_select(struct ctx *c, const struct db_stmt *s, struct db_args head,
              struct db_arg (*bind)(struct str s), const struct str *texts, size_t n,
              struct db_rows *rows)
{
    struct db_arg args[4 + BLOCKS_LIST_SIZE];
    size_t cap = 0;

    assert(head.n <= 4);
    *rows = (struct db_rows){0};
    if (head.n)
        memcpy(args, head.v, head.n * sizeof(*args));
    for (size_t at = 0; at < n; at += BLOCKS_LIST_SIZE) {
        struct db_rows some;
        enum status st;

        /* the last block is filled up with its last text */
        for (size_t i = 0; i < BLOCKS_LIST_SIZE; i++)
            args[head.n + i] = bind(texts[at + i < n ? at + i : n - 1]);
        st = db_select(c, s, (struct db_args){args, head.n + BLOCKS_LIST_SIZE}, &some);
        if (st != ST_OK)
            return st;
        grow(c, rows, &cap, some.n);
        if (some.n)
            memcpy(rows->rows + rows->n, some.rows, some.n * sizeof(*some.rows));
        rows->n += some.n;
        rows->cols = some.cols;
    }
    return ST_OK;
}
