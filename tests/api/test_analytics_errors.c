/* What analytics queries are refused with, and which refusal wins (contract analytics.md sections
 * 1, 3, 5 and 6). */
#include "support/events.h"

#include "base/conf.h"
#include "base/sb.h"

#include <string.h>

#define NOW INT64_C(1795610096789) /* 2026-11-25T12:34:56.789Z */
#define HOUR_MS INT64_C(3600000)

#define QUERY "invalid_analytics_query"
#define TYPE "invalid_analytics_query_type"
#define TABLE "invalid_analytics_table"
#define FUNCTION "invalid_analytics_function"
#define RETENTION "query_range_exceeds_retention"
#define V "FROM key_verifications_v1"

static void
seed(int n)
{
    fx_clock(NOW);
    for (int i = 0; i < n; i++)
        events_add_verification(&(struct events_verification){
            .time = NOW - i * HOUR_MS, .tags = "[\"a\",\"b\"]", .external_id = "user"});
}

static void
check(struct answer a, int status, const char *type, const char *detail)
{
    fx_check_error(a, status, fx_fmt("/%s", type));
    if (!strstr(at_str(a, "error.detail"), detail))
        CHECK_STR(at_str(a, "error.detail"), detail);
    CHECK_INT(at_has(a, "error.errors"), status == 400);
    CHECK_INT(at_len(a, "error.errors"), 0);
    /* nothing of ours shows */
    CHECK(!strstr(a.text, "lk_") && !strstr(a.text, fx_workspace) &&
          !strstr(a.text, "keyspace_id"));
}

/* 400s of single queries */

static void
refuses_queries(void)
{
    static const struct {
        const char *query, *type, *detail;
    } rows[] = {
        {"", QUERY, "No SQL statements found"},
        {"-- nothing\n/* at all */", QUERY, "No SQL statements found"},
        {"SELECT FROM", QUERY, "Invalid SQL syntax"},
        {"SELECT 1 " V " WHERE invalid syntax here", QUERY, "Invalid SQL syntax"},
        {"SELECT 1 " V "; SELECT 2 " V, QUERY, "exactly one statement"},
        {"(SELECT 1 " V ")", QUERY, "Invalid SQL syntax"},
        {"SELECT 1 " V " SETTINGS max_threads = 1", QUERY, "SETTINGS clauses are not allowed"},
        {"SELECT 1 FROM (SELECT 1 " V " SETTINGS max_threads = 1)", QUERY, "SETTINGS"},
        {"WITH x AS (SELECT 1 " V " SETTINGS a = 1) SELECT 1 FROM x", QUERY, "SETTINGS"},
        {"SELECT 1 " V " UNION ALL SELECT 1 " V " SETTINGS a = 1", QUERY, "SETTINGS"},
        {"SELECT 1 AS one", QUERY, "Query must have a FROM clause"},
        {"SELECT 1 " V " WHERE key_id IN key_verifications_v1", QUERY, "use a literal list"},
        {"SELECT 1 " V " WHERE key_id IN lower('a')", QUERY, "use a literal list"},
        {"SELECT 1 " V " WHERE key_id IN 'a'", QUERY, "use a literal list"},
        {"SELECT 1 " V " WHERE key_id IN outcome", QUERY, "use a literal list"},
        {"SELECT nonexistent_column " V, QUERY, "Unknown"},
        {"SELECT api_id " V, QUERY, "Unknown"},
        {"SELECT 1 " V " WHERE x.key_id = 'a'", QUERY, "Unknown"},
        {"SELECT sum(latency) AS s " V " WHERE s > 1", QUERY, ""},
        {"SELECT key_id, COUNT(*) " V, QUERY, ""},
        {"SELECT TOP 1 key_id " V, QUERY, ""},
        {"SELECT key_id " V " LIMIT 1 WITH TIES", QUERY, ""},
        {"SELECT key_id " V " FORMAT JSON", QUERY, ""},
        {"SELECT key_id " V " INTO OUTFILE 'x'", QUERY, ""},
        {"SELECT key_id " V " UNION SELECT key_id " V, QUERY, ""},
        {"SELECT key_id " V " QUALIFY 1", QUERY, ""},
        {"SELECT {a:String} " V, QUERY, ""},
        {"SELECT ? " V, QUERY, ""},
        {"SELECT 'a' || 'b' " V, QUERY, ""},
        {"SELECT 1_000 " V, QUERY, ""},
        {"DELETE FROM key_verifications_v1 WHERE 1", TYPE, "Only SELECT queries are allowed"},
        {"DROP TABLE key_verifications_v1", TYPE, "Only SELECT"},
        {"INSERT INTO key_verifications_v1 VALUES (1)", TYPE, "Only SELECT"},
        {"SHOW TABLES", TYPE, "Only SELECT"},
        {"SELECT * FROM system.tables", TABLE, "Access to table 'system.tables' is not allowed"},
        {"SELECT * FROM default.key_verifications_raw_v2", TABLE,
         "default.key_verifications_raw_v2"},
        {"SELECT * FROM default.key_verifications_v1", TABLE, "default.key_verifications_v1"},
        {"SELECT * FROM key_verifications", TABLE, "'key_verifications'"},
        {"SELECT * FROM KEY_VERIFICATIONS_V1", TABLE, "'KEY_VERIFICATIONS_V1'"},
        {"SELECT * FROM mysql.user", TABLE, "'mysql.user'"},
        {"SELECT * FROM ratelimits_v1", TABLE, "'ratelimits_v1'"},
        {"SELECT * FROM (SELECT * FROM system.tables)", TABLE, "system.tables"},
        {"WITH x AS (SELECT * FROM system.tables) SELECT * FROM x", TABLE, "system.tables"},
        {"SELECT * FROM (WITH t AS (SELECT 1 " V ") SELECT * FROM t)", TABLE, "'t'"},
        {"WITH key_verifications_V1 AS (SELECT 1 " V ") SELECT 1 " V, TABLE,
         "conflicts with a public table name"},
        {"SELECT sleep(1) " V, FUNCTION, "Function 'sleep' is not allowed"},
        {"SELECT SLEEP(1) " V, FUNCTION, "Function 'sleep' is not allowed"},
        {"SELECT lower(version()) " V, FUNCTION, "Function 'version' is not allowed"},
        {"SELECT 1 " V " WHERE EXISTS (SELECT 1 " V ")", FUNCTION, "Function 'exists'"},
        {"SELECT row_number() OVER (ORDER BY time) " V, FUNCTION, "Function 'row_number'"},
        {"SELECT * FROM numbers(10)", FUNCTION,
         "Table function 'numbers' is not allowed for security reasons"},
        {"SELECT * FROM URL('http://x')", FUNCTION, "Table function 'url'"},
        {"SELECT 1 " V " WHERE time >= now() - INTERVAL 60 DAY", RETENTION, "30 days"},
        {"SELECT 1 " V " WHERE time > 0", RETENTION, "30 days"},
        {"SELECT 1 " V " WHERE outcome = 'X' OR time >= '2020-01-01'", RETENTION,
         "only data from 2026-10-26 onwards"},
        {"SELECT 1 FROM (SELECT 1 " V " WHERE '2020-01-01' <= TIME)", RETENTION, "2020-01-01"},
    };

    seed(1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s", rows[i].query);
        check(events_query(NULL, "getVerifications", rows[i].query), 400, rows[i].type,
              rows[i].detail);
    }
}

