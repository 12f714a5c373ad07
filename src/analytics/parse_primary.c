/* What operators stand between: literals, names, calls and special forms. */
#include "analytics/parse.h"

#include "base/number.h"

#include <string.h>

/* Of a.b.c; that many mean nothing anyway. */
enum { NAME_PARTS_MAX = 8 };

struct ast *
parse_call(struct parser *p, enum ast_kind kind, const char *function, struct ast *a, struct ast *b)
{
    struct ast *e = parse_node(p, kind, a->at);
    struct ast_list l = {NULL, 0};

    e->text = str_of(function);
    parse_add(p, &l, a);
    if (b)
        parse_add(p, &l, b);
    parse_kids(e, &l);
    return e;
}

/* Literals and names */

struct ast *
parse_number(struct parser *p, bool negative)
{
    const struct token *t = parse_token(p, 0);
    struct str text = negative ? arena_fmt(p->c->mem, "-%.*s", STR_ARG(t->text)) : t->text;
    struct ast *e = parse_node(p, AST_INT, t->text.p);

    e->text = text;
    if (t->kind == TOKEN_FLOAT || !str_i64(text, INT64_MIN, INT64_MAX, &e->i)) {
        e->kind = AST_FLOAT;
        if (!number_parse(text, &e->d))
            parse_fail(p, "this number is too large");
    }
    p->at += !p->failed;
    return e;
}

static struct ast *
text_literal(struct parser *p)
{
    const struct token *t = parse_token(p, 0);
    struct ast *e = parse_node(p, AST_TEXT, t->text.p);

    e->text = t->value;
    parse_accept(p, TOKEN_TEXT);
    return e;
}

static bool
accept_query(struct parser *p, struct ast **out)
{
    const char *at = parse_token(p, 0)->text.p;

    if (!parse_is(p, 0, TOKEN_LPAREN) || !parse_at_query(p, 1))
        return false;
    *out = parse_node(p, AST_QUERY, at);
    parse_accept(p, TOKEN_LPAREN);
    (*out)->query = parse_query(p);
    parse_expect(p, TOKEN_RPAREN, "')'");
    return true;
}

/* x -> body: names are the parameters */
static struct ast *
lambda(struct parser *p, const char *at, struct ast_list *names)
{
    struct ast *e = parse_node(p, AST_LAMBDA, at);

    parse_add(p, names, parse_expression(p));
    parse_kids(e, names);
    return e;
}

static bool
all_names(const struct ast_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i]->kind != AST_NAME || l->v[i]->qualifier.n)
            return false;
    return l->n > 0;
}

/* (a), (a, b), () or the parameters of a lambda */
static struct ast *
parenthesis(struct parser *p)
{
    const char *at = parse_token(p, 0)->text.p;
    struct ast_list l = {NULL, 0};
    bool tuple = false;
    struct ast *e;

    parse_accept(p, TOKEN_LPAREN);
    while (!parse_is(p, 0, TOKEN_RPAREN) && !p->failed) {
        parse_add(p, &l, parse_expression(p));
        if (!parse_accept(p, TOKEN_COMMA))
            break;
        tuple = true;
    }
    parse_expect(p, TOKEN_RPAREN, "')'");
    if (all_names(&l) && parse_accept(p, TOKEN_ARROW))
        return lambda(p, at, &l);
    if (l.n == 1 && !tuple) {
        l.v[0]->parenthesis = true;
        return l.v[0];
    }
    e = parse_node(p, AST_TUPLE, at);
    parse_kids(e, &l);
    return e;
}

static struct ast *
array(struct parser *p)
{
    struct ast *e = parse_node(p, AST_ARRAY, parse_token(p, 0)->text.p);
    struct ast_list l = {NULL, 0};

    parse_accept(p, TOKEN_LBRACKET);
    if (!parse_is(p, 0, TOKEN_RBRACKET))
        l = parse_expressions(p);
    parse_expect(p, TOKEN_RBRACKET, "']'");
    parse_kids(e, &l);
    return e;
}

static struct ast *
parameter(struct parser *p)
{
    struct ast *e = parse_node(p, AST_PARAMETER, parse_token(p, 0)->text.p);

    if (parse_accept(p, TOKEN_QUESTION))
        return e;
    parse_accept(p, TOKEN_LBRACE);
    parse_name(p);
    parse_expect(p, TOKEN_COLON, "':'");
    parse_type(p, e);
    parse_expect(p, TOKEN_RBRACE, "'}'");
    return e;
}

