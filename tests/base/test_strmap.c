/* base/strmap */
#include "support/test.h"

#include "base/strmap.h"

static void
finding(void)
{
    static const char *const names[] = {"b", "a", "B", "aa", "", "a.b"};
    struct arena *mem = arena_new(1 << 20);
    struct strmap *m = strmap_new(mem, 6, STRMAP_EXACT);

    for (size_t i = 0; i < 6; i++)
        strmap_put(m, str_of(names[i]), &names[i]);
    strmap_sort(m);
    for (size_t i = 0; i < 6; i++)
        CHECK(strmap_get(m, str_of(names[i])) == &names[i]);
    CHECK(strmap_get(m, S("A")) == NULL);
    CHECK(strmap_get(m, S("a.")) == NULL);
    CHECK(strmap_get(m, S("zz")) == NULL);

    m = strmap_new(mem, 3, STRMAP_FOLD);
    strmap_put(m, S("docs.Read"), &names[0]);
    strmap_put(m, S("docs"), &names[1]);
    strmap_sort(m);
    CHECK(strmap_get(m, S("DOCS.read")) == &names[0]);
    CHECK(strmap_get(m, S("Docs")) == &names[1]);
    CHECK(strmap_get(m, S("doc")) == NULL);

    m = strmap_new(mem, 0, STRMAP_EXACT);
    strmap_sort(m);
    CHECK(strmap_get(m, S("")) == NULL);
    arena_free(mem);
}

CU_TestInfo suite_base_strmap[] = {
    {"finding", finding},
    CU_TEST_INFO_NULL,
};
