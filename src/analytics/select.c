/* One SELECT after the other. */
#include "analytics/select.h"

#include "analytics/build.h"
#include "analytics/convert.h"
#include "analytics/form.h"
#include "analytics/from.h"
#include "analytics/group.h"
#include "analytics/label.h"
#include "analytics/narrow.h"

#include <string.h>

/* The items of a SELECT as they are collected. */
struct items {
    struct column *column; /* of the result */
    struct exprs list;
};

enum { ITEMS_MAX = 1024 };

/* Items */

/* A tuple can be shown, as JSON, but not be worked with. */
static const struct expr *
shown(struct env *env, const struct expr *e)
{
    struct expr *a;

    if (e->type.kind != TYPE_TUPLE)
        return e;
    if (env->sel != env->r->root)
        return expr_refuse(env->c, "Invalid analytics query: a subquery cannot return a tuple.");
    a = expr_new(env->c, EXPR_ARRAY, (struct type){.kind = TYPE_ARRAY, .item = TYPE_TEXT}, e->n);
    for (size_t i = 0; i < e->n; i++) {
        const struct expr *part = e->kid[i];

        if (type_is_time(part->type.kind))
            part = convert_text(env->c, part);
        a->kid[i] = part ? form_call1(env->c, "jsonItem", part) : NULL;
    }
    return expr_done(env->c, a);
}

static bool
add_item(struct env *env, struct items *to, struct str name, const struct expr *e)
{
    e = e ? shown(env, e) : NULL;
    if (!e)
        return false;
    if (to->list.n == ITEMS_MAX) {
        expr_refuse(env->c, "The query projects too many columns.");
        return false;
    }
    to->column = arena_room(env->c->mem, to->column, to->list.n, sizeof(*to->column));
    to->column[to->list.n] = (struct column){name, e->type};
    plan_add(env->c, &to->list, e);
    return true;
}

static bool
taken(const struct items *to, size_t from, struct str name)
{
    for (size_t i = from; i < to->list.n; i++)
        if (str_eq(to->column[i].name, name))
            return true;
    return false;
}

/* *, or t.* */
static bool
add_star(struct env *env, struct items *to, struct str qualifier)
{
    size_t from = to->list.n;
    bool any = false;

    for (size_t k = 0; k < env->b->n_sources; k++) {
        struct source *s = env->b->source[k];

        if (s->kind == SOURCE_ITEMS ||
            (qualifier.n && !str_eq(s->alias, qualifier) && !str_eq(s->table, qualifier)))
            continue;
        any = true;
        for (size_t i = 0; i < s->n; i++) {
            struct str name = s->columns[i].name, label = s->alias.n ? s->alias : s->table;
            bool twice = taken(to, from, name), joined = false;

            for (size_t u = 0; s->using_names && u < s->using_names->n; u++)
                joined = joined || str_eq(s->using_names->v[u]->text, name);
            if (twice && joined && !qualifier.n)
                continue;
            if (twice && label.n)
                name = arena_fmt(env->c->mem, "%.*s.%.*s", STR_ARG(label), STR_ARG(name));
            if (!add_item(env, to, name, resolve_column(env, s, i)))
                return false;
        }
    }
    if (!any)
        expr_refuse(env->c, "Unknown identifier in analytics query: '%.*s.*'.",
                    STR_ARG(str_utf8_clip(qualifier, 80)));
    return any;
}

/* On a join, a column that both sides have keeps its qualifier the second time. */
static struct str
name_of(struct env *env, const struct items *to, const struct ast_item *item)
{
    struct str name;

    if (item->alias.n)
        return item->alias;
    if (item->e->kind != AST_NAME)
        return label_of(env->c->mem, item->e);
    name = item->e->text;
    if (item->e->qualifier.n && taken(to, 0, name))
        name = arena_fmt(env->c->mem, "%.*s.%.*s", STR_ARG(item->e->qualifier), STR_ARG(name));
    return name;
}

static bool
add_items(struct env *env, struct items *to)
{
    const struct ast_select *sel = env->sel;

    for (size_t i = 0; i < sel->n_items; i++) {
        const struct ast_item *item = &sel->item[i];
        bool ok = item->e->kind == AST_STAR
                      ? add_star(env, to, item->e->qualifier)
                      : add_item(env, to, name_of(env, to, item), group_item(env, i));

        if (!ok)
            return false;
    }
    return true;
}

/* ORDER BY, LIMIT BY */

