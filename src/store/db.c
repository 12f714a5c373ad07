/* Everything that knows the MySQL C API. Written for MariaDB Connector/C and Oracle's
 * libmysqlclient alike: blocking calls only, no automatic reconnect. */
#include "config.h"
#include "store/db.h"

#include "base/digest.h"
#include "base/utc.h"

#include <assert.h>
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef HAVE_MY_BOOL
typedef bool my_bool;
#endif

enum {
    STMT_SLOTS = 512, /* power of two, more than there are statements */
    TEXT_BYTES = 256, /* first buffer of a text column; longer values take a second fetch */
    TX_ATTEMPTS = 6,
    EXEC_ATTEMPTS = 6,
};

/* Server and client error codes, from mysqld_error.h and errmsg.h. */
enum {
    E_DUP_ENTRY = 1062,
    E_LOCK_WAIT_TIMEOUT = 1205,
    E_LOCK_DEADLOCK = 1213,
    E_CHECKREAD = 1020,
    E_SHUTDOWN = 1053,
    E_CONNECTION_KILLED = 1927,
    E_INTERACTION_TIMEOUT = 4031,
    E_CONNECTION = 2002,
    E_CONN_HOST = 2003,
    E_GONE = 2006,
    E_LOST = 2013,
    E_LOST_EXTENDED = 2055,
    E_NEED_REPREPARE = 1615,
    E_UNKNOWN_STMT = 1243,
};

struct column {
    bool is_int;
    my_bool null, truncated;
    int64_t i;
    unsigned long len;
    char *text;
};

struct handle {
    const struct db_stmt *def;
    MYSQL_STMT *stmt;
    size_t params, cols;
    MYSQL_BIND *param;
    unsigned long *param_len;
    struct column *column;
    MYSQL_BIND *result;
};

struct db {
    struct db_conf conf;
    const struct log *log;
    MYSQL *my; /* NULL: not connected */
    struct handle slots[STMT_SLOTS];
    bool in_tx, tx_over; /* tx_over: rolled back early */
    unsigned last_errno;
    char last_error[512];
    unsigned fail_countdown, fail_errno;
};

struct db *
db_open(const struct db_conf *conf, const struct log *log)
{
    struct db *db = calloc(1, sizeof(*db));

    if (!db)
        abort();
    db->conf = *conf;
    db->log = log;
    return db;
}

static void
handle_close(struct handle *h)
{
    for (size_t i = 0; i < h->cols; i++)
        free(h->column[i].text);
    free(h->column);
    free(h->result);
    free(h->param);
    free(h->param_len);
    if (h->stmt)
        mysql_stmt_close(h->stmt);
    *h = (struct handle){0};
}

static void
disconnect(struct db *db)
{
    if (!db->my)
        return;
    for (size_t i = 0; i < STMT_SLOTS; i++)
        if (db->slots[i].def)
            handle_close(&db->slots[i]);
    mysql_close(db->my);
    db->my = NULL;
    db->in_tx = false;
}

/* Drops a connection that is known to be gone; a running transaction stays marked as such until
 * db_tx ends it. */
static void
drop(struct db *db)
{
    bool tx = db->in_tx;

    disconnect(db);
    db->in_tx = tx;
}

void
db_close(struct db *db)
{
    if (!db)
        return;
    disconnect(db);
    free(db);
}

bool
db_in_tx(const struct db *db)
{
    return db->in_tx;
}

const char *
db_server_version(const struct db *db)
{
    return db->my ? mysql_get_server_info(db->my) : "";
}

unsigned
db_last_error(const struct db *db, const char **text)
{
    *text = db->last_error;
    return db->last_errno;
}

void
db_fail_after(struct db *db, unsigned n, unsigned error)
{
    db->fail_countdown = n;
    db->fail_errno = error;
}

static void
remember(struct db *db, unsigned code, const char *text)
{
    db->last_errno = code;
    snprintf(db->last_error, sizeof(db->last_error), "%s", text);
}