static void
refuses_large_queries(void)
{
    struct sb b;

    sb_init(&b, fx_ctx()->mem, 20000);
    sb_addf(&b, "SELECT 1 " V " WHERE key_id = '%*s'", 16384, "");
    check(events_query(NULL, "getVerifications", sb_str(&b).p), 400, QUERY, "maximum length");

    sb_init(&b, fx_ctx()->mem, 20000);
    sb_puts(&b, "SELECT 1 " V " WHERE latency IN (0");
    for (int i = 0; i < 2000; i++)
        sb_puts(&b, ",1");
    check(events_query(NULL, "getVerifications", fx_fmt("%s)", sb_str(&b).p)), 400, QUERY,
          "too complex");

    sb_init(&b, fx_ctx()->mem, 20000);
    sb_puts(&b, "SELECT 1");
    for (int i = 0; i < 64; i++)
        sb_puts(&b, ", 1");
    check(events_query(NULL, "getVerifications", fx_fmt("%s " V, sb_str(&b).p)), 400, QUERY,
          "too many columns");

    sb_init(&b, fx_ctx()->mem, 20000);
    for (int i = 0; i < 2000; i++)
        sb_puts(&b, "(");
    check(events_query(NULL, "getVerifications", fx_fmt("SELECT %s", sb_str(&b).p)), 400, QUERY,
          "");
}

