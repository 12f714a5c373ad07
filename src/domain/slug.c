/* Slugs: which are valid, and what names become. */
#include "domain/slug.h"

#include "base/sb.h"

static bool
letter_or_digit(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');
}

bool
slug_valid(struct str s)
{
    bool dash = true;

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '-' ? dash : !letter_or_digit(s.p[i]))
            return false;
        dash = s.p[i] == '-';
    }
    return s.n > 0 && !dash && s.n <= SLUG_MAX;
}

struct str
slug_from(struct arena *mem, struct str name)
{
    struct sb b;

    sb_init(&b, mem, SLUG_MAX);
    for (size_t i = 0; i < name.n && b.n < SLUG_MAX - 8; i++) {
        char ch = name.p[i];

        if (ch >= 'A' && ch <= 'Z')
            ch = (char)(ch - 'A' + 'a');
        if (letter_or_digit(ch))
            sb_putc(&b, ch);
        else if (b.n > 0 && b.p[b.n - 1] != '-')
            sb_putc(&b, '-');
    }
    while (b.n > 0 && b.p[b.n - 1] == '-')
        b.n--;
    if (b.n == 0)
        sb_puts(&b, "workspace");
    return sb_str(&b);
}
