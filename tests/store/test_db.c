/* store/db: failures of the database, and what becomes of them. */
#include "support/test.h"

#include <string.h>

static const struct db_stmt count = {"SELECT COUNT(*) FROM lk_workspace", true};
static const struct db_stmt insert = {
    "INSERT INTO lk_workspace (id, name, slug, created_at) VALUES (?, 'x', ?, 1)", false};
static const struct db_stmt echo = {"SELECT ?, CAST(? AS SIGNED), NULL, ?", true};
static const struct db_stmt bad = {"SELECT nonsense FROM nowhere", true};

enum { DEADLOCK = 1213, LOCK_WAIT = 1205, SNAPSHOT = 1020, GONE = 2006, LOST = 2013 };

static void
values(void)
{
    struct ctx *c = fx_ctx();
    struct db_rows rows = {0};
    char big[3000];

    memset(big, 'x', sizeof(big));
    CHECK_INT(db_select(c, &echo,
                        DB_ARGS(db_str((struct str){big, sizeof(big)}), db_int(INT64_MIN),
                                db_bin(S("a\0b"))),
                        &rows),
              ST_OK);
    CHECK_INT(rows.n, 1);
    CHECK(str_eq(rows.rows[0][0].s, (struct str){big, sizeof(big)}));
    CHECK_INT(rows.rows[0][1].i, INT64_MIN);
    CHECK(rows.rows[0][2].null);
    CHECK(str_eq(rows.rows[0][3].s, S("a\0b")));
    CHECK_INT(
        db_select(c, &echo, DB_ARGS(db_str(S("")), db_int(1), db_str_if(false, S("x"))), &rows),
        ST_OK);
    CHECK_INT(rows.rows[0][0].s.n, 0);
    CHECK(!rows.rows[0][0].null);
    CHECK(rows.rows[0][3].null);
}

static void
bad_statement(void)
{
    struct ctx *c = fx_ctx();
    struct db_rows rows;

    CHECK_INT(db_select(c, &bad, (struct db_args){NULL, 0}, &rows), ST_SERVICE_UNAVAILABLE);
    CHECK(str_has(c->err.cause, S("nowhere")));
    CHECK(!str_has(c->err.detail, S("nowhere")));
}

/* Reads are repeated on a new connection; so are conflicts outside a transaction. */
static void
reads_recover(void)
{
    static const unsigned codes[] = {GONE, LOST, DEADLOCK, LOCK_WAIT, SNAPSHOT};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct ctx *c = fx_ctx();
        struct db_rows rows = {0};

        test_row("error %u", codes[i]);
        db_fail_after(c->db, 1, codes[i]);
        CHECK_INT(db_select(c, &count, (struct db_args){NULL, 0}, &rows), ST_OK);
        CHECK_INT(rows.n, 1);
    }
}

/* A write whose connection is lost may have happened: it is not repeated. */
static void
writes_are_not_repeated(void)
{
    static const struct {
        unsigned code;
        enum status st;
        long long inserted;
    } rows[] = {
        {DEADLOCK, ST_OK, 1},
        {LOCK_WAIT, ST_OK, 1},
        {LOST, ST_SERVICE_UNAVAILABLE, 0},
        {GONE, ST_SERVICE_UNAVAILABLE, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx *c = fx_ctx();
        struct str id = arena_fmt(c->mem, "ws_%zu", i);

        test_row("error %u", rows[i].code);
        db_fail_after(c->db, 1, rows[i].code);
        CHECK_INT(db_exec(c, &insert, DB_ARGS(db_str(id), db_str(id)), NULL), rows[i].st);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_workspace WHERE id = '%s'", id.p),
                  rows[i].inserted);
    }
}

static enum status
insert_two(struct ctx *c, void *arg)
{
    int *runs = arg;
    enum status st = db_exec(c, &insert, DB_ARGS(db_str(S("ws_a")), db_str(S("a"))), NULL);

    ++*runs;
    if (st == ST_OK)
        st = db_exec(c, &insert, DB_ARGS(db_str(S("ws_b")), db_str(S("b"))), NULL);
    return st;
}

