/* Overrides in ratelimit.limit and multiLimit: which one applies and what it does; deleted and
 * missing namespaces (contract ratelimit.md sections 4, 5.7, 5.8). */
#include "support/test.h"

#define SET "ratelimit.setOverride"
#define GET "ratelimit.getOverride"
#define LIST "ratelimit.listOverrides"
#define DELETE "ratelimit.deleteOverride"
#define LIMIT "ratelimit.limit"
#define MULTI "ratelimit.multiLimit"

#define NO_NAMESPACE "unkey/data/ratelimit_namespace_not_found"
#define NO_OVERRIDE "unkey/data/ratelimit_override_not_found"
#define GONE "unkey/data/ratelimit_namespace_gone"
#define FORBIDDEN "unkey/authorization/insufficient_permissions"

#define NOW 1764000001234LL

/* The namespace "ns"; its id. */
static const char *
made(void)
{
    fx_sql("INSERT INTO lk_namespace (id, workspace_id, name, created_at) "
           "VALUES ('rlns_%s', '%s', 'ns', 1)",
           fx_workspace, fx_workspace);
    fx_clock(NOW);
    return fx_fmt("rlns_%s", fx_workspace);
}

static const char *
set(const char *identifier, int limit, int duration)
{
    return at_str(fx_ok(SET,
                        "{\"namespace\":\"ns\",\"identifier\":\"%s\",\"limit\":%d,"
                        "\"duration\":%d}",
                        identifier, limit, duration),
                  "data.overrideId");
}

/* A request with limit 100 per minute. */
static struct answer
limit(const char *identifier, int cost)
{
    return fx_ok(LIMIT,
                 "{\"namespace\":\"ns\",\"identifier\":\"%s\",\"limit\":100,\"duration\":60000,"
                 "\"cost\":%d}",
                 identifier, cost);
}

static void
replaces_limit_and_duration(void)
{
    const char *exact, *pattern;
    struct answer a;

    made();
    exact = set("user", 200, 120000);
    pattern = set("p*_x", 3, 30000);
    a = limit("user", 1);
    CHECK(at_true(a, "data.success"));
    CHECK_INT(at_int(a, "data.limit"), 200);
    CHECK_INT(at_int(a, "data.remaining"), 199);
    CHECK_INT(at_int(a, "data.reset"), (NOW / 120000 + 1) * 120000);
    CHECK_STR(at_str(a, "data.overrideId"), exact);
    CHECK_INT(at_int(limit("user", 5), "data.remaining"), 194);
    for (int i = 0; i < 4; i++) {
        a = limit("premium_x", 1);
        test_row("request %d", i);
        CHECK_INT(at_true(a, "data.success"), i < 3);
        CHECK_INT(at_int(a, "data.remaining"), i < 3 ? 2 - i : 0);
        CHECK_INT(at_int(a, "data.limit"), 3);
        CHECK_INT(at_int(a, "data.reset"), (NOW / 30000 + 1) * 30000);
        CHECK_STR(at_str(a, "data.overrideId"), pattern);
    }
    test_row("%s", "others");
    a = limit("nobody", 1);
    CHECK_INT(at_int(a, "data.remaining"), 99);
    CHECK(!at_has(a, "data.overrideId"));
}

static void
changes_apply_at_once(void)
{
    const char *pattern;

    made();
    CHECK_INT(at_int(limit("user", 10), "data.remaining"), 90);
    set("user", 50, 60000); /* the same duration: the same counter */
    CHECK_INT(at_int(limit("user", 1), "data.remaining"), 39);
    set("user", 5, 60000);
    CHECK(!at_true(limit("user", 0), "data.success"));
    pattern = set("u*", 20, 60000);
    fx_ok(DELETE, "{\"namespace\":\"ns\",\"identifier\":\"user\"}");
    CHECK_STR(at_str(limit("user", 1), "data.overrideId"), pattern);
    fx_ok(DELETE, "{\"namespace\":\"ns\",\"identifier\":\"u*\"}");
    CHECK_INT(at_int(limit("user", 1), "data.remaining"), 87);
    CHECK(!at_has(limit("user", 1), "data.overrideId"));
    set("user", 50, 30000); /* another duration: another counter */
    CHECK_INT(at_int(limit("user", 1), "data.remaining"), 49);
    CHECK_STR(at_str(limit("user", 1), "data.overrideId"),
              fx_sql_str("SELECT id FROM lk_override WHERE identifier = 'user'"));
}

