/* service/recorder: batches, outages, bounds. */
#include "support/records.h"

#include "base/conf.h"
#include "service/recorder.h"

#include <string.h>

enum { E_ANY = 1142, E_LOST = 2013 };

static void
add(struct recorder *r, int n)
{
    for (int i = 0; i < n; i++) {
        struct verification_event v = record_verification(1000 + i);

        recorder_verification(r, &v, false);
    }
}

/* Flushes with the n-th statement from now failing; whether it says so. */
static bool
fails(struct recorder *r, unsigned statement, unsigned error)
{
    struct ctx *c = fx_ctx();
    enum status st;

    db_fail_after(c->db, statement, error);
    st = recorder_flush(r, c);
    db_fail_after(c->db, 0, 0);
    return st != ST_OK;
}

static void
written(long long records)
{
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification"), records);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification_queue"), records);
}

/* A full batch is due at once, a single record when it has waited, a failed one after a pause that
 * grows. */
static void
when_due(void)
{
    struct recorder *r = recorder_new();
    int64_t first;

    fx_quiet();
    CHECK_INT(recorder_wait_us(r, 1000000), -1);
    add(r, 1);
    CHECK(recorder_wait_us(r, 1000000) > 0);
    CHECK_INT(recorder_wait_us(r, 0), 0);
    add(r, RECORDER_BATCH - 2);
    CHECK(recorder_wait_us(r, 1000000) > 0);
    add(r, 1);
    CHECK_INT(recorder_wait_us(r, 1000000), 0);
    CHECK(fails(r, 2, E_ANY));
    first = recorder_wait_us(r, 0);
    CHECK(first > 0);
    for (int i = 0; i < 6; i++)
        CHECK(fails(r, 2, E_ANY));
    CHECK(recorder_wait_us(r, 0) > first * 4);
    CHECK_INT(recorder_flush(r, fx_ctx()), ST_OK);
    CHECK_INT(recorder_wait_us(r, 0), -1);
    written(RECORDER_BATCH);
    recorder_free(r);
}

/* Records wait through an outage, up to a bound; what does not fit is counted. */
static void
outage(void)
{
    struct recorder *r = recorder_new();

    fx_quiet();
    add(r, RECORDER_MAX + 10);
    CHECK_INT(recorder_waiting(r), RECORDER_MAX);
    CHECK_INT(recorder_dropped(r), 10);
    CHECK(fails(r, 2, E_ANY));
    CHECK_INT(recorder_waiting(r), RECORDER_MAX);
    written(0);
    CHECK_INT(recorder_flush(r, fx_ctx()), ST_OK);
    CHECK_INT(recorder_waiting(r), RECORDER_MAX - RECORDER_BATCH);
    add(r, 1); /* there is room again */
    while (recorder_waiting(r))
        CHECK_INT(recorder_flush(r, fx_ctx()), ST_OK);
    written(RECORDER_MAX + 1);
    CHECK_INT(recorder_dropped(r), 10);
    recorder_free(r);
}

/* Whichever statement fails, a batch is there once in the end, also when more records came in
 * between and the end of the COMMIT was not seen. */
static void
once(void)
{
    static const unsigned errors[] = {E_ANY, E_LOST, 1213};

    fx_quiet();
    for (size_t e = 0; e < sizeof(errors) / sizeof(errors[0]); e++)
        for (unsigned statement = 1; statement <= 8; statement++) {
            struct recorder *r = recorder_new();
            struct decision_event d = record_decision(5);

            test_row("error %u in statement %u", errors[e], statement);
            fx_sql("DELETE FROM lk_verification");
            fx_sql("DELETE FROM lk_verification_queue");
            fx_sql("DELETE FROM lk_ratelimit_decision");
            add(r, 3);
            recorder_decision(r, &d);
            fails(r, statement, errors[e]);
            add(r, 2);
            while (recorder_waiting(r))
                CHECK_INT(recorder_flush(r, fx_ctx()), ST_OK);
            written(5);
            CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit_decision"), 1);
            CHECK_INT(recorder_dropped(r), 0);
            recorder_free(r);
        }
}

