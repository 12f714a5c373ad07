/* A sorted array, searched by halves. */
#include "base/strmap.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>

struct entry {
    struct str name;
    const void *value;
};

struct strmap {
    int (*order)(const void *, const void *);
    struct entry *v;
    size_t n, max;
    bool sorted;
};

static int
exact(const void *a, const void *b)
{
    return str_cmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int
fold(const void *a, const void *b)
{
    struct str x = ((const struct entry *)a)->name, y = ((const struct entry *)b)->name;
    int d = strncasecmp(x.p, y.p, x.n < y.n ? x.n : y.n);

    return d ? d : (x.n > y.n) - (x.n < y.n);
}

struct strmap *
strmap_new(struct arena *mem, size_t max, enum strmap_case how)
{
    struct strmap *m = ARENA_NEW(mem, struct strmap);

    m->order = how == STRMAP_FOLD ? fold : exact;
    m->v = ARENA_ARRAY(mem, max + 1, struct entry);
    m->max = max;
    return m;
}

void
strmap_put(struct strmap *m, struct str name, const void *value)
{
    assert(m->n < m->max && !m->sorted);
    m->v[m->n++] = (struct entry){name, value};
}

void
strmap_sort(struct strmap *m)
{
    qsort(m->v, m->n, sizeof(*m->v), m->order);
    m->sorted = true;
}

const void *
strmap_get(const struct strmap *m, struct str name)
{
    struct entry key = {name, NULL};
    const struct entry *hit = bsearch(&key, m->v, m->n, sizeof(*m->v), m->order);

    assert(m->sorted);
    return hit ? hit->value : NULL;
}
