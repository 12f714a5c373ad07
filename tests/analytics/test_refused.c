/* analytics: what is refused, and how (contract analytics.md sections 1.3, 1.4, 3). */
#include "support/analytics.h"
#include "support/isolation.h"
#include "support/test.h"

#include <string.h>

static const struct scope scope = {.workspace = STR("ws_1"), .all_spaces = true};

/* A query without its end: so that reading behind it is noticed by sanitizers. */
static struct str
text_of(struct arena *mem, const char *query)
{
    struct str s = arena_str(mem, str_of(query));

    return (struct str){s.p, s.n};
}

static enum status
refusal(struct ctx *c, struct str query)
{
    struct query q;

    return isolation_plan(c, query, FAMILY_VERIFICATIONS, &scope, DIALECT_MARIADB, &q);
}

static void
refused(void)
{
    static const struct {
        const char *query;
        enum status st;
        const char *detail;
    } rows[] = {
#define REFUSED(query, st, detail) {query, ST_ANALYTICS_##st, detail},
#include "analytics/refused.def"
#undef REFUSED
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx c = {.mem = arena_new(64 << 20), .now_ms = ANALYTICS_NOW};
        enum status st = refusal(&c, text_of(c.mem, rows[i].query));
        struct str line = c.err.detail;

        test_row("%s", rows[i].query);
        CHECK_STR(err_name(st), err_name(rows[i].st));
        CHECK_STR(arena_cstr(c.mem, str_cut(&line, '\n')), rows[i].detail);
        arena_free(c.mem);
    }
}

