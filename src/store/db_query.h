/* db_query.h: SELECTs whose text and columns are known only when the program runs. They are the one
 * exception from the rule of db.h that SQL is a listed literal: analytics/write.h composes them of
 * words of its own, and values are parameters as everywhere. They run on a connection made with
 * db_conf.read_only, so that the server, too, would refuse to change anything. */
#ifndef LATCHKEY_STORE_DB_QUERY_H
#define LATCHKEY_STORE_DB_QUERY_H

#include "base/cell.h"
#include "store/db.h"

struct db_query {
    struct str sql;
    struct db_args args;
    const enum cell_type *cells; /* how each column is to be read */
    size_t n_cells;
    int64_t timeout_ms, memory_bytes; /* what it may take of the server */
    size_t value_max;                 /* longest text, in bytes */
};

/* Called with each row, whose texts live until it returns. The rest is not fetched when it sets
 * *done or fails. */
typedef enum status (*db_query_row)(void *arg, const struct cell *row, bool *done);

/* Connects when need be, and tells which of the two kinds of server it is.
 * ST_ANALYTICS_CONNECTION. */
enum status db_query_ready(struct ctx *c, struct db *db, bool *mariadb) MUST_USE;

/* Runs it. ST_ANALYTICS_TIMEOUT, _MEMORY, _ROWS when a limit is reached; _CONNECTION when the
 * server is gone or forbids it; _QUERY for whatever else the server finds wrong. */
enum status db_query_run(struct ctx *c, struct db *db, const struct db_query *q, db_query_row row,
                         void *arg) MUST_USE;

#endif
