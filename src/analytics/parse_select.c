/* SELECT and its clauses. */
#include "analytics/parse.h"

#include <string.h>

/* What cannot be an alias without AS, because it begins or continues a clause. */
static bool
ends_item(const struct parser *p)
{
    static const char *const words[] = {
        "FROM",    "FINAL",   "SAMPLE", "ARRAY",     "LEFT",        "RIGHT",  "INNER",  "FULL",
        "CROSS",   "JOIN",    "GLOBAL", "ANY",       "ALL",         "ASOF",   "SEMI",   "ANTI",
        "ON",      "USING",   "WHERE",  "PREWHERE",  "GROUP",       "WITH",   "WINDOW", "QUALIFY",
        "HAVING",  "ORDER",   "LIMIT",  "OFFSET",    "FETCH",       "FORMAT", "UNION",  "SETTINGS",
        "EXCEPT",  "BETWEEN", "LIKE",   "INTERSECT", "ILIKE",       "NOT",    "AND",    "OR",
        "AS",      "IN",      "IS",     "END",       "WHEN",        "THEN",   "ELSE",   "ASC",
        "DESC",    "NULLS",   "INTO",   "OUTER",     "INTERPOLATE", "DIV",    "MOD",    "OVER",
        "COLLATE", "TO",      "STEP",   "BY"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (parse_is_word(p, 0, words[i]))
            return true;
    return false;
}

struct str
parse_alias(struct parser *p)
{
    if (parse_accept_word(p, "AS"))
        return parse_name(p);
    return parse_is_name(p, 0) && !ends_item(p) ? parse_name(p) : S("");
}

static struct ast_item *
items(struct parser *p, size_t *n)
{
    struct ast_item *v = NULL;

    *n = 0;
    do {
        v = arena_room(p->c->mem, v, *n, sizeof(*v));
        v[*n].e = parse_expression(p);
        v[*n].alias = parse_alias(p);
        ++*n;
    } while (parse_accept(p, TOKEN_COMMA));
    return v;
}

/* WITH */

static void
with(struct parser *p, struct ast_select *s)
{
    do {
        struct ast_with *w;

        s->with = arena_room(p->c->mem, s->with, s->n_with, sizeof(*s->with));
        w = &s->with[s->n_with++];
        w->at = parse_token(p, 0)->text.p;
        if (parse_is_name(p, 0) && parse_is_word(p, 1, "AS") && parse_is(p, 2, TOKEN_LPAREN) &&
            parse_at_query(p, 3)) {
            w->name = parse_name(p);
            p->at += 2;
            w->query = parse_query(p);
            parse_expect(p, TOKEN_RPAREN, "')'");
        } else {
            w->e = parse_expression(p);
            parse_expect_word(p, "AS");
            w->name = parse_name(p);
        }
    } while (parse_accept(p, TOKEN_COMMA));
}

/* FROM */

/* How the next source is joined; false when there is none. */
static bool
accept_join(struct parser *p, struct ast_source *from)
{
    static const char *const strictness[] = {"ANY", "ASOF", "SEMI", "ANTI"};
    static const struct {
        const char *word;
        enum ast_join join;
    } sides[] = {{"INNER", JOIN_INNER},
                 {"LEFT", JOIN_LEFT},
                 {"RIGHT", JOIN_RIGHT},
                 {"FULL", JOIN_FULL},
                 {"CROSS", JOIN_CROSS}};
    size_t before = p->at;

    from->join = JOIN_INNER;
    if (parse_accept(p, TOKEN_COMMA)) {
        from->join = JOIN_CROSS;
        return true;
    }
    parse_accept_word(p, "GLOBAL");
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < sizeof(strictness) / sizeof(strictness[0]); i++)
            from->strict = parse_accept_word(p, strictness[i]) || from->strict;
        parse_accept_word(p, "ALL");
        for (size_t i = 0; pass == 0 && i < sizeof(sides) / sizeof(sides[0]); i++)
            if (parse_accept_word(p, sides[i].word))
                from->join = sides[i].join;
        parse_accept_word(p, "OUTER");
    }
    if (parse_accept_word(p, "JOIN"))
        return true;
    p->at = before;
    return false;
}

