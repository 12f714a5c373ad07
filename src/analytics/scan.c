/* The scanner. Text outside of quotes and comments is ASCII. */
#include "analytics/scan.h"

#include "base/sb.h"

#include <string.h>

static const struct {
    enum token_kind kind;
    struct str sign;
} signs[] = {
#define TOKEN(name, sign) {TOKEN_##name, STR(sign)},
#include "analytics/tokens.def"
#undef TOKEN
};

struct scan {
    struct ctx *c;
    struct tokens *out;
    const char *p, *end;
};

enum { LINE_SHOWN = 120 };

static int
characters(const char *from, const char *to)
{
    return (int)str_utf8_len((struct str){from, (size_t)(to - from)});
}

enum status
scan_refuse(struct ctx *c, struct str text, const char *at, const char *what)
{
    const char *line = text.p, *end = text.p + text.n, *from;
    int row = 1;
    struct str shown;

    for (const char *p = text.p; p < at; p++)
        if (*p == '\n') {
            row++;
            line = p + 1;
        }
    from = at - line > LINE_SHOWN / 2 ? at - LINE_SHOWN / 2 : line;
    while (from < at && ((unsigned char)*from & 0xC0) == 0x80)
        from++;
    shown = (struct str){from, (size_t)(end - from)};
    shown = str_utf8_clip(str_cut(&shown, '\n'), LINE_SHOWN);
    return err_set(c, ST_ANALYTICS_QUERY, "Invalid SQL syntax: %d:%d: %s\n%.*s\n%*s", row,
                   characters(line, at) + 1, what, STR_ARG(shown), characters(from, at) + 1, "^");
}

static enum status
refuse(struct scan *s, const char *at, const char *what)
{
    return scan_refuse(s->c, s->out->text, at, what);
}

static bool
is_word_start(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_';
}

static bool
is_digit(char ch)
{
    return ch >= '0' && ch <= '9';
}

static void
push(struct scan *s, enum token_kind kind, const char *end, struct str value)
{
    s->out->v[s->out->n++] = (struct token){kind, {s->p, (size_t)(end - s->p)}, value};
    s->p = end;
}

/* White space and comments; false when a comment does not end. */
static bool
skip_blank(struct scan *s)
{
    for (;;) {
        struct str rest = {s->p, (size_t)(s->end - s->p)};

        if (rest.n && strchr(" \t\r\n\f\v", *rest.p) && *rest.p) {
            s->p++;
        } else if (str_starts(rest, S("--"))) {
            s->p += str_find(rest, '\n', 0);
        } else if (str_starts(rest, S("/*"))) {
            size_t i = 2;

            while (i + 1 < rest.n && !(rest.p[i] == '*' && rest.p[i + 1] == '/'))
                i++;
            if (i + 1 >= rest.n)
                return false;
            s->p += i + 2;
        } else {
            return true;
        }
    }
}

