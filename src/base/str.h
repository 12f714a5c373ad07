/* str.h: strings with a length. They may hold NUL (JSON allows \u0000) and are not terminated
 * unless a function says so. Everything that came from outside is valid UTF-8 once it has passed
 * the JSON scanner. */
#ifndef LATCHKEY_BASE_STR_H
#define LATCHKEY_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *p;
    size_t n;
};

/* A string literal as struct str; also usable as a constant initialiser. */
#define STR(lit)                                                                                   \
    {                                                                                              \
        "" lit, sizeof(lit) - 1                                                                    \
    }
#define S(lit) ((struct str)STR(lit))

/* How to print one with a printf family function: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p

/* The C string z, or the empty string for NULL. Borrows z. */
struct str str_of(const char *z);

bool str_eq(struct str a, struct str b);
/* <0, 0, >0 in byte order, a prefix sorting first. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_has(struct str s, struct str needle);
/* Without leading and trailing spaces, tabs, CR and LF. */
struct str str_trim(struct str s);
/* Without leading and trailing white space of any script: for what people typed, in valid UTF-8. */
struct str str_trim_unicode(struct str s);
/* From byte `from` on; empty when from is past the end. */
struct str str_from(struct str s, size_t from);
/* Index of c at or after from, or s.n. */
size_t str_find(struct str s, char c, size_t from);
/* Cuts the part before the next c off *rest and returns it; *rest becomes what follows c. When no
 * c is left, returns all of *rest and makes rest->p NULL. Start with a non-NULL rest->p. */
struct str str_cut(struct str *rest, char c);

/* Reads the whole of s as a decimal integer with optional minus sign. False, and *out untouched,
 * when it is anything else or outside min..max. */
bool str_i64(struct str s, int64_t min, int64_t max, int64_t *out);

/* Number of code points of valid UTF-8. */
size_t str_utf8_len(struct str s);
/* Whether s is valid UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool str_utf8_valid(struct str s);
/* The longest prefix of at most max bytes that does not split a code point. */
struct str str_utf8_clip(struct str s, size_t max);

/* Compares in time that depends on the lengths only. */
bool str_eq_const_time(struct str a, struct str b);

#endif