static void
zero_blocks(void)
{
    static const int costs[] = {1, 5, 1};
    const char *id;
    struct answer a;

    made();
    limit("user", 1);
    id = set("blocked", 0, 60000);
    for (size_t i = 0; i < 3; i++) {
        a = limit("blocked", costs[i]);
        test_row("cost %d", costs[i]);
        CHECK(!at_true(a, "data.success"));
        CHECK_INT(at_int(a, "data.limit"), 0);
        CHECK_INT(at_int(a, "data.remaining"), 0);
        CHECK_INT(at_int(a, "data.reset"), (NOW / 60000 + 1) * 60000);
        CHECK_STR(at_str(a, "data.overrideId"), id);
    }
    test_row("%s", "cost 0 looks: nothing was consumed");
    CHECK(at_true(limit("blocked", 0), "data.success"));
    set("user", 0, 60000);
    CHECK(!at_true(limit("user", 0), "data.success"));
}

static void
long_durations_are_safe(void)
{
    made();
    fx_ok(SET, "{\"namespace\":\"ns\",\"identifier\":\"u\",\"limit\":5,"
               "\"duration\":9223372036854775807}");
    CHECK_INT(at_int(limit("u", 1), "data.reset"), INT64_MAX);
    CHECK_INT(at_int(limit("u", 1), "data.remaining"), 3);
}

/* What multiLimit says, in short: "limit remaining passed" per item. */
static const char *
multi(const char *items)
{
    struct answer a = fx_ok(MULTI, "[%s]", items);
    const char *all = at_true(a, "data.passed") ? "yes" : "no";

    for (size_t i = 0; i < at_len(a, "data.limits"); i++)
        all = fx_fmt("%s, %lld %lld %d%s", all, at_int(a, fx_fmt("data.limits.%zu.limit", i)),
                     at_int(a, fx_fmt("data.limits.%zu.remaining", i)),
                     at_true(a, fx_fmt("data.limits.%zu.passed", i)),
                     at_has(a, fx_fmt("data.limits.%zu.overrideId", i)) ? "" : " plain");
    return all;
}

#define ITEM(namespace, identifier)                                                                \
    "{\"namespace\":\"" namespace "\",\"identifier\":\"" identifier                                \
                                  "\",\"limit\":100,\"duration\":60000}"

static void
apply_in_batches(void)
{
    made();
    CHECK_STR(multi(ITEM("other", "user")), "yes, 100 99 1 plain");
    set("user", 5, 60000);
    set("w*", 3, 60000);
    fx_ok(SET, "{\"namespace\":\"other\",\"identifier\":\"*\",\"limit\":0,\"duration\":60000}");
    CHECK_STR(multi(ITEM("ns", "user") "," ITEM("ns", "wild") "," ITEM("ns", "plain")),
              "yes, 5 4 1, 3 2 1, 100 99 1 plain");
    CHECK_STR(multi(ITEM("ns", "wild") "," ITEM("ns", "wild") "," ITEM("ns", "wild")),
              "no, 3 2 1, 3 1 1, 3 0 0");
    CHECK_STR(multi(ITEM("ns", "user") "," ITEM("other", "fresh")), "no, 5 4 1, 0 0 0");
    CHECK_STR(multi(ITEM("ns", "user") "," ITEM("ns", "wild")), "yes, 5 3 1, 3 1 1");
}

