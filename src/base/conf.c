/* Finding and reading the settings. */
#include "config.h"
#include "base/conf.h"

#include "base/conf_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct conf_row conf_rows[] = {
#define SETTING(type_, name_, dflt_, min_, max_, text_)                                            \
    {#name_, dflt_, text_, min_, max_, CONF_##type_, offsetof(struct conf, name_)},
#include "base/conf.def"
#undef SETTING
};
const size_t conf_row_count = sizeof(conf_rows) / sizeof(conf_rows[0]);

struct reader {
    struct arena *mem;
    struct conf *conf;
    struct str *why;
};

static bool
parse_bool(struct str v, bool *out)
{
    *out = str_eq(v, S("on")) || str_eq(v, S("true")) || str_eq(v, S("yes")) || str_eq(v, S("1"));
    return *out || str_eq(v, S("off")) || str_eq(v, S("false")) || str_eq(v, S("no")) ||
           str_eq(v, S("0"));
}

/* Stores a value; from says where it stands, for the error. */
static bool
set(struct reader *r, const struct conf_row *row, struct str v, struct str from)
{
    char *at = (char *)r->conf + row->off;

    switch (row->type) {
    case CONF_INT:
        if (str_i64(v, row->min, row->max, (int64_t *)(void *)at))
            return true;
        *r->why = arena_fmt(r->mem, "%.*s: %s must be a number from %lld to %lld, not '%.*s'",
                            STR_ARG(from), row->name, (long long)row->min, (long long)row->max,
                            STR_ARG(v));
        return false;
    case CONF_BOOL:
        if (parse_bool(v, (bool *)(void *)at))
            return true;
        *r->why = arena_fmt(r->mem, "%.*s: %s must be on or off, not '%.*s'", STR_ARG(from),
                            row->name, STR_ARG(v));
        return false;
    default:
        *(const char **)(void *)at = arena_cstr(r->mem, v);
        return true;
    }
}

static const struct conf_row *
find(struct str name)
{
    for (size_t i = 0; i < conf_row_count; i++)
        if (str_eq(name, str_of(conf_rows[i].name)))
            return &conf_rows[i];
    return NULL;
}

static bool
read_file(struct reader *r, const char *path)
{
    struct conf_text t = {.line = 0};
    enum conf_text_kind kind;

    if (!conf_text_read(r->mem, path, &t.rest, r->why))
        return false;
    while ((kind = conf_text_next(&t)) != CONF_TEXT_END) {
        struct str from = arena_fmt(r->mem, "%s:%d", path, t.line);
        const struct conf_row *row = kind == CONF_TEXT_SETTING ? find(t.name) : NULL;

        if (kind != CONF_TEXT_SETTING)
            *r->why = arena_fmt(r->mem, "%s: expected 'name = value'", from.p);
        else if (!row)
            *r->why = arena_fmt(r->mem, "%s: unknown setting '%.*s', see latchkey.conf(5)", from.p,
                                STR_ARG(t.name));
        if (!row || !set(r, row, t.value, from))
            return false;
    }
    return true;
}

static bool
read_environment(struct reader *r)
{
    for (size_t i = 0; i < conf_row_count; i++) {
        struct str name = arena_fmt(r->mem, "LATCHKEY_%s", conf_rows[i].name);
        char *p = (char *)(uintptr_t)name.p;
        const char *v;

        for (; *p; p++)
            if (*p >= 'a' && *p <= 'z')
                *p = (char)(*p - 'a' + 'A');
        v = getenv(name.p);
        if (v && !set(r, &conf_rows[i], str_of(v), name))
            return false;
    }
    return true;
}

/* $LATCHKEY_CONFIG; then latchkey/latchkey.conf one or two folders above the program's own, where
 * shared hosting keeps what must not be served; then the installed one. */
static const char *
locate(struct arena *mem)
{
    const char *env = getenv("LATCHKEY_CONFIG");
    char exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    static const char *const above[] = {"/../latchkey/latchkey.conf",
                                        "/../../latchkey/latchkey.conf"};

    if (env && *env)
        return env;
    while (n > 0 && exe[n - 1] != '/')
        n--;
    for (size_t i = 0; n > 0 && i < sizeof(above) / sizeof(above[0]); i++) {
        struct str path = arena_fmt(mem, "%.*s%s", (int)n - 1, exe, above[i]);

        if (access(path.p, R_OK) == 0)
            return path.p;
    }
    return access(SYSCONFDIR "/latchkey/latchkey.conf", F_OK) == 0 ? SYSCONFDIR
               "/latchkey/latchkey.conf"
                                                                   : NULL;
}

bool
conf_load(struct arena *mem, const char *file, struct conf *conf, struct str *why)
{
    struct reader r = {mem, conf, why};

    *conf = (struct conf){0};
    for (size_t i = 0; i < conf_row_count; i++)
        if (!set(&r, &conf_rows[i], str_of(conf_rows[i].dflt), S("default")))
            return false;
    conf->file = file ? file : locate(mem);
    if (conf->file && !read_file(&r, conf->file))
        return false;
    return read_environment(&r);
}

bool
conf_secret_file_ok(struct arena *mem, const char *path, struct str *why)
{
    struct stat st;

    if (stat(path, &st) != 0 || access(path, R_OK) != 0) {
        *why = arena_fmt(mem, "%s: %s", path, strerror(errno));
        return false;
    }
    if (st.st_mode & (S_IROTH | S_IWOTH)) {
        *why = arena_fmt(mem, "%s is open to everybody (mode %04o); run: chmod 0640 %s", path,
                         (unsigned)(st.st_mode & 07777), path);
        return false;
    }
    return true;
}
