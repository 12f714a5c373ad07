/* analytics: what functions and operators give (contract analytics.md sections 7, 12), computed by
 * the database. */
#include "support/analytics.h"
#include "support/test.h"

/* Values of one event, see analytics_seed(); expected results are JSON. */
static const struct {
    const char *expression, *json;
} values[] = {
#define VALUE(expression, json) {expression, json},
#include "analytics/values.def"
#undef VALUE
};

static void
values_of_functions(void)
{
    analytics_seed();
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const char *query = fx_fmt("SELECT %s AS x FROM key_verifications_v1 WHERE request_id = "
                                   "'req_1'",
                                   values[i].expression);

        test_row("%s", values[i].expression);
        CHECK_STR(analytics_answer(FAMILY_VERIFICATIONS, query),
                  fx_fmt("[{\"x\":%s}]", values[i].json));
    }
}

CU_TestInfo suite_analytics_values[] = {
    {"values of functions", values_of_functions},
    CU_TEST_INFO_NULL,
};
