/* An expression as upstream would print it: every operator as a function. */
#include "analytics/label.h"

#include "analytics/function.h"
#include "analytics/type.h"

#include <string.h>

/* Longer labels help nobody. */
enum { LABEL_MAX = 1000 };

static void put(struct sb *b, const struct ast *e);

/* The kids from one to before another. */
static void
put_list(struct sb *b, const struct ast *e, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        sb_puts(b, i > from ? ", " : "");
        put(b, e->kid[i]);
    }
}

static void
put_call(struct sb *b, struct str name, const struct ast *e)
{
    sb_put(b, name);
    sb_putc(b, '(');
    put_list(b, e, 0, e->n);
    sb_putc(b, ')');
}

static void
put_text(struct sb *b, struct str s)
{
    sb_putc(b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'' || s.p[i] == '\\')
            sb_putc(b, '\\');
        sb_putc(b, s.p[i]);
    }
    sb_putc(b, '\'');
}

static void
put_function(struct sb *b, const struct ast *e)
{
    const struct function *f = function_find(e->text);
    bool star = e->n == e->params + 1 && e->kid[e->params]->kind == AST_STAR;

    if (f && strcmp(f->name, "trim") == 0)
        sb_puts(b, "trimBoth");
    else
        sb_put(b, f && !f->any_case ? str_of(f->name) : e->text);
    if (e->params) {
        sb_putc(b, '(');
        put_list(b, e, 0, e->params);
        sb_putc(b, ')');
    }
    sb_puts(b, e->distinct ? "(DISTINCT " : "(");
    if (!star)
        put_list(b, e, e->params, e->n);
    sb_putc(b, ')');
    if (e->over)
        sb_puts(b, " OVER (...)");
}

static void
put_between(struct sb *b, const struct ast *e)
{
    sb_puts(b, "and(greaterOrEquals(");
    put_list(b, e, 0, 2);
    sb_puts(b, "), lessOrEquals(");
    put(b, e->kid[0]);
    sb_puts(b, ", ");
    put(b, e->kid[2]);
    sb_puts(b, "))");
}

static void
put_cast(struct sb *b, const struct ast *e)
{
    sb_puts(b, "CAST(");
    put(b, e->kid[0]);
    sb_puts(b, ", '");
    if (e->qualifier.n)
        sb_addf(b, "%.*s(", STR_ARG(e->qualifier));
    sb_put(b, e->text);
    if (e->i >= 0)
        sb_addf(b, "(%lld)", (long long)e->i);
    sb_puts(b, e->qualifier.n ? ")')" : "')");
}

static void
put_lambda(struct sb *b, const struct ast *e)
{
    sb_puts(b, "lambda(tuple(");
    put_list(b, e, 0, e->n - 1);
    sb_puts(b, "), ");
    put(b, e->kid[e->n - 1]);
    sb_putc(b, ')');
}

static void
put_interval(struct sb *b, const struct ast *e)
{
    enum type_unit unit = UNIT_SECOND;

    type_unit_of(e->text, &unit);
    put_call(b, str_of(type_units[unit].function), e);
}

static void
put(struct sb *b, const struct ast *e)
{
    if (b->n > LABEL_MAX)
        return;
    switch (e->kind) {
    case AST_TEXT:
        put_text(b, e->text);
        break;
    case AST_CALL:
        put_function(b, e);
        break;
    case AST_OPERATOR:
    case AST_IN:
    case AST_INDEX:
        put_call(b, e->text, e);
        break;
    case AST_CASE:
        put_call(b, e->i ? S("caseWithExpression") : S("multiIf"), e);
        break;
    case AST_BETWEEN:
        put_between(b, e);
        break;
    case AST_CAST:
        put_cast(b, e);
        break;
    case AST_EXTRACT:
        put_call(b, S("extract"), e);
        break;
    case AST_INTERVAL:
        put_interval(b, e);
        break;
    case AST_ARRAY:
        sb_putc(b, '[');
        put_list(b, e, 0, e->n);
        sb_putc(b, ']');
        break;
    case AST_TUPLE:
        put_call(b, S("tuple"), e);
        break;
    case AST_FIELD:
        sb_puts(b, "tupleElement(");
        put_list(b, e, 0, e->n);
        sb_addf(b, ", %lld)", (long long)e->i);
        break;
    case AST_LAMBDA:
        put_lambda(b, e);
        break;
    case AST_QUERY:
        sb_puts(b, "_subquery");
        break;
    case AST_STAR:
        sb_putc(b, '*');
        break;
    default:
        sb_put(b, e->text);
    }
}

struct str
label_of(struct arena *mem, const struct ast *e)
{
    struct sb b;

    sb_init(&b, mem, 64);
    put(&b, e);
    return sb_str(&b);
}