/* Statement by statement: BEGIN, two inserts, COMMIT. All or nothing, whatever fails. */
static void
transactions(void)
{
    static const struct {
        unsigned nth, code;
        enum status st;
        int runs;
    } rows[] = {
        {1, LOST, ST_OK, 1}, /* nothing had happened */
        {2, DEADLOCK, ST_OK, 2},
        {2, LOST, ST_OK, 2},
        {3, DEADLOCK, ST_OK, 2},
        {3, LOCK_WAIT, ST_OK, 2},
        {3, SNAPSHOT, ST_OK, 2},
        {3, LOST, ST_OK, 2},
        {4, DEADLOCK, ST_OK, 2}, /* a Galera node refuses at COMMIT */
        {4, LOST, ST_SERVICE_UNAVAILABLE, 1},
        {3, 1142, ST_SERVICE_UNAVAILABLE, 1},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx *c = fx_ctx();
        int runs = 0;
        long long n;

        test_row("statement %u, error %u", rows[i].nth, rows[i].code);
        db_fail_after(c->db, rows[i].nth, rows[i].code);
        CHECK_INT(db_tx(c, insert_two, &runs), rows[i].st);
        CHECK_INT(runs, rows[i].runs);
        db_fail_after(c->db, 0, 0);
        CHECK(!db_in_tx(c->db));
        n = fx_sql_int("SELECT COUNT(*) FROM lk_workspace WHERE id IN ('ws_a', 'ws_b')");
        CHECK_INT(n, rows[i].st == ST_OK ? 2 : 0);
        fx_sql("DELETE FROM lk_workspace WHERE id IN ('ws_a', 'ws_b')");
    }
}

static void
duplicates(void)
{
    struct ctx *c = fx_ctx();

    CHECK_INT(db_exec(c, &insert, DB_ARGS(db_str(S("ws_d")), db_str(S("d"))), NULL), ST_OK);
    CHECK_INT(db_exec(c, &insert, DB_ARGS(db_str(S("ws_d")), db_str(S("e"))), NULL),
              ST_DB_DUPLICATE);
    CHECK_INT(c->err.status, ST_OK); /* expected, so not an error yet */
}

static enum status
always_busy(struct ctx *c, void *arg)
{
    (void)c;
    ++*(int *)arg;
    return ST_DB_RETRY;
}

static void
gives_up(void)
{
    struct ctx *c = fx_ctx();
    int runs = 0;

    CHECK_INT(db_tx(c, always_busy, &runs), ST_SERVICE_UNAVAILABLE);
    CHECK(runs > 2 && runs < 10);
}

static enum status
insert_and_roll_back(struct ctx *c, void *arg)
{
    enum status st = insert_two(c, arg);

    return st == ST_OK ? db_rollback(c) : st;
}

static void
early_rollback(void)
{
    struct ctx *c = fx_ctx();
    int runs = 0;

    CHECK_INT(db_tx(c, insert_and_roll_back, &runs), ST_OK);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_workspace WHERE id = 'ws_a'"), 0);
}

static void
deadline(void)
{
    struct ctx *c = fx_ctx();
    struct db_rows rows;

    c->deadline_us = 1;
    CHECK_INT(db_select(c, &count, (struct db_args){NULL, 0}, &rows), ST_REQUEST_TIMEOUT);
    CHECK_INT(err_http(c->err.status), 408);
}

CU_TestInfo suite_store_db[] = {
    {"values", values},
    {"bad statement", bad_statement},
    {"reads recover", reads_recover},
    {"writes are not repeated", writes_are_not_repeated},
    {"transactions", transactions},
    {"duplicates", duplicates},
    {"gives up", gives_up},
    {"early rollback", early_rollback},
    {"deadline", deadline},
    CU_TEST_INFO_NULL,
};