static void
first_fault_wins(void)
{
    /* each row has the faults of those below it, too */
    static const struct {
        const char *query, *type, *detail;
    } rows[] = {
        {"SELECT sleep(1) AS FROM system.tables SETTINGS a = 1", QUERY, "Invalid SQL syntax"},
        {"SELECT sleep(1) FROM system.tables SETTINGS a = 1; DROP TABLE x", QUERY,
         "exactly one statement"},
        {"WITH key_verifications_v1 AS (SELECT 1) SELECT sleep(1) FROM system.tables "
         "WHERE x IN t AND time > 0 SETTINGS a = 1",
         QUERY, "SETTINGS"},
        {"WITH key_verifications_v1 AS (SELECT 1) SELECT sleep(1) FROM system.tables "
         "WHERE x IN t AND time > 0",
         TABLE, "conflicts"},
        {"SELECT sleep(1) FROM system.tables WHERE x IN t AND time > 0", QUERY, "literal list"},
        {"SELECT sleep(1), (SELECT 1 FROM system.tables)", QUERY, "FROM clause"},
        {"SELECT sleep(1) FROM system.tables WHERE x = 1 AND time > 0", TABLE, "system.tables"},
        {"SELECT sleep(1) " V " WHERE x = 1 AND time > 0", FUNCTION, "sleep"},
        {"SELECT lower('a') " V " WHERE x = 1 AND time > 0", RETENTION, "30 days"},
        {"SELECT lower('a') " V " WHERE x = 1", QUERY, "Unknown"},
    };

    seed(1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s", rows[i].query);
        check(events_query(NULL, "getVerifications", rows[i].query), 400, rows[i].type,
              rows[i].detail);
    }
}

/* Around the query */

static void
asks_for_permission_first(void)
{
    const char *other = fx_key_with("api.*.read_api"),
               *namespace = fx_key_with("ratelimit.*.read_namespace"),
               *urn = fx_key_with("keyspaces/*#read_analytics");

    for (int off = 0; off < 2; off++) {
        fx_conf.analytics = !off;
        check(events_query(other, "getVerifications", "nonsense"), 403, "insufficient_permissions",
              "api.*.read_analytics");
        check(events_query(urn, "getVerifications", "nonsense"), 403, "insufficient_permissions",
              "api.*.read_analytics");
        check(events_query(namespace, "getRatelimits", "nonsense"), 403, "insufficient_permissions",
              "ratelimit.*.read_analytics");
        check(events_query(fx_key_with("api.*.read_analytics"), "getRatelimits", "nonsense"), 403,
              "insufficient_permissions", "ratelimit.*.read_analytics");
    }
    check(events_query(NULL, "getVerifications", "nonsense"), 412, "analytics_not_configured", "");
    check(events_query(NULL, "getRatelimits", "nonsense"), 412, "analytics_not_configured", "");
}

static void
needs_a_connection(void)
{
    fx_reader("[latchkey]\nsocket = /nonexistent\n");
    check(events_query(NULL, "getVerifications", "nonsense"), 503, "analytics_connection_failed",
          "Failed to connect");
    fx_conf.analytics = false;
    check(events_query(NULL, "getVerifications", "nonsense"), 412, "analytics_not_configured", "");
}

static void
survives_lost_connections(void)
{
    static const char query[] = "SELECT COUNT(*) AS n " V;

    seed(3);
    CHECK_STR(events_data(query), "[{\"n\":3}]");
    fx_fail_reader_after(1, 2006); /* before the query: once more */
    CHECK_STR(events_data(query), "[{\"n\":3}]");
    fx_fail_reader_after(2, 2013); /* with the query */
    check(events_query(NULL, "getVerifications", query), 503, "analytics_connection_failed", "");
    CHECK_STR(events_data(query), "[{\"n\":3}]");
}

static void
cannot_write(void)
{
    struct ctx *c = fx_ctx();

    CHECK_STR(events_data("SELECT 1 AS one " V), "[]");
    c->db = c->reader;
    CHECK(db_run(c, "UPDATE lk_workspace SET name = 'x'", NULL) != ST_OK);
}

/* Limits */

static void
limit_workspace(const char *settings)
{
    fx_sql("REPLACE INTO lk_analytics_limit SET workspace_id = '%s', window_s = 3600, "
           "window_execution_s = 1800, query_execution_s = 30, query_memory_bytes = 1000000000, "
           "result_rows = 10000000",
           fx_workspace);
    fx_sql("UPDATE lk_analytics_limit SET %s", settings);
}

