/* Composed queries: prepared, run once, fetched row by row without keeping the rows. */
#include "store/db_query.h"

#include "store/db_priv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { E_CUT = 1260, E_PACKET = 1301 }; /* an array, or a text, was cut */
enum { E_OUT_OF_RANGE = 1690 };         /* a number */
enum { FIRST_BYTES = 256 };             /* of a text; the buffer grows when a longer one comes */

/* What error numbers of the server mean; all others: that the query is wrong. */
static const struct {
    unsigned code;
    enum status status;
} meanings[] = {
    {3, ST_ANALYTICS_MEMORY},        /* EE_WRITE: a temporary file */
    {28, ST_ANALYTICS_MEMORY},       /* ENOSPC */
    {1021, ST_ANALYTICS_MEMORY},     /* ER_DISK_FULL */
    {1037, ST_ANALYTICS_MEMORY},     /* ER_OUTOFMEMORY */
    {1038, ST_ANALYTICS_MEMORY},     /* ER_OUT_OF_SORTMEMORY */
    {1041, ST_ANALYTICS_MEMORY},     /* ER_OUT_OF_RESOURCES */
    {1114, ST_ANALYTICS_MEMORY},     /* ER_RECORD_FILE_FULL: a temporary table */
    {1135, ST_ANALYTICS_MEMORY},     /* EE_CAPACITY_EXCEEDED on MySQL */
    {E_CUT, ST_ANALYTICS_MEMORY},    /* ER_CUT_VALUE_GROUP_CONCAT */
    {1290, ST_ANALYTICS_MEMORY},     /* ER_OPTION_PREVENTS_STATEMENT: max_session_mem_used */
    {E_PACKET, ST_ANALYTICS_MEMORY}, /* ER_WARN_ALLOWED_PACKET_OVERFLOWED */
    {3141, ST_ANALYTICS_MEMORY},     /* ER_INVALID_JSON_TEXT_IN_PARAM: MySQL has cut an array */
    {4082, ST_ANALYTICS_MEMORY},     /* ER_CONNECTION_MEMORY_LIMIT */
    {1104, ST_ANALYTICS_ROWS},       /* ER_TOO_BIG_SELECT */
    {1317, ST_ANALYTICS_TIMEOUT},    /* ER_QUERY_INTERRUPTED */
    {1969, ST_ANALYTICS_TIMEOUT},    /* ER_STATEMENT_TIMEOUT of MariaDB */
    {3024, ST_ANALYTICS_TIMEOUT},    /* ER_QUERY_TIMEOUT of MySQL */
    {1044, ST_ANALYTICS_CONNECTION}, /* ER_DBACCESS_DENIED_ERROR */
    {1045, ST_ANALYTICS_CONNECTION}, /* ER_ACCESS_DENIED_ERROR */
    {1142, ST_ANALYTICS_CONNECTION}, /* ER_TABLEACCESS_DENIED_ERROR */
    {1143, ST_ANALYTICS_CONNECTION}, /* ER_COLUMNACCESS_DENIED_ERROR */
    {1146, ST_ANALYTICS_CONNECTION}, /* ER_NO_SUCH_TABLE */
};

static enum status
fail(struct ctx *c, struct db *db)
{
    static const struct {
        enum status status;
        const char *text;
    } texts[] = {
        {ST_ANALYTICS_MEMORY, "The query exceeds its memory limit. Narrow the time range or select "
                              "fewer rows."},
        {ST_ANALYTICS_ROWS, "The query attempted to read too many rows. Narrow the time range."},
        {ST_ANALYTICS_TIMEOUT, "The query exceeds its execution time limit. Simplify it or narrow "
                               "the time range."},
        {ST_ANALYTICS_CONNECTION, "Failed to connect to the analytics database."},
        {ST_ANALYTICS_QUERY, "Invalid analytics query."},
    };
    enum status st = db_is_lost(db->last_errno) ? ST_ANALYTICS_CONNECTION : ST_ANALYTICS_QUERY;

    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (meanings[i].code == db->last_errno)
            st = meanings[i].status;
    if (db->last_errno == E_OUT_OF_RANGE)
        err_set(c, st, "%s", "Invalid analytics query: a number is too large.");
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].status == st)
            err_set(c, st, "%s", texts[i].text);
    err_cause(c, "%u %s", db->last_errno, db->last_error);
    /* then it is our SQL that is wrong */
    if (st == ST_ANALYTICS_QUERY && db->last_errno != E_OUT_OF_RANGE)
        ctx_log(c, LOG_WARN, "analytics_sql_refused", log_s("cause", c->err.cause));
    return st;
}

/* The connection */

static bool
is_mariadb(const struct db *db)
{
    return strstr(db_server_version(db), "MariaDB") != NULL;
}

