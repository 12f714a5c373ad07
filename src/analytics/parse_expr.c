/* Operators. */
#include "analytics/parse.h"

static const struct operator_row {
    enum token_kind sign;
    const char *word;
    int level;
    const char *function;
} operators[] = {
#define OPERATOR(sign, word, level, function) {sign, word, level, function},
#include "analytics/operators.def"
#undef OPERATOR
};

struct ast_list
parse_expressions(struct parser *p)
{
    struct ast_list l = {NULL, 0};

    do
        parse_add(p, &l, parse_expression(p));
    while (parse_accept(p, TOKEN_COMMA));
    return l;
}

/* Operators */

static struct ast *
postfix(struct parser *p, struct ast *e)
{
    for (;;) {
        if (parse_accept(p, TOKEN_LBRACKET)) {
            e = parse_call(p, AST_INDEX, "arrayElement", e, parse_expression(p));
            parse_expect(p, TOKEN_RBRACKET, "']'");
        } else if (parse_is(p, 0, TOKEN_DOT) && parse_is(p, 1, TOKEN_INT)) {
            e = parse_call(p, AST_FIELD, "tupleElement", e, NULL);
            parse_accept(p, TOKEN_DOT);
            e->i = parse_number(p, false)->i;
        } else if (parse_accept(p, TOKEN_CAST)) {
            e = parse_call(p, AST_CAST, "", e, NULL);
            parse_type(p, e);
        } else {
            return e;
        }
    }
}

static struct ast *
unary(struct parser *p)
{
    const char *at = parse_token(p, 0)->text.p;
    struct ast *e;

    if (!parse_accept(p, TOKEN_MINUS))
        return postfix(p, parse_primary(p));
    if (parse_is(p, 0, TOKEN_INT) || parse_is(p, 0, TOKEN_FLOAT))
        return postfix(p, parse_number(p, true));
    e = parse_call(p, AST_OPERATOR, "negate", parse_binary(p, LEVEL_UNARY), NULL);
    e->at = at;
    return e;
}

/* left BETWEEN low AND high, which is one node: its left side stands once in the tree */
static struct ast *
between(struct parser *p, struct ast *left)
{
    struct ast *e = parse_node(p, AST_BETWEEN, left->at);
    struct ast_list l = {NULL, 0};

    parse_add(p, &l, left);
    parse_add(p, &l, parse_binary(p, LEVEL_SUM));
    parse_expect_word(p, "AND");
    parse_add(p, &l, parse_binary(p, LEVEL_SUM));
    parse_kids(e, &l);
    return e;
}

/* IN, BETWEEN, IS NULL, NOT LIKE: what stands behind a left side besides plain operators; NULL:
 * nothing. */
static struct ast *
special_comparison(struct parser *p, struct ast *left)
{
    bool global = parse_is_word(p, 0, "GLOBAL"), not = parse_is_word(p, global, "NOT");
    size_t ahead = (size_t)global + not ;
    struct ast *low;

    if (parse_is_word(p, ahead, "IN")) {
        bool paren = parse_is(p, ahead + 1, TOKEN_LPAREN);

        p->at += ahead + 1;
        low = parse_call(p, AST_IN, not ? "notIn" : "in", left, parse_binary(p, LEVEL_SUM));
        low->i = paren;
        return low;
    }
    if (not &&!global && (parse_is_word(p, 1, "LIKE") || parse_is_word(p, 1, "ILIKE"))) {
        bool fold = parse_is_word(p, 1, "ILIKE");

        p->at += 2;
        return parse_call(p, AST_OPERATOR, fold ? "notILike" : "notLike", left,
                          parse_binary(p, LEVEL_SUM));
    }
    if (parse_accept_word(p, "BETWEEN"))
        return between(p, left);
    if (parse_accept_word(p, "IS")) {
        not = parse_accept_word(p, "NOT");
        parse_expect_word(p, "NULL");
        return parse_call(p, AST_OPERATOR, not ? "isNotNull" : "isNull", left, NULL);
    }
    return NULL;
}

static const struct operator_row *
operator_at(const struct parser *p)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
        if (parse_is(p, 0, operators[i].sign) &&
            (operators[i].sign != TOKEN_WORD || parse_is_word(p, 0, operators[i].word)))
            return &operators[i];
    return NULL;
}

static struct ast *
operand(struct parser *p, int level)
{
    const char *at = parse_token(p, 0)->text.p;
    struct ast *e;

    if (level > LEVEL_NOT || !parse_accept_word(p, "NOT"))
        return unary(p);
    e = parse_call(p, AST_OPERATOR, "not", parse_binary(p, LEVEL_NOT), NULL);
    e->at = at;
    return e;
}

/* Everything that binds at least as tightly as level. */
struct ast *
parse_binary(struct parser *p, int level)
{
    struct ast *left;

    if (++p->depth > PARSE_DEPTH_MAX)
        parse_fail(p, "the query is nested too deeply");
    left = operand(p, level);
    for (;;) {
        const struct operator_row *op = operator_at(p);
        struct ast *special;

        if (op && op->level >= level) {
            p->at++;
            left = parse_call(p, AST_OPERATOR, op->function, left, parse_binary(p, op->level + 1));
            continue;
        }
        special = level <= LEVEL_COMPARE ? special_comparison(p, left) : NULL;
        if (!special)
            break;
        left = special;
    }
    p->depth--;
    return left;
}

struct ast *
parse_expression(struct parser *p)
{
    struct ast *e, *yes;
    struct ast_list l = {NULL, 0};

    e = parse_binary(p, LEVEL_LOWEST);
    if (parse_accept(p, TOKEN_QUESTION)) {
        if (++p->depth > PARSE_DEPTH_MAX)
            parse_fail(p, "the query is nested too deeply");
        parse_add(p, &l, e);
        yes = parse_expression(p);
        parse_add(p, &l, yes);
        parse_expect(p, TOKEN_COLON, "':'");
        parse_add(p, &l, parse_expression(p));
        e = parse_node(p, AST_OPERATOR, e->at);
        e->text = S("if");
        parse_kids(e, &l);
        p->depth--;
    }
    return e;
}
