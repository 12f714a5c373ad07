/* app/cmd_api: what is decided before anything is sent. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static void
usage(void)
{
    static const struct {
        const char *words[7];
        int status;
        const char *says[2];
    } rows[] = {
        {{"api"}, 2, {"api needs a resource", "keys create-key"}},
        {{"api", "--help"}, 0, {"Usage: latchkey api RESOURCE ACTION", "apis create-api"}},
        {{"api", "keyz"}, 2, {"unknown resource 'keyz'", "apis create-api"}},
        {{"api", "keyz", "--help"}, 2, {"unknown resource 'keyz'", "apis create-api"}},
        {{"api", "keys"}, 2, {"api keys needs an action", "keys create-key"}},
        {{"api", "keys", "--help"}, 0, {"Usage: latchkey api", "keys create-key"}},
        {{"api", "keys", "make-key"}, 2, {"keys has no action 'make-key'", "keys create-key"}},
        {{"api", "keys", "create-key", "--help"}, 0, {"--credits-json JSON", "refillDay N"}},
        {{"api", "keys", "create-key", "--help"}, 0, {"--name='Production key'", "list of proc"}},
        {{"--help", "api", "keys", "create-key"}, 0, {"--api-id TEXT *", "--output text|json"}},
        {{"api", "ratelimit", "multi-limit", "--help"}, 0, {"--limits-json JSON *", "cost N"}},
        {{"api", "keys", "create-key"}, 2, {"--api-id is required", "Usage: latchkey api keys"}},
        {{"api", "keys", "create-key", "--nmae=x"}, 2, {"unknown option --nmae", "--api-id"}},
        {{"api", "keys", "create-key", "x"}, 2, {"unexpected argument 'x'", ""}},
        {{"api", "keys", "get-key", "--key-id=k", "--output=xml"}, 2, {"text or json", ""}},
        {{"api", "keys", "get-key", "--key-id=k", "--root-key="}, 2, {"--root-key is empty", ""}},
        {{"api", "keys", "get-key", "--key-id=k", "--api-url"}, 2, {"--api-url needs", ""}},
        {{"api", "keys", "get-key", "--key-id=k"}, 1, {"there is no root key", "auth login"}},
        {{"api", "keys", "get-key", "--key-id=k", "--root-key=r"}, 1, {"URL is not known", ""}},
        {{"api", "keys", "get-key", "--key-id=k", "--root-key=r", "--api-url=x"},
         2,
         {"must begin with http", ""}},
        {{"api", "keys", "get-key", "--key-id=k", "--root-key=a\r\nX: y", "--api-url=http://[::1]"},
         1,
         {"no root key has", ""}},
    };

    setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    unsetenv("LATCHKEY_ROOT_KEY");
    unsetenv("LATCHKEY_API_URL");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *said;

        test_row("row %zu", i);
        CHECK_INT(test_command(rows[i].words, "", &said), rows[i].status);
        for (int k = 0; k < 2; k++)
            if (!strstr(said, rows[i].says[k]))
                CHECK_STR(said, rows[i].says[k]);
    }
    unsetenv("XDG_CONFIG_HOME");
    test_row("%s", "");
}

CU_TestInfo suite_app_cmd_api[] = {
    {"usage", usage},
    CU_TEST_INFO_NULL,
};