static int
hex_digit(char ch)
{
    if (is_digit(ch))
        return ch - '0';
    if (ch >= 'a' && ch <= 'f')
        return ch - 'a' + 10;
    return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

/* What follows a backslash at p; returns where to go on. A backslash before anything without a
 * meaning stays: patterns of LIKE need it. */
static const char *
unescape(struct sb *b, const char *p, const char *end)
{
    static const char from[] = "abfnrtv0eN", to[] = "\a\b\f\n\r\t\v\0\033";
    const char *known = *p ? strchr(from, *p) : NULL;

    if (*p == 'x' && end - p > 2 && hex_digit(p[1]) >= 0 && hex_digit(p[2]) >= 0) {
        sb_putc(b, (char)(hex_digit(p[1]) * 16 + hex_digit(p[2])));
        return p + 3;
    }
    if (known && *p != 'N') {
        sb_putc(b, to[known - from]);
    } else if (!known) {
        if (!strchr("\\'\"`/", *p) || !*p)
            sb_putc(b, '\\');
        sb_putc(b, *p);
    }
    return p + 1;
}

static enum status
scan_quoted(struct scan *s, enum token_kind kind)
{
    char quote = *s->p;
    const char *p = s->p + 1;
    struct sb b;

    sb_init(&b, s->c->mem, 16);
    while (p < s->end) {
        if (*p == '\\' && p + 1 < s->end) {
            p = unescape(&b, p + 1, s->end);
        } else if (*p != quote) {
            sb_putc(&b, *p++);
        } else if (p + 1 < s->end && p[1] == quote) {
            sb_putc(&b, quote);
            p += 2;
        } else if (!str_utf8_valid(sb_str(&b))) {
            return refuse(s, s->p, "this is not UTF-8");
        } else {
            push(s, kind, p + 1, sb_str(&b));
            return ST_OK;
        }
    }
    return refuse(s, s->p, "the quote does not end");
}

/* Digits, after a dot (x.1) nothing but digits. */
static enum status
scan_number(struct scan *s)
{
    bool field = is_digit(*s->p) && s->out->n && s->out->v[s->out->n - 1].kind == TOKEN_DOT;
    enum token_kind kind = TOKEN_INT;
    const char *p = s->p;

    while (p < s->end && is_digit(*p))
        p++;
    if (!field && p < s->end && *p == '.') {
        kind = TOKEN_FLOAT;
        for (p++; p < s->end && is_digit(*p); p++)
            ;
    }
    if (!field && p < s->end && (*p == 'e' || *p == 'E')) {
        const char *e = p + 1;

        if (e < s->end && (*e == '+' || *e == '-'))
            e++;
        if (e < s->end && is_digit(*e)) {
            kind = TOKEN_FLOAT;
            for (p = e; p < s->end && is_digit(*p); p++)
                ;
        }
    }
    if (p < s->end && is_word_start(*p))
        return refuse(s, s->p, "a number is followed by a letter or underscore");
    push(s, kind, p, S(""));
    return ST_OK;
}

/* Whether a dot here selects a part of what stands before it. */
static bool
after_operand(const struct scan *s)
{
    const struct token *last = s->out->n ? &s->out->v[s->out->n - 1] : NULL;

    return last && last->text.p + last->text.n == s->p &&
           (last->kind == TOKEN_WORD || last->kind == TOKEN_QUOTED || last->kind == TOKEN_RPAREN ||
            last->kind == TOKEN_RBRACKET || last->kind == TOKEN_INT);
}

static enum status
scan_one(struct scan *s)
{
    struct str rest = {s->p, (size_t)(s->end - s->p)};
    const char *p = s->p;

    if (is_word_start(*p)) {
        while (p < s->end && (is_word_start(*p) || is_digit(*p)))
            p++;
        push(s, TOKEN_WORD, p, S(""));
        return ST_OK;
    }
    if (*p == '\'')
        return scan_quoted(s, TOKEN_TEXT);
    if (*p == '"' || *p == '`')
        return scan_quoted(s, TOKEN_QUOTED);
    if (is_digit(*p) || (*p == '.' && rest.n > 1 && is_digit(p[1]) && !after_operand(s)))
        return scan_number(s);
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (str_starts(rest, signs[i].sign)) {
            push(s, signs[i].kind, p + signs[i].sign.n, S(""));
            return ST_OK;
        }
    return refuse(s, p, "this character has no meaning here");
}

enum status
scan_tokens(struct ctx *c, struct str text, struct tokens *out)
{
    struct scan s = {c, out, text.p, text.p + text.n};
    enum status st = ST_OK;

    *out = (struct tokens){text, ARENA_ARRAY(c->mem, text.n + 1, struct token), 0};
    while (st == ST_OK) {
        if (!skip_blank(&s))
            return refuse(&s, s.p, "the comment does not end");
        if (s.p == s.end)
            break;
        st = scan_one(&s);
    }
    push(&s, TOKEN_END, s.p, S(""));
    return st;
}
