/* expr.h: expressions after names have been resolved: typed, over columns of sources. They are
 * immutable and may share parts; their size bounds what writing them can take. */
#ifndef LATCHKEY_ANALYTICS_EXPR_H
#define LATCHKEY_ANALYTICS_EXPR_H

#include "analytics/type.h"
#include "base/ctx.h"

enum expr_kind {
    EXPR_CONST,
    EXPR_COLUMN, /* i of source */
    EXPR_CALL,   /* form(kids) */
    EXPR_CASE,   /* when, then, ..., else */
    EXPR_TUPLE,
    EXPR_ARRAY,     /* [kids] */
    EXPR_IN,        /* kid 0 is one of the other kids; none: false */
    EXPR_IN_QUERY,  /* the kids, as a row, are in plan; i: whether they must not be */
    EXPR_QUERY,     /* the only value of plan */
    EXPR_FILTER,    /* kids: array, condition on variable i: the array of items that meet it */
    EXPR_EXISTS,    /* likewise: whether there is one */
    EXPR_VARIABLE,  /* the item of a filter's array; i: how many filters that one stands in */
    EXPR_AGGREGATE, /* aggregate of a SELECT; kids: arguments */
    EXPR_WINDOW,    /* kids: arguments, partition, order */
    EXPR_KEY,       /* the i-th GROUP BY key */
    EXPR_RESULT,    /* the i-th aggregate */
    EXPR_ITEM,      /* the i-th selected item */
};

struct form;
struct plan;
struct source;
struct ast_window;

struct expr {
    enum expr_kind kind;
    struct type type;
    bool null; /* EXPR_CONST: NULL */
    bool distinct;
    int64_t i;    /* integers and times */
    double d;     /* TYPE_FLOAT */
    struct str s; /* TYPE_TEXT; TYPE_ARRAY: JSON */
    const struct form *form;
    const struct source *source;
    const struct plan *plan;
    const struct ast_window *window;
    size_t partition; /* EXPR_WINDOW: how many kids are arguments, and how many of the others are
                         partition; what is left is order */
    size_t n_partition;
    int64_t parameter; /* of an aggregate: groupArray(5), -1: none */
    double level;      /* of a quantile */
    const struct expr **kid;
    size_t n;
    size_t size; /* nodes below and including this one, every path counted */
    uint32_t hash;
};

enum { EXPR_SIZE_MAX = 20000 };

/* A new expression of which the caller fills in the rest before expr_done(). */
struct expr *expr_new(struct ctx *c, enum expr_kind kind, struct type type, size_t kids);
/* Computes size and hash. NULL, with ST_ANALYTICS_QUERY set, when it is too large. */
const struct expr *expr_done(struct ctx *c, struct expr *e);

const struct expr *expr_int(struct ctx *c, enum type_kind kind, int64_t i);
const struct expr *expr_float(struct ctx *c, double d);
const struct expr *expr_text(struct ctx *c, struct str s);
const struct expr *expr_null(struct ctx *c);
/* The value that upstream has where there is none: 0, '', 1970-01-01, []. */
const struct expr *expr_default(struct ctx *c, struct type t);

bool expr_is_const(const struct expr *e); /* and not NULL */
bool expr_equal(const struct expr *a, const struct expr *b);
/* Whether some part of e is of this kind. */
bool expr_has(const struct expr *e, enum expr_kind kind);

/* Refuses with ST_ANALYTICS_QUERY and returns NULL. */
const struct expr *expr_refuse(struct ctx *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