enum status
db_query_ready(struct ctx *c, struct db *db, bool *mariadb)
{
    if (!db_connected(db)) {
        err_set(c, ST_ANALYTICS_CONNECTION, "Failed to connect to the analytics database.");
        err_cause(c, "%u %s", db->last_errno, db->last_error);
        return ST_ANALYTICS_CONNECTION;
    }
    *mariadb = is_mariadb(db);
    return ST_OK;
}

/* Temporary tables beyond the server's own bounds go to disk as for everybody; raising the bounds
 * would make the server reserve more for each of them. */
static bool
set_limits(struct ctx *c, struct db *db, const struct db_query *q)
{
    int64_t table = q->memory_bytes < 16384 ? 16384 : q->memory_bytes;
    struct str sql;

    if (is_mariadb(db))
        sql = arena_fmt(c->mem,
                        "SET SESSION max_statement_time = %.3f, max_session_mem_used = %" PRId64
                        ", tmp_memory_table_size = LEAST(@@GLOBAL.tmp_memory_table_size, %" PRId64
                        ")",
                        (double)q->timeout_ms / 1000, q->memory_bytes, table);
    else
        sql = arena_fmt(c->mem,
                        "SET SESSION max_execution_time = %" PRId64
                        ", tmp_table_size = CAST(LEAST(@@GLOBAL.tmp_table_size, %" PRId64
                        ") AS UNSIGNED)",
                        q->timeout_ms, table);
    return db_command(db, sql.p);
}

/* With limits set. A connection that was idle for long may be gone: then once more. */
static bool
prepare_session(struct ctx *c, struct db *db, const struct db_query *q)
{
    bool had = db->my != NULL;

    if (db_connected(db) && set_limits(c, db, q))
        return true;
    if (!had || !db_is_lost(db->last_errno))
        return false;
    db_drop(db);
    return db_connected(db) && set_limits(c, db, q);
}

/* The statement */

struct running {
    MYSQL_STMT *stmt;
    MYSQL_BIND *param, *result;
    unsigned long *param_len;
    struct fetched {
        my_bool null, error;
        unsigned long len, cap;
        char *text;
        int64_t i;
        double d;
    } * column;
    struct cell *row;
};

static bool
failed(struct db *db, MYSQL_STMT *stmt)
{
    /* when fetching fails, MariaDB's library has set the connection's error only */
    if (mysql_stmt_errno(stmt) != 0)
        db_remember(db, mysql_stmt_errno(stmt), mysql_stmt_error(stmt));
    else
        db_remember(db, mysql_errno(db->my), mysql_error(db->my));
    return false;
}

static void
bind_params(struct running *r, const struct db_query *q)
{
    for (size_t i = 0; i < q->args.n; i++) {
        const struct db_arg *a = &q->args.v[i];
        MYSQL_BIND *b = &r->param[i];

        r->param_len[i] = (unsigned long)a->s.n;
        b->buffer_type = a->type == DB_INT   ? MYSQL_TYPE_LONGLONG
                         : a->type == DB_STR ? MYSQL_TYPE_STRING
                         : a->type == DB_BIN ? MYSQL_TYPE_BLOB
                                             : MYSQL_TYPE_NULL;
        b->buffer = a->type == DB_INT ? (void *)(uintptr_t)&a->i
                                      : (void *)(uintptr_t)(a->s.p ? a->s.p : "");
        b->buffer_length = r->param_len[i];
        b->length = a->type == DB_INT ? NULL : &r->param_len[i];
    }
}

static void
bind_columns(struct ctx *c, struct running *r, const struct db_query *q)
{
    for (size_t i = 0; i < q->n_cells; i++) {
        struct fetched *f = &r->column[i];
        MYSQL_BIND *b = &r->result[i];

        b->is_null = &f->null;
        b->length = &f->len;
        b->error = &f->error;
        switch (q->cells[i]) {
        case CELL_INT:
            b->buffer_type = MYSQL_TYPE_LONGLONG;
            b->buffer = &f->i;
            b->buffer_length = sizeof(f->i);
            break;
        case CELL_FLOAT:
            b->buffer_type = MYSQL_TYPE_DOUBLE;
            b->buffer = &f->d;
            b->buffer_length = sizeof(f->d);
            break;
        default:
            f->cap = FIRST_BYTES;
            f->text = arena_alloc(c->mem, f->cap);
            b->buffer_type = MYSQL_TYPE_STRING;
            b->buffer = f->text;
            b->buffer_length = f->cap;
        }
    }
}

