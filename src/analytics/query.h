/* query.h: an analytics query from its text to rows of JSON. Pure: who asks, what may be seen and
 * what the database answers is told from outside. */
#ifndef LATCHKEY_ANALYTICS_QUERY_H
#define LATCHKEY_ANALYTICS_QUERY_H

#include "analytics/check.h"
#include "analytics/fill.h"
#include "analytics/write.h"

struct query {
    struct parsed parsed;
    struct resolve resolve;
    struct str sql; /* with params for its question marks */
    struct params params;
    enum cell_type *cells; /* what each column has to be fetched as */
    size_t n_cells;
    struct fill *fill; /* NULL: no gaps are filled */
    struct result result;
};

/* The checks that need nothing but the text. The statuses are those of the contract's list. */
enum status query_check(struct ctx *c, struct str text, enum relation_family f,
                        int64_t retention_days, struct query *q) MUST_USE;
/* Resolves names and writes SQL. scope says what may be seen; its wishes are filled in here. */
enum status query_plan(struct ctx *c, struct query *q, const struct scope *scope, int64_t max_rows,
                       enum write_dialect dialect) MUST_USE;
/* One fetched row; then, after the last one, the end. Rows may stop being fetched once
 * q->result.done. */
enum status query_row(struct query *q, const struct cell *row) MUST_USE;
enum status query_end(struct query *q) MUST_USE;

#endif