/* The line, and a mark below the place. */
static void
place_of_an_error(void)
{
    static const struct {
        const char *query, *detail;
    } rows[] = {
        {"SELECT count(\n  FROM t",
         "Invalid SQL syntax: 2:3: unexpected 'FROM'; here should be an expression\n"
         "  FROM t\n  ^"},
        {"SELECT 1 FROM key_verifications_v1 WHERE",
         "Invalid SQL syntax: 1:41: the query ends where an expression should be\n"
         "SELECT 1 FROM key_verifications_v1 WHERE\n                                        ^"},
        {"SELECT '\xc3\xa4\xc3\xb6', ! FROM t",
         "Invalid SQL syntax: 1:14: this character has no meaning here\n"
         "SELECT '\xc3\xa4\xc3\xb6', ! FROM t\n             ^"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx c = {.mem = arena_new(64 << 20), .now_ms = ANALYTICS_NOW};

        test_row("%s", rows[i].query);
        CHECK_INT(refusal(&c, text_of(c.mem, rows[i].query)), ST_ANALYTICS_QUERY);
        CHECK_STR(arena_cstr(c.mem, c.err.detail), rows[i].detail);
        arena_free(c.mem);
    }
}

/* part, n times, between two others. */
static struct str
repeated(struct arena *mem, const char *before, const char *part, size_t n, const char *after)
{
    struct sb b;

    sb_init(&b, mem, 1024);
    sb_puts(&b, before);
    for (size_t i = 0; i < n; i++)
        sb_puts(&b, part);
    sb_puts(&b, after);
    return sb_str(&b);
}

#define FROM " FROM key_verifications_v1"

static void
limits(void)
{
    static const struct {
        const char *before, *part;
        size_t n;
        const char *after;
        const char *detail; /* its beginning; empty: accepted */
    } rows[] = {
        /* bytes */
        {"SELECT 1" FROM, " ", 16384 - sizeof("SELECT 1" FROM) + 1, "", ""},
        {"SELECT 1" FROM, " ", 16384 - sizeof("SELECT 1" FROM) + 2, "",
         "Analytics query exceeds the maximum length"},
        {"SELECT !!" FROM, " ", 16384, "", "Analytics query exceeds the maximum length"},
        /* columns */
        {"SELECT 1", ", 1", 63, FROM, ""},
        {"SELECT 1", ", 1", 64, FROM, "The query projects too many columns"},
        {"SELECT 1", ", 1", 62, FROM " WHERE 1 IN (SELECT 1)", ""},
        {"SELECT 1", ", 1", 63, FROM " WHERE 1 IN (SELECT 1)",
         "The query projects too many columns"},
        /* nodes */
        {"SELECT 1", " + 1", 990, FROM, ""},
        {"SELECT 1", " + 1", 1100, FROM, "The query is too complex"},
        {"SELECT 1", " + 1", 4000, FROM, "The query is too complex"},
        {"SELECT 1", " + 1", 1100, " SETTINGS a = 1", "SETTINGS clauses are not allowed."},
        {"SELECT 1 FROM nowhere WHERE 1", " + 1", 1100, "", "The query is too complex"},
        {"SELECT 1" FROM " WHERE key_id IN ('a'", ", 'a'", 1900, ")", ""},
        /* depth */
        {"SELECT abs(abs(abs(", "(", 95,
         "1)))" /* and 95 more */
         ")))))))))))))))))))))))))))))))))))))))))))))))"
         "))))))))))))))))))))))))))))))))))))))))))))))))" FROM,
         ""},
        {"SELECT 1 ", "? 1 : 1", 97, FROM, ""},
        {"SELECT 1 ", "? 1 : 1", 200, FROM, "Invalid SQL syntax: 1:"},
        {"SELECT ", "(", 200, "1" FROM, "Invalid SQL syntax: 1:"},
        {"SELECT ", "NOT ", 200, "1" FROM, "Invalid SQL syntax: 1:"},
        {"SELECT ", "- ", 200, "key_id" FROM, "Invalid SQL syntax: 1:"},
        {"SELECT ", "[", 200, "1" FROM, "Invalid SQL syntax: 1:"},
        {"SELECT 1 FROM ", "(SELECT 1 FROM ", 200, "x", "Invalid SQL syntax: 1:"},
        {"SELECT CAST(1 AS ", "Nullable(", 200, "Int64" FROM, "Invalid SQL syntax: 1:"},
        /* what once took exponential time or all memory */
        {"SELECT latency", " BETWEEN 1 AND 2", 300, FROM, "The query is too complex"},
        {"SELECT 1", " BETWEEN 1 AND 2", 900, FROM, "The query is too complex"},
        {"SELECT ", "CASE ", 30, "latency WHEN 1 THEN 2 END WHEN 3 THEN 4 END", "Invalid SQL"},
        {"SELECT a", ".a", 8000, FROM, "Invalid SQL syntax"},
        {"SELECT a", "[1]", 5000, FROM, "The query is too complex"},
        {"SELECT ", "..0", 5000, FROM, "Invalid SQL syntax"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx c = {.mem = arena_new(512 << 20), .now_ms = ANALYTICS_NOW};
        struct str query = repeated(c.mem, rows[i].before, rows[i].part, rows[i].n, rows[i].after);
        enum status st = refusal(&c, query);

        test_row("%s %zu times '%s'", rows[i].before, rows[i].n, rows[i].part);
        CHECK_INT(st, *rows[i].detail ? ST_ANALYTICS_QUERY : ST_OK);
        CHECK_STR(
            arena_fmt(c.mem, "%.*s", (int)strlen(rows[i].detail), arena_cstr(c.mem, c.err.detail))
                .p,
            rows[i].detail);
        arena_free(c.mem);
    }
}

/* Aliases that double each time: refused before much is done. */
static void
doubling_aliases(void)
{
    static const char *const first[] = {"1 AS a0",
                                        "(SELECT max(latency) FROM key_verifications_v1) AS a0"};

    for (size_t k = 0; k < sizeof(first) / sizeof(first[0]); k++) {
        struct ctx c = {.mem = arena_new(512 << 20), .now_ms = ANALYTICS_NOW};
        struct sb b;

        sb_init(&b, c.mem, 4096);
        sb_addf(&b, "WITH %s", first[k]);
        for (int i = 1; i < 50; i++)
            sb_addf(&b, ", a%d + a%d AS a%d", i - 1, i - 1, i);
        sb_puts(&b, " SELECT a49" FROM);
        test_row("%s", first[k]);
        CHECK_INT(refusal(&c, sb_str(&b)), ST_ANALYTICS_QUERY);
        CHECK(str_starts(c.err.detail, S("The query is too complex")));
        CHECK(arena_used(c.mem) < (100 << 20));
        arena_free(c.mem);
    }
}

static void
retention(void)
{
    static const struct {
        int days;
        bool ok;
        const char *where;
    } rows[] = {
        {30, true, "time >= now() - INTERVAL 7 DAY"},
        {30, true, "time >= now() - INTERVAL 30 DAY"},
        {30, false, "time >= now() - INTERVAL 60 DAY"},
        {90, true, "time >= now() - INTERVAL 60 DAY"},
        {90, false, "time >= now() - INTERVAL 120 DAY"},
        {0, true, "time >= now() - INTERVAL 1200 DAY"},
        {30, false, "time > now() - INTERVAL 31 DAY"},
        {30, false, "time = '2026-01-01'"},
        {30, false, "time = '2026-01-01 10:11:12'"},
        {30, false, "time >= '2026-01-01T10:11:12Z'"},
        {30, false, "TIME >= '2026-01-01'"},
        {30, false, "v.time >= '2026-01-01'"},
        {30, false, "time BETWEEN '2026-01-01' AND now()"},
        {30, true, "time BETWEEN now() - INTERVAL 3 DAY AND '2020-01-01'"},
        {30, false, "'2026-01-01' <= time"},
        {30, false, "'2026-01-01' < time"},
        {30, true, "'2026-01-01' > time"},
        {30, true, "time < '2026-01-01'"},
        {30, true, "time <= '2026-01-01'"},
        {30, true, "time != '2026-01-01'"},
        {30, true, "time IN (1, 2)"},
        {30, true, "NOT time >= '2026-01-01'"},
        {30, false, "outcome = 'X' OR time >= '2026-01-01'"},
        {30, false, "outcome = 'X' AND (source = 'y' OR (time >= '2026-01-01'))"},
        {30, false, "time > 0"},
        {30, false, "time >= 1795614330"},
        {30, true, "time >= 1795614330000"},
        {30, false, "time >= -5"},
        {30, true, "time >= (now() - INTERVAL 60 DAY)"},
        {30, true, "time >= 5 * 4"},
        {30, true, "time >= now() - toIntervalDay(60)"},
        {30, true, "time >= now() - INTERVAL 1 QUARTER"},
        {30, false, "time >= now() - INTERVAL 2 MONTH"},
        {30, true, "time >= now() - INTERVAL 1 MONTH"},
        {400, true, "time >= now() - INTERVAL 1 YEAR"},
        {364, false, "time >= now() - INTERVAL 1 YEAR"},
        {30, false, "time >= now() - INTERVAL 5 WEEK"},
        {30, false, "time >= now() - INTERVAL 721 HOUR"},
        {30, false, "time >= toStartOfMonth(now() - INTERVAL 60 DAY)"},
        {30, true, "time >= toStartOfMonth(now() - INTERVAL 30 DAY)"},
        {30, false, "time >= toDate('2026-01-01')"},
        {30, false, "time >= toDateTime64('2026-01-01', 3)"},
        {30, false, "time >= date_trunc('day', now() - INTERVAL 60 DAY)"},
        {30, false, "time >= toUnixTimestamp64Milli(now64(3) - INTERVAL 60 DAY)"},
        {30, false, "time >= fromUnixTimestamp64Milli(5)"},
        {30, true, "1 HAVING time >= '2026-01-01'"},
        {30, false, "1 IN (SELECT 1" FROM " WHERE time >= '2026-01-01')"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx c = {.mem = arena_new(64 << 20), .now_ms = ANALYTICS_NOW};
        struct str query = arena_fmt(c.mem, "SELECT 1" FROM " v WHERE %s", rows[i].where);
        struct parsed parsed;
        enum status st = check_statement(&c, query, FAMILY_VERIFICATIONS, rows[i].days, &parsed);

        test_row("%s, %d days", rows[i].where, rows[i].days);
        CHECK_INT(st, rows[i].ok ? ST_OK : ST_ANALYTICS_RETENTION);
        if (!rows[i].ok)
            CHECK(str_starts(c.err.detail, arena_fmt(c.mem, "Cannot query data older than %d days.",
                                                     rows[i].days)));
        arena_free(c.mem);
    }
}

CU_TestInfo suite_analytics_refused[] = {
    {"refused", refused},     {"place of an error", place_of_an_error},
    {"limits", limits},       {"doubling aliases", doubling_aliases},
    {"retention", retention}, CU_TEST_INFO_NULL,
};
