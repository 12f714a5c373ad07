/* Statements and transactions, and what is repeated when they fail. */
#include "store/db_priv.h"

#include "base/digest.h"
#include "base/metrics.h"
#include "base/utc.h"

#include <assert.h>
#include <time.h>

enum { TX_ATTEMPTS = 6, EXEC_ATTEMPTS = 6 };

bool
db_in_tx(const struct db *db)
{
    return db->in_tx;
}

static bool
in_time(const struct ctx *c)
{
    return c->deadline_us == 0 || utc_mono_us() < c->deadline_us;
}

static enum status
past_deadline(struct ctx *c)
{
    return in_time(c) ? ST_OK : err_set(c, ST_REQUEST_TIMEOUT, "The request timed out.");
}

/* Whether a statement that met a conflict is to be run again by itself. */
static bool
may_repeat(const struct ctx *c, unsigned attempt)
{
    return !c->db->in_tx && db_is_conflict(c->db->last_errno) && attempt + 1 < EXEC_ATTEMPTS &&
           in_time(c);
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

    if (db_is_duplicate(code))
        return ST_DB_DUPLICATE;
    if (db->in_tx && (db_is_conflict(code) || db_is_lost(code)))
        return ST_DB_RETRY;
    metrics_add(c->metrics, METRIC_DB_ERRORS, 1);
    err_set(c, ST_SERVICE_UNAVAILABLE, "The database is not available, please try again.");
    err_cause(c, "%u %s (%.60s)", code, db->last_error, sql);
    return c->err.status;
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
        struct db_handle *h = db_connected(db) ? db_handle_get(db, s) : NULL;

        if (h && db_execute(db, h, args) && db_fetch_all(db, h, c->mem, out))
            return ST_OK;
        if (db_is_lost(db->last_errno)) {
            db_drop(db);
            if (!db->in_tx && had && attempt == 0 && in_time(c))
                continue;
        } else if (may_repeat(c, attempt)) {
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
        struct db_handle *h = db_connected(db) ? db_handle_get(db, s) : NULL;

        if (h && db_execute(db, h, args)) {
            if (out)
                *out = (struct db_result){(int64_t)mysql_stmt_affected_rows(h->stmt),
                                          (int64_t)mysql_stmt_insert_id(h->stmt)};
            return ST_OK;
        }
        if (db_is_lost(db->last_errno)) {
            db_drop(db);
            if (!h && !db->in_tx && had && attempt == 0 && in_time(c))
                continue; /* lost while preparing: nothing was done */
        } else if (may_repeat(c, attempt)) {
            nap(attempt);
            continue;
        }
        return failed(c, s->sql);
    }
}

/* Transactions */

static enum status
tx_begin(struct ctx *c)
{
    struct db *db = c->db;
    enum status st = past_deadline(c);

    if (st != ST_OK)
        return st;
    for (bool had = db->my != NULL;; had = false) {
        if (db_connected(db) && db_command(db, "START TRANSACTION")) {
            db->in_tx = true;
            db->tx_over = false;
            return ST_OK;
        }
        if (db_is_lost(db->last_errno))
            db_disconnect(db);
        if (!had || !in_time(c))
            return failed(c, "START TRANSACTION");
    }
}

static void
tx_undo(struct db *db)
{
    db->in_tx = false;
    if (!db->my || db->tx_over)
        return;
    if (!db_command(db, "ROLLBACK"))
        db_disconnect(db); /* the server rolls back when the connection goes */
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
    if (db_command(db, "COMMIT")) {
        db->in_tx = false;
        return ST_OK;
    }
    /* Galera certifies at COMMIT and reports a conflict as a deadlock: then nothing was done */
    if (db_is_conflict(db->last_errno))
        return ST_DB_RETRY;
    db->in_tx = false;
    st = failed(c, "COMMIT");
    db_disconnect(db);
    return st;
}

enum status
db_rollback(struct ctx *c)
{
    struct db *db = c->db;

    assert(db->in_tx);
    if (!db->tx_over && (!db->my || !db_command(db, "ROLLBACK")))
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
        metrics_add(c->metrics, METRIC_DB_RETRIES, 1);
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

        if (db_connected(db) && db_command(db, sql))
            break;
        if (db_is_lost(db->last_errno)) {
            db_disconnect(db);
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
