/* The smaller rules of domain/: refill, pattern, clientip, verdict, rootperm, key, slug. */
#include "base/utc.h"
#include "domain/clientip.h"
#include "domain/key.h"
#include "domain/pattern.h"
#include "domain/refill.h"
#include "domain/rootperm.h"
#include "domain/slug.h"
#include "domain/verdict.h"
#include "support/test.h"

#include <string.h>

static void
refill_days(void)
{
    static const struct {
        int year, month, mday, refill_day;
        bool on;
    } rows[] = {
        {2026, 11, 24, REFILL_DAILY, true},
        {2026, 11, 24, 24, true},
        {2026, 11, 24, 25, false},
        {2026, 11, 30, 31, true},
        {2026, 11, 30, 30, true},
        {2026, 11, 29, 30, false},
        {2026, 10, 31, 31, true},
        {2026, 10, 30, 31, false},
        {2026, 2, 28, 29, true},
        {2026, 2, 28, 30, true},
        {2026, 2, 28, 31, true},
        {2026, 2, 28, 28, true},
        {2028, 2, 28, 29, false},
        {2028, 2, 29, 29, true},
        {2028, 2, 29, 31, true},
        {2100, 2, 28, 29, true},
        {2000, 2, 28, 29, false},
        {2026, 1, 1, 1, true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%d-%d-%d day %d", rows[i].year, rows[i].month, rows[i].mday, rows[i].refill_day);
        CHECK_INT(refill_on_day(utc_day_of(rows[i].year, rows[i].month, rows[i].mday),
                                rows[i].refill_day),
                  rows[i].on);
    }
}

static int64_t
ms(int64_t year, int month, int mday, int hour)
{
    return utc_day_of(year, month, mday) * UTC_DAY_MS + hour * 3600000;
}

static void
refill_is_due(void)
{
    struct {
        int64_t settled, now;
        int day;
        bool due;
    } rows[] = {
        {ms(2026, 11, 24, 0), ms(2026, 11, 24, 23), REFILL_DAILY, false},
        {ms(2026, 11, 24, 23), ms(2026, 11, 25, 0), REFILL_DAILY, true},
        {ms(2026, 11, 24, 23) + 3599999, ms(2026, 11, 25, 0), REFILL_DAILY, true},
        {ms(2026, 11, 25, 0), ms(2026, 11, 24, 23), REFILL_DAILY,
         false}, /* a clock that fell back */
        {ms(2026, 11, 24, 12), ms(2026, 11, 25, 12), 26, false},
        {ms(2026, 11, 24, 12), ms(2026, 11, 26, 0), 26, true},
        {ms(2026, 11, 26, 1), ms(2026, 12, 25, 23), 26, false},
        {ms(2026, 11, 26, 1), ms(2026, 12, 26, 0), 26, true},
        {ms(2026, 1, 31, 1), ms(2026, 2, 27, 23), 31, false},
        {ms(2026, 1, 31, 1), ms(2026, 2, 28, 0), 31, true},
        {ms(2026, 2, 28, 1), ms(2026, 3, 30, 23), 31, false},
        {ms(2026, 2, 28, 1), ms(2026, 3, 31, 0), 31, true},
        {ms(2020, 1, 1, 1), ms(2026, 1, 1, 0), 15, true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("row %zu", i);
        CHECK_INT(refill_due(rows[i].settled, rows[i].now, rows[i].day), rows[i].due);
    }
}

static void
calendar(void)
{
    static const int64_t days[] = {0, -1, 59, 60, 11016, 20781, 47540, -719468};

    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        int64_t year;
        int month, mday;

        test_row("day %lld", (long long)days[i]);
        utc_civil(days[i], &year, &month, &mday);
        CHECK_INT(utc_day_of(year, month, mday), days[i]);
    }
    CHECK_INT(utc_day(-1), -1);
    CHECK_INT(utc_day(0), 0);
    CHECK_INT(utc_month_days(2024, 2), 29);
    CHECK_INT(utc_month_days(1900, 2), 28);
    CHECK_INT(utc_month_days(2026, 12), 31);
    {
        struct arena *mem = arena_new(4096);

        CHECK_STR(utc_rfc3339(mem, 1764020142007).p, "2025-11-24T21:35:42.007Z");
        arena_free(mem);
    }
}

static void
patterns(void)
{
    static const struct {
        const char *pattern, *s;
        bool matches;
    } rows[] = {
        {"*@gmail.com", "test@gmail.com", true},
        {"*@gmail.com", "test@yahoo.com", false},
        {"*@gmail.com", "test@gmailxcom", false},
        {"hello*", "hello world", true},
        {"*world", "hello world", true},
        {"h*d", "hello world", true},
        {"h*beau*world", "hello beautiful world", true},
        {"*", "", true},
        {"*", "anything", true},
        {"*", "two\nlines", false},
        {"a*\nb*", "ax\nby", true},
        {"a*b", "a\nb", false},
        {"**", "x", true},
        {"a*a", "a", false},
        {"a*a", "aa", true},
        {"*a*a*", "aa", true},
        {"*ab*ab", "abab", true},
        {"*ab*ab", "ab", false},
        {"a.c", "abc", false},
        {"a?c*", "abc", false},
        {"\xc3\xa9*", "\xc3\xa9t\xc3\xa9", true},
        {"A*", "abc", false},
        {"", "", true},
        {"", "a", false},
        {"abc", "abc", true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s on %s", rows[i].pattern, rows[i].s);
        CHECK_INT(pattern_matches(str_of(rows[i].pattern), str_of(rows[i].s)), rows[i].matches);
    }
    /* more literal bytes, then fewer stars, then byte order */
    CHECK(pattern_compare(S("premium_*"), S("*")) < 0);
    CHECK(pattern_compare(S("*"), S("premium_*")) > 0);
    CHECK(pattern_compare(S("a*c"), S("a*c*")) < 0);
    CHECK(pattern_compare(S("a*b"), S("*ab")) > 0);
    CHECK_INT(pattern_compare(S("a*"), S("a*")), 0);
}

static void
addresses(void)
{
    static const struct {
        const char *forwarded, *peer, *ip;
    } rows[] = {
        {"", "10.0.0.1", "10.0.0.1"},
        {"1.2.3.4", "10.0.0.1", "1.2.3.4"},
        {" 1.2.3.4 , 5.6.7.8", "10.0.0.1", "1.2.3.4"},
        {", ,5.6.7.8", "10.0.0.1", "5.6.7.8"},
        {"1.2.3.4:8080", "", "1.2.3.4"},
        {"[2001:db8::1]:443", "", "2001:db8::1"},
        {"2001:db8::1", "", "2001:db8::1"},
        {" , ", "10.0.0.1", "10.0.0.1"},
    };
    static const struct {
        const char *list, *ip;
        bool ok;
    } lists[] = {
        {"", "1.2.3.4", true},
        {"", "", true},
        {" , ", "", true},
        {"1.2.3.4", "1.2.3.4", true},
        {"9.9.9.9, 1.2.3.4", "1.2.3.4", true},
        {"1.2.3.4", "1.2.3.5", false},
        {"1.2.3.0/24", "1.2.3.4", false},
        {"1.2.3.4", "", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str ip = clientip_of(str_of(rows[i].forwarded), str_of(rows[i].peer));

        test_row("%s", rows[i].forwarded);
        CHECK(str_eq(ip, str_of(rows[i].ip)));
    }
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        test_row("%s in %s", lists[i].ip, lists[i].list);
        CHECK_INT(clientip_allowed(str_of(lists[i].list), str_of(lists[i].ip)), lists[i].ok);
    }
}

/* The first failing check decides. */
static void
verdicts(void)
{
    static const struct {
        struct verdict_facts f;
        const char *code, *outcome;
    } rows[] = {
        {{true, true, 0, false, true, true}, "VALID", "VALID"},
        {{false, false, 1, true, false, false}, "FORBIDDEN", "WORKSPACE_DISABLED"},
        {{true, false, 1, true, false, false}, "DISABLED", "DISABLED"},
        {{true, true, 999, true, false, false}, "EXPIRED", "EXPIRED"},
        {{true, true, 1000, true, true, true}, "VALID", "VALID"}, /* strictly after */
        {{true, true, 1001, true, false, false}, "FORBIDDEN", "FORBIDDEN"},
        {{true, true, 0, false, true, false},
         "INSUFFICIENT_PERMISSIONS",
         "INSUFFICIENT_PERMISSIONS"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum verdict v = verdict_before_charge(&rows[i].f, 1000);

        test_row("row %zu", i);
        CHECK_STR(verdict_code(v).p, rows[i].code);
        CHECK_STR(verdict_outcome(v).p, rows[i].outcome);
    }
}

static void
root_permissions(void)
{
    static const struct {
        const char *text;
        bool valid;
    } rows[] = {
        {"api.*.create_api", true},
        {"api.api_123.read_key", true},
        {"ratelimit.my-namespace.limit", true},
        {"rbac.*.remove_role_from_key", true},
        {"*", true},
        {"unkey:v1:ws_1:**#*", true},
        {"unkey:v1:ws_1:keyspaces/ks_*#x", false},
        {"api.*.*", false},
        {"api.*", false},
        {"api.*.fly", false},
        {"API.*.READ_API", false},
        {"identity.create_identity", false},
        {"analytics.*.read_verifications", false},
        {"api..read_api", false},
        {"api.a b.read_api", false},
        {"", false},
        {"api.*.read_api\napi.*.create_api", false},
    };
    struct arena *mem = arena_new(1 << 20);
    size_t n;
    struct str *all = rootperm_all(mem, S("ws_1"), &n);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s", rows[i].text);
        CHECK_INT(rootperm_valid(str_of(rows[i].text)), rows[i].valid);
    }
    CHECK(n > 40);
    for (size_t i = 0; i < n; i++) {
        test_row("%s", all[i].p);
        CHECK(rootperm_valid(all[i]));
    }
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
        {STR("\377"), "5Q"},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK_STR(arena_cstr(mem, key_base58(mem, (const unsigned char *)rows[i].bytes.p,
                                             rows[i].bytes.n)),
                  rows[i].text);
    {
        unsigned char ones[255];
        size_t n;

        memset(ones, 0xff, sizeof(ones));
        n = key_base58(mem, ones, sizeof(ones)).n;
        CHECK(n >= 347 && n <= 349);
    }
    arena_free(mem);
}

static void
key_text(void)
{
    struct arena *mem = arena_new(1 << 20);
    static const unsigned char bytes[] = "Hello World";
    struct key_text t = key_render(mem, S("test"), bytes, 11);

    CHECK_STR(arena_cstr(mem, t.plaintext), "test_JxF12TrwUP45BMd");
    CHECK_STR(arena_cstr(mem, t.start), "test_JxF1");
    t = key_render(mem, S(""), bytes, 11);
    CHECK_STR(arena_cstr(mem, t.plaintext), "JxF12TrwUP45BMd");
    CHECK_STR(arena_cstr(mem, t.start), "JxF1");
    t = key_render(mem, S("a_"), bytes, 11);
    CHECK_STR(arena_cstr(mem, t.start), "a__JxF1");
    arena_free(mem);
}

static void
slugs(void)
{
    static const struct {
        const char *slug;
        bool valid;
    } rows[] = {
        {"a", true},     {"a-1-b", true}, {"", false},    {"-a", false},       {"a-", false},
        {"a--b", false}, {"A", false},    {"a_b", false}, {"\xc3\xa9", false},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s", rows[i].slug);
        CHECK_INT(slug_valid(str_of(rows[i].slug)), rows[i].valid);
    }
    CHECK_STR(arena_cstr(mem, slug_from(mem, S(" My Company, Inc. "))), "my-company-inc");
    CHECK_STR(arena_cstr(mem, slug_from(mem, S("***"))), "workspace");
    arena_free(mem);
}

CU_TestInfo suite_domain_rules[] = {
    {"refill days", refill_days},
    {"refill is due", refill_is_due},
    {"calendar", calendar},
    {"patterns", patterns},
    {"addresses", addresses},
    {"verdicts", verdicts},
    {"root permissions", root_permissions},
    {"base58", base58},
    {"key text", key_text},
    {"slugs", slugs},
    CU_TEST_INFO_NULL,
};
