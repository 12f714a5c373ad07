/* analytics/fill: WITH FILL (contract analytics.md section 11.1). Rows come as the database would
 * send them. */
#include "support/analytics.h"
#include "support/isolation.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static const struct scope scope = {.workspace = STR("ws_1"), .all_spaces = true};

/* Feeds rows of whole numbers, "3,1 5,2", and returns the JSON of all rows. */
static const char *
filled(struct ctx *c, const char *query, const char *rows)
{
    struct cell cells[4] = {{0}};
    struct query q;
    struct sb b;
    enum status st =
        isolation_plan(c, str_of(query), FAMILY_VERIFICATIONS, &scope, DIALECT_MARIADB, &q);

    for (const char *p = rows; st == ST_OK && *p; p += strspn(p, " ")) {
        for (size_t i = 0; i < q.n_cells; i++, p += *p == ',') {
            int n = 0;
            long long v = 0;

            sscanf(p, "%lld%n", &v, &n);
            cells[i] = (struct cell){.i = v, .d = (double)v, .s = S("t")};
            p += n;
        }
        st = query_row(&q, cells);
    }
    if (st == ST_OK)
        st = query_end(&q);
    sb_init(&b, c->mem, 256);
    for (size_t i = 0; st == ST_OK && i < q.result.rows; i++)
        sb_put(&b, result_row(&q.result, i));
    return st == ST_OK ? sb_str(&b).p : arena_cstr(c->mem, c->err.detail);
}

#define X_N                                                                                        \
    "SELECT spent_credits AS x, count() AS n FROM key_verifications_v1 GROUP BY x ORDER BY x"
#define DAYS                                                                                       \
    "SELECT time AS x, sum(count) AS n FROM key_verifications_per_day_v1 GROUP BY x ORDER BY x"

