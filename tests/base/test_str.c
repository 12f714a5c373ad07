/* base/str */
#include "support/test.h"

static void
numbers(void)
{
    static const struct {
        const char *text;
        bool ok;
        long long value;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"42", true, 42},
        {"-42", true, -42},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"-9223372036854775808", true, INT64_MIN},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"12abc", false, 0},
        {"0x10", false, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t v = 0;

        test_row("%s", rows[i].text);
        CHECK_INT(str_i64(str_of(rows[i].text), INT64_MIN, INT64_MAX, &v), rows[i].ok);
        CHECK_INT(v, rows[i].value);
    }
    {
        int64_t v = 7;

        CHECK(!str_i64(S("5"), 6, 9, &v));
        CHECK(!str_i64(S("10"), 6, 9, &v));
        CHECK_INT(v, 7);
        CHECK(str_i64(S("9"), 6, 9, &v));
        CHECK_INT(v, 9);
    }
}

static void
utf8(void)
{
    static const struct {
        struct str text;
        bool valid;
        size_t len;
    } rows[] = {
        {STR(""), true, 0},
        {STR("abc"), true, 3},
        {STR("a\0b"), true, 3},
        {STR("\xc3\xa9"), true, 1},
        {STR("\xf0\x9f\x8e\x89"), true, 1},
        {STR("\xf4\x8f\xbf\xbf"), true, 1},
        {STR("\xf4\x90\x80\x80"), false, 0},
        {STR("\xed\xa0\x80"), false, 0},
        {STR("\xc0\x80"), false, 0},
        {STR("\xe0\x80\x80"), false, 0},
        {STR("\xf0\x80\x80\x80"), false, 0},
        {STR("\x80"), false, 0},
        {STR("\xc3"), false, 0},
        {STR("\xe2\x82"), false, 0},
        {STR("\xff"), false, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("row %zu", i);
        CHECK_INT(str_utf8_valid(rows[i].text), rows[i].valid);
        if (rows[i].valid)
            CHECK_INT(str_utf8_len(rows[i].text), rows[i].len);
    }
    CHECK_INT(str_utf8_clip(S("a\xc3\xa9z"), 2).n, 1);
    CHECK_INT(str_utf8_clip(S("a\xc3\xa9z"), 3).n, 3);
    CHECK_INT(str_utf8_clip(S("abc"), 9).n, 3);
}

static void
cutting(void)
{
    struct str rest = S("a,,b"), none = S("");

    CHECK(str_eq(str_cut(&rest, ','), S("a")));
    CHECK(str_eq(str_cut(&rest, ','), S("")));
    CHECK(rest.p != NULL);
    CHECK(str_eq(str_cut(&rest, ','), S("b")));
    CHECK(rest.p == NULL);
    CHECK(str_eq(str_cut(&none, ','), S("")));
    CHECK(none.p == NULL);
    CHECK(str_eq(str_trim(S(" \t\r\n x y \n")), S("x y")));
    CHECK(str_eq(str_trim(S("  ")), S("")));
    CHECK(str_eq(str_trim_unicode(S("\u00a0 \t\v\u3000x \u2003y\f\xc2\x85\n ")), S("x \u2003y")));
    CHECK(str_eq(str_trim_unicode(S("\u2028\u2029 \r")), S("")));
    CHECK(str_eq(str_trim_unicode(S("")), S("")));
    CHECK(str_eq(str_trim_unicode(S("\u200bx\u00e9")), S("\u200bx\u00e9")));
    CHECK(str_has(S("abcd"), S("bc")));
    CHECK(!str_has(S("abcd"), S("bd")));
    CHECK(str_ends(S("abcd"), S("cd")));
    CHECK(!str_ends(S("d"), S("cd")));
}

static void
comparing(void)
{
    CHECK(str_cmp(S("a"), S("b")) < 0);
    CHECK(str_cmp(S("a"), S("ab")) < 0);
    CHECK(str_cmp(S("b"), S("ab")) > 0);
    CHECK_INT(str_cmp(S("ab"), S("ab")), 0);
    CHECK(!str_eq(S("a\0b"), S("a\0c")));
    CHECK(str_eq_const_time(S("secret"), S("secret")));
    CHECK(!str_eq_const_time(S("secret"), S("secreT")));
    CHECK(!str_eq_const_time(S("secret"), S("secre")));
}

CU_TestInfo suite_base_str[] = {
    {"numbers", numbers},     {"utf8", utf8},    {"cutting", cutting},
    {"comparing", comparing}, CU_TEST_INFO_NULL,
};
