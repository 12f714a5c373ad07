/* schema/describe: names and indented text. */
#include "support/test.h"

#include "schema/describe.h"

static void
kebab(void)
{
    static const struct {
        const char *name, *want;
    } rows[] = {
        {"whoami", "whoami"},
        {"createKey", "create-key"},
        {"setRolePermissions", "set-role-permissions"},
        {"revalidateKeysCache", "revalidate-keys-cache"},
        {"", ""},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK_STR(describe_kebab(mem, str_of(rows[i].name)).p, rows[i].want);
    arena_free(mem);
}

static void
pretty(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"1", "1"},
        {"\"a\"", "\"a\""},
        {"{}", "{}"},
        {" [ ] ", "[]"},
        {"{\"a\":1,\"b\":[]}", "{\n  \"a\": 1,\n  \"b\": []\n}"},
        {"[{\"a\":{}},true , null]", "[\n  {\n    \"a\": {}\n  },\n  true,\n  null\n]"},
        {"[\"{[,:]}\",\"\\\"[\",\"\\\\\"]", "[\n  \"{[,:]}\",\n  \"\\\"[\",\n  \"\\\\\"\n]"},
        /* numbers keep every digit */
        {"[123456789012345678901234567890,1.50,1e400]",
         "[\n  123456789012345678901234567890,\n  1.50,\n  1e400\n]"},
        {"\"\\u003ca\\u003e \\u0026 \\\\u003c \\u001b\"", "\"<a> & \\\\u003c \\u001b\""},
        {"\"\x7f \xc2\x9b \xc2\xa0 \xc3\x9b\"", "\"\\u007f \\u009b \xc2\xa0 \xc3\x9b\""},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s", rows[i].text);
        CHECK_STR(describe_pretty(mem, str_of(rows[i].text)).p, rows[i].want);
    }
    arena_free(mem);
    test_row("%s", "");
}

CU_TestInfo suite_schema_describe[] = {
    {"kebab case", kebab},
    {"indented JSON", pretty},
    CU_TEST_INFO_NULL,
};
