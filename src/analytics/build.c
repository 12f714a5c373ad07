/* Calls and conditions. */
#include "analytics/build.h"

#include "analytics/compare.h"
#include "analytics/convert.h"
#include "analytics/form.h"

#include <string.h>

bool
build_arguments(struct env *env, const struct ast *e, const struct expr **args)
{
    for (size_t i = 0; i < e->n; i++) {
        args[i] = resolve_expression(env, e->kid[i]);
        if (!args[i])
            return false;
    }
    return true;
}

/* Conditions */

/* The values at every second place from `from`, and a last one that may be alone, made of one type.
 */
static bool
one_type(struct env *env, struct expr *e)
{
    struct type t = e->kid[e->n - 1]->type;

    for (size_t i = 1; i < e->n; i += 2) {
        struct type before = t;

        if (e->kid[i]->type.kind == TYPE_TUPLE || t.kind == TYPE_TUPLE ||
            !convert_common(before, e->kid[i]->type, &t)) {
            expr_refuse(env->c, "Invalid analytics query: there is no common type for %s and %s.",
                        type_name(e->kid[i]->type), type_name(before));
            return false;
        }
    }
    for (size_t i = 1; i < e->n; i += 2)
        e->kid[i] = convert_to(env->c, e->kid[i], t);
    e->kid[e->n - 1] = convert_to(env->c, e->kid[e->n - 1], t);
    e->type = t;
    return true;
}

/* Of conditions and values, the last value without a condition. */
static const struct expr *
case_of(struct env *env, const struct expr *const *parts, size_t n_parts)
{
    size_t n = n_parts | 1;
    struct expr *v = expr_new(env->c, EXPR_CASE, (struct type){.kind = TYPE_NULL}, n);

    memcpy(v->kid, parts, n_parts * sizeof(*parts));
    if (n > n_parts)
        v->kid[n - 1] = expr_null(env->c);
    for (size_t i = 0; i + 1 < n; i += 2)
        if (!type_is_number(v->kid[i]->type.kind) && v->kid[i]->type.kind != TYPE_NULL)
            return expr_refuse(env->c, "Invalid analytics query: %s is no condition.",
                               type_name(v->kid[i]->type));
    return one_type(env, v) ? expr_done(env->c, v) : NULL;
}

const struct expr *
build_case(struct env *env, const struct ast *e)
{
    const struct expr **parts = ARENA_ARRAY(env->c->mem, e->n + 1, const struct expr *);
    size_t operand = e->i ? 1 : 0, n = e->n - operand;

    if (!build_arguments(env, e, parts))
        return NULL;
    for (size_t i = 0; operand && i + 1 < n; i += 2) {
        parts[1 + i] = compare_call(env->c, "equals", parts[0], parts[1 + i]);
        if (!parts[1 + i])
            return NULL;
    }
    return case_of(env, parts + operand, n);
}

const struct expr *
build_if(struct env *env, const struct ast *e)
{
    const struct expr *parts[3];

    if (e->n != 3)
        return expr_refuse(env->c, "Invalid analytics query: if takes three arguments.");
    return build_arguments(env, e, parts) ? case_of(env, parts, 3) : NULL;
}

static const struct expr *
coalesce(struct env *env, const struct ast *e)
{
    const struct expr **args = ARENA_ARRAY(env->c->mem, e->n + 1, const struct expr *);
    struct type t = {.kind = TYPE_NULL}, before;
    bool nullable = true;
    struct expr *v;

    if (e->n == 0)
        return expr_refuse(env->c, "Invalid analytics query: coalesce takes arguments.");
    if (!build_arguments(env, e, args))
        return NULL;
    for (size_t i = 0; i < e->n; i++) {
        before = t;
        nullable = nullable && args[i]->type.nullable;
        if (args[i]->type.kind == TYPE_TUPLE || !convert_common(before, args[i]->type, &t))
            return expr_refuse(env->c,
                               "Invalid analytics query: there is no common type for %s and %s.",
                               type_name(before), type_name(args[i]->type));
    }
    for (size_t i = 0; i < e->n; i++)
        args[i] = convert_to(env->c, args[i], t);
    if (t.kind == TYPE_NULL || t.kind == TYPE_INTERVAL)
        return args[0];
    v = expr_new(env->c, EXPR_CALL, t, e->n);
    v->form = form_match(env->c, "coalesce", args, e->n, v->kid);
    v->type.nullable = nullable;
    return v->form ? expr_done(env->c, v) : NULL;
}

