/* analytics/write: the SQL of every function and operator; what is narrowed; layers. */
#include "support/analytics.h"
#include "support/isolation.h"
#include "support/test.h"

#include <string.h>

static const struct scope scope = {.workspace = STR("ws_1"), .all_spaces = true};

static const char *
sql_of(struct ctx *c, enum relation_family f, const char *query, enum write_dialect dialect)
{
    struct query q;

    if (isolation_plan(c, str_of(query), f, &scope, dialect, &q) != ST_OK)
        return arena_cstr(c->mem, c->err.detail);
    CHECK(isolation_fault(&q, &scope) == NULL);
    return q.sql.p;
}

/* What stands between two parts of the text; all of it when they do not stand there. */
static const char *
between(struct ctx *c, const char *sql, const char *before, const char *after)
{
    const char *from = strstr(sql, before), *to;

    if (!from)
        return sql;
    from += strlen(before);
    to = strstr(from, after);
    return to ? arena_fmt(c->mem, "%.*s", (int)(to - from), from).p : sql;
}

static void
functions_and_operators(void)
{
    static const struct {
        const char *expression, *mariadb, *mysql;
    } rows[] = {
#define WRITTEN(expression, mariadb, mysql) {expression, mariadb, mysql},
#include "analytics/written.def"
#undef WRITTEN
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx c = {.mem = arena_new(64 << 20), .now_ms = ANALYTICS_NOW};
        const char *query =
            arena_fmt(c.mem, "SELECT %s FROM key_verifications_v1", rows[i].expression).p;
        const char *mariadb = sql_of(&c, FAMILY_VERIFICATIONS, query, DIALECT_MARIADB);
        const char *mysql = sql_of(&c, FAMILY_VERIFICATIONS, query, DIALECT_MYSQL);

        test_row("%s", rows[i].expression);
        CHECK_STR(between(&c, mariadb, "SELECT ", " AS c1"), rows[i].mariadb);
        CHECK_STR(between(&c, mysql, "SELECT ", " AS c1"),
                  rows[i].mysql ? rows[i].mysql : rows[i].mariadb);
        arena_free(c.mem);
    }
}

/* Bounds on time go into the table; so do texts that a column has to equal. */
static void
narrowing(void)
{
    static const struct {
        const char *where, *inside;
    } rows[] = {
        {"time >= 1795000000000", " AND time >= 1795000000000"},
        {"time > 1795000000000 AND time < 1795000005000",
         " AND time >= 1795000000001 AND time < 1795000005000"},
        {"time BETWEEN 1795000000000 AND 1795000005000",
         " AND time >= 1795000000000 AND time < 1795000005001"},
        {"1795000000000 <= time", " AND time >= 1795000000000"},
        {"time = 1795000000000", " AND time >= 1795000000000 AND time < 1795000000001"},
        {"time >= now() - INTERVAL 1 HOUR", " AND time >= 1795610730000"},
        {"toDateTime(time) >= now()", " AND time >= 1795614330000"},
        /* nothing is left out that the query could want */
        {"time >= 1795000000000 OR key_id = 'a'", " AND time >= 0"},
        {"NOT time >= 1795000000000", " AND time >= 0"},
        {"key_id != 'a'", " AND time >= 0"},
        {"key_id NOT IN ('a', 'b')", " AND time >= 0"},
        {"lower(key_id) = 'a'", " AND time >= 0"},
        {"time + 1 >= 1795000000000", " AND time >= 0"},
        {"key_id = 'a'", " AND time >= 0 AND key_id IN (?)"},
        {"'a' = key_space_id", " AND time >= 0 AND keyspace_id IN (?)"},
        {"external_id IN ('a', 'b') AND outcome = 'c'",
         " AND time >= 0 AND external_id IN (?, ?) AND outcome IN (?)"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx c = {.mem = arena_new(64 << 20), .now_ms = ANALYTICS_NOW};
        const char *query =
            arena_fmt(c.mem, "SELECT 1 FROM key_verifications_v1 WHERE %s", rows[i].where).p;
        const char *sql = sql_of(&c, FAMILY_VERIFICATIONS, query, DIALECT_MARIADB);

        test_row("%s", query);
        CHECK_STR(between(&c, sql, "workspace_id = ?", ") t0"), rows[i].inside);
        arena_free(c.mem);
    }
}

CU_TestInfo suite_analytics_write[] = {
    {"functions and operators", functions_and_operators},
    {"narrowing", narrowing},
    CU_TEST_INFO_NULL,
};