static bool
start(struct ctx *c, struct db *db, const struct db_query *q, struct running *r)
{
    r->param = ARENA_ARRAY(c->mem, q->args.n + 1, MYSQL_BIND);
    r->param_len = ARENA_ARRAY(c->mem, q->args.n + 1, unsigned long);
    r->result = ARENA_ARRAY(c->mem, q->n_cells + 1, MYSQL_BIND);
    r->column = ARENA_ARRAY(c->mem, q->n_cells + 1, struct fetched);
    r->row = ARENA_ARRAY(c->mem, q->n_cells + 1, struct cell);
    r->stmt = mysql_stmt_init(db->my);
    if (!r->stmt)
        abort();
    bind_params(r, q);
    bind_columns(c, r, q);
    if (mysql_stmt_prepare(r->stmt, q->sql.p, (unsigned long)q->sql.n) != 0)
        return failed(db, r->stmt);
    if (mysql_stmt_param_count(r->stmt) != q->args.n ||
        mysql_stmt_field_count(r->stmt) != q->n_cells) {
        db_remember(db, 0, "parameters or columns are not as many as expected");
        return false;
    }
    if ((q->args.n && mysql_stmt_bind_param(r->stmt, r->param)) ||
        mysql_stmt_bind_result(r->stmt, r->result) || mysql_stmt_execute(r->stmt) != 0)
        return failed(db, r->stmt);
    return true;
}

/* A text that did not fit: into a larger buffer, which the next rows use, too. */
static enum status
fetch_long(struct ctx *c, const struct db_query *q, struct running *r, size_t i)
{
    struct fetched *f = &r->column[i];
    MYSQL_BIND *b = &r->result[i];

    if (f->len > q->value_max)
        return err_set(c, ST_ANALYTICS_MEMORY,
                       "The result exceeds the maximum response size of %zu bytes.", q->value_max);
    while (f->cap < f->len)
        f->cap *= 2;
    f->text = arena_alloc(c->mem, f->cap);
    b->buffer = f->text;
    b->buffer_length = f->cap;
    if (mysql_stmt_fetch_column(r->stmt, b, (unsigned)i, 0) != 0 ||
        mysql_stmt_bind_result(r->stmt, r->result) != 0)
        return err_set(c, ST_UNEXPECTED, "The result could not be read.");
    return ST_OK;
}

static enum status
read_row(struct ctx *c, const struct db_query *q, struct running *r)
{
    for (size_t i = 0; i < q->n_cells; i++) {
        struct fetched *f = &r->column[i];
        enum status st = ST_OK;

        r->row[i] = (struct cell){.null = f->null, .i = f->i, .d = f->d, .s = S("")};
        if (f->null)
            continue;
        if (q->cells[i] == CELL_BYTES) {
            if (f->len > f->cap)
                st = fetch_long(c, q, r, i);
            r->row[i].s = (struct str){f->text, f->len};
        } else if (f->error) {
            st = err_set(c, ST_ANALYTICS_QUERY, "Invalid analytics query: a number is too large.");
        }
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

/* Whether the server had to cut an array on the way. */
static bool
was_cut(struct db *db)
{
    MYSQL_RES *res;
    MYSQL_ROW row;
    bool cut = false;

    if (mysql_query(db->my, "SHOW WARNINGS") != 0)
        return false;
    res = mysql_store_result(db->my);
    while (res && (row = mysql_fetch_row(res)) != NULL) {
        int64_t code;

        if (!row[1] || !str_i64(str_of(row[1]), 0, UINT32_MAX, &code) ||
            (code != E_CUT && code != E_PACKET))
            continue;
        db_remember(db, (unsigned)code, row[2] ? row[2] : "");
        cut = true;
    }
    mysql_free_result(res);
    return cut;
}

/* *whole: all rows were fetched. */
static enum status
fetch(struct ctx *c, struct db *db, const struct db_query *q, struct running *r, db_query_row row,
      void *arg, bool *whole)
{
    bool done = false;
    int rc = 0;

    while (!done && ((rc = mysql_stmt_fetch(r->stmt)) == 0 || rc == MYSQL_DATA_TRUNCATED)) {
        enum status st = read_row(c, q, r);

        if (st == ST_OK)
            st = row(arg, r->row, &done);
        if (st != ST_OK)
            return st;
    }
    *whole = rc == MYSQL_NO_DATA;
    if (done || *whole)
        return ST_OK;
    failed(db, r->stmt);
    return fail(c, db);
}

/* Closing a statement reads what is left of its rows; when that may be much, it is cheaper to give
 * up the connection. */
static void
finish(struct db *db, struct running *r, bool whole)
{
    if (!whole)
        db_disconnect(db);
    mysql_stmt_close(r->stmt);
}

enum status
db_query_run(struct ctx *c, struct db *db, const struct db_query *q, db_query_row row, void *arg)
{
    struct running r = {0};
    bool whole = false;
    enum status st;

    if (!prepare_session(c, db, q) || db_injected_failure(db))
        return fail(c, db);
    if (!start(c, db, q, &r)) {
        st = fail(c, db);
        finish(db, &r, !db_is_lost(db->last_errno) && st != ST_ANALYTICS_MEMORY);
        return st;
    }
    st = fetch(c, db, q, &r, row, arg, &whole);
    finish(db, &r, whole);
    if (st == ST_OK && whole && was_cut(db))
        return fail(c, db);
    return st;
}
