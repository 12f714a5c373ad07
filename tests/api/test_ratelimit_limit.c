/* ratelimit.limit and multiLimit: contract ratelimit.md sections 3, 5.1 and 5.2 */
#include "support/test.h"

#include "base/conf.h"

#include <stdio.h>
#include <string.h>

#define NOW 1764000001234LL
#define ONE "\"namespace\":\"n\",\"identifier\":\"u\",\"limit\":10,\"duration\":60000"

static struct answer
hit(const char *members)
{
    return fx_ok("ratelimit.limit", "{%s%s}", ONE, members);
}

static void
counts_down_and_denies(void)
{
    fx_clock(NOW);
    for (int i = 0; i < 4; i++) {
        struct answer a =
            fx_ok("ratelimit.limit", "{\"namespace\":\"n\",\"identifier\":\"u\",\"limit\":3,"
                                     "\"duration\":60000}");

        test_row("request %d", i);
        CHECK_INT(at_true(a, "data.success"), i < 3);
        CHECK_INT(at_int(a, "data.remaining"), i < 3 ? 2 - i : 0);
        CHECK_INT(at_int(a, "data.limit"), 3);
        CHECK_INT(at_int(a, "data.reset"), (NOW / 60000 + 1) * 60000);
        CHECK_INT(json_object_object_length(at(a, "data")), 4);
    }
    fx_clock(NOW + 60000);
    CHECK(at_true(hit(""), "data.success"));
}

/* One counter, request after request. */
static void
costs(void)
{
    static const struct {
        const char *members;
        bool success;
        int remaining;
    } rows[] = {
        {",\"cost\":0", true, 10},
        {",\"cost\":4", true, 6},
        {",\"cost\":7", false, 0},
        {"", true, 5},
        {",\"cost\":9223372036854775807", false, 0},
        {",\"cost\":5", true, 0},
        {",\"cost\":0", true, 0},
        {"", false, 0},
        {",\"cost\":0", true, 0},
    };

    fx_clock(NOW);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a = hit(rows[i].members);

        test_row("row %zu", i);
        CHECK_INT(at_true(a, "data.success"), rows[i].success);
        CHECK_INT(at_int(a, "data.remaining"), rows[i].remaining);
    }
    /* a lowered limit is over its count, even for a look */
    CHECK(!at_true(fx_ok("ratelimit.limit", "{\"namespace\":\"n\",\"identifier\":\"u\",\"limit\":5,"
                                            "\"duration\":60000,\"cost\":0}"),
                   "data.success"));
}

static void
counters_apart(void)
{
    static const char *const bodies[] = {
        "{\"namespace\":\"n\",\"identifier\":\"u\",\"limit\":10,\"duration\":60000}",
        "{\"namespace\":\"n \",\"identifier\":\"u\",\"limit\":10,\"duration\":60000}",
        "{\"namespace\":\"N\",\"identifier\":\"u\",\"limit\":10,\"duration\":60000}",
        "{\"namespace\":\"n\",\"identifier\":\"U\",\"limit\":10,\"duration\":60000}",
        "{\"namespace\":\"n\",\"identifier\":\"u \",\"limit\":10,\"duration\":60000}",
        "{\"namespace\":\"n\",\"identifier\":\"u\\u0000\",\"limit\":10,\"duration\":60000}",
        "{\"namespace\":\"n\",\"identifier\":\"u\\u0000x\",\"limit\":10,\"duration\":60000}",
        "{\"namespace\":\"n\",\"identifier\":\"u\",\"limit\":10,\"duration\":61000}",
    };

    fx_clock(NOW);
    for (int round = 9; round >= 8; round--)
        for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
            test_row("%s", bodies[i]);
            CHECK_INT(at_int(fx_ok("ratelimit.limit", "%s", bodies[i]), "data.remaining"), round);
        }
}

/* A host whose clock lags is counted in the newer window: never more than the limit. */
static void
skewed_clock(void)
{
    fx_clock(NOW + 60000);
    for (int i = 0; i < 10; i++)
        CHECK(at_true(hit(""), "data.success"));
    fx_clock(NOW);
    CHECK(!at_true(hit(""), "data.success"));
    CHECK(!at_true(hit(",\"cost\":1"), "data.success"));
    fx_clock(NOW + 120000);
    CHECK(at_true(hit(""), "data.success"));
}

