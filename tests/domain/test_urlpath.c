/* domain/urlpath, textrule, netmask */
#include "domain/urlpath.h"
#include "domain/textrule.h"
#include "domain/netmask.h"
#include "support/test.h"

#include <string.h>

static struct arena *mem;

static void
paths(void)
{
    static const struct {
        const char *target, *path; /* NULL: no one meaning */
    } rows[] = {
        {"/", "/"},
        {"", "/"},
        {"/a", "/a"},
        {"/a/", "/a/"},
        {"/a?b=/../c", "/a"},
        {"//a///b", "/a/b"},
        {"/a/./b/.", "/a/b/"},
        {"/a/../b", "/b"},
        {"/a/b/..", "/a/"},
        {"/a/..", "/"},
        {"/..", NULL},
        {"/a/../..", NULL},
        {"/%61%2E%62", "/a.b"},
        {"/%2e%2e/a", NULL},
        {"/a/%2e%2e/b", "/b"},
        {"/a/.%2E/b", "/b"},
        {"/a%2fb", "/a/b"},
        {"/a%2F..%2fb", NULL},
        {"/a/..%2Fb", NULL},
        {"/a/../b%5c", NULL},
        {"/a%5Cb", "/a\\b"},
        {"/a+b", "/a+b"},
        {"/a%2", NULL},
        {"/a%", NULL},
        {"/a%zz", NULL},
        {"/a%00", NULL},
        {"/a%0ab", NULL},
        {"/a%7f", NULL},
        {"/a%252e", "/a%2e"},
        {"/a;x=1/b.", "/a;x=1/b."},
        {"/...", "/..."},
        {"/a/..b/.c", "/a/..b/.c"},
        {"http://host:80/a/../b?c", "/b"},
        {"https://host", "/"},
        {"*", "*"},
        {"a/b", NULL},
        {"/%c3%a4", "/\u00e4"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str got;
        bool ok = urlpath_normal(mem, str_of(rows[i].target), &got);

        test_row("%s", rows[i].target);
        CHECK_INT(ok, rows[i].path != NULL);
        if (ok && rows[i].path)
            CHECK_STR(arena_cstr(mem, got), rows[i].path);
    }
}

static void
long_paths(void)
{
    char *p = arena_alloc(mem, 9001);
    struct str got;

    memset(p, 'a', 9000);
    p[0] = '/';
    CHECK(urlpath_normal(mem, (struct str){p, 8192}, &got));
    CHECK(!urlpath_normal(mem, (struct str){p, 8193}, &got));
}

static void
params(void)
{
    static const struct {
        const char *query, *want; /* all values of a, each followed by ; */
    } rows[] = {
        {"", ""},
        {"a=1", "1;"},
        {"a=1&b=2&a=3", "1;3;"},
        {"a", ";"},
        {"a=", ";"},
        {"aa=1&A=2", ""},
        {"%61=x+y%2b", "x y+;"},
        {"a=%zz&a=2", "2;"},
        {"b=a&&=&a=1=2", "1=2;"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str rest = str_of(rows[i].query), value, all = S("");

        while (urlpath_param(mem, &rest, S("a"), &value))
            all = arena_fmt(mem, "%.*s%.*s;", STR_ARG(all), STR_ARG(value));
        test_row("%s", rows[i].query);
        CHECK_STR(arena_cstr(mem, all), rows[i].want);
    }
    test_row("%s", "");
    CHECK(str_eq(urlpath_query(S("/a?b?c")), S("b?c")));
    CHECK(str_eq(urlpath_query(S("/a")), S("")));
    CHECK(str_eq(urlpath_segment(S("/a/b/"), 1), S("a")));
    CHECK(str_eq(urlpath_segment(S("/a/b/"), 2), S("b")));
    CHECK(str_eq(urlpath_segment(S("/a/b/"), 3), S("")));
    CHECK(str_eq(urlpath_segment(S("/a/b/"), 4), S("")));
    CHECK(str_eq(urlpath_segment(S("/"), 1), S("")));
}

static void
expressions(void)
{
    static const struct {
        const char *expr, *text;
        bool fits;
    } rows[] = {
        {"/a", "/a", true},
        {"/a", "/ab", false},
        {"/a*", "/ab/c", true},
        {"*.php", "/x.php", true},
        {"/a", "/A", false},
        {"~ ^/a", "/ab", true},
        {"~ b$", "/ab", true},
        {"~ ^b", "/ab", false},
        {"~ A", "/a", false},
        {"~* A", "/a", true},
        {"~ ^/(a|b)/[0-9]+$", "/b/12", true},
        {"~a", "~a", true},
        {"~ ^.{2}$", "ab", true},
    };
    struct str why;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct textrule *e = textrule_parse(mem, str_of(rows[i].expr), &why);

        test_row("%s on %s", rows[i].expr, rows[i].text);
        CHECK(e != NULL);
        if (e)
            CHECK_INT(textrule_matches(e, str_of(rows[i].text)), rows[i].fits);
    }
    test_row("%s", "");
    CHECK(!textrule_parse(mem, S("~ ("), &why));
    CHECK(str_has(why, S("no regular expression")));
    CHECK(!textrule_parse(mem, S(""), &why));
    CHECK(!textrule_matches(textrule_parse(mem, S("~ a"), &why), (struct str){"a\0b", 3}));
}

static void
networks(void)
{
    static const struct {
        const char *net, *in, *out; /* NULL in: not well formed */
    } rows[] = {
        {"192.0.2.0/24", "192.0.2.255", "192.0.3.0"},
        {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
        {"0.0.0.0/0", "203.0.113.9", "::1"},
        {"::/0", "2001:db8::1", "192.0.2.1"},
        {"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
        {"192.0.2.0/24", "::ffff:192.0.2.9", "::192.0.2.9"},
        {"::ffff:192.0.2.9", "192.0.2.9", "192.0.2.8"},
        {"10.0.0.0/7", "11.1.1.1", "12.0.0.0"},
        {"192.0.2.1/24", NULL, NULL},
        {"192.0.2.0/33", NULL, NULL},
        {"192.0.2.0/", NULL, NULL},
        {"192.0.2", NULL, NULL},
        {"192.0.2.0/-1", NULL, NULL},
        {"2001:db8::1/64", NULL, NULL},
        {"example.com", NULL, NULL},
        {"", NULL, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct netmask m;
        bool ok = netmask_parse(str_of(rows[i].net), &m);

        test_row("%s", rows[i].net);
        CHECK_INT(ok, rows[i].in != NULL);
        if (!ok || !rows[i].in)
            continue;
        CHECK(netmask_any(&m, 1, str_of(rows[i].in)));
        CHECK(!netmask_any(&m, 1, str_of(rows[i].out)));
        CHECK(!netmask_any(&m, 1, S("")));
        CHECK(!netmask_any(&m, 1, S("unix:")));
    }
}

static void
clients(void)
{
    static const struct {
        const char *peer, *forwarded, *want;
    } rows[] = {
        {"203.0.113.1", "198.51.100.7", "203.0.113.1"}, /* not trusted */
        {"10.0.0.1", "198.51.100.7", "198.51.100.7"},
        {"10.0.0.1", "", "10.0.0.1"},
        {"10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"}, /* the client may claim 1.1.1.1 */
        {"10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"},
        {"10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"},
        {"10.0.0.1", "198.51.100.7:1234", "198.51.100.7"},
        {"10.0.0.1", "[2001:db8::1]:80", "2001:db8::1"},
        {"10.0.0.1", "unknown", ""},
        {"10.0.0.1", "garbage, 198.51.100.7", "198.51.100.7"},
        {"", "198.51.100.7", ""},
    };
    struct netmask trusted;

    CHECK(netmask_parse(S("10.0.0.0/8"), &trusted));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str got =
            netmask_client(str_of(rows[i].peer), str_of(rows[i].forwarded), &trusted, 1);

        test_row("%s for %s", rows[i].peer, rows[i].forwarded);
        CHECK_STR(arena_cstr(mem, got), rows[i].want);
    }
}

static void
run_in_arena(void (*fn)(void))
{
    mem = arena_new(16 << 20);
    fn();
    arena_free(mem);
}

#define IN_ARENA(name)                                                                             \
    static void name##_test(void)                                                                  \
    {                                                                                              \
        run_in_arena(name);                                                                        \
    }
IN_ARENA(paths)
IN_ARENA(long_paths)
IN_ARENA(params)
IN_ARENA(expressions)
IN_ARENA(networks)
IN_ARENA(clients)

static void
counted(void)
{
    static const char *const rows[][2] = {
        {"192.0.2.1", "192.0.2.1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"2001:DB8:1:2::ffff", "2001:db8:1:2::/64"},
        {"::1", "::/64"},
        {"", ""},
        {"unix:", "unix:"},
    };
    mem = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK_STR(arena_cstr(mem, netmask_counted(mem, str_of(rows[i][0]))), rows[i][1]);
    arena_free(mem);
}

CU_TestInfo suite_domain_urlpath[] = {
    {"paths", paths_test},       {"long paths", long_paths_test},
    {"parameters", params_test}, {"expressions", expressions_test},
    {"networks", networks_test}, {"clients", clients_test},
    {"counted", counted},        CU_TEST_INFO_NULL,
};
