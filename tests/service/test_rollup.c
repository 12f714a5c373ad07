/* store/rollup_store and service/maintain_svc: rollups are exact, whoever does what when. */
#include "support/records.h"

#include "service/recorder.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY 86400000LL
#define NOW (20000 * DAY + 3600000)

/* Rolls up one slice. */
static enum status
slice_tx(struct ctx *c, void *arg)
{
    return rollup_store_slice(c, arg);
}

static int64_t
slice(enum event_kind kind, int64_t limit)
{
    struct rollup_slice s = {.kind = kind, .workspace_id = str_of(fx_workspace), .limit = limit};

    CHECK_INT(db_tx(fx_ctx(), slice_tx, &s), ST_OK);
    return s.n;
}

/* Before, between and after. */
static void
always_exact(void)
{
    record_many(NOW, 40, 1);
    record_check_all();
    CHECK_INT(slice(EVENT_VERIFICATION, 15), 15);
    CHECK_INT(slice(EVENT_DECISION, 1), 1);
    record_check_all();
    record_many(NOW - 100, 30, 2); /* in the middle of what is rolled up */
    record_check_all();
    CHECK_INT(record_maintain(NOW, MAINTAIN_ROLLUP).rolled_up_records, 2 * 70 - 16);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification_queue"), 0);
    record_check_all();
    CHECK_INT(record_maintain(NOW, MAINTAIN_ROLLUP).rolled_up_records, 0);
    record_check_all();
}

/* Records that come days late, in any order, and slices of any size between them. */
static void
any_order(void)
{
    srand(7);
    for (int i = 0; i < 25; i++) {
        record_many(NOW - rand() % 40 * DAY - rand() % 100000, 1 + rand() % 20, (unsigned)i);
        for (int n = rand() % 3; n > 0; n--)
            slice((enum event_kind)(rand() % EVENT_KINDS), 1 + rand() % 25);
        if (i % 5 == 0)
            record_maintain(NOW, MAINTAIN_ROLLUP);
        CHECK_INT(record_missing(EVENT_VERIFICATION), 0);
        CHECK_INT(record_missing(EVENT_DECISION), 0);
    }
    record_check_all();
    record_maintain(NOW, MAINTAIN_ROLLUP);
    record_check_all();
}

static void
boundaries(void)
{
    static const char *const times[] = {
        "2024-02-28 23:59:59.999", "2024-02-29 00:00:00.000", "2024-02-29 23:59:59.999",
        "2024-03-01 00:00:00.000", "2024-12-31 23:59:59.999", "2025-01-01 00:00:00.000",
        "2025-02-28 23:59:59.999", "2025-03-01 00:00:00.000", "2025-03-30 01:00:00.000",
        "2025-03-30 02:59:59.999", "2025-03-30 03:00:00.000", "2025-03-31 23:59:00.000",
    };

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct verification_event v = record_verification(
            fx_sql_int("SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', '%s') DIV 1000", times[i]));
        struct decision_event d = record_decision(v.time);

        record_put_verification(&v);
        record_put_decision(&d);
    }
    record_check_all();
    record_maintain(NOW, MAINTAIN_ROLLUP);
    record_check_all();
    CHECK_STR(fx_sql_str("SELECT GROUP_CONCAT(CONCAT(DATE('1970-01-01' + INTERVAL time DIV "
                         "86400000 DAY), ' ', count) ORDER BY time SEPARATOR ', ') FROM "
                         "lk_verification_month"),
              "2024-02-01 3, 2024-03-01 1, 2024-12-01 1, 2025-01-01 1, 2025-02-01 1, 2025-03-01 5");
}

/* Values that differ only a little are groups of their own, however long; sums do not overflow. */
static void
groups(void)
{
    static const char *const tags[] = {"[]",      "[\"a\"]",       "[\"a \"]",
                                       "[\"A\"]", "[\"a\",\"b\"]", "[\"b\",\"a\"]"};
    static const char *const ids[] = {"", "x", "x ", "X", "x\ny"};
    char *lengthy = arena_alloc(fx_ctx()->mem, 12001);

    for (size_t i = 0; i < 12000; i++)
        lengthy[i] = "[\"t\",]"[i % 5];
    lengthy[12000] = '\0';
    for (int round = 0; round < 2; round++) {
        for (size_t t = 0; t <= sizeof(tags) / sizeof(tags[0]); t++)
            for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
                struct verification_event v = record_verification(NOW);
                struct decision_event d = record_decision(NOW);

                v.tags = str_of(t < sizeof(tags) / sizeof(tags[0]) ? tags[t] : lengthy);
                v.external_id = d.identifier = str_of(ids[i]);
                v.spent_credits = d.tokens = INT64_MAX / 2 - 1;
                record_put_verification(&v);
                record_put_decision(&d);
            }
        record_maintain(NOW, MAINTAIN_ROLLUP);
    }
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification_day"), 7 * 5);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification_day WHERE count = 2"), 7 * 5);
    CHECK_INT(fx_sql_int("SELECT MIN(spent_credits) FROM lk_verification_day"), INT64_MAX - 3);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit_day WHERE total = 14"), 5);
    CHECK_INT(fx_sql_int("SELECT MIN(total_tokens) FROM lk_ratelimit_day"), INT64_MAX);
}