static void
counts_queries(void)
{
    static const char query[] = "SELECT COUNT(*) AS n " V;
    const char *other = fx_new_workspace();

    seed(1);
    fx_sql("UPDATE lk_workspace SET analytics_query_quota = 2 WHERE id = '%s'", fx_workspace);
    for (int i = 0; i < 3; i++)
        check(events_query(NULL, "getVerifications", "SELECT x " V), 400, QUERY, "Unknown");
    CHECK_STR(events_data(query), "[{\"n\":1}]");
    CHECK_INT(events_query(NULL, "getRatelimits", "SELECT 1 FROM ratelimits_v1").status, 200);
    check(events_query(NULL, "getVerifications", query), 429, "query_quota_exceeded", "quota");
    check(events_query(NULL, "getRatelimits", "SELECT 1 FROM ratelimits_v1"), 429,
          "query_quota_exceeded", "quota");
    CHECK_INT(
        events_query(fx_root_key(other, "api.*.read_analytics"), "getVerifications", query).status,
        200);
    /* windows begin with whole hours */
    fx_clock(NOW + HOUR_MS / 2);
    CHECK_STR(events_data(query), "[{\"n\":1}]");
    fx_sql("UPDATE lk_workspace SET analytics_query_quota = 0 WHERE id = '%s'", fx_workspace);
    check(events_query(NULL, "getVerifications", query), 429, "query_quota_exceeded", "quota");
}

static int
query_as_worker(int i)
{
    (void)i;
    fx_quiet();
    return events_query(NULL, "getVerifications", "SELECT 1 " V).status == 200;
}

static void
counts_across_workers(void)
{
    fx_sql("UPDATE lk_workspace SET analytics_query_quota = 5 WHERE id = '%s'", fx_workspace);
    CHECK_INT(fx_sum(12, query_as_worker), 5);
}

static void
stops_long_queries(void)
{
    seed(40);
    limit_workspace("query_execution_s = 1, window_execution_s = 1");
    check(events_query(NULL, "getVerifications",
                       "SELECT count(*) FROM key_verifications_v1 a, key_verifications_v1 b, "
                       "key_verifications_v1 c, key_verifications_v1 d, key_verifications_v1 e, "
                       "key_verifications_v1 f"),
          422, "query_execution_timeout", "execution time");
    /* which has used up the window */
    check(events_query(NULL, "getVerifications", "SELECT 1 " V), 429, "query_quota_exceeded", "");
    limit_workspace("window_execution_s = 1800");
    CHECK_STR(events_data("SELECT count() AS n " V), "[{\"n\":40}]");
}

static void
stops_large_results(void)
{
    struct sb b;

    seed(0);
    for (int i = 0; i < 80; i++)
        events_add_verification(
            &(struct events_verification){.time = NOW - i, .external_id = fx_fmt("%01000d", i)});
    sb_init(&b, fx_ctx()->mem, 8192);
    sb_puts(&b, "SELECT time");
    for (int i = 0; i < 60; i++)
        sb_addf(&b, ", external_id AS e%d", i);
    check(events_query(NULL, "getVerifications", fx_fmt("%s " V, sb_str(&b).p)), 422,
          "query_memory_limit_exceeded", "maximum response size");
    CHECK_INT(
        events_query(NULL, "getVerifications", fx_fmt("%s " V " LIMIT 60", sb_str(&b).p)).status,
        200);
    /* one value that is too large; then one of which the server makes even more on its way */
    check(events_query(NULL, "getVerifications",
                       "SELECT groupArray(a.external_id) AS x FROM key_verifications_v1 a, "
                       "key_verifications_v1 b WHERE b.time > 0 + toInt64(a.time) - 10000"),
          422, "query_memory_limit_exceeded", "");
    check(events_query(NULL, "getVerifications",
                       "SELECT length(groupArray(a.external_id)) AS x FROM key_verifications_v1 a, "
                       "key_verifications_v1 b, key_verifications_v1 c WHERE c.time > a.time - 10"),
          422, "query_memory_limit_exceeded", "");
}

static void
limits_memory(void)
{
    seed(100);
    limit_workspace("query_memory_bytes = 1048576");
    check(events_query(NULL, "getVerifications",
                       "SELECT groupArray(concat(a.external_id, b.request_id, c.request_id)) AS x "
                       "FROM key_verifications_v1 a, key_verifications_v1 b, "
                       "key_verifications_v1 c"),
          422, "query_memory_limit_exceeded", "");
    CHECK_STR(events_data("SELECT count() AS n " V), "[{\"n\":100}]");
}

