/* What the parts of an expression mean. */
#include "analytics/resolve.h"

#include "analytics/build.h"
#include "analytics/compare.h"
#include "analytics/convert.h"
#include "analytics/form.h"
#include "analytics/select.h"

#include <string.h>
#include <strings.h>

/* Expressions made from one query, aliases put in; far above what a query of 2000 nodes needs. */
enum { RESOLVED_MAX = 50000 };

/* Aggregates in the tree */

static enum status
is_aggregate(void *arg, struct ast *e)
{
    bool *found = arg;
    const struct function *f = e->kind == AST_CALL && !e->over ? function_find(e->text) : NULL;

    *found = *found || (f && function_is_aggregate(f));
    return ST_OK;
}

bool
resolve_has_aggregate(const struct ast *e)
{
    bool found = false;

    if (is_aggregate(&found, (struct ast *)(uintptr_t)e) != ST_OK || e->kind == AST_QUERY)
        return false;
    for (size_t i = 0; i < e->n && !found; i++)
        found = resolve_has_aggregate(e->kid[i]);
    return found;
}

/* Columns */

static bool
qualifies(const struct source *s, struct str qualifier)
{
    return qualifier.n == 0 || str_eq(s->alias, qualifier) ||
           (s->table.n && str_eq(s->table, qualifier));
}

/* In JOIN ... USING (name) of a RIGHT JOIN the right side has the value. */
static bool
is_joined_name(const struct source *s, struct str name)
{
    for (size_t i = 0; s->using_names && i < s->using_names->n; i++)
        if (str_eq(s->using_names->v[i]->text, name))
            return true;
    return false;
}

struct source *
resolve_find(const struct block *b, struct str qualifier, struct str name, size_t *column)
{
    struct source *found = NULL;

    for (size_t k = 0; k < b->n_sources; k++) {
        struct source *s = b->source[k];
        bool takes_over = s->kind == SOURCE_ITEMS ||
                          (s->join == JOIN_RIGHT && qualifier.n == 0 && is_joined_name(s, name));

        for (size_t i = 0; i < s->n; i++)
            if (str_eq(s->columns[i].name, name) && qualifies(s, qualifier) &&
                (!found || takes_over)) {
                found = s;
                *column = i;
                break;
            }
    }
    return found;
}

const struct expr *
resolve_column(struct env *env, struct source *s, size_t i)
{
    struct expr *e = expr_new(env->c, EXPR_COLUMN, s->columns[i].type, 0);

    e->i = (int64_t)i;
    e->source = s;
    if (s->kind == SOURCE_RELATION)
        s->scope.used |= UINT64_C(1) << i;
    if (!s->optional || env->joining || e->type.nullable)
        return expr_done(env->c, e);
    return form_call2(env->c, "coalesce", expr_done(env->c, e), expr_default(env->c, e->type));
}

/* Aliases */

static const struct ast *
find_with(const struct ast_select *sel, struct str name)
{
    for (size_t i = 0; i < sel->n_with; i++)
        if (sel->with[i].e && str_eq(sel->with[i].name, name))
            return sel->with[i].e;
    return NULL;
}

static const struct ast *
find_alias(const struct env *env, struct str name)
{
    const struct ast *e = NULL;

    for (size_t i = 0; i < env->n_active; i++)
        if (str_eq(env->active[i], name))
            return NULL;
    for (size_t i = 0; i < env->sel->n_items && !e; i++)
        if (env->sel->item[i].alias.n && str_eq(env->sel->item[i].alias, name))
            e = env->sel->item[i].e;
    if (!e)
        e = find_with(env->sel, name);
    if (!e && env->r->root != env->sel)
        e = find_with(env->r->root, name);
    for (const struct resolve_busy *b = env->r->busy; b; b = b->outer)
        if (b->e == e)
            return NULL;
    return e;
}

