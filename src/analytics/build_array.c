/* Arrays. Those whose text is canonical (tags, literals) can be searched as JSON; others are taken
 * apart. */
#include "analytics/build.h"

#include "analytics/compare.h"
#include "analytics/convert.h"
#include "analytics/form.h"
#include "base/number.h"

#include <string.h>

static bool
is_item(struct type t)
{
    return type_is_number(t.kind) || type_is_time(t.kind) || t.kind == TYPE_TEXT;
}

static struct type
array_of(struct type item, bool canonical)
{
    return (struct type){
        .kind = TYPE_ARRAY, .item = item.kind, .digits = item.digits, .canonical = canonical};
}

static struct type
item_of(struct type array)
{
    return (struct type){.kind = array.item, .digits = array.digits};
}

/* Literals */

static void
put_item(struct sb *b, const struct expr *e)
{
    if (e->type.kind == TYPE_TEXT)
        sb_json_str(b, e->s);
    else if (e->type.kind == TYPE_FLOAT)
        number_put(b, e->d);
    else if (e->type.kind == TYPE_BOOL)
        sb_puts(b, e->i ? "true" : "false");
    else
        sb_i64(b, e->i);
}

static const struct expr *
constant(struct env *env, struct type item, const struct expr *const *v, size_t n)
{
    struct expr *e = expr_new(env->c, EXPR_CONST, array_of(item, true), n);
    struct sb b;

    sb_init(&b, env->c->mem, 64);
    sb_putc(&b, '[');
    for (size_t i = 0; i < n; i++) {
        sb_puts(&b, i ? "," : "");
        e->kid[i] = v[i];
        put_item(&b, v[i]);
    }
    sb_putc(&b, ']');
    e->s = sb_str(&b);
    return expr_done(env->c, e);
}

const struct expr *
build_array(struct env *env, const struct expr *const *items, size_t n)
{
    const struct expr **v = ARENA_ARRAY(env->c->mem, n + 1, const struct expr *);
    struct type t = n ? items[0]->type : (struct type){.kind = TYPE_NULL};
    bool constants = true;
    struct expr *e;

    for (size_t i = 0; i < n; i++) {
        struct type before = t;

        if (!is_item(items[i]->type) || items[i]->type.nullable ||
            !convert_common(before, items[i]->type, &t))
            return expr_refuse(env->c,
                               "Invalid analytics query: %s cannot be an item of this array.",
                               type_name(items[i]->type));
    }
    for (size_t i = 0; i < n; i++) {
        v[i] = convert_to(env->c, items[i], t);
        if (!v[i])
            return NULL;
        constants = constants && expr_is_const(v[i]);
    }
    if (constants)
        return constant(env, t, v, n);
    e = expr_new(env->c, EXPR_ARRAY, array_of(t, false), n);
    for (size_t i = 0; i < n; i++)
        e->kid[i] = form_call1(env->c, "jsonItem", v[i]);
    return expr_done(env->c, e);
}

const struct expr *
build_item(struct env *env, const struct expr *array, int64_t index)
{
    struct ctx *c = env->c;
    enum type_kind k = array->type.kind == TYPE_ARRAY ? array->type.item : TYPE_NULL;
    const char *form = k == TYPE_TEXT ? "arrayText" : k == TYPE_FLOAT ? "arrayFloat" : "arrayInt";
    const struct expr *v;

    if (k == TYPE_NULL || k == TYPE_BOOL)
        return expr_refuse(c, "Invalid analytics query: %s has no items to choose from.",
                           type_name(array->type));
    if (index == 0 || index == INT64_MIN)
        return expr_refuse(c, "Invalid analytics query: the items of an array count from 1.");
    if (index > 0)
        v = form_call2(c, form, array,
                       expr_text(c, arena_fmt(c->mem, "$[%lld]", (long long)index - 1)));
    else
        v = form_call2(c, arena_fmt(c->mem, "%sBack", form).p, array,
                       expr_int(c, TYPE_INT, -index));
    return v ? convert_retype(c, v, item_of(array->type)) : NULL;
}

