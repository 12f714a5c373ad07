/* result.h: fetched rows as JSON (contract analytics.md section 7), streaming: gaps are filled, the
 * limit applied and the size watched row by row. */
#ifndef LATCHKEY_ANALYTICS_RESULT_H
#define LATCHKEY_ANALYTICS_RESULT_H

#include "analytics/plan.h"
#include "base/cell.h"
#include "base/sb.h"

/* Largest response, in bytes of its rows. */
enum { RESULT_BYTES_MAX = 4 * 1024 * 1024 };

struct fill;

struct result {
    struct ctx *c;
    const struct column *columns;
    size_t n;
    size_t *order; /* columns in the order of members: by their names' bytes, the last of several
                    * alike only */
    size_t n_order;
    struct sb text;
    size_t *start; /* where each row begins in text */
    size_t rows;
    int64_t offset, limit, max_rows; /* of rows after filling */
    bool done;                       /* no more rows are wanted */
};

/* What the database has to return for each column of the result. */
enum cell_type result_cell_type(struct type t);

void result_init(struct result *r, struct ctx *c, const struct column *columns, size_t n,
                 int64_t max_rows);
/* Members in the order of the SELECT list, for people. Before the first row. */
void result_as_selected(struct result *r);
/* Adds a row. ST_ANALYTICS_MEMORY or ST_ANALYTICS_ROWS when it is too much. */
enum status result_add(struct result *r, const struct cell *row) MUST_USE;
/* The i-th row's JSON object. */
struct str result_row(const struct result *r, size_t i);

#endif
