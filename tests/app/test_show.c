/* app/show */
#include "support/test.h"

#include "app/show.h"

static void
texts(void)
{
    static const struct {
        const char *json, *columns, *want;
    } rows[] = {
        {"{}", NULL, ""},
        {"[]", NULL, ""},
        {"{\"id\":\"ws_1\",\"enabled\":true,\"note\":null}", NULL,
         "id       ws_1\nenabled  yes\nnote     -\n"},
        {"{\"createdAt\":1764020142000,\"limit\":1764020142000}", NULL,
         "createdAt  2025-11-24T21:35:42.000Z\nlimit      1764020142000\n"},
        {"[{\"a\":\"\u00e4\",\"b\":1},{\"a\":\"longer\",\"c\":false}]", NULL,
         "a       b  c\n\u00e4       1  -\nlonger  -  no\n"},
        {"[{\"time\":1,\"who\":{\"id\":\"u\",\"name\":\"ada\"},\"x\":[1]}]",
         "who.name time who.no x",
         "who.name  time                      who.no  x\n"
         "ada       1970-01-01T00:00:00.001Z  -       [1]\n"},
        {"{\"data\":[{\"a\":1}],\"pagination\":{\"hasMore\":true,\"cursor\":\"c1\"}}", NULL,
         "a\n1\n\nMore: --cursor c1\n"},
        {"{\"data\":[{\"a\":1}],\"pagination\":{\"hasMore\":false}}", NULL, "a\n1\n"},
        {"[{\"f(0.5)\":1}]", NULL, "f(0.5)\n1\n"},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s", rows[i].json);
        CHECK_STR(show_text(mem, str_of(rows[i].json), rows[i].columns).p, rows[i].want);
    }
    arena_free(mem);
}

static void
csv(void)
{
    static const struct {
        const char *json, *want;
    } rows[] = {
        {"[]", ""},
        {"[{\"a\":1,\"b\":\"x\"},{\"a\":null,\"b\":\"\"}]", "a,b\r\n1,x\r\n,\r\n"},
        {"[{\"f(a, b)\":0.5,\"q\":\"say \\\"x\\\"\",\"t\":[\"a\",\"b/c\"],\"y\":true}]",
         "\"f(a, b)\",q,t,y\r\n0.5,\"say \"\"x\"\"\",\"[\"\"a\"\",\"\"b/c\"\"]\",true\r\n"},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s", rows[i].json);
        CHECK_STR(show_csv(mem, str_of(rows[i].json)).p, rows[i].want);
    }
    arena_free(mem);
}

CU_TestInfo suite_app_show[] = {
    {"texts", texts},
    {"CSV", csv},
    CU_TEST_INFO_NULL,
};