/* When fetching fails, MariaDB's library has set the connection's error but not the statement's: so
 * it tells of a deadlock in a locking read. */
static void
remember_fetch(struct db *db, MYSQL_STMT *stmt)
{
    if (mysql_stmt_errno(stmt) != 0)
        remember(db, mysql_stmt_errno(stmt), mysql_stmt_error(stmt));
    else
        remember(db, mysql_errno(db->my), mysql_error(db->my));
}

static bool
is_lost(unsigned code)
{
    switch (code) {
    case E_SHUTDOWN:
    case E_CONNECTION_KILLED:
    case E_INTERACTION_TIMEOUT:
    case E_CONNECTION:
    case E_CONN_HOST:
    case E_GONE:
    case E_LOST:
    case E_LOST_EXTENDED:
    case E_NEED_REPREPARE:
    case E_UNKNOWN_STMT:
        return true;
    default:
        return false;
    }
}

static bool
is_conflict(unsigned code)
{
    return code == E_LOCK_DEADLOCK || code == E_LOCK_WAIT_TIMEOUT || code == E_CHECKREAD;
}

/* Connecting */

/* Names and order matter on MariaDB and MySQL alike; sql_mode is spelled out because hosts set
 * their own (SIMULTANEOUS_ASSIGNMENT would break the counters, ONLY_FULL_GROUP_BY is irrelevant). */
static const char *const session_setup[] = {
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', autocommit = 1",
};

static bool
session_start(struct db *db)
{
    char lock[80];
    MYSQL_RES *res;
    MYSQL_ROW row;
    bool galera;

    for (size_t i = 0; i < sizeof(session_setup) / sizeof(session_setup[0]); i++)
        if (mysql_query(db->my, session_setup[i]) != 0)
            return false;
    snprintf(lock, sizeof(lock), "SET SESSION innodb_lock_wait_timeout = %u",
             db->conf.lock_timeout_s);
    if (mysql_query(db->my, lock) != 0 ||
        mysql_query(db->my, "SHOW SESSION VARIABLES LIKE 'wsrep_on'") != 0)
        return false;
    res = mysql_store_result(db->my);
    row = res ? mysql_fetch_row(res) : NULL;
    galera = row && row[1] && strcmp(row[1], "ON") == 0;
    mysql_free_result(res);
    /* in a cluster a read must see what was written through another node before it */
    return !galera || mysql_query(db->my, "SET SESSION wsrep_sync_wait = 1") == 0;
}

/* An older program on a newer schema, or the other way round, would fail in odd ways. */
static bool
schema_fits(struct db *db)
{
    MYSQL_RES *res;
    MYSQL_ROW row;
    unsigned have = 0;

    if (db->conf.schema_version == 0)
        return true;
    if (mysql_query(db->my, "SELECT MAX(version) FROM lk_schema_version") == 0) {
        res = mysql_store_result(db->my);
        row = res ? mysql_fetch_row(res) : NULL;
        have = row && row[0] ? (unsigned)strtoul(row[0], NULL, 10) : 0;
        mysql_free_result(res);
    }
    if (have == db->conf.schema_version)
        return true;
    db->last_errno = 0;
    snprintf(db->last_error, sizeof(db->last_error),
             "the schema has version %u, this program needs %u; run: latchkey migrate", have,
             db->conf.schema_version);
    return false;
}

static MYSQL *
handle_new(const struct db_conf *conf)
{
    MYSQL *my = mysql_init(NULL);

    if (!my)
        abort();
    mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &conf->connect_timeout_s);
    mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &conf->io_timeout_s);
    mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &conf->io_timeout_s);
    mysql_options(my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
#if HAVE_DECL_MYSQL_OPT_GET_SERVER_PUBLIC_KEY
    {
        bool yes = true;

        mysql_options(my, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &yes);
    }
#endif
    if (conf->defaults_file) {
        mysql_options(my, MYSQL_READ_DEFAULT_FILE, conf->defaults_file);
        mysql_options(my, MYSQL_READ_DEFAULT_GROUP, conf->defaults_group);
    }
    return my;
}