/* What happened to anybody else's records is their own affair. */
static void
workspaces(void)
{
    const char *first = fx_workspace;

    record_many(NOW, 20, 1);
    fx_workspace = fx_new_workspace();
    record_many(NOW, 20, 2);
    slice(EVENT_VERIFICATION, 100);
    CHECK_INT(
        fx_sql_int("SELECT COUNT(*) FROM lk_verification_queue WHERE workspace_id = '%s'", first),
        20);
    record_check_all();
    CHECK_INT(record_maintain(NOW, MAINTAIN_ROLLUP).rolled_up_records, 60);
    record_check_all();
}

/* Whichever statement fails, nothing or all of a slice is done. */
static void
failures(void)
{
    struct ctx *c = fx_ctx();
    int failed = 0;

    fx_quiet();
    record_many(NOW, 12, 1);
    for (unsigned n = 1; n < 40; n++) {
        struct rollup_slice s = {
            .kind = EVENT_VERIFICATION, .workspace_id = str_of(fx_workspace), .limit = 1};

        db_fail_after(c->db, n, 1142);
        failed += db_tx(c, slice_tx, &s) != ST_OK;
        db_fail_after(c->db, 0, 0);
        err_clear(c);
        CHECK_INT(record_missing(EVENT_VERIFICATION), 0);
    }
    CHECK(failed > 5);
    record_check_all();
}

/* What the benchmark writes by set is what maintenance writes. */

static const char *
verifications(void)
{
    return fx_fmt("%s\n%s\n%s\n%s", record_rolled_up(EVENT_VERIFICATION, ROLLUP_MINUTES),
                  record_rolled_up(EVENT_VERIFICATION, ROLLUP_HOURS),
                  record_rolled_up(EVENT_VERIFICATION, ROLLUP_DAYS),
                  record_rolled_up(EVENT_VERIFICATION, ROLLUP_MONTHS));
}

static void
run_file(const char *path)
{
    const char *top = getenv("LATCHKEY_SRCDIR");
    FILE *f = fopen(fx_fmt("%s/%s", top ? top : ".", path), "r");
    char *statement = NULL;
    size_t cap = 0;

    CHECK(f != NULL);
    while (f && getdelim(&statement, &cap, ';', f) > 0 && strchr(statement, ';')) {
        *strchr(statement, ';') = '\0';
        fx_sql("%s", statement);
    }
    free(statement);
    if (f)
        fclose(f);
}

static void
as_benchmark(void)
{
    static const char *const grains[] = {"minute", "hour", "day", "month"};
    const char *hashes = "SELECT GROUP_CONCAT(HEX(group_hash) ORDER BY time, group_hash) FROM "
                         "lk_verification_minute";
    const char *by_slices, *hashes_by_slices;

    for (int i = 0; i < 6; i++)
        record_many(NOW - i * 9 * DAY, 60, (unsigned)i);
    record_maintain(NOW, MAINTAIN_ROLLUP);
    by_slices = verifications();
    hashes_by_slices = fx_sql_str("%s", hashes);
    for (size_t i = 0; i < sizeof(grains) / sizeof(grains[0]); i++)
        fx_sql("DELETE FROM lk_verification_%s", grains[i]);
    fx_sql("SET @workspace = '%s', @from = 0, @month = 0, @to = %lld", fx_workspace, NOW + DAY);
    run_file("bench/rollup.sql");
    CHECK_STR(verifications(), by_slices);
    CHECK_STR(fx_sql_str("%s", hashes), hashes_by_slices);
    record_check_all();
}

/* Others */

enum { WRITERS = 3, MAINTAINERS = 2, EACH = 120 };

