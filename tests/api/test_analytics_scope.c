/* Who sees what of analytics (contract analytics.md sections 1.5, 4 and 7). */
#include "support/events.h"

#include <string.h>

#define NOW INT64_C(1795610096789) /* 2026-11-25T12:34:56.789Z */

static void
verifications(const char *workspace, const char *key_space_id, int n)
{
    for (int i = 0; i < n; i++)
        events_add_verification(&(struct events_verification){
            .workspace = workspace, .time = NOW - i * 1000, .key_space_id = key_space_id});
}

static void
decisions(const char *workspace, const char *namespace_id, int n)
{
    for (int i = 0; i < n; i++)
        events_add_decision(&(struct events_decision){.workspace = workspace,
                                                      .time = NOW - i * 1000,
                                                      .namespace_id = namespace_id,
                                                      .passed = i % 2 == 0,
                                                      .tokens = 1});
}

static void
api(const char *workspace, const char *id, const char *keyspace, const char *deleted_at)
{
    fx_sql("INSERT INTO lk_api (id, workspace_id, keyspace_id, name, created_at, deleted_at) "
           "VALUES ('%s', '%s', '%s', 'x', 1, %s)",
           id, workspace, keyspace, deleted_at);
}

static const char *
data(const char *root, const char *operation, const char *query)
{
    struct answer a = events_query(root, operation, query);

    return a.status == 200 ? json_object_to_json_string_ext(at(a, "data"), JSON_C_TO_STRING_PLAIN)
                           : a.text;
}

static void
keys_see_the_apis_they_may(void)
{
    static const struct {
        const char *permissions, *query, *want;
    } rows[] = {
        {"api.*.read_analytics", "SELECT COUNT(*) AS n FROM key_verifications_v1", "[{\"n\":15}]"},
        {"api.api_1.read_analytics", "SELECT COUNT(*) AS n FROM key_verifications_v1",
         "[{\"n\":3}]"},
        {"api.api_1.read_analytics", "SELECT SUM(count) AS n FROM key_verifications_per_day_v1",
         "[{\"n\":3}]"},
        {"api.api_1.read_analytics",
         "SELECT key_space_id, COUNT(*) AS n FROM key_verifications_v1 GROUP BY key_space_id",
         "[{\"key_space_id\":\"ks_1\",\"n\":3}]"},
        {"api.api_1.read_analytics",
         "SELECT key_id FROM key_verifications_v1 WHERE key_space_id = 'ks_2'", "[]"},
        {"api.api_1.read_analytics",
         "SELECT key_id FROM key_verifications_v1 WHERE key_space_id = 'ks_none'", "[]"},
        {"api.api_1.read_analytics",
         "SELECT COUNT(*) AS n FROM key_verifications_v1 WHERE key_space_id = 'ks_1' OR 1 = 1",
         "[{\"n\":3}]"},
        {"api.api_1.read_analytics",
         "SELECT COUNT(*) AS n FROM key_verifications_v1 WHERE NOT key_space_id = 'ks_1'",
         "[{\"n\":0}]"},
        {"api.api_1.read_analytics\napi.api_2.read_analytics",
         "SELECT COUNT(*) AS n FROM key_verifications_v1", "[{\"n\":8}]"},
        /* deleted, foreign, unknown, in vain */
        {"api.api_gone.read_analytics", "SELECT key_id FROM key_verifications_v1", "[]"},
        {"api.api_other.read_analytics", "SELECT key_id FROM key_verifications_v1", "[]"},
        {"api.api_none.read_analytics", "SELECT key_id FROM key_verifications_v1", "[]"},
        {"api.api_none.read_analytics", "SELECT COUNT(*) AS n FROM key_verifications_v1",
         "[{\"n\":0}]"},
        {"api.API_1.read_analytics", "SELECT key_id FROM key_verifications_v1", "[]"},
        {"api.api_1 .read_analytics", "SELECT key_id FROM key_verifications_v1", "[]"},
    };
    const char *other = fx_new_workspace();

    fx_clock(NOW);
    api(fx_workspace, "api_1", "ks_1", "NULL");
    api(fx_workspace, "api_2", "ks_2", "NULL");
    api(fx_workspace, "api_gone", "ks_gone", "1");
    api(other, "api_other", "ks_other", "NULL");
    verifications(fx_workspace, "ks_1", 3);
    verifications(fx_workspace, "ks_2", 5);
    verifications(fx_workspace, "ks_gone", 7);
    verifications(other, "ks_other", 10);
    verifications(other, "ks_1", 1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s: %s", rows[i].permissions, rows[i].query);
        CHECK_STR(
            data(fx_root_key(fx_workspace, rows[i].permissions), "getVerifications", rows[i].query),
            rows[i].want);
    }
    CHECK_STR(data(fx_root_key(other, "api.*.read_analytics"), "getVerifications",
                   "SELECT COUNT(*) AS n FROM key_verifications_v1"),
              "[{\"n\":11}]");
}

