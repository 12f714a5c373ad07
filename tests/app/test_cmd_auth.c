/* app/cmd_auth */
#include "support/test.h"

#include "app/client_conf.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
login(void)
{
    static const struct {
        const char *words[5], *input;
        int status;
        const char *says, *key, *url; /* what is stored afterwards */
    } rows[] = {
        {{"auth", "login"}, "  key1 \n", 0, "The root key is stored in /tmp/", "key1", ""},
        {{"auth", "login", "--api-url=https://a/b"},
         "key2",
         0,
         "The API is at https://a/b\n",
         "key2",
         "https://a/b"},
        {{"auth", "login"}, "key3\r\n", 0, "The API is at https://a/b\n", "key3", "https://a/b"},
        {{"auth", "login", "--output=json"},
         "key4",
         0,
         "\"apiUrl\": \"https://a/b\"\n}\n",
         "key4",
         "https://a/b"},
        {{"auth", "login"}, "", 1, "is empty", "key4", "https://a/b"},
        {{"auth", "login"}, " \n \n", 1, "is empty", "key4", "https://a/b"},
        {{"auth", "login"}, "two words", 1, "is not a root key", "key4", "https://a/b"},
        {{"auth", "login"}, "k\xc3\xa9y", 1, "is not a root key", "key4", "https://a/b"},
        {{"auth", "login", "--api-url=a"}, "key", 2, "must begin with http", "key4", "https://a/b"},
        {{"auth", "login", "--root-key=x"},
         "key",
         2,
         "unknown option --root-key",
         "key4",
         "https://a/b"},
        {{"auth", "login", "--help"}, "", 0, "--api-url TEXT", "key4", "https://a/b"},
        /* a file of something else is not overwritten */
        {{"auth", "login", "--config=/etc/passwd"}, "key", 1, "/etc/passwd", "key4", "https://a/b"},
    };
    struct arena *mem = arena_new(1 << 24);
    char folder[] = "/tmp/latchkey-login.XXXXXX";

    CHECK(mkdtemp(folder) != NULL);
    setenv("XDG_CONFIG_HOME", folder, 1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct client_conf conf;
        struct str why;
        const char *said;

        test_row("row %zu", i);
        CHECK_INT(test_command(rows[i].words, rows[i].input, &said), rows[i].status);
        if (!strstr(said, rows[i].says))
            CHECK_STR(said, rows[i].says);
        CHECK(client_conf_read(mem, client_conf_path(mem), &conf, &why));
        CHECK(str_eq(conf.root_key.value, str_of(rows[i].key)));
        CHECK(str_eq(conf.api_url.value, str_of(rows[i].url)));
    }
    test_row("%s", "");
    unlink(client_conf_path(mem));
    rmdir(arena_fmt(mem, "%s/latchkey", folder).p);
    CHECK(rmdir(folder) == 0);
    unsetenv("XDG_CONFIG_HOME");
    arena_free(mem);
}

CU_TestInfo suite_app_cmd_auth[] = {
    {"login", login},
    CU_TEST_INFO_NULL,
};
