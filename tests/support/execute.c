/* One prepared statement, bound and fetched as the query asks for. */
#include "support/execute.h"

#include "store/db_priv.h"

struct fetched {
    int64_t i;
    double d;
    my_bool null, cut;
    unsigned long n;
};

static const char *
failure(struct ctx *c, MYSQL_STMT *stmt)
{
    return arena_fmt(c->mem, "error %u: %s", mysql_stmt_errno(stmt), mysql_stmt_error(stmt)).p;
}

static MYSQL_BIND *
parameters(struct ctx *c, const struct params *p)
{
    MYSQL_BIND *b = ARENA_ARRAY(c->mem, p->n + 1, MYSQL_BIND);

    for (size_t i = 0; i < p->n; i++) {
        b[i].buffer_type = p->v[i].bytes ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
        b[i].buffer = (void *)(uintptr_t)(p->v[i].s.n ? p->v[i].s.p : "");
        b[i].buffer_length = (unsigned long)p->v[i].s.n;
        b[i].length = &b[i].buffer_length;
    }
    return b;
}

static MYSQL_BIND *
columns(struct ctx *c, const struct query *q, struct fetched *v)
{
    MYSQL_BIND *b = ARENA_ARRAY(c->mem, q->n_cells + 1, MYSQL_BIND);

    for (size_t i = 0; i < q->n_cells; i++) {
        b[i].is_null = &v[i].null;
        b[i].length = &v[i].n;
        b[i].error = &v[i].cut;
        if (q->cells[i] == CELL_INT) {
            b[i].buffer_type = MYSQL_TYPE_LONGLONG;
            b[i].buffer = &v[i].i;
        } else if (q->cells[i] == CELL_FLOAT) {
            b[i].buffer_type = MYSQL_TYPE_DOUBLE;
            b[i].buffer = &v[i].d;
        } else {
            b[i].buffer_type = MYSQL_TYPE_BLOB; /* fetched once its length is known */
        }
    }
    return b;
}

static struct str
bytes(struct ctx *c, MYSQL_STMT *stmt, size_t i, unsigned long n)
{
    char *p = arena_alloc(c->mem, n + 1);
    MYSQL_BIND b = {.buffer_type = MYSQL_TYPE_BLOB, .buffer = p, .buffer_length = n, .length = &n};

    mysql_stmt_fetch_column(stmt, &b, (unsigned)i, 0);
    return (struct str){p, n};
}

static enum status
rows(struct ctx *c, MYSQL_STMT *stmt, struct query *q, const struct fetched *v)
{
    struct cell *row = ARENA_ARRAY(c->mem, q->n_cells + 1, struct cell);
    enum status st = ST_OK;
    int rc;

    while (st == ST_OK && !q->result.done &&
           ((rc = mysql_stmt_fetch(stmt)) == 0 || rc == MYSQL_DATA_TRUNCATED)) {
        for (size_t i = 0; i < q->n_cells; i++) {
            row[i] = (struct cell){.null = v[i].null, .i = v[i].i, .d = v[i].d, .s = S("")};
            if (!v[i].null && q->cells[i] == CELL_BYTES)
                row[i].s = bytes(c, stmt, i, v[i].n);
        }
        st = query_row(q, row);
    }
    return st == ST_OK ? query_end(q) : st;
}

static const char *
answer(struct ctx *c, const struct query *q)
{
    struct sb b;

    sb_init(&b, c->mem, 1024);
    sb_putc(&b, '[');
    for (size_t i = 0; i < q->result.rows; i++) {
        sb_puts(&b, i ? "," : "");
        sb_put(&b, result_row(&q->result, i));
    }
    sb_putc(&b, ']');
    return sb_str(&b).p;
}

const char *
execute_query(struct ctx *c, struct query *q)
{
    MYSQL_STMT *stmt = db_connected(c->db) ? mysql_stmt_init(c->db->my) : NULL;
    struct fetched *v = ARENA_ARRAY(c->mem, q->n_cells + 1, struct fetched);
    const char *out;

    if (!stmt)
        return "no connection";
    if (mysql_stmt_prepare(stmt, q->sql.p, (unsigned long)q->sql.n) ||
        mysql_stmt_bind_param(stmt, parameters(c, &q->params)) || mysql_stmt_execute(stmt))
        out = failure(c, stmt);
    else if (mysql_stmt_field_count(stmt) != q->n_cells)
        out = "error: another number of columns";
    else if (mysql_stmt_bind_result(stmt, columns(c, q, v)) || mysql_stmt_store_result(stmt))
        out = failure(c, stmt);
    else if (rows(c, stmt, q, v) != ST_OK)
        out = arena_cstr(c->mem, c->err.detail);
    else
        out = mysql_stmt_errno(stmt) ? failure(c, stmt) : answer(c, q);
    mysql_stmt_close(stmt);
    return out;
}
