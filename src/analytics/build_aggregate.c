/* Aggregates, alone or over a window. */
#include "analytics/build.h"

#include "analytics/convert.h"
#include "analytics/form.h"

#include <string.h>

/* Registers an aggregate of the SELECT; equal ones are computed once. */
static const struct expr *
add(struct env *env, struct expr *e)
{
    const struct expr *done = expr_done(env->c, e);

    for (size_t i = 0; done && i < env->b->aggregates.n; i++)
        if (expr_equal(env->b->aggregates.v[i], done))
            return env->b->aggregates.v[i];
    if (done)
        plan_add(env->c, &env->b->aggregates, done);
    return done;
}

static bool
allowed(struct env *env, const struct function *f)
{
    if (env->place == PLACE_RESULTS && !env->variable)
        return true;
    expr_refuse(env->c, "Invalid analytics query: the aggregate function %s cannot stand %s.",
                f->name, env->place == PLACE_AGGREGATE ? "inside another one" : "here");
    return false;
}

/* The arguments behind the parameters; false when one of them means nothing. */
static bool
arguments(struct env *env, const struct ast *e, const struct expr **args, size_t *n)
{
    enum resolve_place before = env->place;
    bool ok = true;

    *n = e->n - e->params;
    if (*n == 1 && e->kid[e->params]->kind == AST_STAR &&
        str_eq(e->kid[e->params]->qualifier, S("")))
        *n = 0;
    env->place = e->over ? before : PLACE_AGGREGATE;
    for (size_t i = 0; i < *n && ok; i++) {
        args[i] = resolve_expression(env, e->kid[e->params + i]);
        ok = args[i] != NULL;
    }
    env->place = before;
    return ok;
}

/* A constant in the first pair of parentheses. */
static const struct expr *
parameter(struct env *env, const struct ast *e, size_t i)
{
    const struct expr *p = resolve_expression(env, e->kid[i]);

    if (p && (!expr_is_const(p) || !type_is_number(p->type.kind)))
        return expr_refuse(env->c, "Invalid analytics query: parameters of an aggregate are "
                                   "numbers.");
    return p;
}

/* Arrays of values: the aggregate collects their JSON. */
static const struct expr *
collect(struct env *env, const struct ast *e, const struct function *f, const struct expr *arg)
{
    struct expr *a;
    const struct expr *p;

    if (e->params > 1)
        return expr_refuse(env->c, "Invalid analytics query: %s takes one parameter.", f->name);
    a = expr_new(
        env->c, EXPR_AGGREGATE,
        (struct type){.kind = TYPE_ARRAY, .item = arg->type.kind, .digits = arg->type.digits}, 1);
    a->distinct = e->distinct;
    arg = form_call1(env->c, "jsonItem", arg);
    a->form = form_match(env->c, f->name, &arg, 1, a->kid);
    if (!a->form)
        return NULL;
    if (e->params) {
        p = parameter(env, e, 0);
        if (!p)
            return NULL;
        if (p->type.kind != TYPE_INT || p->i < 1)
            return expr_refuse(env->c, "Invalid analytics query: %s takes a positive number.",
                               f->name);
        a->parameter = p->i;
    }
    return add(env, a);
}

/* Quantiles */

static const struct expr *
quantile_of(struct env *env, const struct expr *arg, double level)
{
    struct type t = arg->type;
    struct expr *a = expr_new(env->c, EXPR_AGGREGATE, t, 1);
    const struct expr *v = arg;

    if (type_is_time(t.kind))
        v = convert_retype(env->c, arg, (struct type){.kind = TYPE_INT});
    a->form = v ? form_match(env->c, "quantile", &v, 1, a->kid) : NULL;
    if (!a->form)
        return NULL;
    if (!(level >= 0 && level <= 1))
        return expr_refuse(env->c, "Invalid analytics query: the level of a quantile is between 0 "
                                   "and 1.");
    a->type = (struct type){.kind = TYPE_FLOAT, .nullable = true};
    a->level = level;
    v = add(env, a);
    if (!v || !type_is_time(t.kind))
        return v;
    v = form_call1(env->c, "toInt64", v);
    return v ? convert_retype(env->c, v, t) : NULL;
}

static double
number_of(const struct expr *e)
{
    return e->type.kind == TYPE_FLOAT ? e->d : (double)e->i;
}

static const struct expr *
quantile(struct env *env, const struct ast *e, const struct expr *const *args, size_t n)
{
    const struct expr *level = NULL;

    if (n != 1 || e->params > 1 || e->distinct)
        return expr_refuse(env->c, "Invalid analytics query: quantile is written "
                                   "quantile(level)(x).");
    if (e->params) {
        level = parameter(env, e, 0);
        if (!level)
            return NULL;
    }
    return quantile_of(env, args[0], level ? number_of(level) : 0.5);
}

/* Latency in rollups */

/* The source of a rollup's latency column; NULL after refusing. */
static struct source *
latency_source(struct env *env, const struct expr *e, const char *name)
{
    struct source *s = NULL;

    for (size_t i = 0; e->kind == EXPR_COLUMN && i < env->b->n_sources; i++)
        if (env->b->source[i] == e->source)
            s = env->b->source[i];
    if (s && s->kind == SOURCE_RELATION && relation_counter(s->relation) < s->n &&
        str_starts(s->columns[e->i].name, S("latency_")))
        return s;
    expr_refuse(env->c, "Invalid analytics query: %s takes a latency column of a rollup table.",
                name);
    return NULL;
}

