/* Multi-row inserts. */
#include "store/blocks.h"

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