/* Text */

static const struct expr *
concat(struct env *env, const struct ast *e)
{
    const struct expr **args = ARENA_ARRAY(env->c->mem, e->n + 1, const struct expr *);

    if (!build_arguments(env, e, args))
        return NULL;
    for (size_t i = 0; i < e->n; i++)
        args[i] = convert_text(env->c, args[i]);
    return form_call(env->c, "concatenate", args, e->n);
}

static const struct expr *
to_text(struct env *env, const struct ast *e)
{
    if (e->n != 1)
        return expr_refuse(env->c, "Invalid analytics query: toString takes one argument.");
    return convert_text(env->c, resolve_expression(env, e->kid[0]));
}

/* Appends one step of a JSON path; false when the key cannot be written into one. */
static bool
path_step(struct sb *path, const struct expr *key)
{
    if (!expr_is_const(key))
        return false;
    if (key->type.kind == TYPE_INT) {
        /* MariaDB takes a constant path from the end for the first row only */
        if (key->i > 0)
            sb_addf(path, "[%lld]", (long long)key->i - 1);
        return key->i > 0;
    }
    if (key->type.kind != TYPE_TEXT)
        return false;
    for (size_t i = 0; i < key->s.n; i++)
        if ((unsigned char)key->s.p[i] < 0x20 || key->s.p[i] == '"' || key->s.p[i] == '\\')
            return false;
    sb_addf(path, ".\"%.*s\"", STR_ARG(key->s));
    return true;
}

static const struct expr *
json_text(struct env *env, const struct ast *e)
{
    const struct expr **args = ARENA_ARRAY(env->c->mem, e->n + 1, const struct expr *);
    struct sb path;

    if (!build_arguments(env, e, args))
        return NULL;
    sb_init(&path, env->c->mem, 32);
    sb_putc(&path, '$');
    for (size_t i = 1; i < e->n; i++)
        if (!path_step(&path, args[i]))
            return expr_refuse(env->c,
                               "Invalid analytics query: JSONExtractString takes plain keys "
                               "and positions.");
    if (e->n < 2)
        return expr_refuse(env->c, "Invalid analytics query: JSONExtractString takes a key.");
    return form_call2(env->c, "jsonText", args[0], expr_text(env->c, sb_str(&path)));
}

static const struct expr *
plain(struct env *env, const struct ast *e, const struct function *f)
{
    const struct expr **args = ARENA_ARRAY(env->c->mem, e->n + 1, const struct expr *);

    return build_arguments(env, e, args) ? form_call(env->c, f->name, args, e->n) : NULL;
}

const struct expr *
build_call(struct env *env, const struct ast *e)
{
    const struct function *f = function_find(e->text);

    if (!f)
        return expr_refuse(env->c, "Unknown function in analytics query.");
    if (function_is_aggregate(f))
        return build_aggregate(env, e, f);
    if (e->over || e->params || e->distinct)
        return expr_refuse(env->c, "Invalid analytics query: %s is no aggregate function.",
                           f->name);
    switch (f->build) {
    case BUILD_PLAIN:
        return plain(env, e, f);
    case BUILD_CONCAT:
        return concat(env, e);
    case BUILD_JSON_TEXT:
        return json_text(env, e);
    case BUILD_TO_TEXT:
        return to_text(env, e);
    case BUILD_IF:
        return build_if(env, e);
    case BUILD_COALESCE:
        return coalesce(env, e);
    case BUILD_HAS:
    case BUILD_ARRAY_JOIN:
    case BUILD_ARRAY_FILTER:
        return build_array_call(env, e, f);
    case BUILD_CASE:
        return expr_refuse(env->c, "Invalid analytics query: write CASE WHEN ... END.");
    default:
        return build_time_call(env, e, f);
    }
}