static bool
connect_once(struct db *db)
{
    int64_t start = utc_mono_us();
    bool ok;

    db->my = handle_new(&db->conf);
    ok = mysql_real_connect(db->my, NULL, NULL, NULL, NULL, 0, NULL, CLIENT_FOUND_ROWS) &&
         session_start(db);
    if (!ok)
        remember(db, mysql_errno(db->my), mysql_error(db->my));
    if (ok && schema_fits(db)) {
        log_event(db->log, LOG_DEBUG, "db_connected",
                  log_z("server", mysql_get_server_info(db->my)),
                  log_i("us", utc_mono_us() - start));
        return true;
    }
    log_event(db->log, LOG_ERROR, "db_connect_failed", log_i("errno", db->last_errno),
              log_z("error", db->last_error));
    mysql_close(db->my);
    db->my = NULL;
    return false;
}

/* Preparing */

static void
result_bind(struct handle *h, MYSQL_RES *meta)
{
    MYSQL_FIELD *f = mysql_fetch_fields(meta);

    h->column = calloc(h->cols, sizeof(*h->column));
    h->result = calloc(h->cols, sizeof(*h->result));
    if (!h->column || !h->result)
        abort();
    for (size_t i = 0; i < h->cols; i++) {
        struct column *col = &h->column[i];
        MYSQL_BIND *b = &h->result[i];

        col->is_int = f[i].type == MYSQL_TYPE_TINY || f[i].type == MYSQL_TYPE_SHORT ||
                      f[i].type == MYSQL_TYPE_INT24 || f[i].type == MYSQL_TYPE_LONG ||
                      f[i].type == MYSQL_TYPE_LONGLONG;
        b->is_null = &col->null;
        b->length = &col->len;
        b->error = &col->truncated;
        if (col->is_int) {
            b->buffer_type = MYSQL_TYPE_LONGLONG;
            b->buffer = &col->i;
            b->buffer_length = sizeof(col->i);
        } else {
            col->text = malloc(TEXT_BYTES);
            if (!col->text)
                abort();
            b->buffer_type = MYSQL_TYPE_STRING;
            b->buffer = col->text;
            b->buffer_length = TEXT_BYTES;
        }
    }
}

static bool
handle_prepare(struct db *db, struct handle *h, const struct db_stmt *s)
{
    MYSQL_RES *meta;

    h->def = s;
    h->stmt = mysql_stmt_init(db->my);
    if (!h->stmt)
        abort();
    if (mysql_stmt_prepare(h->stmt, s->sql, (unsigned long)strlen(s->sql)) != 0) {
        remember(db, mysql_stmt_errno(h->stmt), mysql_stmt_error(h->stmt));
        handle_close(h);
        return false;
    }
    h->params = mysql_stmt_param_count(h->stmt);
    h->cols = mysql_stmt_field_count(h->stmt);
    h->param = calloc(h->params + 1, sizeof(*h->param));
    h->param_len = calloc(h->params + 1, sizeof(*h->param_len));
    if (!h->param || !h->param_len)
        abort();
    meta = h->cols ? mysql_stmt_result_metadata(h->stmt) : NULL;
    if (meta) {
        result_bind(h, meta);
        mysql_free_result(meta);
        if (mysql_stmt_bind_result(h->stmt, h->result)) {
            remember(db, mysql_stmt_errno(h->stmt), mysql_stmt_error(h->stmt));
            handle_close(h);
            return false;
        }
    }
    return true;
}

/* The statement ready to execute on the current connection; NULL on failure. */
static struct handle *
handle_get(struct db *db, const struct db_stmt *s)
{
    size_t i = ((uintptr_t)s / sizeof(*s)) % STMT_SLOTS;

    while (db->slots[i].def && db->slots[i].def != s)
        i = (i + 1) % STMT_SLOTS;
    if (!db->slots[i].def && !handle_prepare(db, &db->slots[i], s))
        return NULL;
    return &db->slots[i];
}

