/* Rendering and taking apart of API keys. */
#include "domain/key.h"

#include <string.h>

struct str
key_base58(struct arena *mem, const unsigned char *p, size_t n)
{
    static const char abc[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    size_t zeros = 0, max = n * 138 / 100 + 1, used = 0;
    unsigned char *digits = arena_alloc(mem, max); /* base 58, least significant first */
    char *out;

    while (zeros < n && p[zeros] == 0)
        zeros++;
    for (size_t i = zeros; i < n; i++) {
        unsigned carry = p[i];

        for (size_t d = 0; d < used || carry; d++) {
            carry += d < used ? 256u * digits[d] : 0;
            digits[d] = (unsigned char)(carry % 58);
            carry /= 58;
            if (d == used)
                used++;
        }
    }
    out = arena_alloc(mem, zeros + used + 1);
    memset(out, '1', zeros);
    for (size_t i = 0; i < used; i++)
        out[zeros + i] = abc[digits[used - 1 - i]];
    return (struct str){out, zeros + used};
}

struct key_text
key_render(struct arena *mem, struct str prefix, const unsigned char *random, size_t n)
{
    struct str token = key_base58(mem, random, n);
    struct str start = {token.p, token.n < KEY_START_CHARS ? token.n : KEY_START_CHARS};

    if (prefix.n == 0)
        return (struct key_text){token, start};
    return (struct key_text){arena_fmt(mem, "%.*s_%.*s", STR_ARG(prefix), STR_ARG(token)),
                             arena_fmt(mem, "%.*s_%.*s", STR_ARG(prefix), STR_ARG(start))};
}

struct str
key_start_prefix(struct str start)
{
    for (size_t i = start.n; i > 0; i--)
        if (start.p[i - 1] == '_')
            return (struct str){start.p, i - 1};
    return (struct str){"", 0};
}

bool
key_split_prefixed(struct str s, struct key_prefixed *out)
{
    size_t last = s.n, mid;

    while (last > 0 && s.p[last - 1] != '_')
        last--;
    if (last == 0)
        return false;
    mid = last - 1;
    while (mid > 0 && s.p[mid - 1] != '_')
        mid--;
    if (mid == 0)
        return false;
    out->prefix = (struct str){s.p, mid - 1};
    out->short_token = (struct str){s.p + mid, last - 1 - mid};
    out->long_token = (struct str){s.p + last, s.n - last};
    return true;
}

struct str
key_prefixed_start(struct str s, const struct key_prefixed *parts)
{
    size_t n = parts->prefix.n + 1;

    for (int i = 0; i < KEY_START_CHARS && n < s.n; i++)
        for (n++; n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80;)
            n++; /* the rest of the code point */
    return (struct str){s.p, n};
}
