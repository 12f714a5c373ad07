/* schema/json_scan: members of a checked text. */
#include "support/test.h"

#include "schema/json_scan.h"

static void
members(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"{\"a\":1}", "1"},
        {" { \"b\" : {\"a\":2} , \"a\" : [1, {\"a\":3}] } ", "[1, {\"a\":3}]"},
        {"{\"a\":1,\"a\":\"2\"}", "\"2\""},
        {"{\"b\":\"\\\"a\\\":1\",\"a\":null}", "null"},
        {"{\"b\":1}", ""},
        {"{\"A\":1,\"aa\":2,\"\":3}", ""},
        {"{}", ""},
        {"[{\"a\":1}]", ""},
        {"\"a\"", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_scan scan;
        struct str got = json_scan_member(str_of(rows[i].text), S("a"));

        test_row("%s", rows[i].text);
        CHECK(json_scan_check(str_of(rows[i].text), &scan));
        CHECK(str_eq(got, str_of(rows[i].want)));
    }
    test_row("%s", "");
}

CU_TestInfo suite_schema_json_scan[] = {
    {"members", members},
    CU_TEST_INFO_NULL,
};
