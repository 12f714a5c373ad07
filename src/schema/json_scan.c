/* A strict JSON checker: recursive descent over bytes, no allocation. */
#include "schema/json_scan.h"

#include "base/sb.h"

#include <string.h>

struct scan {
    const char *p, *end;
    int depth, values;
    struct json_scan *result;
};

static bool
fail(struct scan *s, const char *why)
{
    if (!s->result->why)
        s->result->why = why;
    return false;
}

static void
space(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
        s->p++;
}

static bool
is_digit(const struct scan *s)
{
    return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static bool
digits(struct scan *s)
{
    if (!is_digit(s))
        return fail(s, "a digit was expected");
    while (is_digit(s))
        s->p++;
    return true;
}

/* Whether the integer literal fits neither int64 nor uint64. */
static bool
is_wide(const char *p, size_t n)
{
    static const char *const max[] = {"18446744073709551615", "9223372036854775808"};
    bool neg = *p == '-';
    size_t len = neg ? 19 : 20;

    p += neg;
    n -= neg;
    return n > len || (n == len && memcmp(p, max[neg], len) > 0);
}

/* Moves past a number; *integer tells whether it has neither fraction nor exponent. */
static bool
number_end(struct scan *s, bool *integer)
{
    *integer = true;
    if (*s->p == '-')
        s->p++;
    if (s->p < s->end && *s->p == '0')
        s->p++;
    else if (!digits(s))
        return false;
    if (s->p < s->end && *s->p == '.') {
        *integer = false;
        s->p++;
        if (!digits(s))
            return false;
    }
    if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
        *integer = false;
        s->p++;
        if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
            s->p++;
        if (!digits(s))
            return false;
    }
    return true;
}

static bool
number(struct scan *s)
{
    const char *start = s->p;
    bool integer;

    if (!number_end(s, &integer))
        return false;
    if (integer && is_wide(start, (size_t)(s->p - start)))
        s->result->wide = true;
    return true;
}

static bool
hex4(struct scan *s)
{
    for (int i = 0; i < 4; i++, s->p++)
        if (s->p >= s->end || !memchr("0123456789abcdefABCDEF", *s->p, 22))
            return fail(s, "four hexadecimal digits were expected after \\u");
    return true;
}

static bool
string(struct scan *s)
{
    if (s->p >= s->end || *s->p != '"')
        return fail(s, "a string was expected");
    for (s->p++; s->p < s->end; s->p++) {
        if (*s->p == '"') {
            s->p++;
            return true;
        }
        if ((unsigned char)*s->p < 0x20)
            return fail(s, "control characters in strings must be escaped");
        if (*s->p != '\\')
            continue;
        s->p++;
        if (s->p >= s->end || !*s->p || !strchr("\"\\/bfnrtu", *s->p))
            return fail(s, "unknown escape in a string");
        if (*s->p == 'u') {
            s->p++;
            if (!hex4(s))
                return false;
            s->p--;
        }
    }
    return fail(s, "the string does not end");
}

static bool
word(struct scan *s, const char *w)
{
    size_t n = strlen(w);

    if ((size_t)(s->end - s->p) < n || memcmp(s->p, w, n) != 0)
        return fail(s, "a value was expected");
    s->p += n;
    return true;
}

static bool value(struct scan *s);

/* One member of an object or element of an array. */
static bool
element(struct scan *s, char close)
{
    if (close == '}') {
        const char *name = s->p;

        if (!string(s))
            return false;
        for (; name + 5 < s->p; name += *name == '\\' ? 2 : 1)
            if (memcmp(name, "\\u0000", 6) == 0)
                return fail(s, "a member name may not contain NUL"); /* json-c would cut it */
        space(s);
        if (s->p >= s->end || *s->p != ':')
            return fail(s, "':' was expected after a member name");
        s->p++;
    }
    return value(s);
}

static bool
container(struct scan *s, char close)
{
    if (++s->depth > JSON_SCAN_MAX_DEPTH)
        return fail(s, "nested too deeply");
    s->p++;
    space(s);
    if (s->p < s->end && *s->p == close) {
        s->p++;
        s->depth--;
        return true;
    }
    for (;;) {
        space(s);
        if (!element(s, close))
            return false;
        if (s->p >= s->end)
            return fail(s, "the text ends too early");
        if (*s->p == close)
            break;
        if (*s->p != ',')
            return fail(s, close == '}' ? "',' or '}' was expected" : "',' or ']' was expected");
        s->p++;
    }
    s->p++;
    s->depth--;
    return true;
}

/* A value with the white space around it. */
static bool
value(struct scan *s)
{
    bool ok;

    if (++s->values > JSON_SCAN_MAX_VALUES)
        return fail(s, "too many values");
    space(s);
    if (s->p >= s->end)
        return fail(s, "the text ends too early");
    switch (*s->p) {
    case '{':
        ok = container(s, '}');
        break;
    case '[':
        ok = container(s, ']');
        break;
    case '"':
        ok = string(s);
        break;
    case 't':
        ok = word(s, "true");
        break;
    case 'f':
        ok = word(s, "false");
        break;
    case 'n':
        ok = word(s, "null");
        break;
    default:
        ok = *s->p == '-' || is_digit(s) ? number(s) : fail(s, "a value was expected");
    }
    space(s);
    return ok;
}

bool
json_scan_check(struct str text, struct json_scan *result)
{
    struct scan s = {text.p, text.p + text.n, 0, 0, result};

    *result = (struct json_scan){NULL, 0, false};
    if (!str_utf8_valid(text)) {
        result->why = "the text is not valid UTF-8";
        return false;
    }
    if (!value(&s) || (s.p < s.end && !fail(&s, "extra text after the value"))) {
        result->at = (size_t)(s.p - text.p);
        return false;
    }
    return true;
}

struct str
json_scan_widen(struct arena *mem, struct str text)
{
    struct json_scan ignored = {NULL, 0, false};
    struct scan s = {text.p, text.p + text.n, 0, 0, &ignored};
    struct sb out;

    sb_init(&out, mem, text.n + 64);
    while (s.p < s.end) {
        const char *start = s.p;
        bool integer = false;

        if (*s.p == '"')
            string(&s);
        else if (*s.p == '-' || is_digit(&s))
            number_end(&s, &integer);
        else
            s.p++;
        sb_put(&out, (struct str){start, (size_t)(s.p - start)});
        if (integer && is_wide(start, (size_t)(s.p - start)))
            sb_puts(&out, "e0");
    }
    return sb_str(&out);
}