/* Executing */

static bool
injected_failure(struct db *db)
{
    if (db->fail_countdown == 0 || --db->fail_countdown > 0)
        return false;
    remember(db, db->fail_errno, "injected by a test");
    if (is_lost(db->fail_errno))
        drop(db);
    return true;
}

static void
param_bind(struct handle *h, size_t i, const struct db_arg *a)
{
    MYSQL_BIND *b = &h->param[i];

    switch (a->type) {
    case DB_INT:
        b->buffer_type = MYSQL_TYPE_LONGLONG;
        b->buffer = (void *)(uintptr_t)&a->i;
        break;
    case DB_STR:
    case DB_BIN:
        h->param_len[i] = (unsigned long)a->s.n;
        b->buffer_type = a->type == DB_STR ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
        b->buffer = (void *)(uintptr_t)(a->s.p ? a->s.p : "");
        b->buffer_length = h->param_len[i];
        b->length = &h->param_len[i];
        break;
    default:
        b->buffer_type = MYSQL_TYPE_NULL;
    }
}

static bool
execute(struct db *db, struct handle *h, struct db_args args)
{
    assert(args.n == h->params);
    if (injected_failure(db))
        return false;
    for (size_t i = 0; i < args.n; i++)
        param_bind(h, i, &args.v[i]);
    if ((args.n && mysql_stmt_bind_param(h->stmt, h->param)) || mysql_stmt_execute(h->stmt) != 0) {
        remember(db, mysql_stmt_errno(h->stmt), mysql_stmt_error(h->stmt));
        return false;
    }
    return true;
}

/* Copies the row just fetched into mem; long texts are fetched again into a buffer of their size. */
static struct db_cell *
row_copy(struct arena *mem, struct handle *h)
{
    struct db_cell *cells = ARENA_ARRAY(mem, h->cols, struct db_cell);

    for (size_t i = 0; i < h->cols; i++) {
        struct column *col = &h->column[i];

        cells[i].null = col->null;
        cells[i].s = S("");
        if (col->null)
            continue;
        if (col->is_int) {
            cells[i].i = col->i;
        } else if (col->len <= TEXT_BYTES) {
            cells[i].s = arena_str(mem, (struct str){col->text, col->len});
        } else {
            unsigned long len = col->len;
            char *p = arena_alloc(mem, len + 1);
            MYSQL_BIND b = {.buffer_type = MYSQL_TYPE_STRING, .buffer = p, .buffer_length = len,
                            .length = &len};

            mysql_stmt_fetch_column(h->stmt, &b, (unsigned)i, 0);
            cells[i].s = (struct str){p, col->len};
        }
    }
    return cells;
}

static bool
fetch_all(struct db *db, struct handle *h, struct arena *mem, struct db_rows *out)
{
    size_t cap = 4;
    int rc;

    *out = (struct db_rows){ARENA_ARRAY(mem, cap, struct db_cell *), 0, h->cols};
    while ((rc = mysql_stmt_fetch(h->stmt)) == 0 || rc == MYSQL_DATA_TRUNCATED) {
        if (out->n == cap) {
            struct db_cell **more = ARENA_ARRAY(mem, cap * 2, struct db_cell *);

            memcpy(more, out->rows, cap * sizeof(*more));
            out->rows = more;
            cap *= 2;
        }
        out->rows[out->n++] = row_copy(mem, h);
    }
    if (rc != MYSQL_NO_DATA)
        remember_fetch(db, h->stmt);
    mysql_stmt_free_result(h->stmt);
    return rc == MYSQL_NO_DATA;
}

static enum status
past_deadline(struct ctx *c)
{
    if (c->deadline_us == 0 || utc_mono_us() < c->deadline_us)
        return ST_OK;
    return err_set(c, ST_REQUEST_TIMEOUT, "The request timed out.");
}

