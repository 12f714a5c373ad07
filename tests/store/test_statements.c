/* Every statement of src/store: it can be prepared, and finds its rows by an index. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORE(name) extern const struct db_stmt_list name##_stmts;
#include "store/stores.def"
#undef STORE

static const struct db_stmt_list *const stores[] = {
#define STORE(name) &name##_stmts,
#include "store/stores.def"
#undef STORE
};

enum { MAX_ARGS = 2048 };

/* 2,500 rows in every table, spread over 50 owners, so that a plan that reads all of a table is
 * worse than one that uses an index. Text columns hold the row's or the group's number. */
static void
fill(const char *table)
{
    struct ctx *c = fx_ctx();
    struct db_rows cols;
    struct str names = S(""), values = S("");
    const char *sql = arena_fmt(c->mem,
                                "SELECT column_name, data_type FROM information_schema.columns "
                                "WHERE table_schema = DATABASE() AND table_name = '%s'",
                                table)
                          .p;

    if (db_run(c, sql, &cols) != ST_OK) {
        CHECK_STR("columns", "readable");
        return;
    }
    for (size_t i = 0; i < cols.n; i++) {
        struct str name = cols.rows[i][0].s, type = cols.rows[i][1].s;
        bool own = str_eq(name, S("id")) || str_eq(name, S("hash")) || str_eq(name, S("name")) ||
                   str_eq(name, S("slug")) || str_eq(name, S("keyspace_id")) ||
                   str_eq(name, S("external_id")) || str_eq(name, S("identifier")) ||
                   str_eq(name, S("name_hash")) || str_eq(name, S("permission_id")) ||
                   str_eq(name, S("role_id")) || str_eq(name, S("event_id")) ||
                   str_eq(name, S("request_id")) || str_eq(name, S("time"));
        bool group = str_ends(name, S("_id")) && !own;
        const char *v = str_eq(name, S("live")) ? "1"
                        : group                 ? "MOD(n, 50)"
                        : own || str_ends(name, S("_at")) || str_eq(type, S("mediumtext"))
                            ? "n"
                            : "MOD(n, 2)";

        if (str_eq(name, S("deleted_at")))
            v = "IF(MOD(n, 2), NULL, n)";
        names = arena_fmt(c->mem, "%s%s`%s`", names.p, i ? ", " : "", name.p);
        values = arena_fmt(c->mem, "%s%s%s", values.p, i ? ", " : "", v);
    }
    fx_sql("INSERT IGNORE INTO %s (%s) WITH RECURSIVE d AS (SELECT 0 AS i UNION ALL SELECT i + 1 "
           "FROM d WHERE i < 49), s AS (SELECT a.i * 50 + b.i + 1 AS n FROM d a, d b) SELECT %s "
           "FROM s",
           table, names.p, values.p);
    fx_sql("ANALYZE TABLE %s", table);
}

static void
fill_all(void)
{
    struct db_rows tables;
    struct ctx *c = fx_ctx();

    if (db_run(c,
               "SELECT table_name FROM information_schema.tables WHERE table_schema = "
               "DATABASE() AND table_name LIKE 'lk\\_%' AND table_name <> 'lk_schema_version'",
               &tables) != ST_OK)
        CHECK_STR("tables", "readable");
    for (size_t i = 0; i < tables.n; i++)
        fill(tables.rows[i][0].s.p);
}

/* Text for every parameter, but numbers where only those are allowed. */
static struct db_args
arguments(struct ctx *c, const char *sql)
{
    struct db_arg *v = ARENA_ARRAY(c->mem, MAX_ARGS, struct db_arg);
    size_t n = 0;

    for (const char *p = sql; (p = strchr(p, '?')) != NULL; p++)
        v[n++] = strncmp(p - 6, "LIMIT ", 6) == 0 ? db_int(10) : db_str(S("1"));
    return (struct db_args){v, n};
}

static struct db_stmt explained[1024]; /* they stay in the connection's cache */
static size_t n_explained;

static void
explain(const struct db_stmt *s)
{
    struct ctx *c = fx_ctx();
    struct db_stmt *e = &explained[n_explained++];
    struct db_rows rows = {0};
    char *sql = malloc(strlen(s->sql) + 10);

    sprintf(sql, "EXPLAIN %s", s->sql);
    *e = (struct db_stmt){sql, false};
    test_row("%.200s", s->sql);
    if (db_select(c, e, arguments(c, s->sql), &rows) != ST_OK) {
        CHECK_STR(arena_cstr(c->mem, c->err.cause), "no error");
        return;
    }
    /* a plain INSERT looks nothing up, whatever its plan is called */
    for (size_t i = 0; i < rows.n && strncmp(s->sql, "INSERT", 6) != 0; i++) {
        /* id, select_type, table, type, …: MySQL has partitions before type */
        struct str table = rows.rows[i][2].s, type = rows.rows[i][3].s;

        if (rows.cols > 10)
            type = rows.rows[i][4].s;
        if (str_starts(table, S("<")))
            continue; /* a derived table */
        CHECK(!str_eq(type, S("ALL")) && !str_eq(type, S("index")));
    }
}

static void
use_indexes(void)
{
    fill_all();
    for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++)
        for (size_t j = 0; j < stores[i]->n; j++)
            if (!stores[i]->stmts[j].scan)
                explain(&stores[i]->stmts[j]);
}

CU_TestInfo suite_store_statements[] = {
    {"use indexes", use_indexes},
    CU_TEST_INFO_NULL,
};
