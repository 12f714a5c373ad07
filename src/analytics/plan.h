/* plan.h: a query after its names have been resolved: what the writer writes, and nothing of the
 * user's text but values. */
#ifndef LATCHKEY_ANALYTICS_PLAN_H
#define LATCHKEY_ANALYTICS_PLAN_H

#include "analytics/ast.h"
#include "analytics/expr.h"
#include "analytics/relation.h"

struct column {
    struct str name;
    struct type type;
};

/* Something that rows come from. */
struct source {
    enum {
        SOURCE_RELATION,
        SOURCE_PLAN,
        SOURCE_CTE,
        SOURCE_ITEMS, /* the items of an array of the sources before it */
    } kind;
    int id;
    struct str alias, table; /* what columns may be qualified by */
    const struct column *columns;
    size_t n;
    enum ast_join join;
    const struct expr *on; /* may be NULL */
    bool optional;         /* its columns are NULL where an outer join found nothing */
    const struct ast_list *using_names;

    enum relation relation;
    struct scope scope;
    const struct plan *plan; /* SOURCE_PLAN, SOURCE_CTE */
    int cte;
    const struct expr *array, *filter; /* SOURCE_ITEMS; the filter is about variable 0, or NULL */
};

struct exprs {
    const struct expr **v;
    size_t n;
};

struct order {
    const struct expr *e;
    const struct ast_order *ast;
    size_t item; /* which item has this value; the number of items when none has */
};

/* One SELECT. */
struct block {
    struct source **source;
    size_t n_sources;
    bool takes_apart;         /* items of arrays are looked at one by one */
    const struct expr *where; /* may be NULL */
    bool grouped;
    struct exprs keys, aggregates;
    const uint64_t *sets; /* sets of keys to group by; NULL: all of them, once */
    size_t n_sets;
    const struct expr *having; /* may be NULL */
    struct exprs items;
    bool distinct;
    struct exprs by; /* LIMIT BY */
    int64_t by_limit, by_offset;
    struct order *order;
    size_t n_order;
    int64_t limit, offset;
    bool fill; /* rows are added after fetching; the limit applies behind that */
};

struct branch {
    enum ast_set op; /* what connects it with those before it */
    struct block *block;
};

struct plan {
    const struct column *columns;
    size_t n;
    struct branch *branch;
    size_t n_branches;
};

struct cte {
    struct str name;
    const struct plan *plan;
    bool used;
};

void plan_add(struct ctx *c, struct exprs *l, const struct expr *e);
void plan_add_source(struct ctx *c, struct block *b, struct source *s);

#endif
