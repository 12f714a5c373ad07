/* domain/key */
#include "support/test.h"

#include "domain/key.h"

#include <string.h>

static struct arena *mem;

static void
begin(void)
{
    mem = arena_new(1 << 20);
}

static void
end(void)
{
    arena_free(mem);
}

static void
base58(void)
{
    static const struct {
        struct str bytes;
        const char *text;
    } rows[] = {
        {STR("Hello World"), "JxF12TrwUP45BMd"},
        {STR("\0\0\1"), "112"},
        {STR("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "1111111111111111"},
        {STR(""), ""},
        {STR("\0"), "1"},
        {STR("\1"), "2"},
        {STR("\x39"), "z"},
        {STR("\x3a"), "21"},
        {STR("\xff"), "5Q"},
        {STR("\0\xff"), "15Q"},
        {STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
         "YcVfxkQb6JRzqk5kF2tNLv"},
    };

    begin();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("row %zu", i);
        CHECK_STR(key_base58(mem, (const unsigned char *)rows[i].bytes.p, rows[i].bytes.n).p,
                  rows[i].text);
    }
    end();
}

/* Lengths of tokens between all bits clear but one in the first byte, and all set. */
static void
token_lengths(void)
{
    static const struct {
        size_t bytes, shortest, longest;
    } rows[] = {{16, 21, 22}, {24, 32, 33}, {32, 43, 44}, {64, 87, 88}, {255, 347, 349}};
    unsigned char raw[KEY_MAX_BYTES];

    begin();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t n;

        test_row("%zu bytes", rows[i].bytes);
        memset(raw, 0, sizeof(raw));
        raw[0] = 1;
        n = key_base58(mem, raw, rows[i].bytes).n;
        CHECK(n >= rows[i].shortest && n <= rows[i].longest);
        memset(raw, 0xff, sizeof(raw));
        n = key_base58(mem, raw, rows[i].bytes).n;
        CHECK(n >= rows[i].shortest && n <= rows[i].longest);
    }
    end();
}

static void
rendering(void)
{
    static const struct {
        const char *prefix, *plaintext, *start;
    } rows[] = {
        {"", "JxF12TrwUP45BMd", "JxF1"},
        {"test", "test_JxF12TrwUP45BMd", "test_JxF1"},
        {"verylongprefix", "verylongprefix_JxF12TrwUP45BMd", "verylongprefix_JxF1"},
        {"my_app", "my_app_JxF12TrwUP45BMd", "my_app_JxF1"},
        {"a_", "a__JxF12TrwUP45BMd", "a__JxF1"},
    };

    begin();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct key_text t =
            key_render(mem, str_of(rows[i].prefix), (const unsigned char *)"Hello World", 11);

        test_row("prefix '%s'", rows[i].prefix);
        CHECK(str_eq(t.plaintext, str_of(rows[i].plaintext)));
        CHECK(str_eq(t.start, str_of(rows[i].start)));
        CHECK(str_eq(key_start_prefix(t.start), str_of(rows[i].prefix)));
    }
    test_row("%s", "");
    CHECK(str_eq(key_start_prefix(S("")), S("")));
    CHECK(str_eq(key_start_prefix(S("_abcd")), S("")));
    end();
}

static void
splitting(void)
{
    static const struct {
        const char *text;
        bool ok;
        const char *prefix, *short_token, *long_token;
    } rows[] = {
        {"re_BRTRKFsL_51FwqftsmMDHHbJAMEXXHCgG", true, "re", "BRTRKFsL",
         "51FwqftsmMDHHbJAMEXXHCgG"},
        {"my_company_BRTRKFsL_51Fw", true, "my_company", "BRTRKFsL", "51Fw"},
        {"a_b_c", true, "a", "b", "c"},
        {"__", true, "", "", ""},
        {"_b_c", true, "", "b", "c"},
        {"a__c", true, "a", "", "c"},
        {"a_b_", true, "a", "b", ""},
        {"a___d", true, "a_", "", "d"},
        {"a_b", false, "", "", ""},
        {"_b", false, "", "", ""},
        {"ab", false, "", "", ""},
        {"_", false, "", "", ""},
        {"", false, "", "", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct key_prefixed p = {S(""), S(""), S("")};

        test_row("'%s'", rows[i].text);
        CHECK_INT(key_split_prefixed(str_of(rows[i].text), &p), rows[i].ok);
        CHECK(str_eq(p.prefix, str_of(rows[i].prefix)));
        CHECK(str_eq(p.short_token, str_of(rows[i].short_token)));
        CHECK(str_eq(p.long_token, str_of(rows[i].long_token)));
    }
}

CU_TestInfo suite_domain_key[] = {
    {"Base58", base58},       {"token lengths", token_lengths},
    {"rendering", rendering}, {"splitting", splitting},
    CU_TEST_INFO_NULL,
};