static const struct expr *
unknown(struct env *env, const struct ast *e)
{
    struct str q = str_utf8_clip(e->qualifier, 80), name = str_utf8_clip(e->text, 80);

    return expr_refuse(env->c, "Unknown identifier in analytics query: '%.*s%s%.*s'.", STR_ARG(q),
                       q.n ? "." : "", STR_ARG(name));
}

static const struct expr *
resolve_name(struct env *env, const struct ast *e)
{
    struct resolve_busy busy;
    const struct ast *alias;
    const struct expr *v;
    struct source *s;
    size_t column = 0;

    for (const struct resolve_variable *x = env->variable; x && !e->qualifier.n; x = x->outer)
        if (str_eq(x->name, e->text)) {
            struct expr *var = expr_new(env->c, EXPR_VARIABLE, x->type, 0);

            var->i = x->level;
            return expr_done(env->c, var);
        }
    alias = e->qualifier.n || env->joining ? NULL : find_alias(env, e->text);
    s = resolve_find(env->b, e->qualifier, e->text, &column);
    if (alias && !(s && env->place == PLACE_AGGREGATE && resolve_has_aggregate(alias))) {
        busy =
            (struct resolve_busy){alias, env->r->busy, env->r->busy ? env->r->busy->depth + 1 : 1};
        if (env->n_active == RESOLVE_ACTIVE_MAX || busy.depth > RESOLVE_ACTIVE_MAX)
            return expr_refuse(env->c, "The aliases of the query are nested too deeply.");
        env->r->busy = &busy;
        env->active[env->n_active++] = e->text;
        v = resolve_expression(env, alias);
        env->n_active--;
        env->r->busy = busy.outer;
        return v;
    }
    return s ? resolve_column(env, s, column) : unknown(env, e);
}

/* Operators */

static bool
is_operator(const struct ast *e, const char *name)
{
    return e->kind == AST_OPERATOR && str_eq(e->text, str_of(name));
}

/* a AND b AND c is one call. */
static bool
flatten(struct env *env, const char *name, const struct ast *e, struct exprs *out)
{
    const struct expr *v;

    if (is_operator(e, name)) {
        for (size_t i = 0; i < e->n; i++)
            if (!flatten(env, name, e->kid[i], out))
                return false;
        return true;
    }
    v = resolve_expression(env, e);
    if (v)
        plan_add(env->c, out, v);
    return v != NULL;
}

static const struct expr *
logical(struct env *env, const char *name, const struct ast *e)
{
    struct exprs l = {NULL, 0};
    const struct expr *v;
    bool boolean = false;

    if (!flatten(env, name, e, &l))
        return NULL;
    for (size_t i = 0; i < l.n; i++)
        boolean = boolean || l.v[i]->type.kind == TYPE_BOOL;
    v = form_call(env->c, name, l.v, l.n);
    return v && boolean ? convert_retype(env->c, v, (struct type){.kind = TYPE_BOOL}) : v;
}

static const struct expr *
negation(struct env *env, const struct ast *e)
{
    const struct expr *v = resolve_expression(env, e->kid[0]), *n;

    n = v ? form_call1(env->c, "not", v) : NULL;
    return n && v->type.kind == TYPE_BOOL
               ? convert_retype(env->c, n, (struct type){.kind = TYPE_BOOL})
               : n;
}

static const struct expr *
operator(struct env *env, const struct ast *e)
{
    static const char *const comparisons[] = {"equals",       "notEquals", "less",
                                              "lessOrEquals", "greater",   "greaterOrEquals"};
    static const char *const sums[] = {"plus", "minus", "multiply", "divide", "modulo"};
    const char *name = arena_cstr(env->c->mem, e->text);
    const struct expr *a, *b;

    if (strcmp(name, "and") == 0 || strcmp(name, "or") == 0)
        return logical(env, name, e);
    if (strcmp(name, "not") == 0)
        return negation(env, e);
    if (strcmp(name, "if") == 0)
        return build_if(env, e);
    a = resolve_expression(env, e->kid[0]);
    if (!a || e->n == 1)
        return a ? form_call1(env->c, name, a) : NULL;
    b = resolve_expression(env, e->kid[1]);
    for (size_t i = 0; b && i < sizeof(comparisons) / sizeof(comparisons[0]); i++)
        if (strcmp(name, comparisons[i]) == 0)
            return compare_call(env->c, name, a, b);
    for (size_t i = 0; b && i < sizeof(sums) / sizeof(sums[0]); i++)
        if (strcmp(name, sums[i]) == 0)
            return compare_arithmetic(env->c, name, a, b);
    return b ? form_call2(env->c, name, a, b) : NULL;
}