static void
namespace_creation(void)
{
    const char *limit_only = fx_root_key(fx_workspace, "ratelimit.*.limit");
    const char *create_only = fx_root_key(fx_workspace, "ratelimit.*.create_namespace");
    struct answer a = fx_call(limit_only, "ratelimit.limit", "{" ONE "}");

    fx_check_error(a, 403, "insufficient_permissions");
    CHECK_STR(at_str(a, "error.detail"), "Missing permission: 'ratelimit.*.create_namespace'");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_namespace"), 0);
    a = fx_call(create_only, "ratelimit.limit", "{" ONE "}");
    fx_check_error(a, 403, "insufficient_permissions");
    CHECK(strstr(at_str(a, "error.detail"), "ratelimit.*.limit") != NULL);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_namespace"), 1); /* it stays */
    CHECK_STR(fx_audit_names(), "ratelimitNamespace.create");
    CHECK_INT(fx_call(limit_only, "ratelimit.limit", "{" ONE "}").status, 200);
    {
        const char *id = fx_sql_str("SELECT id FROM lk_namespace");
        const char *by_id =
            fx_root_key(fx_workspace, arena_fmt(fx_ctx()->mem, "ratelimit.%s.limit", id).p);
        const char *by_name = fx_root_key(fx_workspace, "ratelimit.n.limit");

        CHECK_INT(fx_call(by_id, "ratelimit.limit", "{" ONE "}").status, 200);
        CHECK_INT(fx_call(by_name, "ratelimit.limit", "{" ONE "}").status, 403);
        a = fx_call(NULL, "ratelimit.limit",
                    "{\"namespace\":\"%s\",\"identifier\":\"u\",\"limit\":10,\"duration\":60000}",
                    id);
        CHECK_INT(at_int(a, "data.remaining"), 7); /* the same counter by id */
    }
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_namespace"), 1);
    CHECK_INT(fx_audit_count("ratelimitNamespace.create"), 1);
}

static void
deleted_namespace(void)
{
    const char *nobody = fx_root_key(fx_workspace, "nothing");

    hit("");
    fx_sql("UPDATE lk_namespace SET deleted_at = 1");
    fx_check_error(fx_call(NULL, "ratelimit.limit", "{" ONE "}"), 410,
                   "data/ratelimit_namespace_gone");
    fx_check_error(fx_call(nobody, "ratelimit.limit", "{" ONE "}"), 410,
                   "data/ratelimit_namespace_gone");
    fx_check_error(fx_call(nobody, "ratelimit.multiLimit", "[{" ONE "}]"), 403,
                   "insufficient_permissions");
    fx_check_error(fx_call(NULL, "ratelimit.multiLimit", "[{" ONE "}]"), 410,
                   "data/ratelimit_namespace_gone");
}

static void
overrides(void)
{
    static const struct {
        const char *identifier;
        int limit;
        const char *id;
    } rows[] = {
        {"exact", 200, "rlor_exact"},
        {"premium_1", 50, "rlor_long"}, /* more specific than p* and * */
        {"plain", 30, "rlor_short"},
        {"other", 20, "rlor_any"},
        {"two\\nlines", 100, "(none)"}, /* no * matches a line break */
        {"deleted", 20, "rlor_any"},
        {"blocked", 0, "rlor_zero"},
    };

    fx_clock(NOW);
    hit("");
    fx_sql("UPDATE lk_namespace SET may_have_overrides = 1");
    fx_sql(
        "INSERT INTO lk_override (id, workspace_id, namespace_id, identifier, wildcard, "
        "max_count, duration_ms, created_at, deleted_at) SELECT o.id, '%s', n.id, o.i, o.w, o.m, "
        "120000, 1, o.d FROM lk_namespace n, (SELECT 'rlor_exact' id, 'exact' i, 0 w, 200 m, "
        "NULL d UNION SELECT 'rlor_long', 'premium_*', 1, 50, NULL UNION SELECT 'rlor_short', "
        "'p*', 1, 30, NULL UNION SELECT 'rlor_any', '*', 1, 20, NULL UNION SELECT 'rlor_gone', "
        "'deleted', 0, 5, 1 UNION SELECT 'rlor_zero', 'blocked', 0, 0, NULL) o",
        fx_workspace);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a = fx_ok("ratelimit.limit",
                                "{\"namespace\":\"n\",\"identifier\":\"%s\",\"limit\":100,"
                                "\"duration\":60000}",
                                rows[i].identifier);

        test_row("%s", rows[i].identifier);
        CHECK_INT(at_int(a, "data.limit"), rows[i].limit);
        CHECK_INT(at_int(a, "data.remaining"), rows[i].limit ? rows[i].limit - 1 : 0);
        CHECK_INT(at_true(a, "data.success"), rows[i].limit > 0);
        CHECK_STR(at_str(a, "data.overrideId"), rows[i].id);
        if (rows[i].id[0] != '(')
            CHECK_INT(at_int(a, "data.reset"), (NOW / 120000 + 1) * 120000);
    }
    CHECK_STR(at_str(fx_ok("ratelimit.multiLimit", "[{\"namespace\":\"n\",\"identifier\":\"plain\","
                                                   "\"limit\":1,\"duration\":1000}]"),
                     "data.limits.0.overrideId"),
              "rlor_short");
}

