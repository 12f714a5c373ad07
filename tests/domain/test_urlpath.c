/* domain/urlpath */
#include "domain/urlpath.h"
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

CU_TestInfo suite_domain_urlpath[] = {
    {"paths", paths_test},
    {"long paths", long_paths_test},
    {"parameters", params_test},
    CU_TEST_INFO_NULL,
};
