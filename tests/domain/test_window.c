/* domain/window: contract ratelimit.md sections 3.2, 3.3 and 5.2 */
#include "domain/window.h"
#include "support/test.h"

static void
resets(void)
{
    static const struct {
        int64_t now, duration, reset;
    } rows[] = {
        {0, 1000, 1000},
        {999, 1000, 1000},
        {1000, 1000, 2000},
        {1764000000123, 60000, 1764000060000},
        {1764000000123, 2592000000, 1765152000000},
        {1764000000123, INT64_MAX, INT64_MAX},
        {1764000000123, INT64_MAX / 2 + 1, INT64_MAX / 2 + 1},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("row %zu", i);
        CHECK_INT(window_reset(rows[i].now, rows[i].duration), rows[i].reset);
        CHECK(window_reset(rows[i].now, rows[i].duration) > rows[i].now);
    }
}

/* The fixed column of the contract's table, and the extremes. */
static void
single(void)
{
    static const struct {
        int64_t count, limit, cost;
        bool fits;
        int64_t remaining;
    } rows[] = {
        {0, 10, 1, true, 9},
        {9, 10, 1, true, 0},
        {10, 10, 0, true, 0},
        {10, 10, 1, false, 0},
        {0, 10, 100, false, 0},
        {5, 10, 1, true, 4},
        {11, 10, 0, false, 0},
        {0, 0, 0, true, 0},
        {0, 0, 1, false, 0},
        {0, INT64_MAX, INT64_MAX, true, 0},
        {1, INT64_MAX, INT64_MAX, false, 0},
        {INT64_MAX, INT64_MAX, 1, false, 0},
        {0, 1, INT64_MAX, false, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct window_check c = {.limit = rows[i].limit, .cost = rows[i].cost};
        struct window_demand d;

        test_row("row %zu", i);
        window_sum(&c, 1, &d, 1);
        CHECK_INT(d.bound >= 0 && rows[i].count <= d.bound, rows[i].fits);
        CHECK_INT(window_judge(&c, 1, &rows[i].count), rows[i].fits);
        CHECK_INT(c.fits, rows[i].fits);
        CHECK_INT(c.remaining, rows[i].remaining);
    }
}

enum { MAX_ITEMS = 3 };

static void
batches(void)
{
    static const struct {
        const char *what;
        int64_t counts[MAX_ITEMS];
        struct window_check items[MAX_ITEMS];
        bool all;
        bool fits[MAX_ITEMS];
        int64_t remaining[MAX_ITEMS];
    } rows[] = {
        {"all fit", {0, 5}, {{0, 10, 1, 0, 0}, {1, 10, 5, 0, 0}}, true, {true, true}, {9, 0}},
        {"one does not",
         {0, 9},
         {{0, 10, 1, 0, 0}, {1, 10, 5, 0, 0}},
         false,
         {true, false},
         {10, 0}},
        {"day and hour",
         {8, 8},
         {{0, 10, 3, 0, 0}, {1, 20, 3, 0, 0}},
         false,
         {false, true},
         {0, 12}},
        {"same counter adds up",
         {0},
         {{0, 3, 1, 0, 0}, {0, 3, 2, 0, 0}},
         true,
         {true, true},
         {2, 0}},
        {"second of two fails",
         {0},
         {{0, 1, 1, 0, 0}, {0, 1, 1, 0, 0}},
         false,
         {true, false},
         {1, 0}},
        {"own limits on one counter",
         {3},
         {{0, 5, 1, 0, 0}, {0, 4, 1, 0, 0}},
         false,
         {true, false},
         {2, 0}},
        /* a later duplicate still counts the earlier one's cost */
        {"earlier cost stays in remaining",
         {0, 1},
         {{0, 10, 2, 0, 0}, {0, 10, 3, 0, 0}, {1, 1, 1, 0, 0}},
         false,
         {true, true, false},
         {10, 8, 0}},
        {"a look vetoes",
         {5, 0},
         {{0, 3, 0, 0, 0}, {1, 10, 1, 0, 0}},
         false,
         {false, true},
         {0, 10}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct window_check c[MAX_ITEMS];
        size_t n = rows[i].items[2].limit ? 3 : 2;
        struct window_demand d[2];
        bool bound_ok = true;

        test_row("%s", rows[i].what);
        for (size_t j = 0; j < n; j++)
            c[j] = rows[i].items[j];
        window_sum(c, n, d, 2);
        for (size_t j = 0; j < 2; j++)
            bound_ok = bound_ok && rows[i].counts[j] <= d[j].bound;
        CHECK_INT(bound_ok, rows[i].all);
        CHECK_INT(window_judge(c, n, rows[i].counts), rows[i].all);
        for (size_t j = 0; j < n; j++) {
            CHECK_INT(c[j].fits, rows[i].fits[j]);
            CHECK_INT(c[j].remaining, rows[i].remaining[j]);
        }
    }
}

static void
unknown_count(void)
{
    struct window_check c = {.limit = INT64_MAX, .cost = 1};
    int64_t unknown = -1;

    CHECK(!window_judge(&c, 1, &unknown));
    CHECK_INT(c.remaining, 0);
}

CU_TestInfo suite_domain_window[] = {
    {"resets", resets}, {"single", single}, {"batches", batches}, {"unknown count", unknown_count},
    CU_TEST_INFO_NULL,
};
