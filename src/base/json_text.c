/* Members of objects, without a parser: in valid text, brackets outside of strings are balanced. */
#include "base/json_text.h"

#include "base/sb.h"

/* Where the string that begins at `from` ends: behind its closing quote. */
static size_t
string_end(struct str s, size_t from)
{
    size_t i = from + 1;

    while (i < s.n && s.p[i] != '"')
        i += s.p[i] == '\\' ? 2 : 1;
    return i < s.n ? i + 1 : s.n;
}

/* Where the value that begins at `from` ends: at the comma or bracket behind it. */
static size_t
value_end(struct str s, size_t from)
{
    size_t i = from, depth = 0;

    while (i < s.n) {
        char c = s.p[i];

        if (c == '"') {
            i = string_end(s, i);
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}' || c == ']'))
            break;
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
        i++;
    }
    return i;
}

bool
json_text_next(struct str *rest, struct json_text_member *out)
{
    struct str s = str_trim(*rest);
    size_t end;

    if (s.n < 2 || (s.p[0] != '{' && s.p[0] != ','))
        return false;
    s = str_trim(str_from(s, 1));
    if (s.n == 0 || s.p[0] != '"')
        return false;
    end = string_end(s, 0);
    out->name = (struct str){s.p + 1, end - 2};
    s = str_from(s, str_find(s, ':', end) + 1);
    end = value_end(s, 0);
    out->value = str_trim((struct str){s.p, end});
    *rest = str_from(s, end);
    return true;
}

struct str
json_text_member(struct str text, struct str name)
{
    struct json_text_member m;
    struct str found = S("");

    while (json_text_next(&text, &m))
        if (str_eq(m.name, name))
            found = m.value;
    return found;
}

static unsigned
hex4(struct str s, size_t at)
{
    unsigned v = 0;

    for (size_t i = at; i < at + 4 && i < s.n; i++) {
        unsigned c = (unsigned char)s.p[i];

        v = v * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return v;
}

static void
put_utf8(struct sb *b, unsigned c)
{
    if (c < 0x80) {
        sb_putc(b, (char)c);
        return;
    }
    if (c < 0x800) {
        sb_putc(b, (char)(0xC0 | c >> 6));
    } else {
        if (c < 0x10000) {
            sb_putc(b, (char)(0xE0 | c >> 12));
        } else {
            sb_putc(b, (char)(0xF0 | c >> 18));
            sb_putc(b, (char)(0x80 | (c >> 12 & 0x3F)));
        }
        sb_putc(b, (char)(0x80 | (c >> 6 & 0x3F)));
    }
    sb_putc(b, (char)(0x80 | (c & 0x3F)));
}

/* The escape behind the backslash at i; returns where it ends. Half a surrogate pair has no
 * character: it becomes U+FFFD. */
static size_t
put_escape(struct sb *b, struct str s, size_t i)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    unsigned c, low;

    if (s.p[i + 1] != 'u') {
        char e = s.p[i + 1];

        for (size_t k = 0; k < sizeof(from) - 1; k++)
            e = s.p[i + 1] == from[k] ? to[k] : e;
        sb_putc(b, e);
        return i + 2;
    }
    c = hex4(s, i + 2);
    i += 6;
    if (c < 0xD800 || c > 0xDFFF) {
        put_utf8(b, c);
        return i;
    }
    low = c < 0xDC00 && str_starts(str_from(s, i), S("\\u")) ? hex4(s, i + 2) : 0;
    if (low < 0xDC00 || low > 0xDFFF) {
        put_utf8(b, 0xFFFD);
        return i;
    }
    put_utf8(b, 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00));
    return i + 6;
}

bool
json_text_string(struct arena *mem, struct str value, struct str *out)
{
    struct str s = {value.p + 1, value.n - 2};
    struct sb b;

    if (value.n < 2 || value.p[0] != '"')
        return false;
    sb_init(&b, mem, s.n + 1);
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] == '\\' && i + 1 < s.n)
            i = put_escape(&b, s, i);
        else
            sb_putc(&b, s.p[i++]);
    }
    *out = sb_str(&b);
    return true;
}
