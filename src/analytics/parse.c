/* Statements, and what all rules are made of. */
#include "analytics/parse.h"

#include <string.h>
#include <strings.h>

/* Tokens */

const struct token *
parse_token(const struct parser *p, size_t ahead)
{
    size_t i = p->at + ahead;

    return &p->t.v[i < p->t.n ? i : p->t.n - 1];
}

bool
parse_is(const struct parser *p, size_t ahead, enum token_kind kind)
{
    return parse_token(p, ahead)->kind == kind;
}

static bool
token_is_word(const struct token *t, const char *word)
{
    return t->kind == TOKEN_WORD && strlen(word) == t->text.n &&
           strncasecmp(t->text.p, word, t->text.n) == 0;
}

bool
parse_is_word(const struct parser *p, size_t ahead, const char *word)
{
    return token_is_word(parse_token(p, ahead), word);
}

bool
parse_is_name(const struct parser *p, size_t ahead)
{
    return parse_is(p, ahead, TOKEN_WORD) || parse_is(p, ahead, TOKEN_QUOTED);
}

static void
advance(struct parser *p)
{
    if (p->at + 1 < p->t.n)
        p->at++;
}

bool
parse_accept(struct parser *p, enum token_kind kind)
{
    if (!parse_is(p, 0, kind) || p->failed)
        return false;
    advance(p);
    return true;
}

bool
parse_accept_word(struct parser *p, const char *word)
{
    if (!parse_is_word(p, 0, word))
        return false;
    advance(p);
    return true;
}

bool
parse_accept_words(struct parser *p, const char *first, const char *second)
{
    if (!parse_is_word(p, 0, first) || !parse_is_word(p, 1, second))
        return false;
    p->at += 2;
    return true;
}

void
parse_fail(struct parser *p, const char *what)
{
    if (!p->failed)
        scan_refuse(p->c, p->t.text, parse_token(p, 0)->text.p, what);
    p->failed = true;
    p->at = p->t.n - 1;
}

void
parse_unexpected(struct parser *p, const char *wanted)
{
    const struct token *t = parse_token(p, 0);
    struct str shown = str_utf8_clip(t->text, 60);

    if (p->failed)
        return;
    if (t->kind == TOKEN_END)
        parse_fail(p, arena_fmt(p->c->mem, "the query ends where %s should be", wanted).p);
    else
        parse_fail(
            p,
            arena_fmt(p->c->mem, "unexpected '%.*s'; here should be %s", STR_ARG(shown), wanted).p);
}

void
parse_expect(struct parser *p, enum token_kind kind, const char *what)
{
    if (!parse_accept(p, kind))
        parse_unexpected(p, what);
}

void
parse_expect_word(struct parser *p, const char *word)
{
    if (!parse_accept_word(p, word))
        parse_unexpected(p, word);
}

struct str
parse_name(struct parser *p)
{
    const struct token *t = parse_token(p, 0);

    if (!parse_is_name(p, 0)) {
        parse_unexpected(p, "a name");
        return S("");
    }
    advance(p);
    return t->kind == TOKEN_QUOTED ? t->value : t->text;
}

/* Nodes */

struct ast *
parse_node(struct parser *p, enum ast_kind kind, const char *at)
{
    struct ast *e = ARENA_NEW(p->c->mem, struct ast);

    p->nodes++;
    e->kind = kind;
    e->at = at;
    return e;
}

void
parse_add(struct parser *p, struct ast_list *l, struct ast *e)
{
    l->v = arena_room(p->c->mem, l->v, l->n, sizeof(*l->v));
    l->v[l->n++] = e;
}

void
parse_kids(struct ast *e, const struct ast_list *l)
{
    e->kid = l->v;
    e->n = l->n;
}

/* Statements */

/* Statements of other kinds, known by their first word and one of those that may follow it; those
 * that are not listed are bad syntax. */
static const struct {
    const char *word;
    const char *next; /* separated by spaces; NULL: a name */
} others[] = {
    {"INSERT", "INTO"},
    {"DELETE", "FROM"},
    {"DROP", "TABLE DATABASE VIEW DICTIONARY FUNCTION USER ROLE POLICY QUOTA INDEX"},
    {"CREATE", "TABLE DATABASE VIEW MATERIALIZED DICTIONARY FUNCTION USER ROLE TEMPORARY OR"},
    {"ALTER", "TABLE USER ROLE"},
    {"TRUNCATE", "TABLE DATABASE"},
    {"TRUNCATE", NULL},
    {"OPTIMIZE", "TABLE"},
    {"RENAME", "TABLE DATABASE DICTIONARY"},
    {"GRANT", NULL},
    {"SYSTEM", NULL},
    {"USE", NULL},
    {"SET", NULL},
    {"CHECK", "TABLE"},
    {"ATTACH", "TABLE DATABASE VIEW"},
    {"SHOW", NULL},
    {"DESCRIBE", NULL},
    {"DESC", NULL},
};

static bool
one_of(const struct token *t, const char *words)
{
    struct str rest = str_of(words);

    while (rest.p) {
        struct str w = str_cut(&rest, ' ');

        if (t->kind == TOKEN_WORD && t->text.n == w.n && strncasecmp(t->text.p, w.p, w.n) == 0)
            return true;
    }
    return false;
}

/* Skips a statement of another kind; false when it is none. After its second word there has to be
 * something, and parentheses have to match. */
static bool
skip_other(struct parser *p)
{
    bool known = false;
    int open = 0;

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]) && !known; i++)
        known = parse_is_word(p, 0, others[i].word) &&
                (others[i].next ? one_of(parse_token(p, 1), others[i].next) &&
                                      !parse_is(p, 2, TOKEN_END) && !parse_is(p, 2, TOKEN_SEMICOLON)
                                : parse_is_name(p, 1));
    if (!known)
        return false;
    for (; !parse_is(p, 0, TOKEN_END) && !parse_is(p, 0, TOKEN_SEMICOLON) && open >= 0; advance(p))
        open += parse_is(p, 0, TOKEN_LPAREN) - parse_is(p, 0, TOKEN_RPAREN);
    if (open != 0)
        parse_fail(p, "a parenthesis does not match");
    return true;
}

/* One statement; *query stays as it is when it is no SELECT. */
static void
statement(struct parser *p, struct ast_query **query)
{
    if (parse_at_query(p, 0))
        *query = parse_query(p);
    else if (!skip_other(p))
        parse_unexpected(p, "a SELECT statement");
    if (!parse_is(p, 0, TOKEN_SEMICOLON) && !parse_is(p, 0, TOKEN_END))
        parse_unexpected(p, "the end of the query");
    while (parse_accept(p, TOKEN_SEMICOLON))
        ;
}

enum status
parse_statement(struct ctx *c, struct str text, struct parsed *out)
{
    struct parser p = {.c = c};
    struct ast_query *queries[2] = {NULL, NULL};
    enum status st = scan_tokens(c, text, &p.t);
    size_t n = 0;

    if (st != ST_OK)
        return st;
    if (parse_is(&p, 0, TOKEN_END))
        return err_set(c, ST_ANALYTICS_QUERY, "No SQL statements found.");
    for (; !parse_is(&p, 0, TOKEN_END); n++)
        statement(&p, &queries[n > 0]);
    if (p.failed)
        return c->err.status;
    if (n > 1)
        return err_set(c, ST_ANALYTICS_QUERY, "The query must contain exactly one statement.");
    if (!queries[0])
        return err_set(c, ST_ANALYTICS_QUERY_TYPE, "Only SELECT queries are allowed.");
    *out = (struct parsed){text, queries[0], p.nodes};
    return ST_OK;
}