static void
gaps(void)
{
    static const struct {
        const char *query, *rows, *json;
    } rows[] = {
        {X_N, "3,1 5,2", "{\"n\":1,\"x\":3}{\"n\":2,\"x\":5}"},
        {X_N " WITH FILL", "3,1 5,2", "{\"n\":1,\"x\":3}{\"n\":0,\"x\":4}{\"n\":2,\"x\":5}"},
        {X_N " WITH FILL", "", ""},
        {X_N " WITH FILL FROM 2", "3,1", "{\"n\":0,\"x\":2}{\"n\":1,\"x\":3}"},
        {X_N " WITH FILL TO 6", "4,1", "{\"n\":1,\"x\":4}{\"n\":0,\"x\":5}"},
        {X_N " WITH FILL FROM 1 TO 4", "", "{\"n\":0,\"x\":1}{\"n\":0,\"x\":2}{\"n\":0,\"x\":3}"},
        {X_N " WITH FILL FROM 1 TO 3", "0,7 3,8 9,9",
         "{\"n\":7,\"x\":0}{\"n\":0,\"x\":1}{\"n\":0,\"x\":2}{\"n\":8,\"x\":3}{\"n\":9,\"x\":9}"},
        {X_N " WITH FILL STEP 2", "1,1 4,4", "{\"n\":1,\"x\":1}{\"n\":0,\"x\":3}{\"n\":4,\"x\":4}"},
        {X_N " DESC WITH FILL FROM 3 TO 0 STEP -1", "2,1",
         "{\"n\":0,\"x\":3}{\"n\":1,\"x\":2}{\"n\":0,\"x\":1}"},
        {X_N " DESC WITH FILL", "3,1 1,2", "{\"n\":1,\"x\":3}{\"n\":0,\"x\":2}{\"n\":2,\"x\":1}"},
        {X_N " WITH FILL FROM 1 TO 100 LIMIT 2", "2,5", "{\"n\":0,\"x\":1}{\"n\":5,\"x\":2}"},
        {X_N " WITH FILL FROM 1 TO 100 LIMIT 1 OFFSET 2", "2,5", "{\"n\":0,\"x\":3}"},
        {X_N " WITH FILL FROM 1 TO 4 INTERPOLATE (n)", "2,5",
         "{\"n\":0,\"x\":1}{\"n\":5,\"x\":2}{\"n\":5,\"x\":3}"},
        {DAYS " WITH FILL", "20782,1 20784,2",
         "{\"n\":1,\"x\":\"2026-11-25T00:00:00Z\"}{\"n\":0,\"x\":\"2026-11-26T00:00:00Z\"}"
         "{\"n\":2,\"x\":\"2026-11-27T00:00:00Z\"}"},
        {DAYS " WITH FILL FROM toDate('2026-01-31') TO toDate('2026-04-01') STEP INTERVAL 1 MONTH",
         "",
         "{\"n\":0,\"x\":\"2026-01-31T00:00:00Z\"}{\"n\":0,\"x\":\"2026-02-28T00:00:00Z\"}"
         "{\"n\":0,\"x\":\"2026-03-28T00:00:00Z\"}"},
        {DAYS " WITH FILL TO toDate('2026-12-10') STEP INTERVAL 1 WEEK", "20782,1",
         "{\"n\":1,\"x\":\"2026-11-25T00:00:00Z\"}{\"n\":0,\"x\":\"2026-12-02T00:00:00Z\"}"
         "{\"n\":0,\"x\":\"2026-12-09T00:00:00Z\"}"},
        /* two keys */
        {"SELECT latency AS a, spent_credits AS x FROM key_verifications_v1 ORDER BY a, x WITH "
         "FILL",
         "1,1 1,3 2,7 2,8",
         "{\"a\":1,\"x\":1}{\"a\":1,\"x\":2}{\"a\":1,\"x\":3}{\"a\":2,\"x\":7}{\"a\":2,\"x\":8}"},
        {"SELECT latency AS a, spent_credits AS x FROM key_verifications_v1 ORDER BY a, x WITH "
         "FILL "
         "FROM 1 TO 3",
         "1,1 2,2", "{\"a\":1,\"x\":1}{\"a\":1,\"x\":2}{\"a\":2,\"x\":1}{\"a\":2,\"x\":2}"},
        {"SELECT spent_credits AS x, latency AS a FROM key_verifications_v1 ORDER BY x WITH FILL, "
         "a",
         "1,5 1,6 3,5", "{\"a\":5,\"x\":1}{\"a\":6,\"x\":1}{\"a\":0,\"x\":2}{\"a\":5,\"x\":3}"},
        /* defaults of all types, and a key that is not selected */
        {"SELECT key_id, tags, latency FROM key_verifications_v1 ORDER BY spent_credits WITH FILL "
         "FROM 1 "
         "TO 2",
         "", "{\"key_id\":\"\",\"latency\":0,\"tags\":[]}"},
        /* what leads nowhere */
        {X_N " WITH FILL FROM 5 TO 1", "",
         "Invalid analytics query: WITH FILL: TO lies before FROM."},
        {X_N " WITH FILL STEP 0", "",
         "Invalid analytics query: WITH FILL: STEP does not lead from one value of the column to "
         "the "
         "next."},
        {X_N " WITH FILL STEP -1", "",
         "Invalid analytics query: WITH FILL: STEP does not lead from one value of the column to "
         "the "
         "next."},
        {X_N " WITH FILL FROM 0.5", "",
         "Invalid analytics query: WITH FILL: FROM and TO are constants of the column's type."},
        {DAYS " WITH FILL FROM now()", "",
         "Invalid analytics query: WITH FILL: FROM and TO are constants of the column's type."},
        {"SELECT key_id FROM key_verifications_v1 ORDER BY key_id WITH FILL", "",
         "Invalid analytics query: WITH FILL: the column is a time or a whole number."},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx c = {.mem = arena_new(64 << 20), .now_ms = ANALYTICS_NOW};

        test_row("%s", rows[i].query);
        CHECK_STR(filled(&c, rows[i].query, rows[i].rows), rows[i].json);
        arena_free(c.mem);
    }
}

/* As many rows as the limit allows, and no more: whatever the bounds are. */
static void
endless_gaps(void)
{
    struct ctx c = {.mem = arena_new(64 << 20), .now_ms = ANALYTICS_NOW};

    CHECK_STR(filled(&c, X_N " WITH FILL FROM 0 TO 9000000000000000000", ""),
              "The result exceeds the maximum row count of 10000.");
    arena_free(c.mem);
}

CU_TestInfo suite_analytics_fill[] = {
    {"gaps", gaps},
    {"endless gaps", endless_gaps},
    CU_TEST_INFO_NULL,
};