/* The COMMIT of the first attempt did arrive. */
static void
lost_commit(void)
{
    struct recorder *r = recorder_new(), *twin = recorder_new();
    struct verification_event v = record_verification(7);

    fx_quiet();
    recorder_verification(r, &v, false);
    recorder_verification(twin, &v, false);
    CHECK(fails(r, 2, E_ANY));
    CHECK_INT(recorder_flush(twin, fx_ctx()), ST_OK); /* the same as far as the database can see */
    add(r, 1);
    while (recorder_waiting(r))
        CHECK_INT(recorder_flush(r, fx_ctx()), ST_OK);
    written(2);
    CHECK_INT(recorder_dropped(r), 0);
    recorder_free(r);
    recorder_free(twin);
}

/* A batch that the database keeps refusing does not hold up the others for ever. */
static void
refused(void)
{
    struct recorder *r = recorder_new();
    struct verification_event v = record_verification(7);
    int tries = 0;

    fx_quiet();
    v.outcome = S("LONGER THAN THE COLUMN IS ABLE TO HOLD");
    recorder_verification(r, &v, false);
    add(r, RECORDER_BATCH);
    while (recorder_waiting(r) && tries < 100)
        tries += recorder_flush(r, fx_ctx()) != ST_OK;
    CHECK(tries > 1 && tries < 100);
    CHECK_INT(recorder_dropped(r), RECORDER_BATCH);
    written(1);
    recorder_free(r);
}

static void
giving_up(void)
{
    struct recorder *r = recorder_new();

    add(r, 70);
    recorder_give_up(r);
    CHECK_INT(recorder_waiting(r), 0);
    CHECK_INT(recorder_dropped(r), 70);
    recorder_free(r);
}

/* Long texts are bounded by their bytes. */
static void
long_texts(void)
{
    struct recorder *r = recorder_new();
    struct verification_event v = record_verification(7);
    char *tags = arena_alloc(fx_ctx()->mem, 20 * 512 * 4);

    memset(tags, 'x', 20 * 512 * 4);
    v.tags = (struct str){tags, 20 * 512 * 4};
    for (int i = 0; i < RECORDER_MAX; i++)
        recorder_verification(r, &v, false);
    CHECK(recorder_waiting(r) > RECORDER_BATCH);
    CHECK(recorder_dropped(r) > 0);
    CHECK_INT(recorder_waiting(r) + (size_t)recorder_dropped(r), RECORDER_MAX);
    recorder_free(r);
}

/* Requests leave the fields that the contract lists; see also test_keys_verify_key.c. */
static void
fields(void)
{
    const char *api, *key;

    fx_conf.region = "here";
    fx_clock(86400000LL * 20000 + 5);
    api = at_str(fx_ok("apis.createApi", "{\"name\":\"abc\"}"), "data.apiId");
    key = at_str(fx_ok("keys.createKey",
                       "{\"apiId\":\"%s\",\"externalId\":\"user\",\"credits\":{\"remaining\":5}}",
                       api),
                 "data.key");
    fx_ok("keys.verifyKey",
          "{\"key\":\"%s\",\"tags\":[\"<b>\",\"a&\\\"\"],\"credits\":{\"cost\":3}}", key);
    fx_flush();
    CHECK_STR(
        fx_sql_str("SELECT CONCAT_WS('|', time, external_id, outcome, region, source, app_id, "
                   "tags, spent_credits) FROM lk_verification"),
        "1728000000005|user|VALID|here|api||[\"<b>\",\"a&\\\"\"]|3");
    fx_ok("ratelimit.limit", "{\"namespace\":\"n\",\"identifier\":\"u\",\"limit\":2,"
                             "\"duration\":60000,\"cost\":3}");
    fx_flush();
    CHECK_STR(fx_sql_str("SELECT CONCAT_WS('|', position, identifier, passed, override_id, "
                         "max_count, remaining, resets_at - time, tokens) FROM "
                         "lk_ratelimit_decision"),
              "0|u|0||2|0|59995|3");
}

CU_TestInfo suite_service_recorder[] = {
    {"when due", when_due},       {"outage", outage},   {"once", once},
    {"lost commit", lost_commit}, {"refused", refused}, {"giving up", giving_up},
    {"long texts", long_texts},   {"fields", fields},   CU_TEST_INFO_NULL,
};
