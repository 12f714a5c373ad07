/* Premises: one round trip for a limit whose circumstances are known, and never a stale answer. */
#include "service/premise.h"

#include "support/test.h"

#include <string.h>

#define NOW 1764000001234LL
#define BODY                                                                                       \
    "{\"namespace\":\"n\",\"identifier\":\"u\",\"limit\":1000,\"duration\":60000,\"cost\":1}"

static const char *root;

static struct answer
hit(void)
{
    return fx_call(root, "ratelimit.limit", BODY);
}

static void
begin(void)
{
    fx_clock(NOW);
    root = fx_root_key(fx_workspace, "ratelimit.*.limit\nratelimit.*.create_namespace");
    fx_ok("ratelimit.limit", BODY); /* creates the namespace */
    CHECK_INT(hit().status, 200);
}

/* Whether the next request is done with one statement: a second one would fail. */
static bool
one_statement(void)
{
    struct answer a;

    fx_fail_after(2, 1142);
    a = hit();
    fx_fail_after(0, 0);
    return a.status == 200;
}

static void
counts_in_one_statement(void)
{
    begin();
    for (int i = 2; i < 5; i++) {
        CHECK(one_statement());
        CHECK_INT(fx_sql_int("SELECT used FROM lk_counter"), i + 1);
    }
    fx_sql("UPDATE lk_counter SET used = 1000");
    CHECK(one_statement()); /* a refusal as well */
    CHECK(!at_true(hit(), "data.success"));
    CHECK_INT(at_int(hit(), "data.remaining"), 0);
    fx_clock(NOW +
             60000); /* the clock ran ahead of what is reckoned: counted in the right window */
    CHECK(at_true(hit(), "data.success"));
    CHECK_INT(fx_sql_int("SELECT used FROM lk_counter"), 1);
    CHECK_INT(fx_sql_int("SELECT resets_at FROM lk_counter"), (NOW / 60000 + 2) * 60000);
    CHECK(one_statement());
}

/* What happens between two requests, and what the second is told. */
static void
never_stale(void)
{
    static const struct {
        const char *change;
        int status;
        const char *type; /* of the error */
    } rows[] = {
        {"UPDATE lk_root_key SET deleted_at = 1 WHERE permissions LIKE '%create_namespace'", 401,
         "key_not_found"},
        {"UPDATE lk_root_key SET enabled = 0 WHERE permissions LIKE '%create_namespace'", 403,
         "key_disabled"},
        {"UPDATE lk_root_key SET expires_at = 1 WHERE permissions LIKE '%create_namespace'", 403,
         "forbidden"},
        {"UPDATE lk_root_key SET permissions = 'api.*.verify_key' "
         "WHERE permissions LIKE '%create_namespace'",
         403, "insufficient_permissions"},
        {"DELETE FROM lk_root_key WHERE permissions LIKE '%create_namespace'", 401,
         "key_not_found"},
        {"UPDATE lk_workspace SET enabled = 0", 403, "workspace_disabled"},
        {"UPDATE lk_workspace SET deleted_at = 1", 404, "workspace_not_found"},
        {"UPDATE lk_workspace SET requests_per_minute = 0", 429, "workspace_rate_limited"},
        {"UPDATE lk_namespace SET deleted_at = 1", 410, "ratelimit_namespace_gone"},
        {"UPDATE lk_namespace SET id = 'rlns_other'", 200, NULL},
        {"UPDATE lk_namespace SET name = 'other'", 200, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a;

        test_row("%s", rows[i].change);
        begin();
        CHECK(one_statement());
        fx_sql("%s", rows[i].change);
        a = hit();
        CHECK_INT(a.status, rows[i].status);
        if (rows[i].type)
            CHECK(strstr(at_str(a, "error.type"), rows[i].type) != NULL);
        else
            CHECK_INT(at_int(a, "data.remaining"), 999); /* another namespace, another counter */
        fx_test_end();
        fx_test_begin();
    }
}

static void
overrides_end_it(void)
{
    begin();
    CHECK(one_statement());
    fx_ok("ratelimit.setOverride", "{\"namespace\":\"n\",\"identifier\":\"u\",\"limit\":7,"
                                   "\"duration\":60000}");
    CHECK_INT(at_int(hit(), "data.limit"), 7);
    CHECK_INT(at_int(hit(), "data.limit"), 7);
    CHECK(!one_statement());
}

static void
not_kept(void)
{
    begin();
    fx_sql("UPDATE lk_root_key SET expires_at = %lld", NOW + 1000000);
    CHECK_INT(hit().status, 200);
    CHECK(!one_statement());
    fx_sql("UPDATE lk_root_key SET expires_at = NULL");
    fx_sql("UPDATE lk_workspace SET requests_per_minute = 1000");
    for (int i = 1; i < 4; i++) {
        CHECK_INT(hit().status, 200);
        CHECK_INT(fx_sql_int("SELECT used FROM lk_counter WHERE scope_id = '%s'", fx_workspace), i);
    }
}

/* A connection that was cut while nothing happened is made again. */
static void
lost_connection(void)
{
    begin();
    fx_fail_after(1, 2006);
    CHECK_INT(hit().status, 200);
    fx_fail_after(0, 0);
    fx_clock(NOW);
    CHECK_INT(hit().status, 200);
    CHECK(one_statement());
}

/* More pairs than there are slots, in turn: what is kept belongs to its own pair. */
static void
slots_turn(void)
{
    begin();
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 70; i++) {
            struct answer a = fx_call(root, "ratelimit.limit",
                                      "{\"namespace\":\"n%d\",\"identifier\":\"u\",\"limit\":%d,"
                                      "\"duration\":60000}",
                                      i, 100 + i);

            CHECK_INT(at_int(a, "data.remaining"), 100 + i - 1 - round);
        }
}

CU_TestInfo suite_service_premise[] = {
    {"counts in one statement", counts_in_one_statement},
    {"never stale", never_stale},
    {"overrides end it", overrides_end_it},
    {"not kept", not_kept},
    {"lost connection", lost_connection},
    {"slots turn", slots_turn},
    CU_TEST_INFO_NULL,
};