/* The pattern that getOverride and limit choose among all of a row; NULL: none. */
static const struct {
    const char *patterns[4], *identifier, *wins;
} choices[] = {
    {{"*@gmail.com"}, "test@gmail.com", "*@gmail.com"},
    {{"*@gmail.com"}, "test@yahoo.com", NULL},
    {{"*@gmail.com"}, "test@gmailxcom", NULL},
    {{"hello*"}, "hello world", "hello*"},
    {{"*world"}, "hello world", "*world"},
    {{"h*d"}, "hello world", "h*d"},
    {{"h*d"}, "hello worlds", NULL},
    {{"h*beau*world"}, "hello beautiful world", "h*beau*world"},
    {{"*"}, "anything at all", "*"},
    {{"*"}, "two\\nlines", NULL},
    {{"a*c"}, "abc", "a*c"},
    {{"a*c"}, "ac", "a*c"},
    {{"a*c"}, "ABC", NULL},
    {{"a.c"}, "abc", NULL},
    {{"[ab]*"}, "ab", NULL},
    {{"a?*"}, "ab", NULL},
    {{"a\\\\*"}, "a\\\\b", "a\\\\*"},
    {{"%*"}, "ab", NULL},
    {{"caf\xc3\xa9*\xf0\x9f\x8e\x89"},
     "caf\xc3\xa9 x \xf0\x9f\x8e\x89",
     "caf\xc3\xa9*\xf0\x9f\x8e\x89"},
    {{"*\\u0000*"}, "a\\u0000b", "*\\u0000*"},
    /* an exact one before any pattern */
    {{"user", "*", "use*", "*ser"}, "user", "user"},
    {{"us*", "*"}, "us*", "us*"},
    {{"*", "u**"}, "u**", "u**"},
    {{"use*", "us*er"}, "us*er", "us*er"},
    /* more literal characters, fewer stars, byte order */
    {{"*", "u*", "use*", "us*"}, "user", "use*"},
    {{"*", "*r", "u*"}, "user", "*r"},
    {{"u*r", "*ser"}, "user", "*ser"},
    {{"u*e*r", "u*er"}, "user", "u*er"},
    {{"us*", "*er"}, "user", "*er"},
    {{"*er", "us*", "u*e*r"}, "user", "u*e*r"},
    {{"a*", "b*"}, "user", NULL},
    /* the examples of docs/ratelimit-overrides.md */
    {{"premium_anna", "premium_*"}, "premium_anna", "premium_anna"},
    {{"*", "premium_*"}, "premium_anna", "premium_*"},
    {{"premium_*", "*_anna"}, "premium_anna", "premium_*"},
    {{"*_anna", "p*anna"}, "premium_anna", "*_anna"},
    {{"pr*a*a", "pre*a"}, "premium_anna", "pre*a"},
    {{"*", "premium_a"}, "premium_anna", "*"},
    {{"r*", "*\xc3\xa9"}, "ros\xc3\xa9", "*\xc3\xa9"},
    {{"*@example.com"}, "@example.com", "*@example.com"},
    {{"*@example.com"}, "Anna@EXAMPLE.com", NULL},
    {{"api:*:read"}, "api:a:b:read", "api:*:read"},
    {{"api:*:read"}, "my:api:v1:read", NULL},
    {{"v1.*"}, "v12x", NULL},
};

static void
the_most_specific_pattern_wins(void)
{
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        struct answer got, used;

        fx_sql("DELETE FROM lk_override");
        fx_sql("DELETE FROM lk_namespace");
        made();
        for (int j = 0; j < 4 && choices[i].patterns[j]; j++)
            set(choices[i].patterns[j], 50 + j, 60000);
        got = fx_call(NULL, GET, "{\"namespace\":\"ns\",\"identifier\":\"%s\"}",
                      choices[i].identifier);
        used = limit(choices[i].identifier, 0);
        test_row("%s for %s", choices[i].patterns[0], choices[i].identifier);
        if (!choices[i].wins) {
            fx_check_error(got, 404, NO_OVERRIDE);
            CHECK(!at_has(used, "data.overrideId"));
            continue;
        }
        CHECK_STR(
            json_object_to_json_string_ext(at(got, "data.identifier"), JSON_C_TO_STRING_PLAIN),
            fx_fmt("\"%s\"", choices[i].wins));
        CHECK_STR(at_str(used, "data.overrideId"), at_str(got, "data.overrideId"));
        CHECK_INT(at_int(used, "data.limit"), at_int(got, "data.limit"));
    }
}

/* The order in which overrides were made, or their ids, decide nothing. */
static void
the_choice_does_not_depend_on_order(void)
{
    for (int turn = 0; turn < 6; turn++) {
        fx_sql("DELETE FROM lk_override");
        fx_sql("DELETE FROM lk_namespace");
        made();
        for (int i = 0; i < 3; i++)
            set((const char *[]){"ab*", "*yz", "*"}[(i + turn) % 3], (i + turn) % 3, 60000);
        CHECK_INT(at_int(limit("abxyz", 0), "data.limit"), 1);
    }
}

/* Each operation on a namespace that was deleted, or never was, with and without permission. */
static struct answer
operate(const char *root, const char *operation, const char *namespace)
{
    if (str_eq(str_of(operation), S(LIST)))
        return fx_call(root, operation, "{\"namespace\":\"%s\"}", namespace);
    if (str_eq(str_of(operation), S(GET)) || str_eq(str_of(operation), S(DELETE)))
        return fx_call(root, operation, "{\"namespace\":\"%s\",\"identifier\":\"u\"}", namespace);
    if (str_eq(str_of(operation), S(MULTI)))
        return fx_call(root, operation,
                       "[{\"namespace\":\"%s\",\"identifier\":\"u\",\"limit\":1,"
                       "\"duration\":1000}]",
                       namespace);
    return fx_call(root, operation,
                   "{\"namespace\":\"%s\",\"identifier\":\"u\",\"limit\":1,\"duration\":1000}",
                   namespace);
}

