/* Lists of expressions. */
#include "analytics/plan.h"

void
plan_add(struct ctx *c, struct exprs *l, const struct expr *e)
{
    l->v = arena_room(c->mem, l->v, l->n, sizeof(*l->v));
    l->v[l->n++] = e;
}

void
plan_add_source(struct ctx *c, struct block *b, struct source *s)
{
    b->source = arena_room(c->mem, b->source, b->n_sources, sizeof(*b->source));
    b->source[b->n_sources++] = s;
}
