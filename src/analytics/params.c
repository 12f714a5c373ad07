/* A list of values that grows. */
#include "analytics/params.h"

void
params_add(struct params *p, struct str s, bool bytes)
{
    p->v = arena_room(p->mem, p->v, p->n, sizeof(*p->v));
    p->v[p->n++] = (struct param){s, bytes};
}
