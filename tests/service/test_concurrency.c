/* Many workers at once: nothing is over-spent, over-admitted, half charged, or lost. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

enum { WORKERS = 16, TRIES = 25, CREDITS = 100, LIMIT = 60 };

static const char *api, *key, *key_id;

static void
make_key(const char *members)
{
    struct answer k;

    api = at_str(fx_ok("apis.createApi", "{\"name\":\"race\"}"), "data.apiId");
    k = fx_ok("keys.createKey", "{\"apiId\":\"%s\"%s}", api, members);
    key = at_str(k, "data.key");
    key_id = at_str(k, "data.keyId");
}

static int
verify_many(int i)
{
    int valid = 0;

    (void)i;
    for (int n = 0; n < TRIES; n++)
        valid += at_true(fx_call(NULL, "keys.verifyKey", "{\"key\":\"%s\"}", key), "data.valid");
    return valid;
}

static void
credits(void)
{
    make_key(",\"credits\":{\"remaining\":100}");
    CHECK_INT(fx_sum(WORKERS, verify_many), CREDITS);
    CHECK_INT(fx_sql_int("SELECT remaining FROM lk_key"), 0);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification"), WORKERS * TRIES);
    CHECK_INT(fx_sql_int("SELECT SUM(spent_credits) FROM lk_verification"), CREDITS);
}

/* Each balance is handed out once. */
static int
sum_of_balances(int i)
{
    int sum = 0;

    (void)i;
    for (int n = 0; n < TRIES; n++) {
        struct answer a = fx_call(NULL, "keys.verifyKey", "{\"key\":\"%s\"}", key);

        sum += at_true(a, "data.valid") ? (int)at_int(a, "data.credits") : 0;
    }
    return sum;
}

static void
balances(void)
{
    make_key(",\"credits\":{\"remaining\":100}");
    CHECK_INT(fx_sum(WORKERS, sum_of_balances), CREDITS * (CREDITS - 1) / 2);
}

static int
limit_many(int i)
{
    int passed = 0;

    (void)i;
    for (int n = 0; n < TRIES; n++)
        passed += at_true(fx_call(NULL, "ratelimit.limit",
                                  "{\"namespace\":\"race\",\"identifier\":\"u\",\"limit\":%d,"
                                  "\"duration\":2592000000}",
                                  LIMIT),
                          "data.success");
    return passed;
}

