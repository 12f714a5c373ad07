/* db.h: the connection, prepared statements and transactions. The only user of the MySQL C API.
 *
 * SQL exists only as literals in struct db_stmt lists with ? for every value; the one exception is
 * db_query.h. Connections are made at first use and again after they are lost; statements are
 * prepared at first use. */
#ifndef LATCHKEY_STORE_DB_H
#define LATCHKEY_STORE_DB_H

#include "base/ctx.h"

struct db;

struct db_conf {
    const char *defaults_file; /* my.cnf style; NULL: only the library's own defaults */
    const char *defaults_group;
    unsigned connect_timeout_s, io_timeout_s, lock_timeout_s;
    unsigned schema_version; /* a database with another one is refused; 0: any will do */
    bool read_only;          /* for db_query.h: nothing can be changed on it */
};

/* One statement. Lists of them live beside the functions that use them. */
struct db_stmt {
    const char *sql;
    bool scan; /* reads a whole table by intention: no index is demanded */
};

/* All statements of one file, for the tests that prepare and EXPLAIN them. */
struct db_stmt_list {
    const char *name;
    const struct db_stmt *stmts;
    size_t n;
};
#define DB_STMT_LIST(name_, array)                                                                 \
    {                                                                                              \
        name_, array, sizeof(array) / sizeof((array)[0])                                           \
    }

struct db_arg {
    enum { DB_NULL, DB_INT, DB_STR, DB_BIN } type;
    int64_t i;
    struct str s;
};

static inline struct db_arg
db_int(int64_t i)
{
    return (struct db_arg){DB_INT, i, {NULL, 0}};
}

static inline struct db_arg
db_str(struct str s)
{
    return (struct db_arg){DB_STR, 0, s};
}

/* Bytes that need not be text. */
static inline struct db_arg
db_bin(struct str s)
{
    return (struct db_arg){DB_BIN, 0, s};
}

/* NULL when absent. */
static inline struct db_arg
db_int_if(bool present, int64_t i)
{
    return (struct db_arg){present ? DB_INT : DB_NULL, i, {NULL, 0}};
}

static inline struct db_arg
db_str_if(bool present, struct str s)
{
    return (struct db_arg){present ? DB_STR : DB_NULL, 0, s};
}

struct db_args {
    const struct db_arg *v;
    size_t n;
};
#define DB_ARGS(...)                                                                               \
    ((struct db_args){(const struct db_arg[]){__VA_ARGS__},                                        \
                      sizeof((const struct db_arg[]){__VA_ARGS__}) / sizeof(struct db_arg)})

struct db_cell {
    bool null;
    int64_t i;    /* integer columns */
    struct str s; /* other columns, in the request's memory */
};

struct db_rows {
    struct db_cell **rows; /* each an array of cols cells */
    size_t n, cols;
};

/* Reads the columns of a row from left to right. */
struct db_cursor {
    const struct db_cell *cell;
};

static inline struct db_cursor
db_row(const struct db_rows *r, size_t i)
{
    return (struct db_cursor){r->rows[i]};
}

static inline int64_t
db_next_int(struct db_cursor *c)
{
    return (c->cell++)->i;
}

/* Whether it was not NULL; *out is 0 when it was. */
static inline bool
db_next_int_opt(struct db_cursor *c, int64_t *out)
{
    *out = c->cell->i;
    return !(c->cell++)->null;
}

/* Empty for NULL. */
static inline struct str
db_next_str(struct db_cursor *c)
{
    return (c->cell++)->s;
}

struct db_result {
    int64_t affected;  /* rows matched, whether or not they changed */
    int64_t insert_id; /* what LAST_INSERT_ID(expr) was called with; 0 if it was not */
};

/* Neither connects. log is used for connection events and must outlive db. */
struct db *db_open(const struct db_conf *conf, const struct log *log);
void db_close(struct db *db);

/* Runs a query and reads all its rows. Outside a transaction, a lost connection is made again and
 * the query repeated once. ST_SERVICE_UNAVAILABLE when the database cannot answer, ST_DB_RETRY in a
 * transaction that has to be run again, ST_REQUEST_TIMEOUT past the request's deadline. */
enum status db_select(struct ctx *c, const struct db_stmt *s, struct db_args args,
                      struct db_rows *out) MUST_USE;
/* Runs a statement that changes rows. Outside a transaction it commits by itself and is repeated
 * after a deadlock or lock wait, but not after a lost connection: the outcome is then unknown.
 * ST_DB_DUPLICATE when a unique key refuses it. out may be NULL. */
enum status db_exec(struct ctx *c, const struct db_stmt *s, struct db_args args,
                    struct db_result *out) MUST_USE;

/* Runs fn in a transaction, again after a deadlock, lock wait or lost connection (but not when the
 * connection is lost in COMMIT). Commits when fn returns ST_OK, else rolls back. fn may run more
 * than once: it must touch nothing but the database and the request's memory. A call inside a
 * transaction joins it. */
enum status db_tx(struct ctx *c, enum status (*fn)(struct ctx *c, void *arg), void *arg) MUST_USE;
/* Ends the running transaction early, keeping nothing; db_tx then returns what fn returns. */
enum status db_rollback(struct ctx *c) MUST_USE;
bool db_in_tx(const struct db *db);

/* Runs plain SQL without parameters: schema changes, SHOW. Not for anything with a value in it. */
enum status db_run(struct ctx *c, const char *sql, struct db_rows *out) MUST_USE;
/* The server's version text, e.g. "10.11.19-MariaDB"; empty when not connected. */
const char *db_server_version(const struct db *db);
/* Error number and text of the last failure, for doctor and tests; 0 and "" when there was none. */
unsigned db_last_error(const struct db *db, const char **text);
/* For tests: let the n-th statement from now fail with this error code; n = 0 switches it off. */
void db_fail_after(struct db *db, unsigned n, unsigned error);

#endif
