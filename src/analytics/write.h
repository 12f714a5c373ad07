/* write.h: a plan as SQL of MariaDB or MySQL. Nothing of the user's text gets into it: names are
 * our own (t1, c1, ...), numbers are printed here, everything else is a parameter. Public tables
 * come from relation_put(). */
#ifndef LATCHKEY_ANALYTICS_WRITE_H
#define LATCHKEY_ANALYTICS_WRITE_H

#include "analytics/params.h"
#include "analytics/resolve.h"
#include "base/sb.h"

enum write_dialect { DIALECT_MARIADB, DIALECT_MYSQL };

/* Beyond these a server is likely to give up. */
enum { WRITE_BYTES_MAX = 256 * 1024, WRITE_PARAMS_MAX = 50000 };

/* The columns are c1, c2, ..., then those that WITH FILL needs and the SELECT lacks.
 * ST_ANALYTICS_QUERY when it gets too large. */
enum status write_query(const struct resolve *r, const struct plan *p, enum write_dialect dialect,
                        struct str *sql, struct params *params) MUST_USE;

/* What the files of the writer share. */

/* Where an expression is written, hence how keys, results and items are called there. */
enum write_level {
    LEVEL_ROWS,   /* columns of the sources */
    LEVEL_GROUPS, /* g: keys, and arguments to aggregate */
    LEVEL_LAYER,  /* h: keys and results */
    LEVEL_ITEMS,  /* d: items */
};

struct writer {
    struct ctx *c;
    const struct resolve *resolve;
    struct sb sql;
    struct params *params;
    enum write_dialect dialect;
    enum write_level level;
    /* LEVEL_GROUPS: the aggregates, and their arguments */
    const struct exprs *results, *arguments;
    int variable0; /* the source whose items variable 0 is; -1: a filter */
};

/* Too large: nothing more is written. */
bool write_full(const struct writer *w);
void write_expression(struct writer *w, const struct expr *e);
/* JSON_TABLE of an array, called prefix and id. */
void write_items(struct writer *w, const struct expr *array, const char *prefix, int id);
/* e, as rows are ordered by it: what is NULL comes last. */
void write_order(struct writer *w, const struct expr *e, bool desc);
/* Whether that takes a key of its own. */
bool write_may_be_null(struct type t);
/* The same of a column that has been written under a name. */
void write_order_name(struct writer *w, const char *prefix, size_t i, struct type t, bool desc);
void write_plan(struct writer *w, const struct plan *p);
/* Whether the rows of a filled SELECT carry the i-th order key, which is not selected, behind their
 * items. */
bool write_is_hidden(const struct block *b, size_t i);

/* write_rows.c: FROM and WHERE */
void write_rows(struct writer *w, const struct block *b);
/* The different arguments of all aggregates. */
void write_arguments(struct writer *w, const struct block *b, struct exprs *out);
/* The inputs as g, with rank and number beside each argument of a quantile. name is a WITH table of
 * the inputs; NULL: they are written here. */
void write_groups_from(struct writer *w, const struct block *b, const struct exprs *arguments,
                       uint64_t set, const char *name);
/* GROUP BY the keys of the set */
void write_group_by(struct writer *w, const struct block *b, uint64_t set);
/* FROM keys and results of all sets, as h */
void write_layer(struct writer *w, const struct block *b, const struct exprs *arguments);

#endif
