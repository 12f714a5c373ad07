/* domain/textrule */
#include "domain/textrule.h"
#include "support/test.h"

#include <string.h>

static struct arena *mem;

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
IN_ARENA(expressions)

CU_TestInfo suite_domain_textrule[] = {
    {"rules", expressions_test},
    CU_TEST_INFO_NULL,
};
