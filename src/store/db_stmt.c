/* Prepared statements: one handle each, kept as long as the connection. */
#include "store/db_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 256 }; /* first buffer of a text column; longer values take a second fetch */

void
db_handle_close(struct db_handle *h)
{
    for (size_t i = 0; i < h->cols; i++)
        free(h->column[i].text);
    free(h->column);
    free(h->result);
    free(h->param);
    free(h->param_len);
    if (h->stmt)
        mysql_stmt_close(h->stmt);
    *h = (struct db_handle){0};
}

static void
result_bind(struct db_handle *h, MYSQL_RES *meta)
{
    MYSQL_FIELD *f = mysql_fetch_fields(meta);

    h->column = calloc(h->cols, sizeof(*h->column));
    h->result = calloc(h->cols, sizeof(*h->result));
    if (!h->column || !h->result)
        abort();
    for (size_t i = 0; i < h->cols; i++) {
        struct db_column *col = &h->column[i];
        MYSQL_BIND *b = &h->result[i];

        col->is_int = f[i].type == MYSQL_TYPE_TINY || f[i].type == MYSQL_TYPE_SHORT ||
                      f[i].type == MYSQL_TYPE_INT24 || f[i].type == MYSQL_TYPE_LONG ||
                      f[i].type == MYSQL_TYPE_LONGLONG;
        b->is_null = &col->null;
        b->length = &col->len;
        b->error = &col->truncated;
        if (col->is_int) {
            b->buffer_type = MYSQL_TYPE_LONGLONG;
            b->buffer = &col->i;
            b->buffer_length = sizeof(col->i);
        } else {
            col->text = malloc(TEXT_BYTES);
            if (!col->text)
                abort();
            b->buffer_type = MYSQL_TYPE_STRING;
            b->buffer = col->text;
            b->buffer_length = TEXT_BYTES;
        }
    }
}

static bool
handle_prepare(struct db *db, struct db_handle *h, const struct db_stmt *s)
{
    MYSQL_RES *meta;

    h->def = s;
    h->stmt = mysql_stmt_init(db->my);
    if (!h->stmt)
        abort();
    if (mysql_stmt_prepare(h->stmt, s->sql, (unsigned long)strlen(s->sql)) != 0) {
        db_remember(db, mysql_stmt_errno(h->stmt), mysql_stmt_error(h->stmt));
        db_handle_close(h);
        return false;
    }
    h->params = mysql_stmt_param_count(h->stmt);
    h->cols = mysql_stmt_field_count(h->stmt);
    h->param = calloc(h->params + 1, sizeof(*h->param));
    h->param_len = calloc(h->params + 1, sizeof(*h->param_len));
    if (!h->param || !h->param_len)
        abort();
    meta = h->cols ? mysql_stmt_result_metadata(h->stmt) : NULL;
    if (meta) {
        result_bind(h, meta);
        mysql_free_result(meta);
        if (mysql_stmt_bind_result(h->stmt, h->result)) {
            db_remember(db, mysql_stmt_errno(h->stmt), mysql_stmt_error(h->stmt));
            db_handle_close(h);
            return false;
        }
    }
    return true;
}

struct db_handle *
db_handle_get(struct db *db, const struct db_stmt *s)
{
    size_t i = ((uintptr_t)s / sizeof(*s)) % DB_STMT_SLOTS;

    while (db->slots[i].def && db->slots[i].def != s)
        i = (i + 1) % DB_STMT_SLOTS;
    if (!db->slots[i].def && !handle_prepare(db, &db->slots[i], s))
        return NULL;
    return &db->slots[i];
}

static void
param_bind(struct db_handle *h, size_t i, const struct db_arg *a)
{
    MYSQL_BIND *b = &h->param[i];

    switch (a->type) {
    case DB_INT:
        b->buffer_type = MYSQL_TYPE_LONGLONG;
        b->buffer = (void *)(uintptr_t)&a->i;
        break;
    case DB_STR:
    case DB_BIN:
        h->param_len[i] = (unsigned long)a->s.n;
        b->buffer_type = a->type == DB_STR ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
        b->buffer = (void *)(uintptr_t)(a->s.p ? a->s.p : "");
        b->buffer_length = h->param_len[i];
        b->length = &h->param_len[i];
        break;
    default:
        b->buffer_type = MYSQL_TYPE_NULL;
    }
}

bool
db_execute(struct db *db, struct db_handle *h, struct db_args args)
{
    assert(args.n == h->params);
    if (db_injected_failure(db))
        return false;
    for (size_t i = 0; i < args.n; i++)
        param_bind(h, i, &args.v[i]);
    if ((args.n && mysql_stmt_bind_param(h->stmt, h->param)) || mysql_stmt_execute(h->stmt) != 0) {
        db_remember(db, mysql_stmt_errno(h->stmt), mysql_stmt_error(h->stmt));
        return false;
    }
    return true;
}

/* Copies the row just fetched into mem; long texts are fetched again into a buffer of their size.
 */
static struct db_cell *
row_copy(struct arena *mem, struct db_handle *h)
{
    struct db_cell *cells = ARENA_ARRAY(mem, h->cols, struct db_cell);

    for (size_t i = 0; i < h->cols; i++) {
        struct db_column *col = &h->column[i];

        cells[i].null = col->null;
        cells[i].s = S("");
        if (col->null)
            continue;
        if (col->is_int) {
            cells[i].i = col->i;
        } else if (col->len <= TEXT_BYTES) {
            cells[i].s = arena_str(mem, (struct str){col->text, col->len});
        } else {
            unsigned long len = col->len;
            char *p = arena_alloc(mem, len + 1);
            MYSQL_BIND b = {.buffer_type = MYSQL_TYPE_STRING,
                            .buffer = p,
                            .buffer_length = len,
                            .length = &len};

            mysql_stmt_fetch_column(h->stmt, &b, (unsigned)i, 0);
            cells[i].s = (struct str){p, col->len};
        }
    }
    return cells;
}

/* When fetching fails, MariaDB's library has set the connection's error but not the statement's: so
 * it tells of a deadlock in a locking read. */
static void
remember_fetch(struct db *db, MYSQL_STMT *stmt)
{
    if (mysql_stmt_errno(stmt) != 0)
        db_remember(db, mysql_stmt_errno(stmt), mysql_stmt_error(stmt));
    else
        db_remember(db, mysql_errno(db->my), mysql_error(db->my));
}

bool
db_fetch_all(struct db *db, struct db_handle *h, struct arena *mem, struct db_rows *out)
{
    size_t cap = 4;
    int rc;

    *out = (struct db_rows){ARENA_ARRAY(mem, cap, struct db_cell *), 0, h->cols};
    while ((rc = mysql_stmt_fetch(h->stmt)) == 0 || rc == MYSQL_DATA_TRUNCATED) {
        if (out->n == cap) {
            struct db_cell **more = ARENA_ARRAY(mem, cap * 2, struct db_cell *);

            memcpy(more, out->rows, cap * sizeof(*more));
            out->rows = more;
            cap *= 2;
        }
        out->rows[out->n++] = row_copy(mem, h);
    }
    if (rc != MYSQL_NO_DATA)
        remember_fetch(db, h->stmt);
    mysql_stmt_free_result(h->stmt);
    return rc == MYSQL_NO_DATA;
}