static const struct expr *
between(struct env *env, const struct ast *e)
{
    const struct expr *v[3];

    if (!build_arguments(env, e, v))
        return NULL;
    return form_call2(env->c, "and", compare_call(env->c, "greaterOrEquals", v[0], v[1]),
                      compare_call(env->c, "lessOrEquals", v[0], v[2]));
}

/* The other kinds */

static const struct expr *
list_of(struct env *env, const struct ast *e, enum expr_kind kind)
{
    struct expr *t = expr_new(env->c, kind, (struct type){.kind = TYPE_TUPLE}, e->n);

    for (size_t i = 0; i < e->n; i++) {
        t->kid[i] = resolve_expression(env, e->kid[i]);
        if (!t->kid[i])
            return NULL;
    }
    if (kind == EXPR_ARRAY)
        return build_array(env, t->kid, t->n);
    return expr_done(env->c, t);
}

static const struct expr *
scalar_query(struct env *env, const struct ast *e)
{
    const struct plan *p = select_query(env->r, e->query);
    struct expr *q;

    if (!p)
        return NULL;
    if (p->n != 1)
        return expr_refuse(env->c,
                           "Invalid analytics query: a subquery used as a value has one column.");
    q = expr_new(env->c, EXPR_QUERY, p->columns[0].type, 0);
    q->plan = p;
    q->type.nullable = true;
    return expr_done(env->c, q);
}

static const struct expr *
cast(struct env *env, const struct ast *e)
{
    static const struct {
        const char *type, *function;
    } types[] = {{"Int64", "toInt64"}, {"UInt64", "toInt64"},      {"Int32", "toInt32"},
                 {"Date", "toDate"},   {"DateTime", "toDateTime"}, {"Float64", "toFloat64"}};
    const struct expr *v = resolve_expression(env, e->kid[0]);

    if (!v)
        return NULL;
    if (e->qualifier.n && !str_eq(e->qualifier, S("Nullable")) &&
        !str_eq(e->qualifier, S("LowCardinality")))
        return expr_refuse(env->c, "Invalid analytics query: values cannot be cast to this type.");
    if (str_eq(e->text, S("String")))
        return convert_text(env->c, v);
    if (str_eq(e->text, S("DateTime64")) && (e->i < 10)) {
        v = convert_ticks(env->c, v, e->i < 0 ? 3 : (int)e->i);
        return v || env->c->err.status != ST_OK
                   ? v
                   : expr_refuse(env->c, "Invalid analytics query: this is no time.");
    }
    if (str_eq(e->text, S("Bool")) && type_is_int(v->type.kind))
        return convert_retype(env->c,
                              compare_call(env->c, "notEquals", v, expr_int(env->c, TYPE_INT, 0)),
                              (struct type){.kind = TYPE_BOOL});
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (str_eq(e->text, str_of(types[i].type)))
            return form_call1(env->c, types[i].function, v);
    return expr_refuse(env->c, "Invalid analytics query: values cannot be cast to this type.");
}

static const struct expr *
extract(struct env *env, const struct ast *e)
{
    static const char *const units[] = {"YEAR", "QUARTER", "MONTH", "DAY",
                                        "HOUR", "MINUTE",  "SECOND"};
    const struct expr *v = resolve_expression(env, e->kid[0]);

    for (size_t i = 0; v && i < sizeof(units) / sizeof(units[0]); i++)
        if (strlen(units[i]) == e->text.n && strncasecmp(units[i], e->text.p, e->text.n) == 0)
            return form_call1(env->c, arena_fmt(env->c->mem, "extract%s", units[i]).p, v);
    return v ? expr_refuse(env->c, "Invalid analytics query: EXTRACT does not know this unit.")
             : NULL;
}