static void
keys_see_the_namespaces_they_may(void)
{
    static const struct {
        const char *permissions, *query, *want;
    } rows[] = {
        {"ratelimit.*.read_analytics", "SELECT COUNT(*) AS n FROM ratelimits_v1", "[{\"n\":15}]"},
        {"ratelimit.*.read_analytics",
         "SELECT COUNT(*) AS n FROM (SELECT time FROM ratelimits_v1 WHERE namespace_id = 'rlns_1' "
         "UNION ALL SELECT time FROM ratelimits_v1)",
         "[{\"n\":18}]"},
        {"ratelimit.*.read_analytics",
         "SELECT identifier FROM ratelimits_v1 WHERE namespace_id = 'rlns_other'", "[]"},
        {"ratelimit.rlns_1.read_analytics", "SELECT COUNT(*) AS n FROM ratelimits_v1",
         "[{\"n\":3}]"},
        {"ratelimit.rlns_1.read_analytics",
         "SELECT identifier FROM ratelimits_v1 WHERE namespace_id = 'rlns_2'", "[]"},
        {"ratelimit.rlns_1.read_analytics",
         "SELECT identifier FROM ratelimits_v1 WHERE namespace_id != 'rlns_1'", "[]"},
        {"ratelimit.rlns_1.read_analytics",
         "SELECT COUNT(*) AS n FROM ratelimits_v1 WHERE namespace_id = 'rlns_1' OR 1 = 1",
         "[{\"n\":3}]"},
        {"ratelimit.rlns_1.read_analytics",
         "SELECT COUNT(*) AS n FROM ratelimits_v1 AS `r-l` WHERE `r-l`.namespace_id = 'rlns_1'",
         "[{\"n\":3}]"},
        {"ratelimit.rlns_1.read_analytics",
         "WITH 'rlns_2' AS namespace_id SELECT COUNT(*) AS n FROM ratelimits_v1", "[{\"n\":3}]"},
        {"ratelimit.rlns_1.read_analytics\nratelimit.rlns_2.read_analytics",
         "SELECT COUNT(*) AS n FROM ratelimits_v1 r WHERE r.namespace_id IN ('rlns_1', 'rlns_2')",
         "[{\"n\":8}]"},
        /* deleted ones stay visible, unknown and foreign ones are just empty */
        {"ratelimit.rlns_gone.read_analytics", "SELECT SUM(total) AS n FROM ratelimits_per_day_v1",
         "[{\"n\":7}]"},
        {"ratelimit.rlns_other.read_analytics", "SELECT identifier FROM ratelimits_v1", "[]"},
        {"ratelimit.rlns_none.read_analytics", "SELECT COUNT(*) AS n FROM ratelimits_v1",
         "[{\"n\":0}]"},
        {"ratelimit.rlns_1.read_analytics",
         "SELECT COUNT(*) AS n FROM ratelimits_v1 WHERE namespace_id IN ('1', '2', '3', '4', '5', "
         "'6', '7', '8', '9', '10', 'rlns_1')",
         "[{\"n\":3}]"},
    };
    const char *other = fx_new_workspace();

    fx_clock(NOW);
    fx_sql("INSERT INTO lk_namespace (id, workspace_id, name, created_at, deleted_at) VALUES "
           "('rlns_gone', '%s', 'x', 1, 2)",
           fx_workspace);
    decisions(fx_workspace, "rlns_1", 3);
    decisions(fx_workspace, "rlns_2", 5);
    decisions(fx_workspace, "rlns_gone", 7);
    decisions(other, "rlns_other", 10);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s: %s", rows[i].permissions, rows[i].query);
        CHECK_STR(
            data(fx_root_key(fx_workspace, rows[i].permissions), "getRatelimits", rows[i].query),
            rows[i].want);
    }
}