static int
writer(int i)
{
    for (int n = 0; n < EACH; n += 8)
        record_many(NOW - n * 1000 * (i + 1), 8, (unsigned)(i * 1000 + n));
    return 0;
}

static int
maintainer(int i)
{
    struct maintain_counts n = {0};
    struct ctx *c = fx_ctx();

    for (int round = 0; round < 20; round++) {
        c->now_ms = NOW;
        if (i == 0)
            slice(EVENT_VERIFICATION, 30);
        else if (maintain_svc_run(c, MAINTAIN_ROLLUP | MAINTAIN_PRUNE, &n) != ST_OK)
            return 1;
    }
    return 0;
}

/* Writers and maintainers at once; some of either are killed. Every read between is exact. */
static void
processes(bool with_kills)
{
    int pids[WRITERS + MAINTAINERS];

    for (int i = 0; i < WRITERS + MAINTAINERS; i++)
        pids[i] = i < WRITERS ? fx_fork(writer, i) : fx_fork(maintainer, i - WRITERS);
    for (int n = 0; n < 40; n++) {
        CHECK_INT(record_missing(EVENT_VERIFICATION), 0);
        CHECK_INT(record_missing(EVENT_DECISION), 0);
        usleep((useconds_t)(rand() % 3000));
        if (with_kills && n % 5 == 4)
            kill(pids[n / 5 % (WRITERS + MAINTAINERS)], SIGKILL);
    }
    for (int i = 0; i < WRITERS + MAINTAINERS; i++)
        if (fx_join(pids[i]) != 0)
            CHECK(with_kills);
    if (!with_kills)
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification"), WRITERS * EACH);
    record_check_all();
    record_maintain(NOW, MAINTAIN_ROLLUP);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification_queue"), 0);
    record_check_all();
}

static void
at_once(void)
{
    processes(false);
}

static void
killed(void)
{
    srand(11);
    for (int round = 0; round < 8; round++)
        processes(true);
}

static int
write_some(int i)
{
    record_many(NOW - 50, 20, (unsigned)i);
    return fx_sql_int("SELECT COUNT(*) FROM lk_verification") > 0 ? 0 : 1;
}

static enum status
slice_and_writer(struct ctx *c, void *arg)
{
    enum status st = rollup_store_slice(c, arg);

    fx_sql("SET SESSION innodb_lock_wait_timeout = 50"); /* the writer's stays at 10 s */
    CHECK_INT(fx_join(fx_fork(write_some, 5)), 0);
    return st;
}

/* Nobody who records waits for a slice. */
static void
writers_do_not_wait(void)
{
    struct rollup_slice s = {.kind = EVENT_VERIFICATION, .limit = 1000};

    s.workspace_id = str_of(fx_workspace);
    record_many(NOW, 30, 1);
    CHECK_INT(db_tx(fx_ctx(), slice_and_writer, &s), ST_OK);
    CHECK_INT(s.n, 30);
    record_check_all();
}

/* Pruning */

static void
put_at(int64_t days_ago)
{
    struct verification_event v = record_verification(NOW - days_ago * DAY);
    struct decision_event d = record_decision(v.time);

    record_put_verification(&v);
    record_put_decision(&d);
}

static const char *
rows(const char *table)
{
    return fx_sql_str("SELECT COALESCE(GROUP_CONCAT(%lld - time DIV 86400000 ORDER BY time "
                      "SEPARATOR ' '), '') FROM %s",
                      NOW / DAY, table);
}

/* In days before now: what is kept of records and of each rollup. 2024-10-04 is now; months begin
 * 3, 33, 64 ... days ago. */