/* Also the namespace: made by one of them, recorded once. */
static void
limits(void)
{
    CHECK_INT(fx_sum(WORKERS, limit_many), LIMIT);
    CHECK_INT(fx_sql_int("SELECT used FROM lk_counter"), LIMIT);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_namespace"), 1);
    CHECK_INT(fx_audit_count("ratelimitNamespace.create"), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit_decision"), WORKERS * TRIES);
    CHECK_INT(fx_sql_int("SELECT SUM(passed) FROM lk_ratelimit_decision"), LIMIT);
}

/* Two limits and credits: the tightest decides, and the others count exactly as often. */
static void
limits_and_credits(void)
{
    static const struct {
        int one, two, credits;
        long long valid, used;
    } rows[] = {
        {60, 1000, 1000, 60, 60},
        {1000, 45, 1000, 45, 45},
        /* limits stay consumed when there are too few credits */
        {1000, 1000, 70, 70, WORKERS * TRIES},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char members[400];

        fx_test_begin();
        test_row("row %zu", i);
        snprintf(members, sizeof(members),
                 ",\"credits\":{\"remaining\":%d},\"ratelimits\":["
                 "{\"name\":\"one\",\"limit\":%d,\"duration\":2592000000,\"autoApply\":true},"
                 "{\"name\":\"two\",\"limit\":%d,\"duration\":1296000000,\"autoApply\":true}]",
                 rows[i].credits, rows[i].one, rows[i].two);
        make_key(members);
        CHECK_INT(fx_sum(WORKERS, verify_many), rows[i].valid);
        CHECK_INT(fx_sql_int("SELECT MIN(used) FROM lk_counter"), rows[i].used);
        CHECK_INT(fx_sql_int("SELECT MAX(used) FROM lk_counter"), rows[i].used);
        CHECK_INT(fx_sql_int("SELECT remaining FROM lk_key"), rows[i].credits - rows[i].valid);
    }
}

/* Batches over the same counters in opposite orders: no deadlock reaches the caller. */
static int
batches_many(int i)
{
    int passed = 0;

    for (int n = 0; n < TRIES; n++) {
        struct answer a = fx_call(NULL, "ratelimit.multiLimit",
                                  "[{\"namespace\":\"race\",\"identifier\":\"%s\",\"limit\":50,"
                                  "\"duration\":2592000000},{\"namespace\":\"race\","
                                  "\"identifier\":\"%s\",\"limit\":900,\"duration\":2592000000}]",
                                  i % 2 ? "a" : "b", i % 2 ? "b" : "a");

        if (a.status != 200)
            return -100000;
        passed += at_true(a, "data.passed");
    }
    return passed;
}

static void
batches(void)
{
    long long passed;

    fx_ok("ratelimit.limit", "{\"namespace\":\"race\",\"identifier\":\"x\",\"limit\":1,"
                             "\"duration\":1000}");
    fx_sql("DELETE FROM lk_counter");
    passed = fx_sum(WORKERS, batches_many);
    /* each batch takes one of either; both directions are limited to 50 on their first item */
    CHECK(passed >= 50 && passed <= 100);
    CHECK_INT(fx_sql_int("SELECT MIN(used) FROM lk_counter"), passed);
    CHECK_INT(fx_sql_int("SELECT MAX(used) FROM lk_counter"), passed);
}

static int
create_with_identity(int i)
{
    struct answer a = fx_call(NULL, "keys.createKey",
                              "{\"apiId\":\"%s\",\"externalId\":\"the_same\",\"permissions\":"
                              "[\"p.%d\",\"p.%d\",\"shared\"]}",
                              api, i % 3, (i + 1) % 3);

    return a.status == 200;
}

/* Twenty creators of one new identity and three permissions. */
static void
identity_creators(void)
{
    make_key("");
    CHECK_INT(fx_sum(20, create_with_identity), 20);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity"), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(DISTINCT identity_id) FROM lk_key WHERE identity_id IS NOT "
                         "NULL"),
              1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_permission"), 4);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_permission"), 60);
}

static int
update_one_key(int i)
{
    return fx_call(NULL, "keys.updateKey",
                   "{\"keyId\":\"%s\",\"name\":\"n%d\",\"externalId\":\"user_%d\",\"ratelimits\":["
                   "{\"name\":\"lim%d\",\"limit\":1,\"duration\":1000,\"autoApply\":true},"
                   "{\"name\":\"all\",\"limit\":%d,\"duration\":1000,\"autoApply\":true}]}",
                   key_id, i, i % 2, i, i + 1)
               .status == 200;
}

static void
updates(void)
{
    make_key("");
    fx_audit_clear();
    CHECK_INT(fx_sum(WORKERS, update_one_key), WORKERS);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit"), 2); /* one caller's list, whole */
    CHECK_INT(fx_audit_count("key.update"), WORKERS);
}

static int
refill_once(int i)
{
    (void)i;
    fx_clock(20001LL * 86400000);
    return (int)at_int(fx_call(NULL, "keys.verifyKey", "{\"key\":\"%s\"}", key), "data.credits");
}

/* A refill that all of them find due is made once. */
static void
refills(void)
{
    fx_clock(20000LL * 86400000);
    make_key(",\"credits\":{\"remaining\":0,\"refill\":{\"interval\":\"daily\",\"amount\":100}}");
    fx_audit_clear();
    fx_sum(WORKERS, refill_once);
    CHECK_INT(fx_sql_int("SELECT remaining FROM lk_key"), 100 - WORKERS);
    CHECK_INT(fx_audit_count("key.update"), 1);
}

static int
delete_key(int i)
{
    (void)i;
    return fx_call(NULL, "keys.deleteKey", "{\"keyId\":\"%s\"}", key_id).status == 200;
}

static void
deletions(void)
{
    make_key("");
    CHECK_INT(fx_sum(WORKERS, delete_key), 1);
    CHECK_INT(fx_audit_count("key.delete"), 1);
}

CU_TestInfo suite_service_concurrency[] = {
    {"credits", credits},     {"balances", balances},
    {"limits", limits},       {"limits and credits", limits_and_credits},
    {"batches", batches},     {"identity creators", identity_creators},
    {"updates", updates},     {"refills", refills},
    {"deletions", deletions}, CU_TEST_INFO_NULL,
};