/* Searching */

static const struct expr *
variable(struct env *env, struct type t, int level)
{
    struct expr *e = expr_new(env->c, EXPR_VARIABLE, t, 0);

    e->i = level;
    return expr_done(env->c, e);
}

static int
next_level(const struct env *env)
{
    return env->variable ? env->variable->level + 1 : 0;
}

/* kind of array and condition on its items. Of a filtered array it is one of both conditions: MySQL
 * knows no table inside the argument of JSON_TABLE inside another one. */
static const struct expr *
through(struct env *env, enum expr_kind kind, struct type t, const struct expr *array,
        const struct expr *condition, int level)
{
    struct expr *e = expr_new(env->c, kind, t, 2);

    if (array->kind == EXPR_FILTER && array->i == level) {
        condition = form_call2(env->c, "and", array->kid[1], condition);
        array = array->kid[0];
    }
    if (!condition)
        return NULL;
    env->b->takes_apart = true;
    e->kid[0] = array;
    e->kid[1] = condition;
    e->i = level;
    return expr_done(env->c, e);
}

static const struct expr *
has(struct env *env, const struct expr *array, const struct expr *x)
{
    struct type item = item_of(array->type);
    int level = next_level(env);
    const struct expr *v = x;

    if (item.kind == TYPE_NULL)
        return expr_int(env->c, TYPE_INT, 0);
    if (array->kind == EXPR_CONST)
        return compare_in(env->c, x, array->kid, array->n, false);
    if (array->type.canonical && expr_is_const(x) && x->type.kind == item.kind) {
        v = build_array(env, &x, 1);
        return v ? form_call2(env->c, "jsonContains", array, v) : NULL;
    }
    v = compare_call(env->c, "equals", variable(env, item, level), x);
    return through(env, EXPR_EXISTS, (struct type){.kind = TYPE_INT}, array, v, level);
}

/* For each of some constants, whether it is there. */
static const struct expr *
has_several(struct env *env, const char *how, const struct expr *array, const struct expr *set)
{
    const struct expr **v = ARENA_ARRAY(env->c->mem, set->n + 1, const struct expr *);

    if (set->n == 0)
        return expr_int(env->c, TYPE_INT, strcmp(how, "and") == 0);
    for (size_t i = 0; i < set->n; i++)
        v[i] = has(env, array, set->kid[i]);
    return set->n == 1 ? v[0] : form_call(env->c, how, v, set->n);
}

/* Whether all items are among some constants. */
static const struct expr *
all_among(struct env *env, const struct expr *set, const struct expr *array)
{
    int level = next_level(env);
    const struct expr *v =
        compare_in(env->c, variable(env, item_of(array->type), level), set->kid, set->n, true);

    v = through(env, EXPR_EXISTS, (struct type){.kind = TYPE_INT}, array, v, level);
    return v ? form_call1(env->c, "not", v) : NULL;
}

static const struct expr *
has_call(struct env *env, const struct ast *e, const struct function *f)
{
    const struct expr *args[2];
    bool any = strcmp(f->name, "hasAny") == 0;

    if (e->n != 2)
        return expr_refuse(env->c, "Invalid analytics query: %s takes two arguments.", f->name);
    if (!build_arguments(env, e, args))
        return NULL;
    if (args[0]->type.kind != TYPE_ARRAY ||
        (strcmp(f->name, "has") != 0 && args[1]->type.kind != TYPE_ARRAY))
        return expr_refuse(env->c, "Invalid analytics query: %s cannot be applied to (%s, %s).",
                           f->name, type_name(args[0]->type), type_name(args[1]->type));
    if (strcmp(f->name, "has") == 0)
        return has(env, args[0], args[1]);
    if (args[1]->kind == EXPR_CONST)
        return has_several(env, any ? "or" : "and", args[0], args[1]);
    if (args[0]->kind == EXPR_CONST)
        return any ? has_several(env, "or", args[1], args[0]) : all_among(env, args[0], args[1]);
    return expr_refuse(env->c,
                       "Invalid analytics query: one side of %s has to be a list of "
                       "constants.",
                       f->name);
}

