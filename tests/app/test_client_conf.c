/* app/client_conf */
#include "support/test.h"

#include "app/client_conf.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena *mem;
static char folder[64];

static void
begin(void)
{
    mem = arena_new(1 << 20);
    strcpy(folder, "/tmp/latchkey-conf.XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    setenv("XDG_CONFIG_HOME", folder, 1);
    unsetenv("LATCHKEY_ROOT_KEY");
    unsetenv("LATCHKEY_API_URL");
}

static void
end(void)
{
    unlink(client_conf_path(mem));
    rmdir(arena_fmt(mem, "%s/latchkey", folder).p);
    CHECK(rmdir(folder) == 0); /* nothing else has been left behind */
    unsetenv("XDG_CONFIG_HOME");
    arena_free(mem);
    test_row("%s", "");
}

static const char *
text_of(const char *path)
{
    char *text = arena_alloc(mem, 4096);
    FILE *f = fopen(path, "re");

    CHECK(f && fread(text, 1, 4095, f) > 0);
    if (f)
        fclose(f);
    return text;
}

static struct client_conf
conf_of(const char *key, const char *url)
{
    return (struct client_conf){{str_of(key), S("--root-key")}, {str_of(url), S("--api-url")}};
}

static int
mode_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static void
writing(void)
{
    struct client_conf conf = conf_of("key1", "http://a/"), got;
    struct str why = S("");
    const char *path;

    begin();
    path = client_conf_path(mem);
    CHECK_STR(path, arena_fmt(mem, "%s/latchkey/client.conf", folder).p);
    umask(0);
    CHECK(client_conf_write(mem, path, &conf, &why));
    umask(022);
    CHECK_INT(mode_of(path), 0600);
    CHECK_INT(mode_of(arena_fmt(mem, "%s/latchkey", folder).p), 0700);
    CHECK(strstr(text_of(path), "root_key = key1\napi_url = http://a/\n") != NULL);
    CHECK(client_conf_read(mem, path, &got, &why));
    CHECK(str_eq(got.root_key.value, S("key1")) && str_eq(got.root_key.from, str_of(path)));
    CHECK(str_eq(got.api_url.value, S("http://a/")));

    chmod(path, 0644); /* what was there before is replaced, mode included */
    conf = conf_of("key2", "");
    CHECK(client_conf_write(mem, path, &conf, &why));
    CHECK_INT(mode_of(path), 0600);
    CHECK(client_conf_read(mem, path, &got, &why));
    CHECK(str_eq(got.root_key.value, S("key2")) && got.api_url.value.n == 0);

    CHECK(!client_conf_write(mem, "/dev/null/client.conf", &conf, &why));
    CHECK(strstr(why.p, "/dev/null") != NULL);
    end();
}

static void
reading(void)
{
    static const struct {
        const char *text;
        mode_t mode;
        const char *why, *key, *url;
    } rows[] = {
        {"root_key = a\napi_url = b\n", 0600, "", "a", "b"},
        {"# x = y\n\n \troot_key=a=b  \r\n", 0600, "", "a=b", ""},
        {"root_key = a", 0400, "", "a", ""},
        {"root_key =\n", 0600, "", "", ""},
        {"", 0600, "", "", ""},
        {"root_key = a\n", 0640, "run: chmod 0600", "", ""},
        {"root_key = a\n", 0604, "run: chmod 0600", "", ""},
        {"root_key = a\n", 0602, "run: chmod 0600", "", ""},
        {"root_key = a\nregion = b\n", 0600, "client.conf:2: expected root_key", "", ""},
        {"root_key\n", 0600, "client.conf:1: expected root_key", "", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct client_conf conf = conf_of("x", ""), got;
        struct str why = S("");
        FILE *f;

        test_row("row %zu", i);
        begin();
        CHECK(client_conf_write(mem, client_conf_path(mem), &conf, &why)); /* makes the folder */
        f = fopen(client_conf_path(mem), "we");
        CHECK(f && fputs(rows[i].text, f) >= 0 && fclose(f) == 0);
        chmod(client_conf_path(mem), rows[i].mode);
        CHECK_INT(client_conf_read(mem, client_conf_path(mem), &got, &why), !*rows[i].why);
        if (*rows[i].why) {
            CHECK(strstr(why.p, rows[i].why) != NULL);
        } else {
            CHECK(str_eq(got.root_key.value, str_of(rows[i].key)));
            CHECK(str_eq(got.api_url.value, str_of(rows[i].url)));
        }
        end();
    }
}

static void
precedence(void)
{
    struct client_conf stored = conf_of("file", "http://file"), conf;
    struct str why;

    begin();
    conf = conf_of("", "");
    CHECK(!client_conf_complete(mem, NULL, &conf, &why));
    CHECK(strstr(why.p, "latchkey auth login") && strstr(why.p, "LATCHKEY_ROOT_KEY") &&
          strstr(why.p, "--root-key"));
    conf = conf_of("flag", "");
    CHECK(!client_conf_complete(mem, NULL, &conf, &why));
    CHECK(strstr(why.p, "auth login --api-url") && strstr(why.p, "LATCHKEY_API_URL"));
    CHECK(!client_conf_complete(mem, "/nonexistent", &conf, &why));
    CHECK(strstr(why.p, "/nonexistent: No such file") != NULL);

    CHECK(client_conf_write(mem, client_conf_path(mem), &stored, &why));
    conf = conf_of("", "");
    CHECK(client_conf_complete(mem, NULL, &conf, &why));
    CHECK(str_eq(conf.root_key.value, S("file")));
    CHECK(str_eq(conf.root_key.from, str_of(client_conf_path(mem))));

    setenv("LATCHKEY_ROOT_KEY", "environment", 1);
    setenv("LATCHKEY_API_URL", "", 1); /* as if it were not there */
    conf = conf_of("", "");
    CHECK(client_conf_complete(mem, NULL, &conf, &why));
    CHECK(str_eq(conf.root_key.value, S("environment")));
    CHECK(str_eq(conf.root_key.from, S("$LATCHKEY_ROOT_KEY")));
    CHECK(str_eq(conf.api_url.value, S("http://file")));

    conf = conf_of("flag", "");
    CHECK(client_conf_complete(mem, NULL, &conf, &why));
    CHECK(str_eq(conf.root_key.value, S("flag")));
    CHECK(str_eq(conf.root_key.from, S("--root-key")));

    /* a file that is not needed is not looked at */
    chmod(client_conf_path(mem), 0644);
    conf = conf_of("flag", "http://flag");
    CHECK(client_conf_complete(mem, NULL, &conf, &why));
    conf = conf_of("flag", "");
    CHECK(!client_conf_complete(mem, NULL, &conf, &why));
    unsetenv("LATCHKEY_ROOT_KEY");
    unsetenv("LATCHKEY_API_URL");
    end();
}

CU_TestInfo suite_app_client_conf[] = {
    {"writing", writing},
    {"reading", reading},
    {"precedence", precedence},
    CU_TEST_INFO_NULL,
};
