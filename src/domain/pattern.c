/* Wildcard matching in time proportional to pattern times identifier. */
#include "domain/pattern.h"

bool
pattern_is_wildcard(struct str pattern)
{
    return str_find(pattern, '*', 0) < pattern.n;
}

bool
pattern_matches(struct str pattern, struct str s)
{
    size_t p = 0, i = 0, star = SIZE_MAX, resume = 0;

    while (i < s.n || p < pattern.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            resume = i;
        } else if (p < pattern.n && i < s.n && pattern.p[p] == s.p[i]) {
            p++;
            i++;
        } else if (star != SIZE_MAX && resume < s.n && s.p[resume] != '\n') {
            p = star + 1;
            i = ++resume;
        } else {
            return false;
        }
    }
    return true;
}

static size_t
count_stars(struct str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '*';
    return n;
}

int
pattern_compare(struct str a, struct str b)
{
    size_t stars_a = count_stars(a), stars_b = count_stars(b);

    if (a.n - stars_a != b.n - stars_b)
        return a.n - stars_a > b.n - stars_b ? -1 : 1;
    if (stars_a != stars_b)
        return stars_a < stars_b ? -1 : 1;
    return str_cmp(a, b);
}
