/* analytics/relation: rollup tables say the same before, between and after their records are rolled
 * up. */
#include "support/analytics.h"
#include "support/records.h"

#include <string.h>

#define KEYS "key_space_id, key_id, identity_id, external_id, outcome, source, app_id, tags"

static const struct {
    enum relation_family family;
    const char *query;
} queries[] = {
#define ALL_OF(family, table, keys)                                                                \
    {family, "SELECT * FROM " table "_per_minute_v1 ORDER BY time, " keys},                        \
        {family, "SELECT * FROM " table "_per_hour_v1 ORDER BY time, " keys},                      \
        {family, "SELECT * FROM " table "_per_day_v1 ORDER BY time, " keys},                       \
    {                                                                                              \
        family, "SELECT * FROM " table "_per_month_v1 ORDER BY time, " keys                        \
    }
    ALL_OF(FAMILY_VERIFICATIONS, "key_verifications", KEYS),
    ALL_OF(FAMILY_RATELIMITS, "ratelimits", "namespace_id, identifier"),
    {FAMILY_VERIFICATIONS, "SELECT count() AS n FROM key_verifications_per_minute_v1"},
    {FAMILY_VERIFICATIONS, "SELECT outcome, sum(count) AS n, avgMerge(latency_avg) AS a FROM "
                           "key_verifications_per_hour_v1 WHERE key_id IN ('key_1', 'key_3') "
                           "GROUP BY outcome ORDER BY outcome"},
    {FAMILY_VERIFICATIONS, "SELECT max(latency_p99) AS p FROM key_verifications_per_day_v1"},
    {FAMILY_VERIFICATIONS, "SELECT arrayJoin(tags) AS tag, sum(spent_credits) AS n FROM "
                           "key_verifications_per_month_v1 GROUP BY tag ORDER BY tag"},
    {FAMILY_VERIFICATIONS, "SELECT quantilesTDigestMerge(0.5)(latency_p75)[1] AS p, sum(count) AS "
                           "n FROM key_verifications_per_hour_v1"},
    {FAMILY_VERIFICATIONS, "SELECT time, sum(count) AS n FROM key_verifications_per_minute_v1 "
                           "WHERE time >= toDateTime('2026-11-24 10:30:00') AND time < "
                           "toDateTime('2026-11-24 10:31:00') GROUP BY time"},
    {FAMILY_VERIFICATIONS, "SELECT time, sum(count) AS n FROM key_verifications_per_month_v1 WHERE "
                           "time > '2026-10-10' GROUP BY time ORDER BY time"},
    {FAMILY_RATELIMITS, "SELECT identifier, sum(passed) AS p, sum(total_tokens) AS t FROM "
                        "ratelimits_per_day_v1 GROUP BY identifier ORDER BY identifier"},
};
enum { QUERIES = sizeof(queries) / sizeof(queries[0]) };

static void
answers(const char **out)
{
    for (size_t i = 0; i < QUERIES; i++)
        out[i] = analytics_answer(queries[i].family, queries[i].query);
}

static void
compare(const char *const *want, const char *when)
{
    const char *got[QUERIES];

    answers(got);
    for (size_t i = 0; i < QUERIES; i++) {
        test_row("%s: %.200s", when, queries[i].query);
        CHECK(*want[i] == '[' && strlen(want[i]) > 5);
        CHECK_STR(got[i], want[i]);
    }
}

static enum status
slice_tx(struct ctx *c, void *arg)
{
    return rollup_store_slice(c, arg);
}

static void
roll_up_some(int64_t limit)
{
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        struct rollup_slice s = {
            .kind = (enum event_kind)kind, .workspace_id = str_of(fx_workspace), .limit = limit};

        CHECK_INT(db_tx(fx_ctx(), slice_tx, &s), ST_OK);
        CHECK_INT(s.n, limit);
    }
}

static void
same_at_any_time(void)
{
    const char *before[QUERIES];

    analytics_seed();
    record_many(ANALYTICS_NOW - 3600000, 60, 1);
    record_many(ANALYTICS_NOW - 50 * INT64_C(86400000), 60, 2);
    answers(before);
    roll_up_some(40);
    compare(before, "between");
    roll_up_some(50);
    compare(before, "later");
    record_maintain(ANALYTICS_NOW, MAINTAIN_ROLLUP);
    compare(before, "after");
}

/* And follow at once when a late record comes in. */
static void
late(void)
{
    static const char query[] = "SELECT sum(count) AS n FROM key_verifications_per_day_v1";
    struct verification_event v = record_verification(ANALYTICS_NOW - 86400000);

    record_many(ANALYTICS_NOW, 5, 1);
    record_maintain(ANALYTICS_NOW, MAINTAIN_ROLLUP);
    CHECK_STR(analytics_answer(FAMILY_VERIFICATIONS, query), "[{\"n\":5}]");
    record_put_verification(&v);
    CHECK_STR(analytics_answer(FAMILY_VERIFICATIONS, query), "[{\"n\":6}]");
}

/* Rollups outlive what they count. */
static void
pruned(void)
{
    fx_sql("UPDATE lk_workspace SET analytics_retention_days = 1");
    record_many(ANALYTICS_NOW - 5 * INT64_C(86400000), 50, 1);
    record_maintain(ANALYTICS_NOW, MAINTAIN_ROLLUP | MAINTAIN_PRUNE);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification"), 0);
    CHECK_STR(analytics_answer(FAMILY_VERIFICATIONS,
                               "SELECT sum(count) AS n FROM key_verifications_per_day_v1"),
              "[{\"n\":50}]");
}

/* What the quantiles of a group say, for latencies 1 to n: as close as domain/latency.h says. */
static void
quantiles(void)
{
    static const struct {
        int n;
        const char *p75, *p99;
    } rows[] = {
        {1, "1", "1"}, {2, "2", "2"}, {4, "3", "4"}, {40, "26.5", "40"}, {400, "298", "446"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("1 to %d", rows[i].n);
        fx_sql("DELETE FROM lk_verification");
        fx_sql("DELETE FROM lk_verification_queue");
        fx_sql("INSERT INTO lk_verification (workspace_id, time, request_id, api_id, keyspace_id, "
               "key_id, identity_id, external_id, outcome, region, source, app_id, tags, "
               "spent_credits, latency_ms) SELECT '%s', %lld, seq, '', '', '', '', '', '', '', '', "
               "'', '[]', 0, seq FROM " FX_SEQ " WHERE seq <= %d",
               fx_workspace, (long long)ANALYTICS_NOW, rows[i].n);
        record_queue_all();
        CHECK_STR(analytics_answer(FAMILY_VERIFICATIONS, "SELECT latency_p75, latency_p99 FROM "
                                                         "key_verifications_per_day_v1"),
                  fx_fmt("[{\"latency_p75\":%s,\"latency_p99\":%s}]", rows[i].p75, rows[i].p99));
    }
}

CU_TestInfo suite_analytics_relation[] = {
    {"same at any time", same_at_any_time},
    {"late", late},
    {"pruned", pruned},
    {"quantiles", quantiles},
    CU_TEST_INFO_NULL,
};
