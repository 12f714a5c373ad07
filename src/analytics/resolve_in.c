/* IN, with a list or a subquery. */
#include "analytics/resolve.h"

#include "analytics/compare.h"
#include "analytics/convert.h"
#include "analytics/select.h"

static const struct expr *
in_query(struct env *env, const struct ast *e, const struct expr *a)
{
    const struct plan *p = select_query(env->r, e->kid[1]->query);
    bool tuple = a->type.kind == TYPE_TUPLE;
    size_t n = tuple ? a->n : 1;
    struct expr *in;

    if (!p)
        return NULL;
    if (p->n != n)
        return expr_refuse(env->c, "Invalid analytics query: the two sides of IN differ in width.");
    in = expr_new(env->c, EXPR_IN_QUERY, (struct type){.kind = TYPE_INT}, n);
    in->plan = p;
    in->i = str_eq(e->text, S("notIn"));
    for (size_t i = 0; i < n; i++) {
        const struct expr *left = tuple ? a->kid[i] : a;
        struct type t = p->columns[i].type;

        /* the left side can be made finer, the right side stays */
        if (type_is_time(t.kind) && type_is_time(left->type.kind) &&
            convert_digits(left) < (t.kind == TYPE_DATE ? -1 : t.digits + 1))
            left = t.kind == TYPE_DATE ? left : convert_ticks(env->c, left, t.digits);
        if (!left)
            return NULL;
        if (!(type_is_number(t.kind) && type_is_number(left->type.kind)) &&
            !(t.kind == left->type.kind && t.digits == left->type.digits && t.kind != TYPE_ARRAY))
            return expr_refuse(env->c, "Invalid analytics query: %s cannot be IN a column of %s.",
                               type_name(left->type), type_name(t));
        in->kid[i] = left;
    }
    return expr_done(env->c, in);
}

const struct expr *
resolve_in(struct env *env, const struct ast *e)
{
    const struct ast *right = e->kid[1], *one[1];
    const struct ast *const *list = one;
    const struct expr *a = resolve_expression(env, e->kid[0]), **v;
    size_t n = 1;

    if (!a)
        return NULL;
    if (right->kind == AST_QUERY)
        return in_query(env, e, a);
    one[0] = right;
    if (right->kind == AST_ARRAY ||
        (right->kind == AST_TUPLE &&
         (a->type.kind != TYPE_TUPLE || (right->n && right->kid[0]->kind == AST_TUPLE)))) {
        list = (const struct ast *const *)right->kid;
        n = right->n;
    }
    v = ARENA_ARRAY(env->c->mem, n + 1, const struct expr *);
    for (size_t i = 0; i < n; i++) {
        v[i] = resolve_expression(env, list[i]);
        if (!v[i])
            return NULL;
        if (v[i]->kind != EXPR_CONST && v[i]->kind != EXPR_TUPLE)
            return expr_refuse(env->c, "Invalid analytics query: IN takes a list of constants.");
    }
    return compare_in(env->c, a, v, n, str_eq(e->text, S("notIn")));
}
