/* ast.h: the tree of a parsed query, as it was written. It lives in the request's memory; names and
 * places point into the text of the query. */
#ifndef LATCHKEY_ANALYTICS_AST_H
#define LATCHKEY_ANALYTICS_AST_H

#include "base/ctx.h"

enum ast_kind {
    AST_INT,
    AST_FLOAT,
    AST_TEXT,
    AST_NULL,
    AST_BOOL,
    AST_NAME,     /* qualifier, text */
    AST_STAR,     /* * or qualifier.* */
    AST_CALL,     /* text(kids), or text(first params kids)(the others) */
    AST_OPERATOR, /* text: the function that it stands for */
    AST_IN,       /* kids: left, right; text: in or notIn; i: whether right has parentheses */
    AST_BETWEEN,  /* kids: left, low, high */
    AST_CASE,     /* kids: the operand when i is 1, when, then, ..., and else when one is left */
    AST_CAST,     /* kid, text: type, i: its precision, -1: none */
    AST_EXTRACT,  /* kid, text: unit */
    AST_INTERVAL, /* kid, text: unit */
    AST_ARRAY,
    AST_TUPLE,
    AST_INDEX,     /* kids: array, index */
    AST_FIELD,     /* kid, i: which part of the tuple */
    AST_LAMBDA,    /* kids: names of the parameters, body */
    AST_QUERY,     /* (SELECT ...) */
    AST_PARAMETER, /* ? or {name:Type} */
};

struct ast_query;
struct ast_window;

struct ast {
    enum ast_kind kind;
    const char *at; /* where it begins in the text */
    struct str text, qualifier;
    int64_t i;
    double d;
    struct ast **kid;
    size_t n;
    size_t params;
    bool distinct;    /* AST_CALL: f(DISTINCT ...) */
    bool parenthesis; /* stands in parentheses of its own */
    const struct ast_window *over;
    struct ast_query *query;
};

/* NULL-free lists. */
struct ast_list {
    struct ast **v;
    size_t n;
};

struct ast_item {
    struct ast *e;
    struct str alias; /* empty: none */
};

struct ast_order {
    struct ast *e;
    bool desc, fill;
    struct ast *from, *to, *step; /* of WITH FILL; may be NULL */
};

struct ast_orders {
    struct ast_order *v;
    size_t n;
};

enum ast_frame_edge {
    FRAME_UNBOUNDED_PRECEDING,
    FRAME_PRECEDING,
    FRAME_CURRENT_ROW,
    FRAME_FOLLOWING,
    FRAME_UNBOUNDED_FOLLOWING,
};

struct ast_window {
    struct ast_list partition;
    struct ast_orders order;
    bool framed, range; /* a frame is given; by RANGE, not ROWS */
    enum ast_frame_edge first, last;
    int64_t first_n, last_n;
    struct str name; /* OVER name */
};

enum ast_join { JOIN_FIRST, JOIN_CROSS, JOIN_INNER, JOIN_LEFT, JOIN_RIGHT, JOIN_FULL };

struct ast_source {
    const char *at;
    enum ast_join join;
    bool strict;               /* ANY, ASOF: which are not carried out */
    struct str database, name; /* a table */
    struct str written;        /* as it stands in the query */
    bool function;             /* name(...) */
    struct ast_list args;      /* of the function */
    struct ast_query *query;   /* (SELECT ...) */
    struct str alias;
    bool final, sample;
    struct ast *on;
    struct ast_list using_names;
};

struct ast_array_join {
    bool left;
    struct ast_item *v;
    size_t n;
};

/* name AS (SELECT ...) when query is set, else e AS name. */
struct ast_with {
    const char *at;
    struct str name;
    struct ast_query *query;
    struct ast *e;
};

enum ast_grouping { GROUP_NONE, GROUP_PLAIN, GROUP_ALL, GROUP_ROLLUP, GROUP_CUBE, GROUP_SETS };

struct ast_select {
    const char *at;
    struct ast_with *with;
    size_t n_with;
    bool distinct;
    struct ast_list distinct_on;
    struct ast_item *item;
    size_t n_items;
    struct ast_source *source;
    size_t n_sources;
    struct ast_array_join array_join;
    struct ast *prewhere, *where, *having; /* may be NULL */
    enum ast_grouping grouping;
    struct ast_list groups; /* GROUP_SETS: one AST_TUPLE per set */
    struct ast_orders order;
    bool interpolate;
    struct ast_list interpolated;     /* empty: all */
    struct ast *by_limit, *by_offset; /* of LIMIT BY */
    struct ast_list by;
    bool limited, limit_all;
    struct ast *limit, *offset;
    bool settings;      /* has a SETTINGS clause */
    const char *format; /* where its FORMAT clause stands; NULL: none */
};

enum ast_set { SET_UNION_ALL, SET_UNION_DISTINCT, SET_EXCEPT };

/* SELECTs in a row; op[i] connects all before it with select[i + 1]. */
struct ast_query {
    struct ast_select **select;
    enum ast_set *op;
    size_t n;
};

/* Visits every SELECT before its parts, and every expression before its kids, in the order of the
 * text as far as clauses go. A visitor's failure ends the walk. Either function may be NULL. */
struct ast_visitor {
    enum status (*select)(void *arg, struct ast_select *s, int depth);
    enum status (*expression)(void *arg, struct ast *e);
    void *arg;
};
enum status ast_walk(const struct ast_visitor *v, struct ast_query *q) MUST_USE;
/* The same below one expression, itself included. */
enum status ast_walk_expression(const struct ast_visitor *v, struct ast *e) MUST_USE;

#endif
