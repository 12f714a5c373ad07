/* A list of values that grows. */
#include "analytics/params.h"

#include <string.h>

void
params_add(struct params *p, struct str s, bool bytes)
{
    if ((p->n & (p->n - 1)) == 0) {
        struct param *more = ARENA_ARRAY(p->mem, p->n ? p->n * 2 : 1, struct param);

        if (p->n)
            memcpy(more, p->v, p->n * sizeof(*more));
        p->v = more;
    }
    p->v[p->n++] = (struct param){s, bytes};
}
