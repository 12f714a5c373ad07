/* Paths. Policies decide by what the path means, so whatever could mean two things is refused. */
#include "domain/urlpath.h"

#include "base/sb.h"

#include <string.h>

enum { PATH_MAX_BYTES = 8 * 1024 };

enum plus { PLUS_IS_PLUS, PLUS_IS_SPACE };

static int
hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes %XX; false when something else follows a %. */
static bool
decode(struct arena *mem, struct str s, enum plus plus, struct str *out)
{
    struct sb b;

    sb_init(&b, mem, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        int hi = -1, lo = -1;

        if (s.p[i] != '%') {
            sb_putc(&b, s.p[i] == '+' && plus == PLUS_IS_SPACE ? ' ' : s.p[i]);
            continue;
        }
        if (i + 2 < s.n) {
            hi = hex(s.p[i + 1]);
            lo = hex(s.p[i + 2]);
        }
        if (hi < 0 || lo < 0)
            return false;
        sb_putc(&b, (char)(hi * 16 + lo));
        i += 2;
    }
    *out = sb_str(&b);
    return true;
}

static bool
has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    return false;
}

/* %2F or %5C */
static bool
has_encoded_slash(struct str s)
{
    for (size_t i = 0; i + 2 < s.n; i++)
        if (s.p[i] == '%' && ((s.p[i + 1] == '2' && (s.p[i + 2] | 0x20) == 'f') ||
                              (s.p[i + 1] == '5' && (s.p[i + 2] | 0x20) == 'c')))
            return true;
    return false;
}

/* Resolves dot segments; *dots tells whether there were any. False above the root. */
static bool
resolve(struct arena *mem, struct str s, struct str *out, bool *dots)
{
    char *p = arena_alloc(mem, s.n + 2);
    size_t n = 0;
    bool slash = true; /* the last segment was followed by one, or was none */

    *dots = false;
    while (s.p) {
        struct str one = str_cut(&s, '/');
        bool up = str_eq(one, S(".."));

        slash = one.n == 0 || up || str_eq(one, S("."));
        if (one.n > 0 && slash)
            *dots = true;
        if (up && n == 0)
            return false;
        while (up && n > 0 && p[--n] != '/')
            ;
        if (slash)
            continue;
        p[n++] = '/';
        memcpy(p + n, one.p, one.n);
        n += one.n;
    }
    if (slash)
        p[n++] = '/';
    *out = (struct str){p, n};
    return true;
}

/* The target up to its query, without scheme and host. */
static struct str
raw_path(struct str target)
{
    static const struct str schemes[] = {STR("http://"), STR("https://")};
    struct str rest = target, path = str_cut(&rest, '?');

    for (size_t i = 0; i < 2; i++)
        if (str_starts(path, schemes[i]))
            return str_from(path, str_find(path, '/', schemes[i].n));
    return path;
}

bool
urlpath_normal(struct arena *mem, struct str target, struct str *path)
{
    struct str raw = raw_path(target), s;
    bool dots;

    if (str_eq(target, S("*"))) { /* OPTIONS * */
        *path = target;
        return true;
    }
    if ((raw.n > 0 && raw.p[0] != '/') || raw.n > PATH_MAX_BYTES)
        return false;
    return decode(mem, raw, PLUS_IS_PLUS, &s) && !has_control(s) && resolve(mem, s, path, &dots) &&
           !(dots && has_encoded_slash(raw));
}

struct str
urlpath_query(struct str target)
{
    return str_from(target, str_find(target, '?', 0) + 1);
}

bool
urlpath_param(struct arena *mem, struct str *rest, struct str name, struct str *value)
{
    while (rest->p) {
        struct str text = str_cut(rest, '&'), key = str_cut(&text, '='), plain;

        if (text.p && decode(mem, key, PLUS_IS_SPACE, &plain) && str_eq(plain, name) &&
            decode(mem, text, PLUS_IS_SPACE, value))
            return true;
        if (!text.p && str_eq(key, name)) {
            *value = S("");
            return true;
        }
    }
    return false;
}

struct str
urlpath_segment(struct str path, int64_t n)
{
    struct str one = S("");

    str_cut(&path, '/'); /* nothing stands before the first slash */
    for (; n > 0 && path.p; n--)
        one = str_cut(&path, '/');
    return n == 0 ? one : S("");
}