/* The expressions that a list names: by position, alias or otherwise; tuples part by part. */
static bool
add_named(struct env *env, const struct ast *e, struct exprs *out)
{
    const struct expr *v;
    bool bad;

    if (e->kind == AST_TUPLE) {
        for (size_t i = 0; i < e->n; i++)
            if (!add_named(env, e->kid[i], out))
                return false;
        return true;
    }
    v = group_position(env, e, &bad);
    if (!v && !bad && e->kind != AST_INT)
        v = resolve_expression(env, e);
    if (v && (v->type.kind == TYPE_TUPLE || v->type.kind == TYPE_INTERVAL))
        v = expr_refuse(env->c, "Invalid analytics query: rows cannot be ordered by this.");
    if (v)
        plan_add(env->c, out, v);
    return v != NULL;
}

static bool
add_order(struct env *env)
{
    const struct ast_orders *orders = &env->sel->order;
    struct block *b = env->b;
    struct exprs list = {NULL, 0};

    for (size_t i = 0; i < orders->n; i++) {
        size_t from = list.n;

        if (!add_named(env, orders->v[i].e, &list))
            return false;
        if (list.n > ITEMS_MAX || (orders->v[i].fill && list.n != from + 1)) {
            expr_refuse(env->c, "Invalid analytics query: this cannot be ordered by.");
            return false;
        }
        for (size_t k = from; k < list.n; k++) {
            b->order = arena_room(env->c->mem, b->order, b->n_order, sizeof(*b->order));
            b->order[b->n_order++] = (struct order){.e = list.v[k], .ast = &orders->v[i]};
        }
        b->fill = b->fill || orders->v[i].fill;
    }
    return true;
}

static bool
add_by(struct env *env)
{
    const struct ast_list *by = env->sel->by.n ? &env->sel->by : &env->sel->distinct_on;
    const struct ast *limit = env->sel->by_limit, *offset = env->sel->by_offset;

    for (size_t i = 0; i < by->n; i++)
        if (!add_named(env, by->v[i], &env->b->by))
            return false;
    env->b->by_limit = limit ? limit->i : 1;
    env->b->by_offset = offset ? offset->i : 0;
    if ((env->sel->by.n && env->sel->distinct_on.n) ||
        (limit && (limit->kind != AST_INT || limit->i < 0)) ||
        (offset && (offset->kind != AST_INT || offset->i < 0 || offset->i > INT32_MAX))) {
        expr_refuse(env->c,
                    "Invalid analytics query: LIMIT BY takes a number, and no DISTINCT ON.");
        return false;
    }
    if (env->b->by_limit > INT32_MAX)
        env->b->by_limit = INT32_MAX;
    return true;
}

/* A limit that is no number, or too large, is the greatest there is. */
static bool
set_limit(struct env *env)
{
    const struct ast *limit = env->sel->limit, *offset = env->sel->offset;
    const struct expr *o;
    int64_t max = env->r->max_rows;

    env->b->limit =
        limit && limit->kind == AST_INT && limit->i >= 0 && limit->i < max ? limit->i : max;
    if (!offset)
        return true;
    o = resolve_expression(env, offset);
    if (o && (!expr_is_const(o) || !type_is_int(o->type.kind) || o->i < 0))
        o = expr_refuse(env->c, "Invalid analytics query: OFFSET takes a number.");
    if (o)
        env->b->offset = o->i;
    return o != NULL;
}

/* Filters */

static const struct expr *
both(struct ctx *c, const struct expr *a, const struct expr *b)
{
    return !a ? b : !b ? a : form_call2(c, "and", a, b);
}

static bool
add_filter(struct env *env, const struct ast *e, const struct expr **filter)
{
    const struct expr *v;

    if (!e)
        return true;
    v = resolve_expression(env, e);
    if (v && !type_is_number(v->type.kind) && v->type.kind != TYPE_NULL)
        v = expr_refuse(env->c, "Invalid analytics query: %s is no condition.", type_name(v->type));
    if (v && expr_has(v, EXPR_WINDOW))
        v = expr_refuse(env->c, "Invalid analytics query: window functions cannot filter.");
    *filter = v ? both(env->c, *filter, v) : NULL;
    return *filter != NULL;
}

/* Over groups */

static bool
regroup(struct env *env, const struct expr **e)
{
    *e = group_over(env, *e);
    return *e != NULL;
}

static bool
regroup_all(struct env *env, struct exprs *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (!regroup(env, &l->v[i]))
            return false;
    return true;
}

/* Puts everything that is computed per group in terms of keys and results. */
static bool
over_groups(struct env *env)
{
    struct block *b = env->b;

    b->grouped = b->grouped || b->aggregates.n > 0;
    if (!b->grouped) {
        b->where = both(env->c, b->where, b->having);
        b->having = NULL;
        return true;
    }
    for (size_t i = 0; i < b->n_order; i++)
        if (!regroup(env, &b->order[i].e))
            return false;
    return regroup_all(env, &b->items) && regroup_all(env, &b->by) &&
           (!b->having || regroup(env, &b->having));
}