static void
deleted_namespaces(void)
{
    static const struct {
        const char *operation, *permission;
        int status;
        const char *type;
    } rows[] = {
        {LIMIT, "ratelimit.*.limit", 410, GONE},
        {LIMIT, "ratelimit.*.create_namespace", 410, GONE},
        {LIMIT, "", 410, GONE},
        {MULTI, "ratelimit.*.limit", 410, GONE},
        {MULTI, "ratelimit.*.create_namespace", 403, FORBIDDEN},
        {MULTI, "", 403, FORBIDDEN},
        {SET, "ratelimit.*.set_override", 404, NO_NAMESPACE},
        {SET, "", 404, NO_NAMESPACE},
        {GET, "ratelimit.*.read_override", 404, NO_NAMESPACE},
        {GET, "", 404, NO_NAMESPACE},
        {DELETE, "ratelimit.*.delete_override", 404, NO_NAMESPACE},
        {DELETE, "", 404, NO_NAMESPACE},
        {LIST, "ratelimit.*.read_override", 200, ""},
        {LIST, "", 403, FORBIDDEN},
    };
    const char *id = made();

    set("left", 1, 1000);
    fx_sql("UPDATE lk_namespace SET deleted_at = 1");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int by_id = 0; by_id < 2; by_id++) {
            struct answer a =
                operate(fx_key_with(rows[i].permission), rows[i].operation, by_id ? id : "ns");

            test_row("%s %s", rows[i].operation, rows[i].permission);
            if (rows[i].status != 200)
                fx_check_error(a, rows[i].status, rows[i].type);
            else
                CHECK_INT(at_len(a, "data"), 1);
        }
    }
}

static void
missing_namespaces(void)
{
    static const struct {
        const char *operation, *permission;
        int status;
        const char *type;
        int made;
    } rows[] = {
        {LIMIT, "ratelimit.*.create_namespace\nratelimit.*.limit", 200, "", 1},
        {MULTI, "ratelimit.*.create_namespace\nratelimit.*.limit", 200, "", 1},
        {LIMIT, "ratelimit.*.create_namespace", 403, FORBIDDEN, 1},
        {MULTI, "ratelimit.*.create_namespace", 403, FORBIDDEN, 1},
        {LIMIT, "ratelimit.*.limit", 403, FORBIDDEN, 0},
        {MULTI, "ratelimit.*.limit", 403, FORBIDDEN, 0},
        {SET, "ratelimit.*.set_override\nratelimit.*.create_namespace", 404, NO_NAMESPACE, 0},
        {SET, "", 404, NO_NAMESPACE, 0},
        {GET, "ratelimit.*.read_override", 404, NO_NAMESPACE, 0},
        {GET, "", 404, NO_NAMESPACE, 0},
        {LIST, "ratelimit.*.read_override", 404, NO_NAMESPACE, 0},
        {LIST, "", 404, NO_NAMESPACE, 0},
        {DELETE, "ratelimit.*.delete_override", 404, NO_NAMESPACE, 0},
        {DELETE, "", 404, NO_NAMESPACE, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int by_id = 0; by_id < 2; by_id++) {
            struct answer a;

            fx_sql("DELETE FROM lk_namespace");
            a = operate(fx_key_with(rows[i].permission), rows[i].operation,
                        by_id ? "rlns_missing12" : "missing");
            test_row("%s %s", rows[i].operation, rows[i].permission);
            if (rows[i].status == 200)
                CHECK_INT(a.status, 200);
            else
                fx_check_error(a, rows[i].status, rows[i].type);
            CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_namespace"), rows[i].made);
        }
    }
}

CU_TestInfo suite_api_overrides_applied[] = {
    {"replaces limit and duration", replaces_limit_and_duration},
    {"changes apply at once", changes_apply_at_once},
    {"zero blocks", zero_blocks},
    {"long durations are safe", long_durations_are_safe},
    {"apply in batches", apply_in_batches},
    {"the most specific pattern wins", the_most_specific_pattern_wins},
    {"the choice does not depend on order", the_choice_does_not_depend_on_order},
    {"deleted namespaces", deleted_namespaces},
    {"missing namespaces", missing_namespaces},
    CU_TEST_INFO_NULL,
};
