/* Bounds on time, and texts that a column has to equal. */
#include "analytics/narrow.h"

#include "analytics/form.h"

#include <string.h>

enum { PICKS_MAX = 8, VALUES_MAX = 200 };

/* [lo, hi) */
struct range {
    int64_t lo, hi;
};

static bool
is_call(const struct expr *e, const char *name)
{
    return e->kind == EXPR_CALL && strcmp(e->form->name, name) == 0;
}

/* A call that only changes the type. */
static bool
is_same(const struct expr *e)
{
    return e->kind == EXPR_CALL && e->n == 1 && strcmp(e->form->sql, "$1") == 0;
}

static int64_t
up(int64_t v, int64_t by)
{
    return v / by + (v % by > 0);
}

/* From a range of e to one of the column inside it; NULL when e is more than a column whose unit
 * was changed. */
static const struct expr *
unwrap(const struct expr *e, struct range *r)
{
    for (;;) {
        if (e->kind == EXPR_COLUMN)
            return e;
        if (is_same(e)) {
            e = e->kid[0];
            continue;
        }
        if (e->n != 2 || !expr_is_const(e->kid[1]) || e->kid[1]->i <= 0)
            return NULL;
        if (is_call(e, "multiply")) {
            r->lo = r->lo == INT64_MIN ? r->lo : up(r->lo, e->kid[1]->i);
            r->hi = r->hi == INT64_MAX ? r->hi : up(r->hi, e->kid[1]->i);
        } else if (is_call(e, "intDiv")) {
            if (r->lo <= 0 || __builtin_mul_overflow(r->lo, e->kid[1]->i, &r->lo))
                r->lo = INT64_MIN;
            if (r->hi < 0 || __builtin_mul_overflow(r->hi, e->kid[1]->i, &r->hi))
                r->hi = INT64_MAX;
        } else {
            return NULL;
        }
        e = e->kid[0];
    }
}

/* What a comparison with v leaves of all numbers; flipped when v stands on the left. */
static bool
range_of(const char *name, int64_t v, bool flipped, struct range *r)
{
    bool less = strncmp(name, "less", 4) == 0, greater = strncmp(name, "greater", 7) == 0;
    bool with = strstr(name, "OrEquals") != NULL;
    int64_t next = v == INT64_MAX ? v : v + 1;

    *r = (struct range){INT64_MIN, INT64_MAX};
    if (strcmp(name, "equals") == 0)
        *r = (struct range){v, next};
    else if (less || greater) {
        if (less != flipped)
            r->hi = with ? next : v;
        else
            r->lo = with ? v : next;
    }
    return less || greater || strcmp(name, "equals") == 0;
}

static void
to_ms(enum type_kind unit, struct range *r)
{
    int64_t by = unit == TYPE_MS ? 1 : unit == TYPE_DATETIME ? 1000 : 86400000;

    if (r->lo == INT64_MIN || __builtin_mul_overflow(r->lo, by, &r->lo))
        r->lo = INT64_MIN;
    if (r->hi == INT64_MAX || __builtin_mul_overflow(r->hi, by, &r->hi))
        r->hi = INT64_MAX;
}

static struct source *
relation_source(struct block *b, const struct expr *column)
{
    for (size_t i = 0; i < b->n_sources; i++)
        if (b->source[i] == column->source && b->source[i]->kind == SOURCE_RELATION)
            return b->source[i];
    return NULL;
}

static void
by_time(struct block *b, const struct expr *e)
{
    bool flipped = expr_is_const(e->kid[0]);
    const struct expr *v = e->kid[flipped ? 0 : 1], *column;
    struct source *s;
    struct range r;

    if (!expr_is_const(v) || v->type.kind == TYPE_FLOAT || v->type.kind == TYPE_TEXT ||
        !range_of(e->form->name, v->i, flipped, &r))
        return;
    column = unwrap(e->kid[flipped ? 1 : 0], &r);
    s = column ? relation_source(b, column) : NULL;
    if (!s || !str_eq(s->columns[column->i].name, S("time")))
        return;
    to_ms(column->type.kind, &r);
    if (r.lo > s->scope.from_ms)
        s->scope.from_ms = r.lo;
    if (r.hi < s->scope.to_ms)
        s->scope.to_ms = r.hi;
}

static void
by_text(struct ctx *c, struct block *b, const struct expr *column, const struct expr *const *v,
        size_t n)
{
    struct source *s = column->kind == EXPR_COLUMN ? relation_source(b, column) : NULL;
    struct relation_pick *picks;
    struct str *values;

    if (!s || column->type.kind != TYPE_TEXT || s->scope.n_picks == PICKS_MAX || n > VALUES_MAX)
        return;
    values = ARENA_ARRAY(c->mem, n + 1, struct str);
    for (size_t i = 0; i < n; i++) {
        if (!expr_is_const(v[i]) || v[i]->type.kind != TYPE_TEXT)
            return;
        values[i] = v[i]->s;
    }
    picks = ARENA_ARRAY(c->mem, PICKS_MAX, struct relation_pick);
    if (s->scope.n_picks)
        memcpy(picks, s->scope.picks, s->scope.n_picks * sizeof(*picks));
    picks[s->scope.n_picks] = (struct relation_pick){(size_t)column->i, values, n};
    s->scope.picks = picks;
    s->scope.n_picks++;
}

static void
narrow(struct ctx *c, struct block *b, const struct expr *e)
{
    if (is_call(e, "and") || is_same(e)) {
        for (size_t i = 0; i < e->n; i++)
            narrow(c, b, e->kid[i]);
    } else if (e->kind == EXPR_IN) {
        by_text(c, b, e->kid[0], e->kid + 1, e->n - 1);
    } else if (e->kind == EXPR_CALL && e->n == 2) {
        by_time(b, e);
        if (is_call(e, "equals")) {
            by_text(c, b, e->kid[0], &e->kid[1], 1);
            by_text(c, b, e->kid[1], &e->kid[0], 1);
        }
    }
}

void
narrow_sources(struct ctx *c, struct block *b)
{
    if (b->where)
        narrow(c, b, b->where);
}
