/* schema/json_scan */
#include "schema/json_scan.h"
#include "support/test.h"

#include <string.h>

static void
accepts_and_refuses(void)
{
    static const struct {
        struct str text;
        bool ok;
    } rows[] = {
        {STR("{}"), true},
        {STR(" [ ] "), true},
        {STR("null"), true},
        {STR("\"a\""), true},
        {STR("{\"a\":1,\"a\":2}"), true},
        {STR("{\"a\":[1,2.5,-0,1e3,1E-3,true,false,null,\"x\"]}"), true},
        {STR("\"\\u0000\\ud800\\n\\/\""), true},
        {STR("\"\xf0\x9f\x8e\x89\""), true},
        {STR("123456789012345678901234567890"), true},
        {STR(""), false},
        {STR(" "), false},
        {STR("{"), false},
        {STR("}"), false},
        {STR("[1,]"), false},
        {STR("[,1]"), false},
        {STR("{\"a\":1,}"), false},
        {STR("{a:1}"), false},
        {STR("{'a':1}"), false},
        {STR("{\"a\" 1}"), false},
        {STR("{\"a\":}"), false},
        {STR("{\"a\":1 \"b\":2}"), false},
        {STR("NaN"), false},
        {STR("Infinity"), false},
        {STR("01"), false},
        {STR("1."), false},
        {STR(".5"), false},
        {STR("+1"), false},
        {STR("-"), false},
        {STR("1e"), false},
        {STR("0x10"), false},
        {STR("tru"), false},
        {STR("nul"), false},
        {STR("truefalse"), false},
        {STR("\"a"), false},
        {STR("\"\\x\""), false},
        {STR("\"\\u12g4\""), false},
        {STR("\"\\u12"), false},
        {STR("\"\\"), false},
        {STR("\"a\nb\""), false},
        {STR("\"\x01\""), false},
        {STR("\"\xff\""), false},
        {STR("\"\xed\xa0\x80\""), false},
        {STR("{} {}"), false},
        {STR("{}x"), false},
        {STR("/* c */ {}"), false},
        {STR("{\"a\\u0000b\":1}"), false},
        {STR("{\"a\\\\u0000b\":1}"), true},
        {STR("\xef\xbb\xbf{}"), false},
        {STR("{}\0"), false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_scan r;

        test_row("%s", rows[i].text.p);
        CHECK_INT(json_scan_check(rows[i].text, &r), rows[i].ok);
        CHECK_INT(r.why == NULL, rows[i].ok);
    }
}

static void
depth(void)
{
    char text[2 * JSON_SCAN_MAX_DEPTH + 4] = {0};
    struct json_scan r;

    memset(text, '[', JSON_SCAN_MAX_DEPTH);
    memset(text + JSON_SCAN_MAX_DEPTH, ']', JSON_SCAN_MAX_DEPTH);
    CHECK(json_scan_check(str_of(text), &r));
    memset(text, '[', JSON_SCAN_MAX_DEPTH + 1);
    memset(text + JSON_SCAN_MAX_DEPTH + 1, ']', JSON_SCAN_MAX_DEPTH + 1);
    CHECK(!json_scan_check(str_of(text), &r));
    CHECK_STR(r.why, "nested too deeply");
}

static void
wide(void)
{
    static const struct {
        const char *text;
        bool wide;
        const char *widened;
    } rows[] = {
        {"[1,18446744073709551615]", false, NULL},
        {"[18446744073709551616]", true, "[18446744073709551616e0]"},
        {"[-9223372036854775808]", false, NULL},
        {"[-9223372036854775809]", true, "[-9223372036854775809e0]"},
        {"{\"a\":\"99999999999999999999\"}", false, NULL},
        {"[99999999999999999999.0]", false, NULL},
        {"[\"\\\"1\",99999999999999999999,2]", true, "[\"\\\"1\",99999999999999999999e0,2]"},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_scan r;

        test_row("%s", rows[i].text);
        CHECK(json_scan_check(str_of(rows[i].text), &r));
        CHECK_INT(r.wide, rows[i].wide);
        if (rows[i].wide)
            CHECK_STR(json_scan_widen(mem, str_of(rows[i].text)).p, rows[i].widened);
    }
    arena_free(mem);
}

CU_TestInfo suite_schema_json_scan[] = {
    {"accepts and refuses", accepts_and_refuses},
    {"depth", depth},
    {"wide", wide},
    CU_TEST_INFO_NULL,
};
