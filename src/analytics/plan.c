/* Lists of expressions. */
#include "analytics/plan.h"

#include <string.h>

void
plan_add(struct ctx *c, struct exprs *l, const struct expr *e)
{
    if ((l->n & (l->n - 1)) == 0) {
        const struct expr **more = ARENA_ARRAY(c->mem, l->n ? l->n * 2 : 1, const struct expr *);

        if (l->n)
            memcpy(more, l->v, l->n * sizeof(*more));
        l->v = more;
    }
    l->v[l->n++] = e;
}

void
plan_add_source(struct ctx *c, struct block *b, struct source *s)
{
    if ((b->n_sources & (b->n_sources - 1)) == 0) {
        struct source **more =
            ARENA_ARRAY(c->mem, b->n_sources ? b->n_sources * 2 : 1, struct source *);

        if (b->n_sources)
            memcpy(more, b->source, b->n_sources * sizeof(*more));
        b->source = more;
    }
    b->source[b->n_sources++] = s;
}
