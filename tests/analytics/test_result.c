/* analytics/result, analytics/label: values and names (contract analytics.md section 7). */
#include "analytics/label.h"
#include "analytics/parse.h"
#include "analytics/result.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

static const char *
encoded(struct ctx *c, struct type t, struct cell v)
{
    const struct column column = {S("x"), t};
    struct result r;

    result_init(&r, c, &column, 1, 10);
    if (result_add(&r, &v) != ST_OK)
        return "refused";
    return arena_cstr(c->mem, result_row(&r, 0));
}

static void
values(void)
{
    static const struct {
        struct type type;
        struct cell cell;
        const char *json;
    } rows[] = {
        {{.kind = TYPE_INT}, {.i = INT64_MAX}, "9223372036854775807"},
        {{.kind = TYPE_INT}, {.i = INT64_MIN}, "-9223372036854775808"},
        {{.kind = TYPE_INT}, {.null = true}, "null"},
        {{.kind = TYPE_MS}, {.i = 1795614330250}, "1795614330250"},
        {{.kind = TYPE_FLOAT}, {.d = 50}, "50"},
        {{.kind = TYPE_FLOAT}, {.d = 57.14}, "57.14"},
        {{.kind = TYPE_FLOAT}, {.d = 0.1675}, "0.1675"},
        {{.kind = TYPE_FLOAT}, {.d = -2.5}, "-2.5"},
        {{.kind = TYPE_FLOAT}, {.d = 0}, "0"},
        {{.kind = TYPE_FLOAT}, {.d = 0.1 + 0.2}, "0.30000000000000004"},
        {{.kind = TYPE_FLOAT}, {.d = NAN}, "null"},
        {{.kind = TYPE_FLOAT}, {.d = INFINITY}, "null"},
        {{.kind = TYPE_FLOAT}, {.d = -INFINITY}, "null"},
        {{.kind = TYPE_BOOL}, {.i = 1}, "true"},
        {{.kind = TYPE_BOOL}, {.i = 0}, "false"},
        {{.kind = TYPE_TEXT}, {.s = STR("a\"b\\\n")}, "\"a\\\"b\\\\\\n\""},
        {{.kind = TYPE_TEXT},
         {.s = STR("\xc3\xa4\xff\xc3")},
         "\"\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\""},
        {{.kind = TYPE_DATE}, {.i = 20782}, "\"2026-11-25T00:00:00Z\""},
        {{.kind = TYPE_DATE}, {.i = 0}, "\"1970-01-01T00:00:00Z\""},
        {{.kind = TYPE_DATETIME}, {.i = 1795614330}, "\"2026-11-25T13:45:30Z\""},
        {{.kind = TYPE_DATETIME64, .digits = 3},
         {.i = 1795614330250},
         "\"2026-11-25T13:45:30.25Z\""},
        {{.kind = TYPE_DATETIME64, .digits = 3},
         {.i = 1795614330674},
         "\"2026-11-25T13:45:30.674Z\""},
        {{.kind = TYPE_DATETIME64, .digits = 3}, {.i = 1795614330000}, "\"2026-11-25T13:45:30Z\""},
        {{.kind = TYPE_DATETIME64, .digits = 6},
         {.i = 1795614330000001},
         "\"2026-11-25T13:45:30.000001Z\""},
        {{.kind = TYPE_ARRAY, .item = TYPE_TEXT}, {.s = STR("[]")}, "[]"},
        {{.kind = TYPE_ARRAY, .item = TYPE_TEXT}, {.s = STR("[\"a\",\"b\"]")}, "[\"a\",\"b\"]"},
        {{.kind = TYPE_ARRAY, .item = TYPE_DATE},
         {.s = STR("[20782,0]")},
         "[\"2026-11-25T00:00:00Z\",\"1970-01-01T00:00:00Z\"]"},
        {{.kind = TYPE_NULL}, {.null = true}, "null"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx c = {.mem = arena_new(1 << 20)};

        test_row("%s", rows[i].json);
        CHECK_STR(encoded(&c, rows[i].type, rows[i].cell),
                  arena_fmt(c.mem, "{\"x\":%s}", rows[i].json).p);
        arena_free(c.mem);
    }
}

/* Members in byte order of their names; of several alike the last one. */
static void
members(void)
{
    static const struct column columns[] = {
        {STR("b"), {.kind = TYPE_INT}},   {STR("a"), {.kind = TYPE_INT}},
        {STR("B"), {.kind = TYPE_INT}},   {STR("b"), {.kind = TYPE_INT}},
        {STR("\"q"), {.kind = TYPE_INT}},
    };
    const struct cell row[] = {{.i = 1}, {.i = 2}, {.i = 3}, {.i = 4}, {.i = 5}};
    struct ctx c = {.mem = arena_new(1 << 20)};
    struct result r;

    result_init(&r, &c, columns, 5, 10);
    CHECK_INT(result_add(&r, row), ST_OK);
    CHECK_STR(arena_cstr(c.mem, result_row(&r, 0)), "{\"\\\"q\":5,\"B\":3,\"a\":2,\"b\":4}");
    result_init(&r, &c, columns, 5, 10);
    result_as_selected(&r);
    CHECK_INT(result_add(&r, row), ST_OK);
    CHECK_STR(arena_cstr(c.mem, result_row(&r, 0)), "{\"a\":2,\"B\":3,\"b\":4,\"\\\"q\":5}");
    arena_free(c.mem);
}

static void
too_much(void)
{
    const struct column column = {S("x"), {.kind = TYPE_TEXT}};
    struct ctx c = {.mem = arena_new(64 << 20)};
    char *big = arena_alloc(c.mem, RESULT_BYTES_MAX);
    struct cell row = {.s = {big, RESULT_BYTES_MAX - 9}};
    struct result r;

    memset(big, 'a', RESULT_BYTES_MAX);
    result_init(&r, &c, &column, 1, 10);
    CHECK_INT(result_add(&r, &row), ST_OK); /* {"x":"..."} and a comma */
    row.s.n++;
    result_init(&r, &c, &column, 1, 10);
    CHECK_INT(result_add(&r, &row), ST_ANALYTICS_MEMORY);
    c.err = (struct err){0};
    row.s.n = 1;
    result_init(&r, &c, &column, 1, 2);
    CHECK_INT(result_add(&r, &row), ST_OK);
    CHECK_INT(result_add(&r, &row), ST_OK);
    CHECK_INT(result_add(&r, &row), ST_ANALYTICS_ROWS);
    arena_free(c.mem);
}

static void
names(void)
{
    static const struct {
        const char *expression, *name;
    } rows[] = {
        {"COUNT(*)", "COUNT()"},
        {"count(*)", "count()"},
        {"SUM( count )", "SUM(count)"},
        {"COUNTIF(a)", "countIf(a)"},
        {"TOSTARTOFHOUR(time)", "toStartOfHour(time)"},
        {"quantile(0.95)(latency)", "quantile(0.95)(latency)"},
        {"count(DISTINCT a)", "count(DISTINCT a)"},
        {"a + b", "plus(a, b)"},
        {"a - b * c", "minus(a, multiply(b, c))"},
        {"a / b % c", "modulo(divide(a, b), c)"},
        {"-a", "negate(a)"},
        {"a = 1", "equals(a, 1)"},
        {"a != 'x'", "notEquals(a, 'x')"},
        {"a < 1 AND b >= 2 OR NOT c", "or(and(less(a, 1), greaterOrEquals(b, 2)), not(c))"},
        {"a LIKE 'x%'", "like(a, 'x%')"},
        {"a NOT LIKE 'x'", "notLike(a, 'x')"},
        {"a ILIKE 'x'", "ilike(a, 'x')"},
        {"a IN (1, 2)", "in(a, tuple(1, 2))"},
        {"a BETWEEN 1 AND 2", "and(greaterOrEquals(a, 1), lessOrEquals(a, 2))"},
        {"CASE WHEN a THEN 1 ELSE 2 END", "multiIf(a, 1, 2)"},
        {"CASE a WHEN 1 THEN 2 END", "caseWithExpression(a, 1, 2)"},
        {"a ? 1 : 2", "if(a, 1, 2)"},
        {"INTERVAL 1 DAY", "toIntervalDay(1)"},
        {"trim(a)", "trimBoth(a)"},
        {"tags[1]", "arrayElement(tags, 1)"},
        {"CAST(a AS String)", "CAST(a, 'String')"},
        {"a::DateTime64(3)", "CAST(a, 'DateTime64(3)')"},
        {"a::Nullable(Int64)", "CAST(a, 'Nullable(Int64)')"},
        {"arrayFilter(x -> x = 1, a)", "arrayFilter(lambda(tuple(x), equals(x, 1)), a)"},
        {"'it''s'", "'it\\'s'"},
        {"1.50", "1.50"},
        {"NULL", "NULL"},
        {"true", "true"},
        {"[1, 2]", "[1, 2]"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx c = {.mem = arena_new(1 << 20)};
        struct parsed p;

        test_row("%s", rows[i].expression);
        CHECK_INT(parse_statement(&c, arena_fmt(c.mem, "SELECT %s", rows[i].expression), &p),
                  ST_OK);
        if (c.err.status == ST_OK)
            CHECK_STR(arena_cstr(c.mem, label_of(c.mem, p.query->select[0]->item[0].e)),
                      rows[i].name);
        arena_free(c.mem);
    }
}

CU_TestInfo suite_analytics_result[] = {
    {"values", values}, {"members", members}, {"too much", too_much},
    {"names", names},   CU_TEST_INFO_NULL,
};