static void
decisions_are_recorded(void)
{
    struct ctx *c = fx_ctx();
    struct request r = {.script_name = "/v2/ratelimit.limit",
                        .authorization = arena_fmt(c->mem, "Bearer %s", fx_root).p,
                        .content_type = "application/json",
                        .metrics = "disabled",
                        .body = "{" ONE ",\"cost\":3}"};
    struct answer a;

    fx_clock(NOW);
    a = fx_request(&r);
    CHECK_INT(at_int(a, "data.remaining"), 7); /* decided and counted, not recorded */
    a = hit(",\"cost\":2");
    hit(",\"cost\":20");
    fx_flush();
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit_decision"), 2);
    CHECK_STR(fx_sql_str("SELECT CONCAT_WS('|', workspace_id = '%s', position, namespace_id LIKE "
                         "'rlns%%', identifier, override_id, max_count, remaining, resets_at, "
                         "tokens, time DIV 1000) FROM lk_ratelimit_decision WHERE passed = 1 AND "
                         "request_id = '%s'",
                         fx_workspace, at_str(a, "meta.requestId")),
              "1|0|1|u||10|5|1764000060000|2|1764000001");
    fx_ok("ratelimit.multiLimit", "[{" ONE "},{" ONE ",\"cost\":50}]");
    fx_flush();
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit_decision"), 4);
    CHECK_INT(fx_sql_int("SELECT passed * 10 + position FROM lk_ratelimit_decision WHERE tokens = "
                         "50"),
              1);
}

static void
test_time(void)
{
    struct request r = {.script_name = "/v2/ratelimit.limit",
                        .authorization = arena_fmt(fx_ctx()->mem, "Bearer %s", fx_root).p,
                        .content_type = "application/json",
                        .test_time = "1000",
                        .body = "{" ONE "}"};

    CHECK(at_int(fx_request(&r), "data.reset") > 1700000000000LL);
    fx_conf.test_mode = true;
    r.body = "{\"namespace\":\"n\",\"identifier\":\"other\",\"limit\":1,\"duration\":60000}";
    CHECK_INT(at_int(fx_request(&r), "data.reset"), 60000);
}

static void
multi(void)
{
    struct answer a;

    fx_clock(NOW);
    a = fx_ok("ratelimit.multiLimit",
              "[{\"namespace\":\"b\",\"identifier\":\"u\",\"limit\":100,\"duration\":60000},"
              "{\"namespace\":\"a\",\"identifier\":\"u\",\"limit\":1,\"duration\":60000},"
              "{\"namespace\":\"b\",\"identifier\":\"v\",\"limit\":300,\"duration\":60000,"
              "\"cost\":10}]");
    CHECK(at_true(a, "data.passed"));
    CHECK_INT(at_int(a, "data.limits.0.remaining"), 99);
    CHECK_INT(at_int(a, "data.limits.1.remaining"), 0);
    CHECK_INT(at_int(a, "data.limits.2.remaining"), 290);
    CHECK_STR(at_str(a, "data.limits.1.namespace"), "a");
    CHECK_INT(json_object_object_length(at(a, "data.limits.0")), 6);
    CHECK_STR(fx_audit_names(), "ratelimitNamespace.create ratelimitNamespace.create");
    CHECK_INT(fx_sql_int("SELECT COUNT(DISTINCT correlation_id) FROM lk_audit_event WHERE "
                         "correlation_id <> ''"),
              1);
    /* one fails: nothing is consumed, every item has its own verdict */
    a = fx_ok("ratelimit.multiLimit",
              "[{\"namespace\":\"b\",\"identifier\":\"u\",\"limit\":100,\"duration\":60000},"
              "{\"namespace\":\"a\",\"identifier\":\"u\",\"limit\":1,\"duration\":60000},"
              "{\"namespace\":\"b\",\"identifier\":\"u\",\"limit\":100,\"duration\":60000}]");
    CHECK(!at_true(a, "data.passed"));
    CHECK(at_true(a, "data.limits.0.passed"));
    CHECK(!at_true(a, "data.limits.1.passed"));
    CHECK(at_true(a, "data.limits.2.passed"));
    CHECK_INT(at_int(a, "data.limits.0.remaining"), 99);
    CHECK_INT(at_int(a, "data.limits.1.remaining"), 0);
    CHECK_INT(at_int(a, "data.limits.2.remaining"), 98); /* with its twin's cost still in it */
    CHECK_INT(fx_sql_int("SELECT SUM(used) FROM lk_counter"), 12);
}

