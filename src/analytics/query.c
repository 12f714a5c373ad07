/* The steps, in order. */
#include "analytics/query.h"

#include "analytics/select.h"

enum status
query_check(struct ctx *c, struct str text, enum relation_family f, int64_t retention_days,
            struct query *q)
{
    *q = (struct query){.resolve = {.c = c, .family = f}};
    return check_statement(c, text, f, retention_days, &q->parsed);
}

static void
plan_result(struct query *q, const struct plan *p)
{
    const struct block *b = p->branch[0].block;

    result_init(&q->result, q->resolve.c, p->columns, p->n, q->resolve.max_rows);
    q->n_cells = q->fill ? fill_cells(q->fill) : p->n;
    q->cells = ARENA_ARRAY(q->resolve.c->mem, q->n_cells + 1, enum cell_type);
    for (size_t i = 0; i < q->n_cells; i++)
        q->cells[i] = result_cell_type(q->fill ? fill_type(q->fill, i) : p->columns[i].type);
    if (q->fill) {
        q->result.limit = b->limit;
        q->result.offset = b->offset;
    }
}

enum status
query_plan(struct ctx *c, struct query *q, const struct scope *scope, int64_t max_rows,
           enum write_dialect dialect)
{
    struct resolve *r = &q->resolve;
    const struct plan *p;

    r->scope = *scope;
    r->scope.from_ms = INT64_MIN;
    r->scope.to_ms = INT64_MAX;
    r->now_ms = c->now_ms;
    r->max_rows = max_rows;
    p = select_root(r, q->parsed.query);
    if (!p)
        return c->err.status;
    if (p->branch[0].block->fill) {
        q->fill = fill_new(r, p->branch[0].block, p->columns);
        if (!q->fill)
            return c->err.status;
    }
    plan_result(q, p);
    return write_query(r, p, dialect, &q->sql, &q->params);
}

enum status
query_row(struct query *q, const struct cell *row)
{
    return q->fill ? fill_add(q->fill, &q->result, row) : result_add(&q->result, row);
}

enum status
query_end(struct query *q)
{
    return q->fill ? fill_end(q->fill, &q->result) : ST_OK;
}
