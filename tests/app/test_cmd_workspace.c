/* latchkey workspace: what it prints; what it does is in service/test_maintain.c, test_operators.c
 */
#include "support/test.h"

#include <string.h>

static void
members(void)
{
    const char *out = OPERATOR(0, "workspace", "create", "--name", "My shop", "--output", "json");

    CHECK(strncmp(out, "{\"workspaceId\":\"ws_", 19) == 0);
    CHECK_STR(strchr(out, ','), ",\"name\":\"My shop\",\"slug\":\"my-shop\"}\n");
    out = OPERATOR(0, "workspace", "get", "--workspace", fx_workspace, "--output", "json");
    CHECK(strstr(out, ",\"enabled\":true,\"createdAt\":") != NULL);
    CHECK(strstr(out, ",\"requestsPerMinute\":null,") != NULL);
}

CU_TestInfo suite_app_cmd_workspace[] = {
    {"members", members},
    CU_TEST_INFO_NULL,
};