static void
pruning(void)
{
    static const int days[] = {0, 7, 8, 30, 31, 32, 90, 91, 100, 101, 365, 366};
    struct maintain_counts n;

    fx_sql("UPDATE lk_workspace SET analytics_retention_days = 1000");
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
        put_at(days[i]);
    CHECK_INT(record_maintain(NOW, MAINTAIN_PRUNE).pruned_records, 0); /* not rolled up yet */
    record_check_all();
    n = record_maintain(NOW, MAINTAIN_ROLLUP | MAINTAIN_PRUNE);
    CHECK_INT(n.pruned_records, 5 + 7);
    CHECK_INT(n.pruned_rollup_rows, 5 + 5 + 1 + 10 + 8 + 3);
    CHECK_STR(rows("lk_verification"), "90 32 31 30 8 7 0");
    CHECK_STR(rows("lk_verification_minute"), "90 32 31 30 8 7 0");
    CHECK_STR(rows("lk_verification_hour"), "90 32 31 30 8 7 0");
    CHECK_STR(rows("lk_verification_day"), "365 101 100 91 90 32 31 30 8 7 0");
    CHECK_STR(rows("lk_ratelimit_decision"), "31 30 8 7 0");
    CHECK_STR(rows("lk_ratelimit_minute"), "7 0");
    CHECK_STR(rows("lk_ratelimit_hour"), "30 8 7 0");
    CHECK_STR(rows("lk_ratelimit_day"), "100 91 90 32 31 30 8 7 0");
    CHECK_INT(fx_sql_int("SELECT SUM(count) FROM lk_verification_month"), 12);
    fx_sql("UPDATE lk_workspace SET analytics_retention_days = 8");
    CHECK_INT(record_maintain(NOW, MAINTAIN_PRUNE).pruned_records, 4 + 2);
    CHECK_STR(rows("lk_verification"), "8 7 0");
    CHECK_STR(rows("lk_verification_minute"), "90 32 31 30 8 7 0");
    fx_sql("UPDATE lk_workspace SET deleted_at = 1");
    CHECK_INT(record_maintain(NOW + 2000 * DAY, MAINTAIN_PRUNE).pruned_records, 6);
    CHECK_STR(rows("lk_verification_month"), "");
}

static int
prune_always(int i)
{
    for (int n = 0; n < 30; n++)
        record_maintain(NOW + i, MAINTAIN_ROLLUP | MAINTAIN_PRUNE);
    return 0;
}

/* What is pruned stays counted in the rollups that are kept longer. */
static void
pruning_under_load(void)
{
    int pruner;

    fx_sql("UPDATE lk_workspace SET analytics_retention_days = 1");
    pruner = fx_fork(prune_always, 0);
    for (int i = 0; i < 60; i++)
        record_many(NOW - i % 5 * DAY, 4, (unsigned)i);
    CHECK_INT(fx_join(pruner), 0);
    record_maintain(NOW, MAINTAIN_ROLLUP | MAINTAIN_PRUNE);
    CHECK_INT(fx_sql_int("SELECT SUM(count) FROM lk_verification_day"), 240);
    CHECK_INT(fx_sql_int("SELECT SUM(total) FROM lk_ratelimit_month"), 240);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification"), 96);
}

/* Shares of workers */

static bool
count_down(void *arg)
{
    int *left = arg;

    return --*left > 0;
}

static void
shares(void)
{
    int often = 1000, once = 1;

    record_many(NOW, 130, 1);
    fx_clock(NOW);
    CHECK_INT(maintain_svc_share(fx_ctx(), count_down, &once), ST_OK);
    CHECK_INT(fx_sql_int("SELECT SUM(count) FROM lk_verification_day"), 50);
    CHECK_INT(maintain_svc_share(fx_ctx(), count_down, &often), ST_OK); /* somebody was here */
    CHECK_INT(fx_sql_int("SELECT SUM(count) FROM lk_verification_day"), 50);
    fx_sql("UPDATE lk_maintenance SET at = at - 60000 WHERE name = 'workers'");
    CHECK_INT(maintain_svc_share(fx_ctx(), count_down, &often), ST_OK);
    CHECK_INT(fx_sql_int("SELECT SUM(count) FROM lk_verification_day"), 130);
    record_check_all();
}

static void
when_last(void)
{
    int64_t at;

    CHECK_INT(maintain_svc_last(fx_ctx(), &at), ST_OK);
    CHECK_INT(at, 0);
    record_maintain(NOW, MAINTAIN_ROLLUP);
    CHECK_INT(maintain_svc_last(fx_ctx(), &at), ST_OK);
    CHECK_INT(at, 0);
    record_maintain(NOW, MAINTAIN_ALL);
    CHECK_INT(maintain_svc_last(fx_ctx(), &at), ST_OK);
    CHECK_INT(at, NOW);
}

CU_TestInfo suite_service_rollup[] = {
    {"always exact", always_exact},
    {"any order", any_order},
    {"boundaries", boundaries},
    {"groups", groups},
    {"workspaces", workspaces},
    {"failures", failures},
    {"as the benchmark", as_benchmark},
    {"at once", at_once},
    {"killed", killed},
    {"writers do not wait", writers_do_not_wait},
    {"pruning", pruning},
    {"pruning under load", pruning_under_load},
    {"shares", shares},
    {"when last", when_last},
    CU_TEST_INFO_NULL,
};