static const struct expr *
interval(struct env *env, const struct ast *e)
{
    struct type t = {.kind = TYPE_INTERVAL};
    const struct expr *n;
    int64_t i;

    if (e->kid[0]->kind == AST_TEXT)
        n = str_i64(e->kid[0]->text, INT64_MIN, INT64_MAX, &i) ? expr_int(env->c, TYPE_INT, i)
                                                               : NULL;
    else
        n = resolve_expression(env, e->kid[0]);
    if (env->c->err.status != ST_OK)
        return NULL;
    if (!n || !type_is_int(n->type.kind) || !type_unit_of(e->text, &t.unit))
        return expr_refuse(env->c, "Invalid SQL syntax: an interval is a whole number and a unit.");
    return convert_retype(env->c, n, t);
}

static const struct expr *
element(struct env *env, const struct ast *e)
{
    const struct expr *array, *index;
    const struct function *f = e->kid[0]->kind == AST_CALL ? function_find(e->kid[0]->text) : NULL;

    index = resolve_expression(env, e->kid[1]);
    if (!index)
        return NULL;
    if (!expr_is_const(index) || index->type.kind != TYPE_INT)
        return expr_refuse(env->c, "Invalid analytics query: the index of an array is a number.");
    if (f && f->build == BUILD_MERGE_QUANTILE)
        return build_merged_quantile(env, e->kid[0], index->i);
    array = resolve_expression(env, e->kid[0]);
    return array ? build_item(env, array, index->i) : NULL;
}

static const struct expr *
field(struct env *env, const struct ast *e)
{
    const struct expr *t = resolve_expression(env, e->kid[0]);

    if (!t)
        return NULL;
    if (t->kind != EXPR_TUPLE || e->i < 1 || (size_t)e->i > t->n)
        return expr_refuse(env->c, "Invalid analytics query: there is no such part of a tuple.");
    return t->kid[e->i - 1];
}

const struct expr *
resolve_expression(struct env *env, const struct ast *e)
{
    struct ctx *c = env->c;

    if (++env->r->expanded > RESOLVED_MAX)
        return expr_refuse(c, "The query is too complex once its aliases are put in.");
    switch (e->kind) {
    case AST_INT:
        return expr_int(c, TYPE_INT, e->i);
    case AST_FLOAT:
        return expr_float(c, e->d);
    case AST_TEXT:
        return expr_text(c, e->text);
    case AST_NULL:
        return expr_null(c);
    case AST_BOOL:
        return expr_int(c, TYPE_BOOL, e->i);
    case AST_NAME:
        return resolve_name(env, e);
    case AST_CALL:
        return build_call(env, e);
    case AST_OPERATOR:
        return operator(env, e);
    case AST_IN:
        return resolve_in(env, e);
    case AST_BETWEEN:
        return between(env, e);
    case AST_CASE:
        return build_case(env, e);
    case AST_CAST:
        return cast(env, e);
    case AST_EXTRACT:
        return extract(env, e);
    case AST_INTERVAL:
        return interval(env, e);
    case AST_ARRAY:
        return list_of(env, e, EXPR_ARRAY);
    case AST_TUPLE:
        return list_of(env, e, EXPR_TUPLE);
    case AST_INDEX:
        return element(env, e);
    case AST_FIELD:
        return field(env, e);
    case AST_QUERY:
        return scalar_query(env, e);
    case AST_STAR:
        return expr_refuse(c, "Invalid analytics query: * is no value.");
    case AST_LAMBDA:
        return expr_refuse(c, "Invalid analytics query: a lambda stands in arrayFilter only.");
    case AST_PARAMETER:
        break;
    }
    return expr_refuse(c, "Invalid analytics query: query parameters are not supported.");
}
