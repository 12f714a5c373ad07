/* resolve.h: names. What a column, an alias or a call means at its place in a SELECT (contract
 * analytics.md section 3.3), and of what type it is. Functions return NULL with ST_ANALYTICS_QUERY
 * when it means nothing. */
#ifndef LATCHKEY_ANALYTICS_RESOLVE_H
#define LATCHKEY_ANALYTICS_RESOLVE_H

#include "analytics/plan.h"

/* An alias whose expression is being resolved: inside it the alias means nothing. */
struct resolve_busy {
    const struct ast *e;
    const struct resolve_busy *outer;
    int depth;
};

/* What all SELECTs of a query share. */
struct resolve {
    struct ctx *c;
    enum relation_family family;
    struct scope scope; /* what every public table is restricted to */
    int64_t now_ms, max_rows;
    struct cte *cte;
    size_t n_ctes;
    int next_id;     /* of sources and variables */
    size_t expanded; /* expressions made from aliases so far */
    const struct ast_select *root;
    const struct resolve_busy *busy; /* also those of SELECTs around the one at work */
};

/* Where an expression stands. */
enum resolve_place {
    PLACE_ROWS,      /* computed for each row: no aggregates */
    PLACE_RESULTS,   /* may contain aggregates */
    PLACE_AGGREGATE, /* argument of an aggregate */
};

/* A parameter of a lambda. */
struct resolve_variable {
    struct str name;
    struct type type;
    int level;
    const struct resolve_variable *outer;
};

enum { RESOLVE_ACTIVE_MAX = 64 };

/* One SELECT at work. */
struct env {
    struct resolve *r;
    struct ctx *c;
    struct block *b;
    const struct ast_select *sel;
    enum resolve_place place;
    bool joining; /* resolving ON: no aliases, columns as they are */
    const struct resolve_variable *variable;
    struct str active[RESOLVE_ACTIVE_MAX]; /* aliases being resolved */
    size_t n_active;
};

const struct expr *resolve_expression(struct env *env, const struct ast *e);
/* AST_IN */
const struct expr *resolve_in(struct env *env, const struct ast *e);
/* The column i of a source, with the default where an outer join found nothing. */
const struct expr *resolve_column(struct env *env, struct source *s, size_t i);
/* The source that has a column of this name, and which column it is; NULL: none. An empty qualifier
 * stands for any. */
struct source *resolve_find(const struct block *b, struct str qualifier, struct str name,
                            size_t *column);
/* Whether there is an aggregate in it, outside of subqueries. */
bool resolve_has_aggregate(const struct ast *e);

#endif
