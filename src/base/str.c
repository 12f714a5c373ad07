/* Strings with a length: comparison, cutting, checked numbers, UTF-8. */
#include "base/str.h"

#include <string.h>

struct str
str_of(const char *z)
{
    return (struct str){z ? z : "", z ? strlen(z) : 0};
}

bool
str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

int
str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int d = n ? memcmp(a.p, b.p, n) : 0;

    if (d != 0)
        return d;
    return a.n < b.n ? -1 : a.n > b.n;
}

bool
str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

bool
str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}

bool
str_has(struct str s, struct str needle)
{
    for (size_t i = 0; i + needle.n <= s.n; i++)
        if (str_starts(str_from(s, i), needle))
            return true;
    return false;
}

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str
str_trim(struct str s)
{
    while (s.n > 0 && is_space(s.p[0]))
        s = str_from(s, 1);
    while (s.n > 0 && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Cuts one white space off either end; false when there is none. */
static bool
cut_space(struct str *s)
{
    static const char *const spaces[] = {
        " ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\xc2\x85", "\u00a0", "\u1680",
        "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",   "\u2007", "\u2008",
        "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000",
    };

    for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
        struct str space = str_of(spaces[i]);

        if (str_starts(*s, space)) {
            *s = str_from(*s, space.n);
            return true;
        }
        if (str_ends(*s, space)) {
            s->n -= space.n;
            return true;
        }
    }
    return false;
}

struct str
str_trim_unicode(struct str s)
{
    while (cut_space(&s))
        ;
    return s;
}

struct str
str_from(struct str s, size_t from)
{
    if (from == 0)
        return s;
    if (from >= s.n)
        return (struct str){"", 0};
    return (struct str){s.p + from, s.n - from};
}

size_t
str_find(struct str s, char c, size_t from)
{
    const char *hit = from < s.n ? memchr(s.p + from, c, s.n - from) : NULL;

    return hit ? (size_t)(hit - s.p) : s.n;
}

struct str
str_cut(struct str *rest, char c)
{
    size_t at = str_find(*rest, c, 0);
    struct str head = {rest->p, at};

    if (at == rest->n)
        *rest = (struct str){NULL, 0};
    else
        *rest = (struct str){rest->p + at + 1, rest->n - at - 1};
    return head;
}

bool
str_i64(struct str s, int64_t min, int64_t max, int64_t *out)
{
    bool neg = s.n > 0 && s.p[0] == '-';
    uint64_t limit = neg ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t v = 0;
    int64_t r;

    if (s.n == (size_t)neg)
        return false;
    for (size_t i = neg; i < s.n; i++) {
        unsigned d = (unsigned char)s.p[i] - (unsigned)'0';

        if (d > 9 || v > (limit - d) / 10)
            return false;
        v = v * 10 + d;
    }
    r = neg ? (int64_t)(0 - v) : (int64_t)v;
    if (r < min || r > max)
        return false;
    *out = r;
    return true;
}

size_t
str_utf8_len(struct str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

/* Length of the sequence that starts at p with `left` bytes available; 0 when it is not valid. */
static size_t
utf8_step(const unsigned char *p, size_t left)
{
    size_t n;
    unsigned char lo = 0x80, hi = 0xBF;

    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xC2 && p[0] <= 0xDF)
        n = 2;
    else if (p[0] >= 0xE0 && p[0] <= 0xEF)
        n = 3;
    else if (p[0] >= 0xF0 && p[0] <= 0xF4)
        n = 4;
    else
        return 0;
    if (left < n)
        return 0;
    if (p[0] == 0xE0)
        lo = 0xA0;
    else if (p[0] == 0xED)
        hi = 0x9F;
    else if (p[0] == 0xF0)
        lo = 0x90;
    else if (p[0] == 0xF4)
        hi = 0x8F;
    if (p[1] < lo || p[1] > hi)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (p[i] < 0x80 || p[i] > 0xBF)
            return 0;
    return n;
}

bool
str_utf8_valid(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;

    for (size_t i = 0; i < s.n;) {
        size_t step = utf8_step(p + i, s.n - i);

        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

struct str
str_utf8_clip(struct str s, size_t max)
{
    if (s.n <= max)
        return s;
    s.n = max;
    while (s.n > 0 && ((unsigned char)s.p[s.n] & 0xC0) == 0x80)
        s.n--;
    return s;
}

bool
str_eq_const_time(struct str a, struct str b)
{
    volatile unsigned char diff = 0;

    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        diff = (unsigned char)(diff | (a.p[i] ^ b.p[i]));
    return diff == 0;
}