static void
table_name(struct parser *p, struct ast_source *from)
{
    const char *begin = parse_token(p, 0)->text.p, *end;
    struct ast *args;

    from->name = parse_name(p);
    if (parse_accept(p, TOKEN_DOT)) {
        from->database = from->name;
        from->name = parse_name(p);
    }
    end = parse_token(p, 0)->text.p;
    while (end > begin && strchr(" \t\r\n", end[-1]))
        end--;
    from->written = from->database.n ? arena_fmt(p->c->mem, "%.*s.%.*s", STR_ARG(from->database),
                                                 STR_ARG(from->name))
                                     : from->name;
    if (!from->database.n && parse_is(p, 0, TOKEN_LPAREN)) {
        from->function = true;
        parse_accept(p, TOKEN_LPAREN);
        while (!parse_is(p, 0, TOKEN_RPAREN) && !p->failed) {
            args = parse_expression(p);
            parse_add(p, &from->args, args);
            if (!parse_accept(p, TOKEN_COMMA))
                break;
        }
        parse_expect(p, TOKEN_RPAREN, "')'");
    }
}

static void
source(struct parser *p, struct ast_source *from)
{
    from->at = parse_token(p, 0)->text.p;
    p->nodes++;
    if (parse_is(p, 0, TOKEN_LPAREN) && parse_at_query(p, 1)) {
        parse_accept(p, TOKEN_LPAREN);
        from->query = parse_query(p);
        parse_expect(p, TOKEN_RPAREN, "')'");
    } else {
        table_name(p, from);
    }
    from->alias = parse_alias(p);
    from->final = parse_accept_word(p, "FINAL");
    if (parse_accept_word(p, "SAMPLE")) {
        from->sample = true;
        parse_expression(p);
        if (parse_accept_word(p, "OFFSET"))
            parse_expression(p);
    }
}

static void
join_condition(struct parser *p, struct ast_source *from)
{
    bool paren;

    if (from->join == JOIN_CROSS)
        return;
    if (parse_accept_word(p, "ON")) {
        from->on = parse_expression(p);
        return;
    }
    parse_expect_word(p, "USING");
    paren = parse_accept(p, TOKEN_LPAREN);
    from->using_names = parse_expressions(p);
    if (paren)
        parse_expect(p, TOKEN_RPAREN, "')'");
    for (size_t i = 0; i < from->using_names.n && !p->failed; i++)
        if (from->using_names.v[i]->kind != AST_NAME || from->using_names.v[i]->qualifier.n)
            parse_fail(p, "USING takes names of columns");
}

static void
from(struct parser *p, struct ast_select *s)
{
    struct ast_source next = {.join = JOIN_FIRST};

    do {
        s->source = arena_room(p->c->mem, s->source, s->n_sources, sizeof(*s->source));
        source(p, &next);
        if (next.join != JOIN_FIRST)
            join_condition(p, &next);
        s->source[s->n_sources++] = next;
        next = (struct ast_source){0};
    } while (accept_join(p, &next));
    s->array_join.left = parse_is_word(p, 0, "LEFT") && parse_is_word(p, 1, "ARRAY");
    if (s->array_join.left || parse_is_word(p, 0, "ARRAY")) {
        p->at += s->array_join.left + 1;
        parse_expect_word(p, "JOIN");
        s->array_join.v = items(p, &s->array_join.n);
    }
}

/* GROUP BY */