/* A look that fails vetoes the batch, wherever its counter sorts. */
static void
looks_veto(void)
{
    fx_clock(NOW);
    for (int i = 0; i < 8; i++) {
        struct answer a;

        fx_sql("DELETE FROM lk_counter");
        fx_ok("ratelimit.limit",
              "{\"namespace\":\"n\",\"identifier\":\"full%d\",\"limit\":9,\"duration\":60000,"
              "\"cost\":5}",
              i);
        a = fx_ok("ratelimit.multiLimit",
                  "[{\"namespace\":\"n\",\"identifier\":\"full%d\",\"limit\":3,\"duration\":60000,"
                  "\"cost\":0},{\"namespace\":\"n\",\"identifier\":\"x%d\",\"limit\":9,"
                  "\"duration\":60000}]",
                  i, i);
        CHECK(!at_true(a, "data.passed"));
        CHECK_INT(at_int(a, "data.limits.1.remaining"), 9);
        CHECK_INT(fx_sql_int("SELECT SUM(used) FROM lk_counter"), 5);
    }
}

static void
multi_permissions(void)
{
    const char *ids[2], *both, *one;

    fx_ok("ratelimit.multiLimit",
          "[{\"namespace\":\"a\",\"identifier\":\"u\",\"limit\":9,\"duration\":60000},"
          "{\"namespace\":\"b\",\"identifier\":\"u\",\"limit\":9,\"duration\":60000}]");
    for (int i = 0; i < 2; i++)
        ids[i] = fx_sql_str("SELECT id FROM lk_namespace WHERE name = '%s'", i ? "b" : "a");
    both = fx_root_key(
        fx_workspace,
        arena_fmt(fx_ctx()->mem, "ratelimit.%s.limit\nratelimit.%s.limit", ids[0], ids[1]).p);
    one = fx_root_key(fx_workspace, arena_fmt(fx_ctx()->mem, "ratelimit.%s.limit", ids[0]).p);
    for (int i = 0; i < 2; i++) {
        struct answer a =
            fx_call(i ? one : both, "ratelimit.multiLimit",
                    "[{\"namespace\":\"a\",\"identifier\":\"u\",\"limit\":9,\"duration\":60000},"
                    "{\"namespace\":\"b\",\"identifier\":\"u\",\"limit\":9,\"duration\":60000},"
                    "{\"namespace\":\"a\",\"identifier\":\"v\",\"limit\":9,\"duration\":60000}]");

        CHECK_INT(a.status, i ? 403 : 200);
        if (i)
            CHECK_STR(at_str(a, "error.detail"),
                      arena_fmt(fx_ctx()->mem,
                                "Missing one of these permissions: ratelimit.*.limit or "
                                "ratelimit.%s.limit and ratelimit.%s.limit",
                                ids[0], ids[1])
                          .p);
    }
}

/* Whatever statement fails, a batch is charged as a whole or not at all. */
static void
no_partial_charge(void)
{
    struct ctx *c = fx_ctx();

    fx_clock(NOW);
    hit("");
    for (unsigned n = 1; n <= 9; n++) {
        struct answer a;
        long long used;

        fx_sql("DELETE FROM lk_counter");
        db_fail_after(c->db, n, n % 2 ? 1213 : 1142);
        a = fx_call(NULL, "ratelimit.multiLimit",
                    "[{\"namespace\":\"n\",\"identifier\":\"a\",\"limit\":9,\"duration\":60000},"
                    "{\"namespace\":\"n\",\"identifier\":\"b\",\"limit\":9,\"duration\":60000},"
                    "{\"namespace\":\"n\",\"identifier\":\"c\",\"limit\":9,\"duration\":60000}]");
        db_fail_after(c->db, 0, 0);
        used = fx_sql_int("SELECT COALESCE(SUM(used), 0) FROM lk_counter");
        test_row("statement %u", n);
        CHECK_INT(used, a.status == 200 ? 3 : 0);
    }
}

CU_TestInfo suite_api_ratelimit_limit[] = {
    {"counts down and denies", counts_down_and_denies},
    {"costs", costs},
    {"counters apart", counters_apart},
    {"skewed clock", skewed_clock},
    {"namespace creation", namespace_creation},
    {"deleted namespace", deleted_namespace},
    {"overrides", overrides},
    {"decisions are recorded", decisions_are_recorded},
    {"test time", test_time},
    {"multi", multi},
    {"looks veto", looks_veto},
    {"multi: permissions", multi_permissions},
    {"no partial charge", no_partial_charge},
    CU_TEST_INFO_NULL,
};
