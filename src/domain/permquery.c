/* A recursive-descent parser; queries are at most 1000 characters, so nesting is bounded. */
#include "domain/permquery.h"

#include <strings.h>

enum kind { K_END, K_AND, K_OR, K_OPEN, K_CLOSE, K_PERMISSION, K_ILLEGAL };

struct permquery {
    enum kind kind; /* K_AND, K_OR or K_PERMISSION */
    struct str permission;
    const struct permquery *left, *right;
};

struct token {
    enum kind kind;
    struct str text;
    size_t at;
};

struct parser {
    struct arena *mem;
    struct str text;
    struct token tok; /* the one being looked at */
    struct str why;   /* first error; p NULL while there is none */
};

static bool
is_permission_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == ':' || c == '*' || c == '/';
}

static bool
is_word(struct str s, const char *word)
{
    return s.n == str_of(word).n && strncasecmp(s.p, word, s.n) == 0;
}

static void
advance(struct parser *p)
{
    size_t i = p->tok.at + p->tok.text.n, end;

    while (i < p->text.n && (p->text.p[i] == ' ' || p->text.p[i] == '\t' || p->text.p[i] == '\r' ||
                             p->text.p[i] == '\n'))
        i++;
    end = i;
    while (end < p->text.n && is_permission_char(p->text.p[end]))
        end++;
    p->tok = (struct token){K_PERMISSION, {p->text.p + i, end - i}, i};
    if (i == p->text.n) {
        p->tok.kind = K_END;
    } else if (end == i) {
        char c = p->text.p[i];

        p->tok.kind = c == '(' ? K_OPEN : c == ')' ? K_CLOSE : K_ILLEGAL;
        p->tok.text.n = 1;
        /* show a multi-byte character whole */
        while (p->tok.kind == K_ILLEGAL && i + p->tok.text.n < p->text.n &&
               ((unsigned char)p->text.p[i + p->tok.text.n] & 0xC0) == 0x80)
            p->tok.text.n++;
    } else if (is_word(p->tok.text, "and")) {
        p->tok.kind = K_AND;
    } else if (is_word(p->tok.text, "or")) {
        p->tok.kind = K_OR;
    }
}

/* Records the first error only. */
static const struct permquery *
fail(struct parser *p, struct str why)
{
    if (!p->why.p)
        p->why = why;
    return NULL;
}

static const struct permquery *
fail_term(struct parser *p)
{
    const struct token *t = &p->tok;

    if (t->kind == K_END)
        return fail(p, arena_fmt(p->mem,
                                 "Unexpected end of the permission query at position %zu: expected "
                                 "a permission or '('.",
                                 t->at));
    if (t->kind == K_ILLEGAL)
        return fail(p, arena_fmt(p->mem,
                                 "Illegal character '%.*s' at position %zu: permissions consist of "
                                 "letters, digits and . _ - : * /",
                                 STR_ARG(t->text), t->at));
    return fail(p, arena_fmt(p->mem,
                             "Unexpected token '%.*s' at position %zu: expected a permission or "
                             "'('.",
                             STR_ARG(t->text), t->at));
}

static const struct permquery *parse_or(struct parser *p);

static const struct permquery *
parse_group(struct parser *p)
{
    const struct permquery *inner;

    advance(p);
    if (p->tok.kind == K_CLOSE)
        return fail(p, arena_fmt(p->mem,
                                 "Empty parentheses: expected a permission before the ')' "
                                 "at position %zu.",
                                 p->tok.at));
    inner = parse_or(p);
    if (!inner)
        return NULL;
    if (p->tok.kind == K_END)
        return fail(p,
                    arena_fmt(p->mem, "Missing ')': the query ended at position %zu.", p->tok.at));
    if (p->tok.kind != K_CLOSE)
        return fail(p, arena_fmt(p->mem, "Missing ')': found '%.*s' at position %zu instead.",
                                 STR_ARG(p->tok.text), p->tok.at));
    advance(p);
    return inner;
}

static const struct permquery *
parse_term(struct parser *p)
{
    struct permquery *q;

    if (p->tok.kind == K_OPEN)
        return parse_group(p);
    if (p->tok.kind != K_PERMISSION)
        return fail_term(p);
    q = ARENA_NEW(p->mem, struct permquery);
    q->kind = K_PERMISSION;
    q->permission = p->tok.text;
    advance(p);
    return q;
}

static const struct permquery *
join(struct parser *p, enum kind op, const struct permquery *left,
     const struct permquery *(*next)(struct parser *))
{
    while (left && p->tok.kind == op) {
        struct permquery *q = ARENA_NEW(p->mem, struct permquery);

        advance(p);
        q->kind = op;
        q->left = left;
        q->right = next(p);
        left = q->right ? q : NULL;
    }
    return left;
}

static const struct permquery *
parse_and(struct parser *p)
{
    return join(p, K_AND, parse_term(p), parse_term);
}

static const struct permquery *
parse_or(struct parser *p)
{
    return join(p, K_OR, parse_and(p), parse_and);
}

const struct permquery *
permquery_parse(struct arena *mem, struct str text, struct str *why)
{
    struct parser p = {.mem = mem, .text = text};
    const struct permquery *q;

    advance(&p);
    if (p.tok.kind == K_END)
        q = fail(&p, S("The permission query is blank: the input ended where a query was "
                       "expected."));
    else
        q = parse_or(&p);
    if (q && p.tok.kind != K_END)
        q = fail(&p, arena_fmt(mem,
                               "Unexpected token '%.*s' at position %zu: extra content after a "
                               "complete query.",
                               STR_ARG(p.tok.text), p.tok.at));
    if (!q)
        *why = p.why;
    return q;
}

bool
permquery_holds(const struct permquery *q, const struct str *held, size_t n)
{
    if (q->kind == K_AND)
        return permquery_holds(q->left, held, n) && permquery_holds(q->right, held, n);
    if (q->kind == K_OR)
        return permquery_holds(q->left, held, n) || permquery_holds(q->right, held, n);
    for (size_t i = 0; i < n; i++)
        if (str_eq(held[i], q->permission))
            return true;
    return false;
}