static const struct expr *
merged_average(struct env *env, const struct expr *const *args, size_t n)
{
    struct source *s = n == 1 ? latency_source(env, args[0], "avgMerge") : NULL;
    const struct expr *v[2];
    struct expr *a;

    if (!s)
        return n == 1 ? NULL
                      : expr_refuse(env->c, "Invalid analytics query: avgMerge takes a column.");
    v[0] = args[0];
    v[1] = resolve_column(env, s, relation_counter(s->relation));
    a = expr_new(env->c, EXPR_AGGREGATE, (struct type){.kind = TYPE_FLOAT, .nullable = true}, 2);
    a->form = form_match(env->c, "avgMerge", v, 2, a->kid);
    return a->form ? add(env, a) : NULL;
}

const struct expr *
build_merged_quantile(struct env *env, const struct ast *call, int64_t index)
{
    const struct function *f = function_find(call->text);
    const struct expr *arg, *level;
    struct source *s;
    size_t n;

    if (!allowed(env, f))
        return NULL;
    if (call->over || call->n - call->params != 1 || index < 1 || (size_t)index > call->params)
        return expr_refuse(env->c, "Invalid analytics query: %s is written %s.", f->name, f->usage);
    level = parameter(env, call, (size_t)index - 1);
    if (!level || !arguments(env, call, &arg, &n))
        return NULL;
    s = n ? latency_source(env, arg, f->name) : NULL;
    if (!s)
        return NULL;
    s->scope.per_event = true;
    return quantile_of(env, arg, number_of(level));
}

/* Windows */

static bool
in_window(const struct function *f)
{
    static const char *const names[] = {"count", "sum", "avg",     "min",
                                        "max",   "any", "countIf", "sumIf"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(f->name, names[i]) == 0)
            return true;
    return false;
}

static const struct expr *
window(struct env *env, const struct ast *e, const struct form *form, const struct expr **args,
       size_t n)
{
    const struct ast_window *w = e->over;
    struct expr *v;

    if (w->name.n)
        return expr_refuse(env->c, "Invalid analytics query: named windows are not supported.");
    v = expr_new(env->c, EXPR_WINDOW, form_result(form, args, n), n + w->partition.n + w->order.n);
    v->form = form;
    v->window = w;
    v->partition = n;
    v->n_partition = w->partition.n;
    memcpy(v->kid, args, n * sizeof(*args));
    for (size_t i = 0; i < w->partition.n; i++)
        v->kid[n + i] = resolve_expression(env, w->partition.v[i]);
    for (size_t i = 0; i < w->order.n; i++) {
        if (w->order.v[i].fill)
            return expr_refuse(env->c, "Invalid SQL syntax: a window has no WITH FILL.");
        v->kid[n + w->partition.n + i] = resolve_expression(env, w->order.v[i].e);
    }
    for (size_t i = n; i < v->n; i++)
        if (!v->kid[i] || v->kid[i]->type.kind == TYPE_TUPLE)
            return v->kid[i] ? expr_refuse(env->c, "Invalid analytics query: a window takes no "
                                                   "tuples.")
                             : NULL;
    return expr_done(env->c, v);
}

/* COUNT and conditional sums are never NULL. */
static bool
never_null(const struct function *f)
{
    return strcmp(f->name, "count") == 0 || strcmp(f->name, "countIf") == 0 ||
           str_starts(str_of(f->name), S("uniq"));
}

static const struct expr *
by_form(struct env *env, const struct ast *e, const struct function *f, const struct expr **args,
        size_t n)
{
    const struct expr **converted = ARENA_ARRAY(env->c->mem, n + 1, const struct expr *), *v;
    const struct form *form = form_match(env->c, f->name, args, n, converted);
    struct expr *a;

    if (!form)
        return NULL;
    if (e->params)
        return expr_refuse(env->c, "Invalid analytics query: %s takes no parameters.", f->name);
    if (e->over && (e->distinct || !in_window(f)))
        return expr_refuse(env->c, "Invalid analytics query: %s cannot be computed over a window.",
                           f->name);
    if (e->over) {
        v = window(env, e, form, converted, n);
        return v;
    }
    a = expr_new(env->c, EXPR_AGGREGATE, form_result(form, converted, n), n);
    a->form = form;
    a->distinct = e->distinct;
    a->type.canonical = false;
    a->type.nullable = a->type.nullable && !never_null(f);
    memcpy(a->kid, converted, n * sizeof(*converted));
    return add(env, a);
}

const struct expr *
build_aggregate(struct env *env, const struct ast *e, const struct function *f)
{
    const struct expr **args = ARENA_ARRAY(env->c->mem, e->n + 1, const struct expr *);
    size_t n;

    if (!allowed(env, f) || !arguments(env, e, args, &n))
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (expr_has(args[i], EXPR_WINDOW))
            return expr_refuse(env->c,
                               "Invalid analytics query: a window function cannot stand "
                               "inside %s.",
                               f->name);
    if (e->over && f->build != BUILD_AGGREGATE)
        return expr_refuse(env->c, "Invalid analytics query: %s cannot be computed over a window.",
                           f->name);
    switch (f->build) {
    case BUILD_QUANTILE:
        return quantile(env, e, args, n);
    case BUILD_MERGE_AVERAGE:
        return merged_average(env, args, n);
    case BUILD_MERGE_QUANTILE:
        return expr_refuse(env->c, "Invalid analytics query: choose one quantile: %s.", f->usage);
    default:
        break;
    }
    if (str_starts(str_of(f->name), S("group")) && !e->over)
        return n == 1 ? collect(env, e, f, args[0])
                      : expr_refuse(env->c, "Invalid analytics query: %s takes one argument.",
                                    f->name);
    return by_form(env, e, f, args, n);
}