/* Filtering and joining */

static const struct expr *
filter(struct env *env, const struct ast *e)
{
    const struct ast *lambda = e->n == 2 ? e->kid[0] : NULL;
    struct resolve_variable v = {.outer = env->variable, .level = next_level(env)};
    const struct expr *array, *condition;

    if (!lambda || lambda->kind != AST_LAMBDA || lambda->n != 2)
        return expr_refuse(env->c, "Invalid analytics query: arrayFilter takes x -> condition and "
                                   "an array.");
    array = resolve_expression(env, e->kid[1]);
    if (!array)
        return NULL;
    if (array->type.kind != TYPE_ARRAY || array->type.item == TYPE_NULL)
        return expr_refuse(env->c, "Invalid analytics query: arrayFilter takes an array, not %s.",
                           type_name(array->type));
    v.name = lambda->kid[0]->text;
    v.type = item_of(array->type);
    env->variable = &v;
    condition = resolve_expression(env, lambda->kid[1]);
    env->variable = v.outer;
    if (!condition)
        return NULL;
    if (!type_is_number(condition->type.kind))
        return expr_refuse(env->c, "Invalid analytics query: %s is no condition.",
                           type_name(condition->type));
    return through(env, EXPR_FILTER, array_of(item_of(array->type), false), array, condition,
                   v.level);
}

static bool
same_filter(const struct expr *a, const struct expr *b)
{
    return a == b || (a && b && expr_equal(a, b));
}

/* Equal arrays are run through together. */
const struct expr *
build_array_join(struct env *env, const struct ast *e)
{
    const struct expr *a = resolve_expression(env, e), *f = NULL;
    struct block *b = env->b;
    struct column *column;
    struct source *s;

    if (!a)
        return NULL;
    if (a->type.kind != TYPE_ARRAY || a->type.item == TYPE_NULL || a->type.item == TYPE_BOOL ||
        env->joining || env->variable || expr_has(a, EXPR_AGGREGATE) || expr_has(a, EXPR_WINDOW))
        return expr_refuse(env->c, "Invalid analytics query: arrayJoin cannot be applied here.");
    if (a->kind == EXPR_FILTER) {
        f = a->kid[1];
        a = a->kid[0];
    }
    for (size_t i = 0; i < b->n_sources; i++)
        if (b->source[i]->kind == SOURCE_ITEMS && expr_equal(b->source[i]->array, a) &&
            same_filter(b->source[i]->filter, f))
            return resolve_column(env, b->source[i], 0);
    column = ARENA_NEW(env->c->mem, struct column);
    *column = (struct column){S(""), item_of(a->type)};
    s = ARENA_NEW(env->c->mem, struct source);
    *s = (struct source){.kind = SOURCE_ITEMS,
                         .id = env->r->next_id++,
                         .alias = S(""),
                         .table = S(""),
                         .columns = column,
                         .n = 1,
                         .join = JOIN_INNER,
                         .array = a,
                         .filter = f};
    plan_add_source(env->c, b, s);
    b->takes_apart = true;
    return resolve_column(env, s, 0);
}

const struct expr *
build_array_call(struct env *env, const struct ast *e, const struct function *f)
{
    if (f->build == BUILD_HAS)
        return has_call(env, e, f);
    if (f->build == BUILD_ARRAY_FILTER)
        return filter(env, e);
    if (e->n != 1)
        return expr_refuse(env->c, "Invalid analytics query: arrayJoin takes one array.");
    return build_array_join(env, e->kid[0]);
}
