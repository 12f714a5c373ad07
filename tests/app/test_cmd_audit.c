/* latchkey audit list: how far back it goes; the filters' SQL is in service/test_maintain.c */
#include "support/test.h"

#include <string.h>

#define LIST(since)                                                                                \
    OPERATOR(0, "audit", "list", "--workspace", fx_workspace, "--since", since, "--output", "json")

static void
within_retention(void)
{
    fx_ok("apis.createApi", "{\"name\":\"abc\"}");
    fx_sql("UPDATE lk_audit_event SET time = "
           "(UNIX_TIMESTAMP() - 29 * 86400) * 1000 WHERE event = 'api.create'");
    CHECK(strstr(LIST("0"), "\"api.create\"") != NULL);
    fx_sql("UPDATE lk_workspace SET audit_retention_days = 28");
    CHECK(strstr(LIST("0"), "\"api.create\"") == NULL);
    fx_sql("UPDATE lk_workspace SET audit_retention_days = 31");
    CHECK(strstr(LIST("0"), "\"api.create\"") != NULL);
    CHECK(strstr(LIST("99999999999999"), "\"api.create\"") == NULL);
}

CU_TestInfo suite_app_cmd_audit[] = {
    {"within retention", within_retention},
    CU_TEST_INFO_NULL,
};
