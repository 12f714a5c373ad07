/* Settings of the API client. */
#include "app/client_conf.h"

#include "base/sb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 64 * 1024 };

const char *
client_conf_path(struct arena *mem)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

    /* the specification says to ignore relative paths */
    if (xdg && *xdg == '/')
        return arena_fmt(mem, "%s/latchkey/client.conf", xdg).p;
    return home && *home ? arena_fmt(mem, "%s/.config/latchkey/client.conf", home).p : NULL;
}

static bool
read_line(struct arena *mem, struct str line, struct str from, struct client_conf *out,
          struct str *why)
{
    struct str value = str_trim(line), name;
    struct client_setting *at;

    if (value.n == 0 || value.p[0] == '#')
        return true;
    name = str_trim(str_cut(&value, '='));
    at = str_eq(name, S("root_key"))  ? &out->root_key
         : str_eq(name, S("api_url")) ? &out->api_url
                                      : NULL;
    if (!at || !value.p) {
        *why = arena_fmt(mem,
                         "%.*s: expected root_key = … or api_url = …; this is not a file of "
                         "the API client",
                         STR_ARG(from));
        return false;
    }
    at->value = str_trim(value);
    return true;
}

bool
client_conf_read(struct arena *mem, const char *path, struct client_conf *out, struct str *why)
{
    FILE *f = fopen(path, "re");
    char *text = arena_alloc(mem, FILE_MAX + 1);
    struct str rest = {text, 0};
    struct stat st;
    int line = 0;

    *why = S("");
    *out = (struct client_conf){.root_key.from = str_of(path), .api_url.from = str_of(path)};
    if (!f || fstat(fileno(f), &st) != 0) {
        *why = arena_fmt(mem, "%s: %s", path, strerror(errno));
    } else if (st.st_mode & (S_IRWXG | S_IRWXO)) {
        *why = arena_fmt(mem, "%s is open to others than its owner (mode %04o); run: chmod 0600 %s",
                         path, (unsigned)(st.st_mode & 07777), path);
    } else {
        rest.n = fread(text, 1, FILE_MAX + 1, f);
        if (ferror(f) || rest.n > FILE_MAX)
            *why = arena_fmt(mem, "%s: %s", path, ferror(f) ? strerror(errno) : "too long");
    }
    if (f)
        fclose(f);
    while (why->n == 0 && rest.p)
        read_line(mem, str_cut(&rest, '\n'), arena_fmt(mem, "%s:%d", path, ++line), out, why);
    return why->n == 0;
}

static bool
make_folders(struct arena *mem, const char *path, struct str *why)
{
    for (const char *end = strchr(path + 1, '/'); end; end = strchr(end + 1, '/')) {
        struct str folder = arena_fmt(mem, "%.*s", (int)(end - path), path);

        if (mkdir(folder.p, 0700) != 0 && errno != EEXIST) {
            *why = arena_fmt(mem, "%s: %s", folder.p, strerror(errno));
            return false;
        }
    }
    return true;
}

static bool
write_all(int fd, struct str text)
{
    while (text.n > 0) {
        ssize_t n = write(fd, text.p, text.n);

        if (n < 0 && errno != EINTR)
            return false;
        text = str_from(text, n > 0 ? (size_t)n : 0);
    }
    return fsync(fd) == 0;
}

bool
client_conf_write(struct arena *mem, const char *path, const struct client_conf *conf,
                  struct str *why)
{
    char *temporary = (char *)(uintptr_t)arena_fmt(mem, "%s.XXXXXX", path).p;
    struct sb text;
    bool ok;
    int fd;

    if (!make_folders(mem, path, why))
        return false;
    sb_init(&text, mem, 256);
    sb_puts(&text, "# Made by latchkey auth login. Who can read this file has the root key.\n");
    sb_addf(&text, "root_key = %.*s\n", STR_ARG(conf->root_key.value));
    if (conf->api_url.value.n)
        sb_addf(&text, "api_url = %.*s\n", STR_ARG(conf->api_url.value));
    fd = mkostemp(temporary, O_CLOEXEC);
    ok = fd >= 0 && write_all(fd, sb_str(&text));
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    ok = ok && rename(temporary, path) == 0;
    if (!ok) {
        *why = arena_fmt(mem, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            unlink(temporary);
    }
    return ok;
}

static void
from_environment(struct client_setting *s, const char *name, const char *shown)
{
    const char *v = getenv(name);

    if (s->value.n == 0 && v && *v)
        *s = (struct client_setting){str_of(v), str_of(shown)};
}

bool
client_conf_complete(struct arena *mem, const char *path, struct client_conf *conf, struct str *why)
{
    const char *usual = client_conf_path(mem);
    const char *file = path ? path : usual && access(usual, F_OK) == 0 ? usual : NULL;
    struct client_conf stored;

    *why = S("");
    from_environment(&conf->root_key, "LATCHKEY_ROOT_KEY", "$LATCHKEY_ROOT_KEY");
    from_environment(&conf->api_url, "LATCHKEY_API_URL", "$LATCHKEY_API_URL");
    if (file && (conf->root_key.value.n == 0 || conf->api_url.value.n == 0)) {
        if (!client_conf_read(mem, file, &stored, why))
            return false;
        if (conf->root_key.value.n == 0)
            conf->root_key = stored.root_key;
        if (conf->api_url.value.n == 0)
            conf->api_url = stored.api_url;
    }
    if (conf->root_key.value.n == 0)
        *why = S("there is no root key; store one with `latchkey auth login`, or set "
                 "LATCHKEY_ROOT_KEY, or give --root-key");
    else if (conf->api_url.value.n == 0)
        *why = S("the API's URL is not known; store it with `latchkey auth login --api-url=URL`, "
                 "or set LATCHKEY_API_URL, or give --api-url");
    return why->n == 0;
}