static void
nap(unsigned attempt)
{
    unsigned char r;
    struct timespec t = {0, 0};

    digest_random(&r, 1);
    t.tv_nsec = (1000000L << attempt) * (128 + r) / 256; /* 0.5 to 1 ms, doubling */
    nanosleep(&t, NULL);
}

/* What a failed statement means to the caller. Inside a transaction a conflict or a lost connection
 * means that all of it is to be run again. */
static enum status
failed(struct ctx *c, const char *sql)
{
    struct db *db = c->db;
    unsigned code = db->last_errno;

    if (code == E_DUP_ENTRY)
        return ST_DB_DUPLICATE;
    if (db->in_tx && (is_conflict(code) || is_lost(code)))
        return ST_DB_RETRY;
    err_set(c, ST_SERVICE_UNAVAILABLE, "The database is not available, please try again.");
    err_cause(c, "%u %s (%.60s)", code, db->last_error, sql);
    return c->err.status;
}

/* Connects when need be; a transaction does not survive its connection. */
static bool
connected(struct db *db)
{
    if (db->my)
        return true;
    if (!db->in_tx)
        return connect_once(db);
    remember(db, E_GONE, "the connection was lost in a transaction");
    return false;
}

enum status
db_select(struct ctx *c, const struct db_stmt *s, struct db_args args, struct db_rows *out)
{
    struct db *db = c->db;
    enum status st = past_deadline(c);

    if (st != ST_OK)
        return st;
    for (unsigned attempt = 0;; attempt++) {
        bool had = db->my != NULL;
        struct handle *h = connected(db) ? handle_get(db, s) : NULL;

        if (h && execute(db, h, args) && fetch_all(db, h, c->mem, out))
            return ST_OK;
        if (is_lost(db->last_errno)) {
            drop(db);
            if (!db->in_tx && had && attempt == 0)
                continue;
        } else if (!db->in_tx && is_conflict(db->last_errno) && attempt + 1 < EXEC_ATTEMPTS) {
            nap(attempt);
            continue;
        }
        return failed(c, s->sql);
    }
}

enum status
db_exec(struct ctx *c, const struct db_stmt *s, struct db_args args, struct db_result *out)
{
    struct db *db = c->db;
    enum status st = past_deadline(c);

    if (st != ST_OK)
        return st;
    for (unsigned attempt = 0;; attempt++) {
        bool had = db->my != NULL;
        struct handle *h = connected(db) ? handle_get(db, s) : NULL;

        if (h && execute(db, h, args)) {
            if (out)
                *out = (struct db_result){(int64_t)mysql_stmt_affected_rows(h->stmt),
                                          (int64_t)mysql_stmt_insert_id(h->stmt)};
            return ST_OK;
        }
        if (is_lost(db->last_errno)) {
            drop(db);
            if (!h && !db->in_tx && had && attempt == 0)
                continue; /* lost while preparing: nothing was done */
        } else if (!db->in_tx && is_conflict(db->last_errno) && attempt + 1 < EXEC_ATTEMPTS) {
            nap(attempt);
            continue;
        }
        return failed(c, s->sql);
    }
}

/* Transactions */

static bool
command(struct db *db, const char *sql)
{
    if (injected_failure(db))
        return false;
    if (mysql_query(db->my, sql) == 0)
        return true;
    remember(db, mysql_errno(db->my), mysql_error(db->my));
    return false;
}

static enum status
tx_begin(struct ctx *c)
{
    struct db *db = c->db;
    enum status st = past_deadline(c);

    if (st != ST_OK)
        return st;
    for (bool had = db->my != NULL;; had = false) {
        if (connected(db) && command(db, "START TRANSACTION")) {
            db->in_tx = true;
            db->tx_over = false;
            return ST_OK;
        }
        if (is_lost(db->last_errno))
            disconnect(db);
        if (!had)
            return failed(c, "START TRANSACTION");
    }
}

