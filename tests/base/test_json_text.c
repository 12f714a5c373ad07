/* base/json_text */
#include "base/json_text.h"
#include "base/sb.h"
#include "support/test.h"

static void
members(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"{\"a\":1}", "1"},
        {" { \"b\" : {\"a\":2} , \"a\" : [1, {\"a\":3}] } ", "[1, {\"a\":3}]"},
        {"{\"a\":1,\"a\":\"2\"}", "\"2\""},
        {"{\"b\":\"\\\"a\\\":1\",\"a\":null}", "null"},
        {"{\"b\":\"}]\\\\\",\"a\":\"{[\"}", "\"{[\""},
        {"{\"b\":[[],{}],\"a\":{}}", "{}"},
        {"{\"b\":1}", ""},
        {"{\"A\":1,\"aa\":2,\"\":3}", ""},
        {"{}", ""},
        {"[{\"a\":1}]", ""},
        {"\"a\"", ""},
        {"", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str got = json_text_member(str_of(rows[i].text), S("a"));

        test_row("%s", rows[i].text);
        CHECK(str_eq(got, str_of(rows[i].want)));
    }
}

static void
all_members(void)
{
    struct arena *mem = arena_new(1 << 20);
    struct str rest = S("{\"a\" : 1 ,\n\"b,}\":\"x,y\", \"c\":{\"d\":[1,2]},\"\":null}");
    struct json_text_member m;
    struct sb b;

    sb_init(&b, mem, 64);
    while (json_text_next(&rest, &m))
        sb_addf(&b, "%.*s=%.*s;", STR_ARG(m.name), STR_ARG(m.value));
    CHECK_STR(sb_str(&b).p, "a=1;b,}=\"x,y\";c={\"d\":[1,2]};=null;");
    arena_free(mem);
}

static void
strings(void)
{
    static const struct {
        const char *value, *want; /* NULL: no string */
    } rows[] = {
        {"\"\"", ""},
        {"\"abc\"", "abc"},
        {"\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "a\"\\/\b\f\n\r\t"},
        {"\"\\u0041\\u00e9\\u20ac\"", "A\u00e9\u20ac"},
        {"\"\\ud83d\\ude00!\"", "\U0001F600!"},
        {"\"\\ud83d!\"", "\ufffd!"},
        {"\"\\ude00\"", "\ufffd"},
        {"\"\\ud83d\\u0041\"", "\ufffdA"},
        {"\"\u00e9\"", "\u00e9"},
        {"1", NULL},
        {"null", NULL},
        {"{\"a\":\"b\"}", NULL},
        {"", NULL},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str got;
        bool is = json_text_string(mem, str_of(rows[i].value), &got);

        test_row("%s", rows[i].value);
        CHECK_INT(is, rows[i].want != NULL);
        if (is && rows[i].want)
            CHECK_STR(got.p, rows[i].want);
    }
    arena_free(mem);
}

CU_TestInfo suite_base_json_text[] = {
    {"members", members},
    {"all members", all_members},
    {"strings", strings},
    CU_TEST_INFO_NULL,
};
