/* domain/permquery: contract keys.md section 5.8 */
#include "domain/permquery.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static const struct str held[] = {
    STR("api.read"), STR("api.write"), STR("documents.*"), STR("a"), STR("b"), STR("c:d-e_f/g"),
};

static void
holds(void)
{
    static const struct {
        const char *query;
        bool ok;
    } rows[] = {
        {"api.read", true},
        {"api.delete", false},
        {"api.read AND api.write", true},
        {"api.read and api.delete", false},
        {"api.delete Or api.write", true},
        {"api.delete OR api.nothing", false},
        {"x AND y OR a", true},
        {"a OR x AND y", true},
        {"(a OR x) AND y", false},
        {"(a)AND(b)", true},
        {"((((a))))", true},
        {"a\tAND\r\nb", true},
        {"documents.*", true},
        {"documents.read", false},
        {"c:d-e_f/g", true},
        {"API.READ", false},
        {"android OR a", true},
        {"or.read OR a", true},
        {"ANDa OR a", true},
        {"a AND (b OR (x AND (y OR z)))", true},
        {"  a  ", true},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str why = S("");
        const struct permquery *q = permquery_parse(mem, str_of(rows[i].query), &why);

        test_row("%s", rows[i].query);
        CHECK(q != NULL);
        if (q)
            CHECK_INT(permquery_holds(q, held, sizeof(held) / sizeof(held[0])), rows[i].ok);
    }
    arena_free(mem);
}

static void
refuses(void)
{
    static const struct {
        const char *query, *says, *position;
    } rows[] = {
        {"   ", "query was expected", ""},
        {"a AND", "Unexpected end", "position 5"},
        {"a OR ", "Unexpected end", "position 5"},
        {"(", "Unexpected end", "position 1"},
        {"AND permission_1", "'AND'", "position 0"},
        {"a AND OR b", "'OR'", "position 6"},
        {")", "')'", "position 0"},
        {"()", "Empty parentheses", "position 1"},
        {"permission_1 AND ()", "Empty parentheses", "position 18"},
        {"(permission_1 AND permission_2", "Missing ')'", "position 30"},
        {"(a b)", "Missing ')'", "position 3"},
        {"a b", "extra content", "position 2"},
        {"a )", "extra content", "position 2"},
        {"$a", "'$'", "position 0"},
        {"a @ b", "extra content", "position 2"},
        {"(a @ b)", "Missing ')'", "position 3"},
        {"a AND \xc3\xa9", "'\xc3\xa9'", "position 6"},
        {"\xc3\xa9", "'\xc3\xa9'", "position 0"},
        {"and", "'and'", "position 0"},
        {"a(b)", "extra content", "position 1"},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str why = S("");

        test_row("%s", rows[i].query);
        CHECK(permquery_parse(mem, str_of(rows[i].query), &why) == NULL);
        if (!str_has(why, str_of(rows[i].says)))
            CHECK_STR(arena_cstr(mem, why), rows[i].says);
        if (!str_has(why, str_of(rows[i].position)))
            CHECK_STR(arena_cstr(mem, why), rows[i].position);
    }
    arena_free(mem);
}

/* The longest queries the schema lets through. */
static void
deep(void)
{
    struct arena *mem = arena_new(1 << 20);
    char text[1001] = {0};
    struct str why = S("");

    memset(text, '(', 499);
    text[499] = 'a';
    memset(text + 500, ')', 499);
    CHECK(permquery_parse(mem, str_of(text), &why) != NULL);
    memset(text, '(', 1000);
    CHECK(permquery_parse(mem, str_of(text), &why) == NULL);
    arena_free(mem);
}

CU_TestInfo suite_domain_permquery[] = {
    {"holds", holds},
    {"refuses", refuses},
    {"deep", deep},
    CU_TEST_INFO_NULL,
};
