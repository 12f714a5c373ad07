/* analytics: the SQL of every accepted query, for both servers and for callers who may see all,
 * some or nothing: made of our own words, and restricted (contract analytics.md section 4). */
#include "support/isolation.h"

#include "support/analytics.h"
#include "support/test.h"

#include <string.h>

static const struct {
    enum relation_family family;
    const char *query;
} queries[] = {
#define QUERY(family, query, rows) {FAMILY_##family, query},
#include "analytics/queries.def"
#undef QUERY
#define VALUE(expression, json)                                                                    \
    {FAMILY_VERIFICATIONS, "SELECT " expression " AS x FROM key_verifications_v1"},
#include "analytics/values.def"
#undef VALUE
};

static const struct str spaces[] = {STR("space_1"), STR("space_2")};
static const struct scope scopes[] = {
    {.workspace = STR("ws_1"), .all_spaces = true, .since_ms = 1},
    {.workspace = STR("ws_1"), .spaces = spaces, .n_spaces = 2, .since_ms = 1},
    {.workspace = STR("ws_1"), .since_ms = 1},
};

static void
isolated(void)
{
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
        for (size_t k = 0; k < 6; k++) {
            const struct scope *s = &scopes[k / 2];
            struct ctx c = {.mem = arena_new(64 << 20), .now_ms = ANALYTICS_NOW};
            enum write_dialect dialect = k % 2 ? DIALECT_MYSQL : DIALECT_MARIADB;
            const char *fault = NULL;
            struct query q;

            test_row("%s", queries[i].query);
            CHECK_INT(
                isolation_plan(&c, str_of(queries[i].query), queries[i].family, s, dialect, &q),
                ST_OK);
            if (c.err.status == ST_OK)
                fault = isolation_fault(&q, s);
            CHECK_STR(fault ? fault : "", "");
            arena_free(c.mem);
        }
}

/* What has been tried elsewhere: texts, names and aliases that look like SQL. They stay values, or
 * names of members of the result. */
static void
hostile(void)
{
    static const char *const rows[] = {
        "SELECT count() AS n FROM key_verifications_v1 WHERE key_id = '\\' OR 1=1 -- '",
        "SELECT count() AS n FROM key_verifications_v1 WHERE key_id = ''' OR ''1''=''1'",
        "SELECT count() AS n FROM key_verifications_v1 WHERE key_id = '\xF0\x9F\x94\x91 ; DROP "
        "TABLE x'",
        "SELECT count() AS n FROM key_verifications_v1 WHERE key_id = 'a\\0b' OR 1 = 1",
        "SELECT 1 AS `lk_verification` FROM key_verifications_v1",
        "SELECT 1 AS `c1`, 2 AS `t0` FROM key_verifications_v1 `t0`",
        "SELECT 1 AS \"a` FROM lk_key -- \" FROM key_verifications_v1",
        "SELECT `r-l`.key_id FROM key_verifications_v1 AS `r-l`",
        "SELECT 'x' AS workspace_id FROM key_verifications_v1 WHERE workspace_id = 'ws_2'",
        "WITH 'ws_2' AS workspace_id SELECT count() FROM key_verifications_v1",
        "WITH lk_verification AS (SELECT 1 AS a) SELECT a FROM lk_verification",
        "SELECT formatDateTime(time, '\\' OR 1=1 %Y -- ') AS x FROM key_verifications_v1",
        "SELECT JSONExtractString(external_id, 'a\\'] OR 1=1') AS x FROM key_verifications_v1",
        "SELECT key_id AS \"x\\'y\" FROM key_verifications_v1 GROUP BY \"x\\'y\" ORDER BY "
        "\"x\\'y\"",
        "SELECT arrayFilter(`a b` -> `a b` = '--', tags) AS x FROM key_verifications_v1",
        "SELECT count() FROM key_verifications_v1 WHERE NOT (workspace_id = 'ws_1')",
        "SELECT count() FROM key_verifications_v1 a LEFT JOIN key_verifications_v1 b ON 1 = 1",
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx c = {.mem = arena_new(64 << 20), .now_ms = ANALYTICS_NOW};
        const struct scope *s = &scopes[i % 3];
        const char *fault;
        struct query q;

        test_row("%s", rows[i]);
        CHECK_INT(isolation_plan(&c, str_of(rows[i]), FAMILY_VERIFICATIONS, s, DIALECT_MARIADB, &q),
                  ST_OK);
        fault = c.err.status == ST_OK ? isolation_fault(&q, s) : NULL;
        CHECK_STR(fault ? fault : "", "");
        arena_free(c.mem);
    }
}

/* The watcher itself: it sees what does not belong into the SQL. */
static void
faults_are_seen(void)
{
    static const struct {
        const char *instead, *fault;
    } rows[] = {
        {"SELECT lk_key", "unknown word: lk_key"},
        {"SELECT 'abc'", "unknown word: 'abc'"},
        {"SELECT `hash`", "unknown word: `hash`"},
        {"SELECT 1; 2", "unknown word: ; 2"},
        {"SELECT 1 -- ", "unknown word: -- "},
        {"SELECT /* */", "unknown word: /* */"},
        {"SELECT @a", "unknown word: @a"},
        {"SELECT 1x", "unknown word: 1x"},
        {"SELECT ?, ?", "there are not as many parameters as question marks"},
        {"SELECT 1", "a table has been written elsewhere"},
    };
    struct ctx c = {.mem = arena_new(64 << 20), .now_ms = ANALYTICS_NOW};
    struct query q;

    CHECK_INT(isolation_plan(&c, S("SELECT key_id FROM key_verifications_v1"), FAMILY_VERIFICATIONS,
                             &scopes[0], DIALECT_MARIADB, &q),
              ST_OK);
    CHECK(isolation_fault(&q, &scopes[0]) == NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        q.sql = str_of(rows[i].instead);
        q.params.n = 0;
        test_row("%s", rows[i].instead);
        CHECK_STR(isolation_fault(&q, &scopes[0]), rows[i].fault);
    }
    arena_free(c.mem);
}

CU_TestInfo suite_analytics_isolation[] = {
    {"isolated", isolated},
    {"hostile", hostile},
    {"faults are seen", faults_are_seen},
    CU_TEST_INFO_NULL,
};