static struct ast *
name(struct parser *p)
{
    struct ast *e = parse_node(p, AST_NAME, parse_token(p, 0)->text.p);

    e->text = parse_name(p);
    for (int parts = 1; parts < NAME_PARTS_MAX && parse_is(p, 0, TOKEN_DOT) &&
                        (parse_is_name(p, 1) || parse_is(p, 1, TOKEN_STAR));
         parts++) {
        parse_accept(p, TOKEN_DOT);
        e->qualifier = e->qualifier.n ? arena_fmt(p->c->mem, "%.*s.%.*s", STR_ARG(e->qualifier),
                                                  STR_ARG(e->text))
                                      : e->text;
        if (parse_accept(p, TOKEN_STAR)) {
            e->kind = AST_STAR;
            e->text = S("");
            return e;
        }
        e->text = parse_name(p);
    }
    if (parse_is(p, 0, TOKEN_ARROW) && !e->qualifier.n) {
        struct ast_list l = {NULL, 0};

        parse_accept(p, TOKEN_ARROW);
        parse_add(p, &l, e);
        return lambda(p, e->at, &l);
    }
    return e;
}

/* Special forms */

static struct ast *
case_form(struct parser *p)
{
    struct ast *e = parse_node(p, AST_CASE, parse_token(p, 0)->text.p);
    struct ast_list l = {NULL, 0};

    parse_accept_word(p, "CASE");
    e->i = !parse_is_word(p, 0, "WHEN");
    if (e->i)
        parse_add(p, &l, parse_expression(p));
    do {
        parse_expect_word(p, "WHEN");
        parse_add(p, &l, parse_expression(p));
        parse_expect_word(p, "THEN");
        parse_add(p, &l, parse_expression(p));
    } while (parse_is_word(p, 0, "WHEN"));
    if (parse_accept_word(p, "ELSE"))
        parse_add(p, &l, parse_expression(p));
    parse_expect_word(p, "END");
    parse_kids(e, &l);
    return e;
}

void
parse_type(struct parser *p, struct ast *cast)
{
    cast->i = -1;
    cast->text = parse_name(p);
    if (!parse_accept(p, TOKEN_LPAREN))
        return;
    if (++p->depth > PARSE_DEPTH_MAX)
        parse_fail(p, "the query is nested too deeply");
    if (parse_is(p, 0, TOKEN_INT)) {
        cast->i = parse_number(p, false)->i;
    } else if (parse_accept(p, TOKEN_TEXT)) {
        cast->i = -1; /* a time zone: all are UTC */
    } else {
        cast->qualifier = cast->text;
        parse_type(p, cast);
    }
    p->depth--;
    parse_expect(p, TOKEN_RPAREN, "')'");
}

/* CAST(x, 'type') */
static void
type_in_text(struct parser *p, struct ast *cast)
{
    struct parser inner = {.c = p->c};

    if (!parse_is(p, 0, TOKEN_TEXT)) {
        parse_unexpected(p, "the name of a type in quotes");
        return;
    }
    if (scan_tokens(p->c, parse_token(p, 0)->value, &inner.t) == ST_OK) {
        parse_type(&inner, cast);
        if (!inner.failed && !parse_is(&inner, 0, TOKEN_END))
            parse_unexpected(&inner, "the end of the type");
    }
    parse_accept(p, TOKEN_TEXT);
    if (p->c->err.status != ST_OK)
        parse_fail(p, "");
}

static struct ast *
cast_form(struct parser *p)
{
    struct ast *e = parse_node(p, AST_CAST, parse_token(p, 0)->text.p);
    struct ast_list l = {NULL, 0};

    p->at += 2;
    parse_add(p, &l, parse_expression(p));
    if (parse_accept(p, TOKEN_COMMA)) {
        type_in_text(p, e);
    } else {
        parse_expect_word(p, "AS");
        parse_type(p, e);
    }
    parse_expect(p, TOKEN_RPAREN, "')'");
    parse_kids(e, &l);
    return e;
}

static struct ast *
extract_form(struct parser *p)
{
    struct ast *e = parse_node(p, AST_EXTRACT, parse_token(p, 0)->text.p);
    struct ast_list l = {NULL, 0};

    p->at += 2;
    e->text = parse_name(p);
    parse_expect_word(p, "FROM");
    parse_add(p, &l, parse_expression(p));
    parse_expect(p, TOKEN_RPAREN, "')'");
    parse_kids(e, &l);
    return e;
}

