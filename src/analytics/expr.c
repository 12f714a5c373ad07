/* Making and comparing expressions. */
#include "analytics/expr.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct expr *
expr_new(struct ctx *c, enum expr_kind kind, struct type type, size_t kids)
{
    struct expr *e = ARENA_NEW(c->mem, struct expr);

    e->kind = kind;
    e->type = type;
    e->s = S("");
    e->parameter = -1;
    e->n = kids;
    e->kid = ARENA_ARRAY(c->mem, kids + 1, const struct expr *);
    return e;
}

static uint32_t
mix(uint32_t h, uint64_t v)
{
    return (h ^ (uint32_t)(v ^ v >> 32)) * 16777619u;
}

const struct expr *
expr_done(struct ctx *c, struct expr *e)
{
    e->size = 1;
    e->hash = mix(mix(mix(2166136261u, e->kind), e->type.kind), (uint64_t)e->i);
    for (size_t i = 0; i < e->s.n; i++)
        e->hash = mix(e->hash, (unsigned char)e->s.p[i]);
    for (size_t i = 0; i < e->n; i++) {
        if (!e->kid[i])
            return NULL;
        e->size += e->kid[i]->size;
        e->hash = mix(e->hash, e->kid[i]->hash);
    }
    if (e->size > EXPR_SIZE_MAX)
        return expr_refuse(c, "The query is too complex once its aliases are put in.");
    return e;
}

const struct expr *
expr_refuse(struct ctx *c, const char *fmt, ...)
{
    va_list ap;
    char text[300];

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    err_set(c, ST_ANALYTICS_QUERY, "%.*s", STR_ARG(str_utf8_clip(str_of(text), sizeof(text) - 1)));
    return NULL;
}

const struct expr *
expr_int(struct ctx *c, enum type_kind kind, int64_t i)
{
    struct expr *e = expr_new(c, EXPR_CONST, (struct type){.kind = kind}, 0);

    e->i = i;
    return expr_done(c, e);
}

const struct expr *
expr_float(struct ctx *c, double d)
{
    struct expr *e = expr_new(c, EXPR_CONST, (struct type){.kind = TYPE_FLOAT}, 0);

    e->d = d;
    return expr_done(c, e);
}

const struct expr *
expr_text(struct ctx *c, struct str s)
{
    struct expr *e = expr_new(c, EXPR_CONST, (struct type){.kind = TYPE_TEXT}, 0);

    e->s = s;
    return expr_done(c, e);
}

const struct expr *
expr_null(struct ctx *c)
{
    struct expr *e = expr_new(c, EXPR_CONST, (struct type){.kind = TYPE_NULL, .nullable = true}, 0);

    e->null = true;
    return expr_done(c, e);
}

const struct expr *
expr_default(struct ctx *c, struct type t)
{
    struct expr *e = expr_new(c, EXPR_CONST, t, 0);

    e->null = t.kind == TYPE_NULL;
    if (t.kind == TYPE_ARRAY)
        e->s = S("[]");
    return expr_done(c, e);
}

bool
expr_is_const(const struct expr *e)
{
    return e->kind == EXPR_CONST && !e->null;
}

static bool
same_type(struct type a, struct type b)
{
    return a.kind == b.kind && a.digits == b.digits && a.unit == b.unit && a.item == b.item;
}

bool
expr_equal(const struct expr *a, const struct expr *b)
{
    if (a == b)
        return true;
    if (a->hash != b->hash || a->kind != b->kind || a->n != b->n || a->i != b->i ||
        !same_type(a->type, b->type) || a->null != b->null || a->form != b->form ||
        a->source != b->source || a->plan != b->plan || a->window != b->window ||
        a->distinct != b->distinct || a->parameter != b->parameter ||
        memcmp(&a->d, &b->d, sizeof(a->d)) != 0 ||
        memcmp(&a->level, &b->level, sizeof(a->level)) != 0 || !str_eq(a->s, b->s))
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!expr_equal(a->kid[i], b->kid[i]))
            return false;
    return true;
}

bool
expr_has(const struct expr *e, enum expr_kind kind)
{
    if (e->kind == kind)
        return true;
    for (size_t i = 0; i < e->n; i++)
        if (expr_has(e->kid[i], kind))
            return true;
    return false;
}
