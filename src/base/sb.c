/* String building, and the one encoder for each context a string may end up in. */
#include "base/sb.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
sb_room(struct sb *b, size_t more)
{
    size_t cap = b->cap ? b->cap : 64;
    char *p;

    if (b->cap - b->n > more)
        return;
    while (cap - b->n <= more)
        cap *= 2;
    p = arena_alloc(b->mem, cap);
    if (b->n)
        memcpy(p, b->p, b->n);
    b->p = p;
    b->cap = cap;
}

void
sb_init(struct sb *b, struct arena *mem, size_t expected_bytes)
{
    *b = (struct sb){.mem = mem};
    sb_room(b, expected_bytes);
}

void
sb_put(struct sb *b, struct str s)
{
    if (s.n == 0)
        return;
    sb_room(b, s.n);
    memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
}

void
sb_puts(struct sb *b, const char *z)
{
    sb_put(b, str_of(z));
}

void
sb_putc(struct sb *b, char c)
{
    sb_room(b, 1);
    b->p[b->n++] = c;
}

void
sb_i64(struct sb *b, int64_t v)
{
    char buf[24], *p = buf + sizeof(buf);
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do {
        *--p = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (v < 0)
        *--p = '-';
    sb_put(b, (struct str){p, (size_t)(buf + sizeof(buf) - p)});
}

void
sb_addf(struct sb *b, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n <= 0)
        return;
    sb_room(b, (size_t)n + 1);
    va_start(ap, fmt);
    vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->n += (size_t)n;
}

static void
json_escape(struct sb *b, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    char u[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

    switch (c) {
    case '"':
        sb_puts(b, "\\\"");
        break;
    case '\\':
        sb_puts(b, "\\\\");
        break;
    case '\n':
        sb_puts(b, "\\n");
        break;
    case '\r':
        sb_puts(b, "\\r");
        break;
    case '\t':
        sb_puts(b, "\\t");
        break;
    default:
        sb_put(b, (struct str){u, sizeof(u)});
    }
}

static bool
html_special(unsigned char c)
{
    return c == '<' || c == '>' || c == '&' || c == 0x7f;
}

static void
json_str(struct sb *b, struct str s, bool for_html)
{
    size_t start = 0;

    sb_putc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c >= 0x20 && c != '"' && c != '\\' && !(for_html && html_special(c)))
            continue;
        sb_put(b, (struct str){s.p + start, i - start});
        json_escape(b, c);
        start = i + 1;
    }
    sb_put(b, (struct str){s.p + start, s.n - start});
    sb_putc(b, '"');
}

void
sb_json_str(struct sb *b, struct str s)
{
    json_str(b, s, true);
}

void
sb_json_plain(struct sb *b, struct str s)
{
    json_str(b, s, false);
}

void
sb_log_str(struct sb *b, struct str s)
{
    bool bare = s.n > 0;

    for (size_t i = 0; i < s.n && bare; i++) {
        unsigned char c = (unsigned char)s.p[i];

        bare = c > 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '=';
    }
    if (bare)
        sb_put(b, s);
    else
        sb_json_str(b, s);
}

struct str
sb_str(struct sb *b)
{
    sb_room(b, 1);
    b->p[b->n] = '\0';
    return (struct str){b->p, b->n};
}
