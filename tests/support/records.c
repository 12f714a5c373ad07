/* Analytics records. The counts that rollups are compared with are made in another way: by date
 * functions, without hashes. */
#include "support/records.h"

#include "base/id.h"
#include "domain/latency.h"
#include "service/recorder.h"

static const char *const grains[] = {"minute", "hour", "day", "month"};
static const char *const bucket_of_record[] = {ROLLUP_MINUTE, ROLLUP_HOUR, ROLLUP_DAY,
                                               ROLLUP_MONTH};
/* As DATE_FORMAT prints the start of a bucket. */
static const char *const bucket_format[] = {"%Y-%m-%d %H:%i:00", "%Y-%m-%d %H:00:00",
                                            "%Y-%m-%d 00:00:00", "%Y-%m-01 00:00:00"};
static const char *const raw[] = {"lk_verification", "lk_ratelimit_decision"};
static const char *const queue[] = {"lk_verification_queue", "lk_ratelimit_queue"};
static const char *const rollup[] = {"lk_verification", "lk_ratelimit"};
static const char *const counted[] = {"count", "total"};

struct verification_event
record_verification(int64_t time)
{
    return (struct verification_event){
        .workspace_id = str_of(fx_workspace),
        .time = time,
        .request_id = id_new(fx_ctx()->mem, "req"),
        .api_id = S("api_1"),
        .keyspace_id = S("ks_1"),
        .key_id = S("key_1"),
        .identity_id = S(""),
        .external_id = S(""),
        .outcome = S("VALID"),
        .region = S(""),
        .source = S("api"),
        .app_id = S(""),
        .tags = S("[]"),
    };
}

struct decision_event
record_decision(int64_t time)
{
    return (struct decision_event){
        .workspace_id = str_of(fx_workspace),
        .time = time,
        .request_id = id_new(fx_ctx()->mem, "req"),
        .namespace_id = S("rlns_1"),
        .identifier = S("user"),
        .override_id = S(""),
        .limit = 10,
        .resets_at = time + 1000,
        .tokens = 1,
        .passed = true,
    };
}

static void
flush(struct recorder *r)
{
    struct ctx *c = fx_ctx();

    while (recorder_waiting(r) && recorder_flush(r, c) == ST_OK)
        ;
    CHECK_INT(recorder_waiting(r), 0);
    recorder_free(r);
}

void
record_put_verification(const struct verification_event *v)
{
    struct recorder *r = recorder_new();

    recorder_verification(r, v, false);
    flush(r);
}

void
record_put_decision(const struct decision_event *d)
{
    struct recorder *r = recorder_new();

    recorder_decision(r, d);
    flush(r);
}

void
record_many(int64_t time, int n, unsigned seed)
{
    static const char *const outcomes[] = {"VALID", "RATE_LIMITED", "EXPIRED"};
    static const char *const tags[] = {"[]", "[\"a\",\"b\"]", "[\"b\",\"a\"]"};
    struct recorder *r = recorder_new();

    for (int i = 0; i < n; i++) {
        unsigned u = seed * 7919 + (unsigned)i * 104729;
        struct verification_event v = record_verification(time + i * 7);
        struct decision_event d = record_decision(time + i * 7);

        v.key_id = str_of(fx_fmt("key_%u", u % 5));
        v.outcome = str_of(outcomes[u / 5 % 3]);
        v.tags = str_of(tags[u / 15 % 3]);
        v.spent_credits = u % 4;
        v.latency_ms = d.latency_ms = u % 7 ? u % 7 : u % 9000;
        d.identifier = str_of(fx_fmt("user %u", u % 6));
        d.passed = u % 3;
        d.tokens = u % 10;
        recorder_verification(r, &v, false);
        recorder_decision(r, &d);
    }
    flush(r);
}

void
record_queue_all(void)
{
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        const char *key = kind == EVENT_VERIFICATION ? "workspace_id, time, request_id"
                                                     : "workspace_id, time, request_id, position";

        fx_sql("INSERT IGNORE INTO %s (%s) SELECT %s FROM %s", queue[kind], key, key, raw[kind]);
    }
}

struct maintain_counts
record_maintain(int64_t now, unsigned parts)
{
    struct ctx *c = fx_ctx();
    struct maintain_counts n = {0};

    c->now_ms = now;
    CHECK_INT(maintain_svc_run(c, parts, &n), ST_OK);
    return n;
}

/* Comparing */

