/* Sources and how they are joined. */
#include "analytics/from.h"

#include "analytics/build.h"
#include "analytics/compare.h"
#include "analytics/form.h"
#include "analytics/select.h"

static bool
refuse(struct env *env, const char *what)
{
    expr_refuse(env->c, "Invalid analytics query: %s.", what);
    return false;
}

static const struct column *
columns_of(struct env *env, enum relation relation, size_t *n)
{
    struct relation_columns from = relation_columns(relation);
    struct column *v = ARENA_ARRAY(env->c->mem, from.n, struct column);

    for (size_t i = 0; i < from.n; i++)
        v[i] = (struct column){str_of(from.v[i].name), from.v[i].type};
    *n = from.n;
    return v;
}

static bool
table(struct env *env, struct source *s)
{
    struct resolve *r = env->r;

    for (size_t i = 0; i < r->n_ctes; i++) {
        if (!str_eq(r->cte[i].name, s->table))
            continue;
        s->kind = SOURCE_CTE;
        s->cte = (int)i;
        s->plan = r->cte[i].plan;
        r->cte[i].used = true;
        return true;
    }
    if (!relation_of(r->family, s->table, &s->relation))
        return refuse(env, "there is no such table");
    s->kind = SOURCE_RELATION;
    s->scope = r->scope;
    s->columns = columns_of(env, s->relation, &s->n);
    return true;
}

static struct source *
source_of(struct env *env, const struct ast_source *from)
{
    struct source *s = ARENA_NEW(env->c->mem, struct source);

    if (from->final || from->sample || from->strict || from->function || from->database.n) {
        refuse(env, "FINAL, SAMPLE, and ANY, ASOF, SEMI or ANTI joins are not supported");
        return NULL;
    }
    s->id = env->r->next_id++;
    s->alias = from->alias;
    s->table = from->name;
    s->join = from->join;
    s->using_names = &from->using_names;
    if (from->query) {
        s->kind = SOURCE_PLAN;
        s->plan = select_query(env->r, from->query);
        if (!s->plan)
            return NULL;
    } else if (!table(env, s)) {
        return NULL;
    }
    if (s->plan) {
        s->columns = s->plan->columns;
        s->n = s->plan->n;
    }
    return s;
}

/* Public tables are filtered behind the join, so that rows of an outer join without a partner in
 * one are never seen: what is left of the join for that side is an inner one. */
static void
settle_join(const struct block *b, struct source *s)
{
    bool table_before = false;

    for (size_t i = 0; i < b->n_sources; i++)
        table_before = table_before || b->source[i]->kind == SOURCE_RELATION;
    if (s->kind == SOURCE_RELATION)
        s->join = s->join == JOIN_LEFT ? JOIN_INNER : s->join == JOIN_FULL ? JOIN_RIGHT : s->join;
    if (table_before)
        s->join = s->join == JOIN_RIGHT ? JOIN_INNER : s->join == JOIN_FULL ? JOIN_LEFT : s->join;
}

static const struct expr *
using_condition(struct env *env, struct source *s)
{
    const struct ast_list *names = s->using_names;
    const struct expr **v = ARENA_ARRAY(env->c->mem, names->n + 1, const struct expr *);
    struct block before = *env->b, only = {.source = &s, .n_sources = 1};

    before.n_sources--;
    for (size_t i = 0; i < names->n; i++) {
        size_t l = 0, r = 0;
        struct source *left = resolve_find(&before, S(""), names->v[i]->text, &l);
        struct source *right = resolve_find(&only, S(""), names->v[i]->text, &r);

        if (!left || !right)
            return expr_refuse(env->c,
                               "Unknown identifier in analytics query: '%.*s' is not in both sides "
                               "of the join.",
                               STR_ARG(str_utf8_clip(names->v[i]->text, 80)));
        v[i] = compare_call(env->c, "equals", resolve_column(env, left, l),
                            resolve_column(env, right, r));
    }
    return names->n == 1 ? v[0] : form_call(env->c, "and", v, names->n);
}

static bool
condition(struct env *env, struct source *s, const struct ast_source *from)
{
    if (s->join == JOIN_FIRST || s->join == JOIN_CROSS)
        return true;
    if (s->join == JOIN_FULL)
        return refuse(env, "a FULL JOIN of two subqueries is not supported");
    env->joining = true;
    s->on = from->on ? resolve_expression(env, from->on) : using_condition(env, s);
    env->joining = false;
    if (s->on && !type_is_number(s->on->type.kind) && s->on->type.kind != TYPE_NULL)
        return refuse(env, "what a join is ON is no condition");
    return s->on != NULL;
}

/* Clause ARRAY JOIN array [AS item] */
static bool
array_joins(struct env *env)
{
    const struct ast_array_join *join = &env->sel->array_join;
    const struct expr *item;

    if (join->n > 1 || join->left)
        return refuse(env, "ARRAY JOIN takes one array");
    for (size_t i = 0; i < join->n; i++) {
        struct column *column = ARENA_NEW(env->c->mem, struct column);
        struct str name = join->v[i].alias;

        if (!name.n && join->v[i].e->kind == AST_NAME)
            name = join->v[i].e->text;
        env->joining = false;
        item = build_array_join(env, join->v[i].e);
        if (!item)
            return false;
        *column = (struct column){name, item->type};
        env->b->source[env->b->n_sources - 1]->columns = column;
    }
    return true;
}

bool
from_sources(struct env *env)
{
    const struct ast_select *sel = env->sel;

    for (size_t i = 0; i < sel->n_sources; i++) {
        struct source *s = source_of(env, &sel->source[i]);

        if (!s)
            return false;
        settle_join(env->b, s);
        plan_add_source(env->c, env->b, s);
        if (!condition(env, s, &sel->source[i]))
            return false;
        s->optional = s->join == JOIN_LEFT;
        for (size_t k = 0; s->join == JOIN_RIGHT && k < i; k++)
            env->b->source[k]->optional = true;
    }
    return array_joins(env);
}
