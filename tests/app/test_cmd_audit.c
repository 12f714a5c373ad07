/* latchkey audit list: how far back it goes; the filters' SQL is in service/test_maintain.c */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static const char *
list(const char *since)
{
    const char *words[] = {"audit", "list",     "--workspace", fx_workspace, "--since",
                           since,   "--output", "json",        NULL};
    const char *output;

    CHECK_INT(setenv("LATCHKEY_DATABASE_DEFAULTS_FILE", getenv("LATCHKEY_TEST_DEFAULTS"), 1), 0);
    CHECK_INT(setenv("LATCHKEY_CONFIG", "/dev/null", 1), 0);
    CHECK_INT(test_command(words, "", &output), 0);
    return output;
}

static void
within_retention(void)
{
    fx_ok("apis.createApi", "{\"name\":\"abc\"}");
    fx_sql("UPDATE lk_audit_event SET time = "
           "(UNIX_TIMESTAMP() - 29 * 86400) * 1000 WHERE event = 'api.create'");
    CHECK(strstr(list("0"), "\"api.create\"") != NULL);
    fx_sql("UPDATE lk_workspace SET audit_retention_days = 28");
    CHECK(strstr(list("0"), "\"api.create\"") == NULL);
    fx_sql("UPDATE lk_workspace SET audit_retention_days = 31");
    CHECK(strstr(list("0"), "\"api.create\"") != NULL);
    CHECK(strstr(list("99999999999999"), "\"api.create\"") == NULL);
}

CU_TestInfo suite_app_cmd_audit[] = {
    {"within retention", within_retention},
    CU_TEST_INFO_NULL,
};