static void
refuses_the_other_family(void)
{
    fx_check_error(events_query(NULL, "getRatelimits", "SELECT 1 FROM key_verifications_v1"), 400,
                   "/invalid_analytics_table");
    fx_check_error(events_query(NULL, "getRatelimits", "SELECT * FROM default.ratelimits_raw_v2"),
                   400, "/invalid_analytics_table");
    fx_check_error(
        events_query(NULL, "getRatelimits", "SELECT 1 FROM ratelimits_v1, key_verifications_v1"),
        400, "/invalid_analytics_table");
}

/* Events as the API records them are what queries see. */
static void
sees_recorded_events(void)
{
    struct answer api = fx_ok("apis.createApi", "{\"name\":\"test\"}");
    struct answer key = fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"externalId\":\"user_9\"}",
                              at_str(api, "data.apiId"));
    struct answer verified, limited;

    verified = fx_ok("keys.verifyKey", "{\"key\":\"%s\",\"tags\":[\"path=/a\",\"x\\\"y\"]}",
                     at_str(key, "data.key"));
    limited = fx_ok("ratelimit.limit",
                    "{\"namespace\":\"n\",\"identifier\":\"me\",\"limit\":5,\"duration\":60000,"
                    "\"cost\":2}");
    fx_flush();
    CHECK_STR(data(NULL, "getVerifications",
                   "SELECT request_id, key_id, external_id, outcome, tags, source, app_id "
                   "FROM key_verifications_v1 WHERE app_id = ''"),
              fx_fmt("[{\"app_id\":\"\",\"external_id\":\"user_9\",\"key_id\":\"%s\","
                     "\"outcome\":\"VALID\",\"request_id\":\"%s\",\"source\":\"api\","
                     "\"tags\":[\"path=\\/a\",\"x\\\"y\"]}]",
                     at_str(key, "data.keyId"), at_str(verified, "meta.requestId")));
    CHECK_STR(data(fx_key_with(fx_fmt("api.%s.read_analytics", at_str(api, "data.apiId"))),
                   "getVerifications", "SELECT SUM(count) AS n FROM key_verifications_per_hour_v1"),
              "[{\"n\":1}]");
    CHECK_STR(data(NULL, "getRatelimits",
                   "SELECT request_id, identifier, passed, tokens, limit, remaining "
                   "FROM ratelimits_v1"),
              fx_fmt("[{\"identifier\":\"me\",\"limit\":5,\"passed\":true,\"remaining\":3,"
                     "\"request_id\":\"%s\",\"tokens\":2}]",
                     at_str(limited, "meta.requestId")));
}

CU_TestInfo suite_api_analytics_scope[] = {
    {"keys see the APIs they may", keys_see_the_apis_they_may},
    {"keys see the namespaces they may", keys_see_the_namespaces_they_may},
    {"refuses the other family", refuses_the_other_family},
    {"sees recorded events", sees_recorded_events},
    CU_TEST_INFO_NULL,
};
