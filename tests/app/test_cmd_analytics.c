/* latchkey analytics query, and the limits that latchkey workspace update sets */
#include "support/events.h"

#include <string.h>
#include <time.h>

static void
runs_queries(void)
{
    static const char query[] =
        "SELECT outcome, COUNT(*) AS n FROM key_verifications_v1 GROUP BY outcome ORDER BY n";
    int64_t now = (int64_t)time(NULL) * 1000;
    const char *out;

    for (int i = 0; i < 3; i++)
        events_add_verification(
            &(struct events_verification){.time = now - 1000, .outcome = i ? "VALID" : "DISABLED"});
    events_add_decision(&(struct events_decision){.time = now - 1000, .passed = true});
    /* an operator is not counted */
    fx_sql("UPDATE lk_workspace SET analytics_query_quota = 0");
    out = OPERATOR(0, "analytics", "query", "--workspace", fx_workspace, query);
    CHECK_STR(out, "outcome   n\nDISABLED  1\nVALID     2\n");
    out = OPERATOR(0, "analytics", "query", "--workspace", fx_workspace, "--query", query, "--csv");
    CHECK_STR(out, "outcome,n\r\nDISABLED,1\r\nVALID,2\r\n");
    out = OPERATOR(0, "analytics", "query", "--workspace", fx_workspace, query, "--output", "json");
    CHECK_STR(out, "[{\"outcome\":\"DISABLED\",\"n\":1},{\"outcome\":\"VALID\",\"n\":2}]\n");
    out = OPERATOR(0, "analytics", "query", "--workspace", fx_workspace, "--ratelimits",
                   "SELECT passed FROM ratelimits_v1");
    CHECK_STR(out, "passed\nyes\n");
    out = OPERATOR(1, "analytics", "query", "--workspace", fx_workspace, "SELECT 1 FROM x");
    CHECK_STR(out, "latchkey: Access to table 'x' is not allowed.\n");
    out = OPERATOR(1, "analytics", "query", "--workspace", "ws_none", query);
    CHECK(strstr(out, "ws_none") != NULL);
    out = OPERATOR(2, "analytics", "query", "--workspace", fx_workspace);
    CHECK(strstr(out, "--query is required") != NULL);
    out = OPERATOR(2, "analytics", "query", "--workspace", fx_workspace, query, "more");
    CHECK(strstr(out, "given twice") != NULL);
}

static void
sets_limits(void)
{
    const char *out = OPERATOR(0, "workspace", "get", "--workspace", fx_workspace);

    CHECK(strstr(out, "analyticsQueryExecutionSeconds   30\n") != NULL);
    out = OPERATOR(0, "workspace", "update", "--workspace", fx_workspace,
                   "--analytics-query-execution-seconds", "7", "--analytics-query-result-rows",
                   "100", "--analytics-window-seconds=60");
    CHECK(strstr(out, "analyticsQueryExecutionSeconds   7\n") != NULL);
    CHECK(strstr(out, "analyticsQueryResultRows         100\n") != NULL);
    OPERATOR(0, "workspace", "update", "--workspace", fx_workspace,
             "--analytics-window-execution-seconds", "9", "--analytics-query-memory-bytes",
             "2000000");
    out = OPERATOR(0, "workspace", "list", "--output", "json");
    CHECK(strstr(out, "\"analyticsWindowSeconds\":60,\"analyticsWindowExecutionSeconds\":9,"
                      "\"analyticsQueryExecutionSeconds\":7,\"analyticsQueryMemoryBytes\":2000000,"
                      "\"analyticsQueryResultRows\":100") != NULL);
    OPERATOR(2, "workspace", "update", "--workspace", fx_workspace,
             "--analytics-query-execution-seconds", "31");
}

CU_TestInfo suite_app_cmd_analytics[] = {
    {"runs queries", runs_queries},
    {"sets limits", sets_limits},
    CU_TEST_INFO_NULL,
};