static void
tx_undo(struct db *db)
{
    db->in_tx = false;
    if (!db->my || db->tx_over)
        return;
    if (!command(db, "ROLLBACK"))
        disconnect(db); /* the server rolls back when the connection goes */
}

static enum status
tx_commit(struct ctx *c)
{
    struct db *db = c->db;
    enum status st;

    if (db->tx_over) {
        db->in_tx = false;
        return ST_OK;
    }
    if (command(db, "COMMIT")) {
        db->in_tx = false;
        return ST_OK;
    }
    /* Galera certifies at COMMIT and reports a conflict as a deadlock: then nothing was done */
    if (is_conflict(db->last_errno))
        return ST_DB_RETRY;
    db->in_tx = false;
    st = failed(c, "COMMIT");
    disconnect(db);
    return st;
}

enum status
db_rollback(struct ctx *c)
{
    struct db *db = c->db;

    assert(db->in_tx);
    if (!db->tx_over && (!db->my || !command(db, "ROLLBACK")))
        return failed(c, "ROLLBACK");
    db->tx_over = true;
    return ST_OK;
}

enum status
db_tx(struct ctx *c, enum status (*fn)(struct ctx *c, void *arg), void *arg)
{
    struct arena_mark mark = arena_mark(c->mem);
    enum status st;

    if (c->db->in_tx)
        return fn(c, arg);
    for (unsigned attempt = 0;; attempt++) {
        st = tx_begin(c);
        if (st != ST_OK)
            return st;
        st = fn(c, arg);
        if (st == ST_OK)
            st = tx_commit(c);
        if (st == ST_OK)
            return ST_OK;
        tx_undo(c->db);
        if (st != ST_DB_RETRY)
            return st;
        if (attempt + 1 == TX_ATTEMPTS)
            break;
        log_event(c->log, LOG_DEBUG, "db_retry", log_i("errno", c->db->last_errno),
                  log_i("attempt", attempt + 1));
        arena_release(c->mem, mark);
        err_clear(c);
        nap(attempt);
    }
    err_set(c, ST_SERVICE_UNAVAILABLE, "The database is busy, please try again.");
    err_cause(c, "%u %s, %d attempts", c->db->last_errno, c->db->last_error, TX_ATTEMPTS);
    return c->err.status;
}

/* Plain SQL */

static void
plain_rows(struct ctx *c, MYSQL_RES *res, struct db_rows *out)
{
    size_t n = (size_t)mysql_num_rows(res), cols = mysql_num_fields(res);
    MYSQL_ROW row;

    *out = (struct db_rows){ARENA_ARRAY(c->mem, n ? n : 1, struct db_cell *), 0, cols};
    while ((row = mysql_fetch_row(res)) != NULL && out->n < n) {
        unsigned long *len = mysql_fetch_lengths(res);
        struct db_cell *cells = ARENA_ARRAY(c->mem, cols, struct db_cell);

        for (size_t i = 0; i < cols; i++) {
            cells[i].null = !row[i];
            cells[i].s = arena_str(c->mem, (struct str){row[i] ? row[i] : "", row[i] ? len[i] : 0});
        }
        out->rows[out->n++] = cells;
    }
}

enum status
db_run(struct ctx *c, const char *sql, struct db_rows *out)
{
    struct db *db = c->db;
    MYSQL_RES *res;

    if (out)
        *out = (struct db_rows){0};
    for (int attempt = 0;; attempt++) {
        bool had = db->my != NULL;

        if (connected(db) && command(db, sql))
            break;
        if (is_lost(db->last_errno)) {
            disconnect(db);
            if (had && attempt == 0)
                continue;
        }
        return failed(c, sql);
    }
    res = mysql_store_result(db->my);
    if (res && out)
        plain_rows(c, res, out);
    mysql_free_result(res);
    return ST_OK;
}
