/* Groups. */
#include "analytics/group.h"

#include <string.h>

enum { KEYS_MAX = 60, SETS_MAX = 64 };

const struct expr *
group_item(struct env *env, size_t i)
{
    const struct ast_item *item = &env->sel->item[i];
    const struct expr *e;

    if (!item->alias.n)
        return resolve_expression(env, item->e);
    env->active[env->n_active++] = item->alias;
    e = resolve_expression(env, item->e);
    env->n_active--;
    return e;
}

const struct expr *
group_position(struct env *env, const struct ast *e, bool *bad)
{
    *bad = false;
    if (e->kind != AST_INT)
        return NULL;
    *bad = e->i < 1 || (size_t)e->i > env->sel->n_items;
    for (size_t i = 0; i < env->sel->n_items && !*bad; i++)
        *bad = env->sel->item[i].e->kind == AST_STAR;
    if (!*bad)
        return group_item(env, (size_t)e->i - 1);
    return expr_refuse(env->c,
                       "Invalid analytics query: there is no selected item at position %lld.",
                       (long long)e->i);
}

/* Keys */

/* The index of the key, added when it is new; -1 after refusing. */
static int
add_key(struct env *env, const struct expr *e)
{
    struct exprs *keys = &env->b->keys;

    if (!e)
        return -1;
    for (size_t i = 0; i < keys->n; i++)
        if (expr_equal(keys->v[i], e))
            return (int)i;
    if (e->type.kind == TYPE_TUPLE || e->type.kind == TYPE_INTERVAL || keys->n == KEYS_MAX) {
        expr_refuse(env->c, "Invalid analytics query: this cannot be grouped by.");
        return -1;
    }
    plan_add(env->c, keys, e);
    return (int)keys->n - 1;
}

/* Adds the key, or those of a tuple, to the set. */
static bool
add_group(struct env *env, const struct ast *e, uint64_t *set)
{
    bool bad;
    const struct expr *item;
    int key;

    if (e->kind == AST_TUPLE) {
        for (size_t i = 0; i < e->n; i++)
            if (!add_group(env, e->kid[i], set))
                return false;
        return true;
    }
    item = group_position(env, e, &bad);
    if (!item && !bad && e->kind != AST_INT)
        item = resolve_expression(env, e);
    key = add_key(env, item);
    if (key >= 0)
        *set |= UINT64_C(1) << key;
    return key >= 0;
}

/* GROUP BY ALL: what of the items is under no aggregate. */
static bool
add_rest(struct env *env, const struct ast *e)
{
    if (!resolve_has_aggregate(e)) {
        const struct expr *v = resolve_expression(env, e);

        return v && (v->kind == EXPR_CONST || add_key(env, v) >= 0);
    }
    if (e->kind == AST_CALL && resolve_has_aggregate(e)) {
        struct ast alone = *e;

        alone.n = 0;
        if (resolve_has_aggregate(&alone))
            return true;
    }
    for (size_t i = 0; i < e->n; i++)
        if (!add_rest(env, e->kid[i]))
            return false;
    return true;
}

static bool
all_keys(struct env *env)
{
    for (size_t i = 0; i < env->sel->n_items; i++) {
        bool ok;

        if (env->sel->item[i].alias.n)
            env->active[env->n_active++] = env->sel->item[i].alias;
        ok = add_rest(env, env->sel->item[i].e);
        env->n_active -= env->sel->item[i].alias.n > 0;
        if (!ok)
            return false;
    }
    return true;
}

/* What ROLLUP, CUBE and GROUPING SETS group by, one after the other. */
static bool
sets(struct env *env, const uint64_t *parts, size_t n)
{
    enum ast_grouping g = env->sel->grouping;
    size_t count = g == GROUP_ROLLUP ? n + 1 : g == GROUP_SETS ? n : n < 7 ? (size_t)1 << n : 0;
    uint64_t *v = ARENA_ARRAY(env->c->mem, SETS_MAX + 1, uint64_t);

    if (count == 0 || count > SETS_MAX) {
        expr_refuse(env->c, "The query is too complex: it groups by more than %d sets.", SETS_MAX);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < n; k++) {
            bool in = g == GROUP_ROLLUP ? k < n - i : g == GROUP_SETS ? k == i : !(i >> k & 1);

            v[i] |= in ? parts[k] : 0;
        }
    env->b->sets = v;
    env->b->n_sets = count;
    return true;
}

bool
group_keys(struct env *env)
{
    const struct ast_list *groups = &env->sel->groups;
    uint64_t *parts = ARENA_ARRAY(env->c->mem, groups->n + 1, uint64_t);

    if (env->sel->grouping == GROUP_NONE)
        return true;
    env->b->grouped = true;
    if (env->sel->grouping == GROUP_ALL)
        return all_keys(env);
    for (size_t i = 0; i < groups->n; i++)
        if (!add_group(env, groups->v[i], &parts[i]))
            return false;
    return env->sel->grouping == GROUP_PLAIN || sets(env, parts, groups->n);
}

/* Over groups and items */

static const struct expr *
reference(struct ctx *c, enum expr_kind kind, size_t i, struct type t)
{
    struct expr *e = expr_new(c, kind, t, 0);

    e->i = (int64_t)i;
    return expr_done(c, e);
}

static const struct expr *
find(struct ctx *c, const struct exprs *l, enum expr_kind kind, const struct expr *e)
{
    for (size_t i = 0; i < l->n; i++)
        if (expr_equal(l->v[i], e))
            return reference(c, kind, i, e->type);
    return NULL;
}

/* e with its kids replaced; NULL when that fails for one of them. */
static const struct expr *
replaced(struct env *env, const struct expr *e,
         const struct expr *(*fn)(struct env *env, const struct expr *e))
{
    struct expr *copy = ARENA_NEW(env->c->mem, struct expr);

    *copy = *e;
    copy->kid = ARENA_ARRAY(env->c->mem, e->n + 1, const struct expr *);
    for (size_t i = 0; i < e->n; i++) {
        copy->kid[i] = fn(env, e->kid[i]);
        if (!copy->kid[i])
            return NULL;
    }
    return expr_done(env->c, copy);
}

const struct expr *
group_over(struct env *env, const struct expr *e)
{
    const struct expr *v = find(env->c, &env->b->keys, EXPR_KEY, e);

    if (v)
        return v;
    if (e->kind == EXPR_AGGREGATE)
        return find(env->c, &env->b->aggregates, EXPR_RESULT, e);
    if (e->kind == EXPR_COLUMN)
        return expr_refuse(env->c,
                           "Invalid analytics query: column '%.*s' is neither under an aggregate "
                           "function nor in GROUP BY.",
                           STR_ARG(str_utf8_clip(e->source->columns[e->i].name, 80)));
    return e->n == 0 || e->kind == EXPR_CONST ? e : replaced(env, e, group_over);
}

const struct expr *
group_over_items(struct env *env, const struct expr *e)
{
    const struct expr *v = find(env->c, &env->b->items, EXPR_ITEM, e);

    if (v || e->kind == EXPR_CONST || e->kind == EXPR_VARIABLE || e->kind == EXPR_QUERY)
        return v ? v : e;
    return e->n == 0 || e->kind == EXPR_AGGREGATE || e->kind == EXPR_WINDOW
               ? NULL
               : replaced(env, e, group_over_items);
}