static void
grouping_sets(struct parser *p, struct ast_select *s)
{
    s->grouping = GROUP_SETS;
    parse_expect(p, TOKEN_LPAREN, "'('");
    do {
        struct ast *set = parse_expression(p);

        if (set->kind != AST_TUPLE) {
            struct ast_list one = {NULL, 0};

            parse_add(p, &one, set);
            set = parse_node(p, AST_TUPLE, set->at);
            parse_kids(set, &one);
        }
        parse_add(p, &s->groups, set);
    } while (parse_accept(p, TOKEN_COMMA));
    parse_expect(p, TOKEN_RPAREN, "')'");
}

static void
group_by(struct parser *p, struct ast_select *s)
{
    bool rollup = parse_is_word(p, 0, "ROLLUP") && parse_is(p, 1, TOKEN_LPAREN);
    bool cube = parse_is_word(p, 0, "CUBE") && parse_is(p, 1, TOKEN_LPAREN);

    s->grouping = rollup ? GROUP_ROLLUP : cube ? GROUP_CUBE : GROUP_PLAIN;
    if (rollup || cube) {
        p->at += 2;
        s->groups = parse_expressions(p);
        parse_expect(p, TOKEN_RPAREN, "')'");
    } else if (parse_accept_words(p, "GROUPING", "SETS")) {
        grouping_sets(p, s);
    } else if (parse_accept_word(p, "ALL")) {
        s->grouping = GROUP_ALL;
    } else {
        s->groups = parse_expressions(p);
    }
    while (parse_is_word(p, 0, "WITH")) {
        if (parse_accept_words(p, "WITH", "ROLLUP"))
            s->grouping = GROUP_ROLLUP;
        else if (parse_accept_words(p, "WITH", "CUBE"))
            s->grouping = GROUP_CUBE;
        else if (!parse_accept_words(p, "WITH", "TOTALS"))
            parse_fail(p, "WITH is followed by ROLLUP, CUBE or TOTALS here");
    }
}

/* ORDER BY */

static void
fill(struct parser *p, struct ast_order *o)
{
    o->fill = true;
    if (parse_accept_word(p, "FROM"))
        o->from = parse_expression(p);
    if (parse_accept_word(p, "TO"))
        o->to = parse_expression(p);
    if (parse_accept_word(p, "STEP"))
        o->step = parse_expression(p);
}

struct ast_orders
parse_orders(struct parser *p)
{
    struct ast_orders l = {NULL, 0};

    do {
        struct ast_order *o;

        l.v = arena_room(p->c->mem, l.v, l.n, sizeof(*l.v));
        o = &l.v[l.n++];
        o->e = parse_expression(p);
        o->desc = parse_accept_word(p, "DESC") || parse_accept_word(p, "DESCENDING");
        if (!o->desc && !parse_accept_word(p, "ASC"))
            parse_accept_word(p, "ASCENDING");
        if (parse_accept_words(p, "WITH", "FILL"))
            fill(p, o);
    } while (parse_accept(p, TOKEN_COMMA));
    return l;
}

static void
order_by(struct parser *p, struct ast_select *s)
{
    s->order = parse_orders(p);
    s->interpolate = parse_accept_word(p, "INTERPOLATE");
    if (!s->interpolate || !parse_accept(p, TOKEN_LPAREN))
        return;
    do {
        parse_add(p, &s->interpolated, parse_expression(p));
        if (parse_accept_word(p, "AS"))
            parse_add(p, &s->interpolated, parse_expression(p));
        else
            parse_add(p, &s->interpolated, s->interpolated.v[s->interpolated.n - 1]);
    } while (parse_accept(p, TOKEN_COMMA));
    parse_expect(p, TOKEN_RPAREN, "')'");
}

/* LIMIT n [OFFSET m], LIMIT m, n; with BY it is the other limit */
static void
limit(struct parser *p, struct ast_select *s)
{
    struct ast *n = NULL, *offset = NULL;
    bool all = parse_accept_word(p, "ALL");

    if (!all)
        n = parse_expression(p);
    if (parse_accept(p, TOKEN_COMMA)) {
        offset = n;
        n = parse_expression(p);
    } else if (parse_accept_word(p, "OFFSET")) {
        offset = parse_expression(p);
    }
    if (!all && !s->by.n && !s->limited && parse_accept_word(p, "BY")) {
        s->by_limit = n;
        s->by_offset = offset;
        s->by = parse_expressions(p);
        return;
    }
    if (s->limited)
        parse_fail(p, "there is more than one LIMIT");
    s->limited = true;
    s->limit_all = all;
    s->limit = n;
    s->offset = offset;
}