/* What is DISTINCT can be ordered by what is selected only. */
static bool
over_items(struct env *env)
{
    struct block *b = env->b;

    for (size_t i = 0; i < b->n_order; i++) {
        for (b->order[i].item = 0; b->order[i].item < b->items.n; b->order[i].item++)
            if (expr_equal(b->items.v[b->order[i].item], b->order[i].e))
                break;
        if (b->distinct)
            b->order[i].e = group_over_items(env, b->order[i].e);
        if (!b->order[i].e)
            break;
    }
    for (size_t i = 0; i < b->by.n && b->distinct; i++)
        b->by.v[i] = group_over_items(env, b->by.v[i]);
    for (size_t i = 0; i < b->n_order + b->by.n; i++)
        if (!(i < b->n_order ? b->order[i].e : b->by.v[i - b->n_order])) {
            expr_refuse(env->c, "Invalid analytics query: with DISTINCT, rows can be ordered and "
                                "limited by selected columns only.");
            return false;
        }
    return true;
}

static bool
clauses(struct env *env, struct items *items)
{
    const struct ast_select *sel = env->sel;
    struct block *b = env->b;

    env->place = PLACE_ROWS;
    if (!from_sources(env) || !add_filter(env, sel->prewhere, &b->where) ||
        !add_filter(env, sel->where, &b->where) || !group_keys(env))
        return false;
    env->place = PLACE_RESULTS;
    if (!add_items(env, items))
        return false;
    b->items = items->list;
    b->distinct = sel->distinct;
    return add_filter(env, sel->having, &b->having) && add_order(env) && add_by(env) &&
           set_limit(env) && over_groups(env) && over_items(env);
}

static struct block *
block(struct resolve *r, const struct ast_select *sel, const struct column **columns)
{
    struct block *b = ARENA_NEW(r->c->mem, struct block);
    struct env env = {.r = r, .c = r->c, .b = b, .sel = sel};
    struct items items = {NULL, {NULL, 0}};

    if (!clauses(&env, &items))
        return NULL;
    if (b->fill && sel != r->root) {
        expr_refuse(r->c, "Invalid analytics query: WITH FILL is not supported in a subquery.");
        return NULL;
    }
    narrow_sources(r->c, b);
    *columns = items.column;
    return b;
}

/* Several SELECTs */

/* Makes the columns of all branches of one type each. */
static bool
unify(struct resolve *r, struct plan *p, const struct column **columns)
{
    struct column *out = ARENA_ARRAY(r->c->mem, p->n + 1, struct column);

    for (size_t i = 0; i < p->n; i++) {
        out[i] = columns[0][i];
        for (size_t k = 1; k < p->n_branches; k++) {
            struct type before = out[i].type;

            if (!convert_common(before, columns[k][i].type, &out[i].type)) {
                expr_refuse(r->c, "Invalid analytics query: there is no common type for %s and %s.",
                            type_name(before), type_name(columns[k][i].type));
                return false;
            }
        }
        for (size_t k = 0; k < p->n_branches; k++) {
            struct exprs *items = &p->branch[k].block->items;

            items->v[i] = convert_to(r->c, items->v[i], out[i].type);
            if (!items->v[i])
                return false;
        }
    }
    p->columns = out;
    return true;
}

const struct plan *
select_query(struct resolve *r, const struct ast_query *q)
{
    struct plan *p = ARENA_NEW(r->c->mem, struct plan);
    const struct column **columns = ARENA_ARRAY(r->c->mem, q->n + 1, const struct column *);

    p->branch = ARENA_ARRAY(r->c->mem, q->n, struct branch);
    p->n_branches = q->n;
    for (size_t i = 0; i < q->n; i++) {
        struct block *b = block(r, q->select[i], &columns[i]);

        if (!b)
            return NULL;
        p->branch[i] = (struct branch){i ? q->op[i - 1] : SET_UNION_ALL, b};
        if ((i && b->items.n != p->n) || (b->fill && q->n > 1)) {
            expr_refuse(r->c,
                        "Invalid analytics query: SELECTs that are put together need the same "
                        "number of columns, and no WITH FILL.");
            return NULL;
        }
        p->n = b->items.n;
    }
    return unify(r, p, columns) ? p : NULL;
}

const struct plan *
select_root(struct resolve *r, const struct ast_query *q)
{
    const struct ast_select *sel = q->select[0];

    r->root = sel;
    r->cte = ARENA_ARRAY(r->c->mem, sel->n_with + 1, struct cte);
    for (size_t i = 0; i < sel->n_with; i++) {
        const struct plan *p;

        if (!sel->with[i].query)
            continue;
        p = select_query(r, sel->with[i].query);
        if (!p)
            return NULL;
        r->cte[r->n_ctes++] = (struct cte){sel->with[i].name, p, false};
    }
    return select_query(r, q);
}
