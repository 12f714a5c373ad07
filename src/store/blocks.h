/* blocks.h: statements over many rows: multi-row INSERTs in blocks of 1, 4, 16 and 64, lists of a
 * fixed length for IN, and DELETEs in parts, so that a batch of any size takes few statements and
 * each of them is a literal that is prepared once. */
#ifndef LATCHKEY_STORE_BLOCKS_H
#define LATCHKEY_STORE_BLOCKS_H

#define BLOCKS_4(row) row ", " row ", " row ", " row
#define BLOCKS_16(row) BLOCKS_4(row) ", " BLOCKS_4(row) ", " BLOCKS_4(row) ", " BLOCKS_4(row)
#define BLOCKS_64(row) BLOCKS_16(row) ", " BLOCKS_16(row) ", " BLOCKS_16(row) ", " BLOCKS_16(row)
/* Four entries of a statement list: head is the text up to VALUES, row one parenthesised row, tail
 * what follows the rows. */
#define BLOCKS_STMTS(head, row, tail)                                                              \
    {head " VALUES " row tail, false}, {head " VALUES " BLOCKS_4(row) tail, false},                \
        {head " VALUES " BLOCKS_16(row) tail, false},                                              \
    {                                                                                              \
        head " VALUES " BLOCKS_64(row) tail, false                                                 \
    }
/* A tail that lets a row stand that is there already. */
#define BLOCKS_KEEP(column) " ON DUPLICATE KEY UPDATE " column " = " column
enum { BLOCKS_SIZES = 4 };

/* What follows IN, and how many values it takes. */
#define BLOCKS_LIST "(" BLOCKS_16("?") ")"
enum { BLOCKS_LIST_SIZE = 16 };

#include "store/db.h"

/* Inserts n rows of cols arguments each, which stand one after the other in args, with the four
 * statements at stmts. */
enum status blocks_insert(struct ctx *c, const struct db_stmt *stmts, const struct db_arg *args,
                          size_t cols, size_t n) MUST_USE;

/* Fills in the BLOCKS_LIST_SIZE arguments of a list with the first of n (> 0) texts, the last one
 * repeated as often as need be; returns how many of them it took. */
size_t blocks_list(struct db_arg *args, const struct str *v, size_t n);

/* Deletes all rows of an id, however many: s deletes some (`... WHERE x = ? LIMIT ?`), few enough
 * to be answered in time. Call it in a transaction. */
enum status blocks_delete(struct ctx *c, const struct db_stmt *s, struct str id) MUST_USE;

/* Runs a query as often as it takes for n texts, and collects all rows. Its first parameters are
 * head's (at most 4), the others a BLOCKS_LIST, bound by db_str or db_bin. */
enum status blocks_select(struct ctx *c, const struct db_stmt *s, struct db_args head,
                          struct db_arg (*bind)(struct str s), const struct str *texts, size_t n,
                          struct db_rows *rows) MUST_USE;

#endif