/* Clauses that are known and refused later. */
static void
tail(struct parser *p, struct ast_select *s)
{
    for (;;) {
        if (parse_accept_word(p, "SETTINGS")) {
            s->settings = true;
            do {
                parse_name(p);
                parse_expect(p, TOKEN_EQ, "'='");
                parse_expression(p);
            } while (parse_accept(p, TOKEN_COMMA));
        } else if (parse_is_word(p, 0, "FORMAT")) {
            s->format = parse_token(p, 0)->text.p;
            parse_accept_word(p, "FORMAT");
            parse_name(p);
        } else {
            return;
        }
    }
}

static void
distinct(struct parser *p, struct ast_select *s)
{
    if (parse_accept_words(p, "DISTINCT", "ON")) {
        parse_expect(p, TOKEN_LPAREN, "'('");
        s->distinct_on = parse_expressions(p);
        parse_expect(p, TOKEN_RPAREN, "')'");
    } else {
        s->distinct = parse_accept_word(p, "DISTINCT");
        if (!s->distinct)
            parse_accept_word(p, "ALL");
    }
}

static struct ast_select *
select(struct parser *p)
{
    struct ast_select *s = ARENA_NEW(p->c->mem, struct ast_select);

    s->at = parse_token(p, 0)->text.p;
    p->nodes++;
    if (parse_accept_word(p, "WITH"))
        with(p, s);
    parse_expect_word(p, "SELECT");
    distinct(p, s);
    s->item = items(p, &s->n_items);
    if (parse_accept_word(p, "FROM"))
        from(p, s);
    if (parse_accept_word(p, "PREWHERE"))
        s->prewhere = parse_expression(p);
    if (parse_accept_word(p, "WHERE"))
        s->where = parse_expression(p);
    if (parse_accept_words(p, "GROUP", "BY"))
        group_by(p, s);
    if (parse_accept_word(p, "HAVING"))
        s->having = parse_expression(p);
    if (parse_accept_words(p, "ORDER", "BY"))
        order_by(p, s);
    while (parse_accept_word(p, "LIMIT"))
        limit(p, s);
    tail(p, s);
    return s;
}

bool
parse_at_query(const struct parser *p, size_t ahead)
{
    return parse_is_word(p, ahead, "SELECT") ||
           (parse_is_word(p, ahead, "WITH") && !parse_is(p, ahead + 1, TOKEN_END));
}

static bool
accept_set(struct parser *p, enum ast_set *op)
{
    if (parse_accept_words(p, "UNION", "ALL"))
        *op = SET_UNION_ALL;
    else if (parse_accept_words(p, "UNION", "DISTINCT"))
        *op = SET_UNION_DISTINCT;
    else if (parse_accept_word(p, "EXCEPT"))
        *op = SET_EXCEPT;
    else
        return false;
    return true;
}

struct ast_query *
parse_query(struct parser *p)
{
    struct ast_query *q = ARENA_NEW(p->c->mem, struct ast_query);
    enum ast_set op = SET_UNION_ALL;

    if (++p->depth > PARSE_DEPTH_MAX)
        parse_fail(p, "the query is nested too deeply");
    do {
        q->select = arena_room(p->c->mem, q->select, q->n, sizeof(struct ast_select *));
        q->op = arena_room(p->c->mem, q->op, q->n, sizeof(*q->op));
        if (q->n)
            q->op[q->n - 1] = op;
        q->select[q->n++] = select(p);
    } while (accept_set(p, &op));
    p->depth--;
    return q;
}