static bool
is_unit(const struct parser *p, size_t ahead)
{
    static const char *const units[] = {"NANOSECOND", "MICROSECOND", "MILLISECOND", "SECOND",
                                        "MINUTE",     "HOUR",        "DAY",         "WEEK",
                                        "MONTH",      "QUARTER",     "YEAR"};

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (parse_is_word(p, ahead, units[i]))
            return true;
    return false;
}

/* Whether INTERVAL begins an interval here, and is not the name of a column. */
static bool
at_interval(const struct parser *p)
{
    size_t i = 1;
    int open = 0;

    if (!parse_is_word(p, 0, "INTERVAL"))
        return false;
    if (parse_is(p, 1, TOKEN_INT) || parse_is(p, 1, TOKEN_FLOAT) || parse_is(p, 1, TOKEN_TEXT))
        return true;
    if (parse_is(p, 1, TOKEN_MINUS))
        return parse_is(p, 2, TOKEN_INT) && is_unit(p, 3);
    if (parse_is_name(p, 1))
        return is_unit(p, 2);
    for (; !parse_is(p, i, TOKEN_END); i++) {
        open += parse_is(p, i, TOKEN_LPAREN) - parse_is(p, i, TOKEN_RPAREN);
        if (open <= 0)
            break;
    }
    return i > 1 && is_unit(p, i + 1);
}

static struct ast *
interval_form(struct parser *p)
{
    struct ast *e = parse_node(p, AST_INTERVAL, parse_token(p, 0)->text.p);
    struct ast_list l = {NULL, 0};

    parse_accept_word(p, "INTERVAL");
    parse_add(p, &l, parse_binary(p, LEVEL_UNARY));
    parse_kids(e, &l);
    if (!is_unit(p, 0))
        parse_unexpected(p, "a unit of time, such as DAY,");
    else
        e->text = parse_name(p);
    return e;
}

/* Words that begin no expression. */
static bool
is_reserved(const struct parser *p)
{
    static const char *const words[] = {
        "SELECT", "FROM", "WHERE", "PREWHERE", "HAVING", "UNION", "EXCEPT", "GROUP",
        "ORDER",  "JOIN", "ON",    "USING",    "AS",     "AND",   "OR",     "IN",
        "IS",     "LIKE", "ILIKE", "WHEN",     "THEN",   "ELSE",  "END",    "BETWEEN"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (parse_is_word(p, 0, words[i]))
            return true;
    return false;
}

static struct ast *
literal_word(struct parser *p, enum ast_kind kind, int64_t i)
{
    struct ast *e = parse_node(p, kind, parse_token(p, 0)->text.p);

    e->i = i;
    e->text = parse_name(p);
    return e;
}

static struct ast *
word(struct parser *p)
{
    bool paren = parse_is(p, 1, TOKEN_LPAREN);

    if (parse_is(p, 0, TOKEN_QUOTED))
        return name(p);
    if (is_reserved(p)) {
        parse_unexpected(p, "an expression");
        return parse_node(p, AST_NULL, parse_token(p, 0)->text.p);
    }
    if (parse_is_word(p, 0, "NULL"))
        return literal_word(p, AST_NULL, 0);
    if (parse_is_word(p, 0, "TRUE"))
        return literal_word(p, AST_BOOL, 1);
    if (parse_is_word(p, 0, "FALSE"))
        return literal_word(p, AST_BOOL, 0);
    if (parse_is_word(p, 0, "CASE"))
        return case_form(p);
    if (at_interval(p))
        return interval_form(p);
    if (paren && parse_is_word(p, 0, "CAST"))
        return cast_form(p);
    if (paren && parse_is_word(p, 0, "EXTRACT"))
        return extract_form(p);
    return paren ? parse_function(p) : name(p);
}

struct ast *
parse_primary(struct parser *p)
{
    const char *at = parse_token(p, 0)->text.p;
    struct ast *e;

    switch (parse_token(p, 0)->kind) {
    case TOKEN_INT:
    case TOKEN_FLOAT:
        return parse_number(p, false);
    case TOKEN_TEXT:
        return text_literal(p);
    case TOKEN_WORD:
    case TOKEN_QUOTED:
        return word(p);
    case TOKEN_LPAREN:
        return accept_query(p, &e) ? e : parenthesis(p);
    case TOKEN_LBRACKET:
        return array(p);
    case TOKEN_STAR:
        parse_accept(p, TOKEN_STAR);
        return parse_node(p, AST_STAR, at);
    case TOKEN_QUESTION:
    case TOKEN_LBRACE:
        return parameter(p);
    default:
        parse_unexpected(p, "an expression");
        return parse_node(p, AST_NULL, at);
    }
}
