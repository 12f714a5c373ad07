/* analytics: clauses, aliases, groups, joins (contract analytics.md sections 3, 7.3, 11), run by
 * the database. */
#include "support/analytics.h"
#include "support/test.h"

#include <string.h>

static const struct {
    enum relation_family family;
    const char *query, *rows;
} queries[] = {
#define QUERY(family, query, rows) {FAMILY_##family, query, rows},
#include "analytics/queries.def"
#undef QUERY
};

/* rows with the workspace's id put in. */
static const char *
expected(const char *rows)
{
    const char *at = strstr(rows, "WORKSPACE");

    return at ? fx_fmt("%.*s%s%s", (int)(at - rows), rows, fx_workspace, at + strlen("WORKSPACE"))
              : rows;
}

static void
rows_of_queries(void)
{
    analytics_seed();
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        test_row("%.250s", queries[i].query);
        CHECK_STR(analytics_answer(queries[i].family, queries[i].query), expected(queries[i].rows));
    }
}

CU_TestInfo suite_analytics_queries[] = {
    {"rows of queries", rows_of_queries},
    CU_TEST_INFO_NULL,
};
