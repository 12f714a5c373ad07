/* Calls of functions: f(x), f(n)(x), f(x) OVER (...). */
#include "analytics/parse.h"

static void
arguments(struct parser *p, struct ast *call, struct ast_list *l)
{
    struct ast *query;

    call->distinct = parse_accept_word(p, "DISTINCT") || call->distinct;
    if (parse_at_query(p, 0) && parse_is_word(p, 0, "SELECT")) {
        query = parse_node(p, AST_QUERY, parse_token(p, 0)->text.p);
        query->query = parse_query(p);
        parse_add(p, l, query);
    } else if (!parse_is(p, 0, TOKEN_RPAREN)) {
        do
            parse_add(p, l, parse_expression(p));
        while (parse_accept(p, TOKEN_COMMA));
    }
    parse_expect(p, TOKEN_RPAREN, "')'");
}

static enum ast_frame_edge
frame_edge(struct parser *p, int64_t *n)
{
    bool unbounded = false;

    if (parse_accept_words(p, "CURRENT", "ROW"))
        return FRAME_CURRENT_ROW;
    if (parse_is(p, 0, TOKEN_INT))
        *n = parse_number(p, false)->i;
    else if (!(unbounded = parse_accept_word(p, "UNBOUNDED")))
        parse_unexpected(p, "a number, UNBOUNDED or CURRENT ROW");
    if (parse_accept_word(p, "PRECEDING"))
        return unbounded ? FRAME_UNBOUNDED_PRECEDING : FRAME_PRECEDING;
    parse_expect_word(p, "FOLLOWING");
    return unbounded ? FRAME_UNBOUNDED_FOLLOWING : FRAME_FOLLOWING;
}

static void
frame(struct parser *p, struct ast_window *w)
{
    w->range = parse_accept_word(p, "RANGE");
    if (!w->range && !parse_accept_word(p, "ROWS"))
        return;
    w->framed = true;
    w->last = FRAME_CURRENT_ROW;
    if (parse_accept_word(p, "BETWEEN")) {
        w->first = frame_edge(p, &w->first_n);
        parse_expect_word(p, "AND");
        w->last = frame_edge(p, &w->last_n);
    } else {
        w->first = frame_edge(p, &w->first_n);
    }
}

static struct ast_window *
window(struct parser *p)
{
    struct ast_window *w = ARENA_NEW(p->c->mem, struct ast_window);

    p->nodes++;
    if (parse_is_name(p, 0)) {
        w->name = parse_name(p);
        return w;
    }
    parse_expect(p, TOKEN_LPAREN, "'('");
    if (parse_accept_words(p, "PARTITION", "BY"))
        w->partition = parse_expressions(p);
    if (parse_accept_words(p, "ORDER", "BY"))
        w->order = parse_orders(p);
    frame(p, w);
    parse_expect(p, TOKEN_RPAREN, "')'");
    return w;
}

struct ast *
parse_function(struct parser *p)
{
    struct ast *e = parse_node(p, AST_CALL, parse_token(p, 0)->text.p);
    struct ast_list l = {NULL, 0};

    e->text = parse_name(p);
    parse_accept(p, TOKEN_LPAREN);
    arguments(p, e, &l);
    if (parse_accept(p, TOKEN_LPAREN)) {
        e->params = l.n;
        arguments(p, e, &l);
    }
    parse_kids(e, &l);
    if (parse_accept_word(p, "OVER"))
        e->over = window(p);
    return e;
}