#define GE_COLUMN(bound, step) ", ge_" #bound
#define GE_SUM(bound, step) ", COALESCE(SUM(ge_" #bound "), 0)"
#define GE_OF_ROW(bound, step) ", v.latency_ms >= " #bound
#define GE_OF_ROWS(bound, step) ", SUM(latency_ms >= " #bound ")"
#define GROUPS                                                                                     \
    "keyspace_id, key_id, identity_id, external_id, outcome, source, app_id, tags",                \
        "namespace_id, "                                                                           \
        "identifier"

static const char *const groups[] = {GROUPS};

static const char *
lines(const char *query)
{
    fx_sql("SET SESSION group_concat_max_len = 10000000");
    return fx_sql_str("SELECT COALESCE(GROUP_CONCAT(line ORDER BY line SEPARATOR '\n'), '') FROM "
                      "(%s) all_lines",
                      query);
}

const char *
record_rolled_up(enum event_kind kind, enum rollup_grain grain)
{
    static const char *const columns[] = {
        "keyspace_id, key_id, identity_id, external_id, outcome, source, app_id, tags, count, "
        "spent_credits, latency_sum" LATENCY_BOUNDS(GE_COLUMN),
        "namespace_id, identifier, passed, total, total_tokens, passed_tokens, "
        "latency_sum" LATENCY_BOUNDS(GE_COLUMN)};
    static const char *const of_record[] = {
        "v.keyspace_id, v.key_id, v.identity_id, v.external_id, v.outcome, v.source, v.app_id, "
        "v.tags, 1, v.spent_credits, v.latency_ms" LATENCY_BOUNDS(GE_OF_ROW),
        "v.namespace_id, v.identifier, v.passed, 1, v.tokens, IF(v.passed, v.tokens, 0), "
        "v.latency_ms" LATENCY_BOUNDS(GE_OF_ROW)};
    static const char *const sums[] = {"SUM(count), SUM(spent_credits)",
                                       "SUM(passed), SUM(total), SUM(total_tokens), "
                                       "SUM(passed_tokens)"};

    return lines(fx_fmt(
        "SELECT CONCAT_WS('|', workspace_id, TIMESTAMP '1970-01-01 00:00:00' + INTERVAL (time DIV "
        "1000) SECOND, %s, %s, SUM(latency_sum)" LATENCY_BOUNDS(
            GE_SUM) ") AS line FROM (SELECT workspace_id, time, %s FROM %s_%s UNION ALL SELECT "
                    "v.workspace_id, %s, %s FROM %s q JOIN %s v ON v.workspace_id = q.workspace_id "
                    "AND v.time = q.time AND v.request_id = q.request_id%s WHERE q.slice = 0) r "
                    "GROUP BY workspace_id, time, %s",
        groups[kind], sums[kind], columns[kind], rollup[kind], grains[grain],
        bucket_of_record[grain], of_record[kind], queue[kind], raw[kind],
        kind == EVENT_DECISION ? " AND v.position = q.position" : "", groups[kind]));
}

const char *
record_counted(enum event_kind kind, enum rollup_grain grain)
{
    static const char *const sums[] = {"COUNT(*), SUM(spent_credits)",
                                       "SUM(passed), COUNT(*), SUM(tokens), "
                                       "SUM(IF(passed, tokens, 0))"};
    const char *bucket =
        fx_fmt("DATE_FORMAT(FROM_UNIXTIME(time DIV 1000), '%s')", bucket_format[grain]);

    return lines(fx_fmt("SELECT CONCAT_WS('|', workspace_id, %s, %s, %s, "
                        "SUM(latency_ms)" LATENCY_BOUNDS(GE_OF_ROWS) ") AS line FROM %s GROUP BY "
                                                                     "workspace_id, %s, %s",
                        bucket, groups[kind], sums[kind], raw[kind], bucket, groups[kind]));
}

void
record_check_all(void)
{
    for (int kind = 0; kind < EVENT_KINDS; kind++)
        for (int grain = 0; grain < ROLLUP_GRAINS; grain++) {
            test_row("%s_%s", rollup[kind], grains[grain]);
            CHECK_STR(record_rolled_up((enum event_kind)kind, (enum rollup_grain)grain),
                      record_counted((enum event_kind)kind, (enum rollup_grain)grain));
        }
}

long long
record_missing(enum event_kind kind)
{
    return fx_sql_int("SELECT (SELECT COUNT(*) FROM %s) - (SELECT COALESCE(SUM(%s), 0) FROM "
                      "%s_hour) - (SELECT COUNT(*) FROM %s)",
                      raw[kind], counted[kind], rollup[kind], queue[kind]);
}