static void
limits_rows(void)
{
    static const struct {
        const char *query;
        size_t rows;
    } rows[] = {
        {"SELECT time " V, 3},
        {"SELECT time " V " LIMIT 2", 2},
        {"SELECT time " V " LIMIT 100", 3},
        {"SELECT time " V " LIMIT ALL", 3},
        {"SELECT time " V " LIMIT -1", 3},
        {"SELECT time " V " LIMIT 0", 0},
        {"SELECT time " V " LIMIT 100 OFFSET 4", 1},
        {"SELECT count() AS n FROM (SELECT time " V ")", 1},
        {"SELECT time " V " UNION ALL SELECT time " V " LIMIT 1", 4},
    };

    seed(5);
    limit_workspace("result_rows = 3");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) - 1; i++) {
        test_row("%s", rows[i].query);
        CHECK_INT(at_len(events_query(NULL, "getVerifications", rows[i].query), "data"),
                  rows[i].rows);
    }
    CHECK_STR(events_data("SELECT count() AS n FROM (SELECT time " V ")"), "[{\"n\":3}]");
    check(events_query(NULL, "getVerifications",
                       "SELECT toStartOfHour(time) AS h " V " GROUP BY h ORDER BY h WITH FILL "
                       "FROM toStartOfHour(now() - INTERVAL 9 HOUR) STEP INTERVAL 1 HOUR"),
          422, "query_rows_limit_exceeded", "maximum row count");
    check(events_query(NULL, "getVerifications", "SELECT time " V " UNION ALL SELECT time " V), 422,
          "query_rows_limit_exceeded", "maximum row count");
}

/* Retention */

static void
keeps_to_retention(void)
{
    static const struct {
        int days, asked, status;
    } rows[] = {{30, 7, 200}, {30, 30, 200}, {30, 60, 400}, {90, 60, 200}, {90, 120, 400}};

    fx_clock(NOW);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *query = fx_fmt(
            "SELECT COUNT(*) AS n " V " WHERE time >= now() - INTERVAL %d DAY", rows[i].asked);
        struct answer a;

        test_row("%d of %d days", rows[i].asked, rows[i].days);
        fx_sql("UPDATE lk_workspace SET analytics_retention_days = %d", rows[i].days);
        a = events_query(NULL, "getVerifications", query);
        CHECK_INT(a.status, rows[i].status);
        if (rows[i].status == 400)
            check(a, 400, RETENTION, fx_fmt("%d days", rows[i].days));
    }
}

static void
hides_what_is_older(void)
{
    static const int64_t since = INT64_C(1792972800000); /* 2026-10-26 */
    static const char *const tables[] = {"v1", "per_minute_v1", "per_hour_v1", "per_day_v1"};

    fx_clock(NOW);
    events_add_verification(&(struct events_verification){.time = since - 1});
    events_add_verification(&(struct events_verification){.time = since});
    events_add_verification(&(struct events_verification){.time = NOW});
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        test_row("%s", tables[i]);
        CHECK_STR(events_data(fx_fmt("SELECT COUNT(*) AS n FROM key_verifications_%s", tables[i])),
                  "[{\"n\":2}]");
    }
    /* a month is seen when its first day is */
    CHECK_STR(events_data("SELECT time, count FROM key_verifications_per_month_v1"),
              "[{\"count\":1,\"time\":\"2026-11-01T00:00:00Z\"}]");
    CHECK_STR(events_data("SELECT COUNT(*) AS n " V " WHERE time < 1700000000000"), "[{\"n\":0}]");
}

static void
follows_accept(void)
{
    struct request r = {.script_name = "/v2/analytics.getVerifications",
                        .authorization = fx_fmt("Bearer %s", fx_root),
                        .content_type = "application/json",
                        .body = "{\"query\":\"\",\"more\":1}"};

    CHECK_STR(fx_request(&r).content_type, "application/json");
    r.accept = "application/problem+json";
    CHECK_STR(fx_request(&r).content_type, "application/problem+json");
    r.accept = "*/*";
    CHECK_STR(fx_request(&r).content_type, "application/problem+json");
}

CU_TestInfo suite_api_analytics_errors[] = {
    {"refuses queries", refuses_queries},
    {"refuses large queries", refuses_large_queries},
    {"the first fault wins", first_fault_wins},
    {"asks for permission first", asks_for_permission_first},
    {"needs a connection", needs_a_connection},
    {"survives lost connections", survives_lost_connections},
    {"cannot write", cannot_write},
    {"counts queries", counts_queries},
    {"counts across workers", counts_across_workers},
    {"stops long queries", stops_long_queries},
    {"stops large results", stops_large_results},
    {"limits memory", limits_memory},
    {"limits rows", limits_rows},
    {"keeps to retention", keeps_to_retention},
    {"hides what is older", hides_what_is_older},
    {"follows Accept", follows_accept},
    CU_TEST_INFO_NULL,
};
