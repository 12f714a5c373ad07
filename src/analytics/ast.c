/* Walking the tree. */
#include "analytics/ast.h"

static enum status walk_query(const struct ast_visitor *v, struct ast_query *q, int depth);

static enum status
walk(const struct ast_visitor *v, struct ast *e, int depth)
{
    enum status st = ST_OK;

    if (!e)
        return ST_OK;
    if (v->expression)
        st = v->expression(v->arg, e);
    for (size_t i = 0; i < e->n && st == ST_OK; i++)
        st = walk(v, e->kid[i], depth);
    if (st == ST_OK && e->over) {
        for (size_t i = 0; i < e->over->partition.n && st == ST_OK; i++)
            st = walk(v, e->over->partition.v[i], depth);
        for (size_t i = 0; i < e->over->order.n && st == ST_OK; i++)
            st = walk(v, e->over->order.v[i].e, depth);
    }
    if (st == ST_OK && e->query)
        st = walk_query(v, e->query, depth + 1);
    return st;
}

static enum status
walk_list(const struct ast_visitor *v, const struct ast_list *l, int depth)
{
    enum status st = ST_OK;

    for (size_t i = 0; i < l->n && st == ST_OK; i++)
        st = walk(v, l->v[i], depth);
    return st;
}

static enum status
walk_with(const struct ast_visitor *v, const struct ast_select *s, int depth)
{
    enum status st = ST_OK;

    for (size_t i = 0; i < s->n_with && st == ST_OK; i++)
        st = s->with[i].query ? walk_query(v, s->with[i].query, depth + 1)
                              : walk(v, s->with[i].e, depth);
    return st;
}

static enum status
walk_sources(const struct ast_visitor *v, const struct ast_select *s, int depth)
{
    enum status st = ST_OK;

    for (size_t i = 0; i < s->n_sources && st == ST_OK; i++) {
        struct ast_source *from = &s->source[i];

        if (from->query)
            st = walk_query(v, from->query, depth + 1);
        if (st == ST_OK)
            st = walk_list(v, &from->args, depth);
        if (st == ST_OK)
            st = walk(v, from->on, depth);
    }
    for (size_t i = 0; i < s->array_join.n && st == ST_OK; i++)
        st = walk(v, s->array_join.v[i].e, depth);
    return st;
}

static enum status
walk_order(const struct ast_visitor *v, const struct ast_select *s, int depth)
{
    enum status st = ST_OK;

    for (size_t i = 0; i < s->order.n && st == ST_OK; i++) {
        struct ast *parts[] = {s->order.v[i].e, s->order.v[i].from, s->order.v[i].to,
                               s->order.v[i].step};

        for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]) && st == ST_OK; k++)
            st = walk(v, parts[k], depth);
    }
    return st;
}

static enum status
walk_select(const struct ast_visitor *v, struct ast_select *s, int depth)
{
    struct ast *filters[] = {s->prewhere, s->where};
    struct ast *ends[] = {s->by_limit, s->by_offset, s->limit, s->offset};
    enum status st = v->select ? v->select(v->arg, s, depth) : ST_OK;

    if (st == ST_OK)
        st = walk_with(v, s, depth);
    if (st == ST_OK)
        st = walk_list(v, &s->distinct_on, depth);
    for (size_t i = 0; i < s->n_items && st == ST_OK; i++)
        st = walk(v, s->item[i].e, depth);
    if (st == ST_OK)
        st = walk_sources(v, s, depth);
    for (size_t i = 0; i < 2 && st == ST_OK; i++)
        st = walk(v, filters[i], depth);
    if (st == ST_OK)
        st = walk_list(v, &s->groups, depth);
    if (st == ST_OK)
        st = walk(v, s->having, depth);
    if (st == ST_OK)
        st = walk_order(v, s, depth);
    if (st == ST_OK)
        st = walk_list(v, &s->interpolated, depth);
    if (st == ST_OK)
        st = walk_list(v, &s->by, depth);
    for (size_t i = 0; i < 4 && st == ST_OK; i++)
        st = walk(v, ends[i], depth);
    return st;
}

static enum status
walk_query(const struct ast_visitor *v, struct ast_query *q, int depth)
{
    enum status st = ST_OK;

    for (size_t i = 0; i < q->n && st == ST_OK; i++)
        st = walk_select(v, q->select[i], depth);
    return st;
}

enum status
ast_walk(const struct ast_visitor *v, struct ast_query *q)
{
    return walk_query(v, q, 0);
}

enum status
ast_walk_expression(const struct ast_visitor *v, struct ast *e)
{
    return walk(v, e, 0);
}
