/* Encoding. */
#include "analytics/result.h"

#include "base/number.h"
#include "base/utc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum cell_type
result_cell_type(struct type t)
{
    switch (t.kind) {
    case TYPE_FLOAT:
        return CELL_FLOAT;
    case TYPE_TEXT:
    case TYPE_ARRAY:
        return CELL_BYTES;
    default:
        return CELL_INT;
    }
}

void
result_init(struct result *r, struct ctx *c, const struct column *columns, size_t n,
            int64_t max_rows)
{
    *r = (struct result){
        .c = c, .columns = columns, .n = n, .limit = max_rows, .max_rows = max_rows};
    r->order = ARENA_ARRAY(c->mem, n + 1, size_t);
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;

        while (at < r->n_order && str_cmp(columns[r->order[at]].name, columns[i].name) < 0)
            at++;
        if (at < r->n_order && str_eq(columns[r->order[at]].name, columns[i].name)) {
            r->order[at] = i;
            continue;
        }
        memmove(r->order + at + 1, r->order + at, (r->n_order - at) * sizeof(*r->order));
        r->order[at] = i;
        r->n_order++;
    }
    sb_init(&r->text, c->mem, 4096);
}

static int
by_position(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return (x > y) - (x < y);
}

void
result_as_selected(struct result *r)
{
    qsort(r->order, r->n_order, sizeof(*r->order), by_position);
}

/* Values */

/* What is no UTF-8 is shown as U+FFFD, byte by byte. */
static void
put_text(struct result *r, struct str s)
{
    struct sb b;

    if (str_utf8_valid(s)) {
        sb_json_str(&r->text, s);
        return;
    }
    sb_init(&b, r->c->mem, s.n + 16);
    for (size_t i = 0; i < s.n;) {
        size_t n = 1;

        while (n < 4 && i + n < s.n && !str_utf8_valid((struct str){s.p + i, n}))
            n++;
        if (str_utf8_valid((struct str){s.p + i, n})) {
            sb_put(&b, (struct str){s.p + i, n});
            i += n;
        } else {
            sb_puts(&b, "\xEF\xBF\xBD");
            i++;
        }
    }
    sb_json_str(&r->text, sb_str(&b));
}

static void
put_date(struct sb *b, int64_t day)
{
    int64_t year;
    int month, mday;

    utc_civil(day, &year, &month, &mday);
    sb_addf(b, "%04lld-%02d-%02d", (long long)year, month, mday);
}

/* RFC 3339, with as much of the fraction as is not 0. */
static void
put_time(struct sb *b, int64_t ticks, int digits)
{
    int64_t power = type_power(digits), fraction = ticks % power, seconds = ticks / power, day;

    if (fraction < 0) {
        fraction += power;
        seconds--;
    }
    day = utc_day(seconds * 1000);
    put_date(b, day);
    seconds -= day * 86400;
    sb_addf(b, "T%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
            (int)(seconds % 60));
    for (; fraction && fraction % 10 == 0; digits--)
        fraction /= 10;
    if (fraction)
        sb_addf(b, ".%0*lld", digits, (long long)fraction);
    sb_putc(b, 'Z');
}

static void
put_number(struct sb *b, struct type t, int64_t i)
{
    /* beyond the year 9999 it is no time that could be shown */
    const int64_t last = INT64_C(253402300800);

    if (t.kind == TYPE_BOOL) {
        sb_puts(b, i ? "true" : "false");
    } else if (!type_is_time(t.kind)) {
        sb_i64(b, i);
    } else if (i < 0 || i / (t.kind == TYPE_DATETIME64 ? type_power(t.digits) : 1) >=
                            (t.kind == TYPE_DATE ? last / 86400 : last)) {
        sb_puts(b, "null");
    } else {
        sb_putc(b, '"');
        if (t.kind == TYPE_DATE)
            put_date(b, i);
        else
            put_time(b, i, t.kind == TYPE_DATETIME64 ? t.digits : 0);
        sb_puts(b, t.kind == TYPE_DATE ? "T00:00:00Z\"" : "\"");
    }
}

/* Arrays come as JSON, with times as numbers. */
static void
put_array(struct sb *b, struct type t, struct str json)
{
    const struct type item = {.kind = t.item, .digits = t.digits};

    if (!type_is_time(t.item)) {
        sb_put(b, json);
        return;
    }
    for (size_t i = 0; i < json.n;) {
        size_t n = 0;
        int64_t v;

        while (i + n < json.n &&
               ((json.p[i + n] >= '0' && json.p[i + n] <= '9') || json.p[i + n] == '-'))
            n++;
        if (n && str_i64((struct str){json.p + i, n}, INT64_MIN, INT64_MAX, &v))
            put_number(b, item, v);
        else if (n)
            sb_puts(b, "null");
        else
            sb_putc(b, json.p[i]);
        i += n ? n : 1;
    }
}

static void
put_value(struct result *r, struct type t, const struct cell *v)
{
    if (v->null || (t.kind == TYPE_FLOAT && !isfinite(v->d)))
        sb_puts(&r->text, "null");
    else if (t.kind == TYPE_TEXT)
        put_text(r, v->s);
    else if (t.kind == TYPE_ARRAY)
        put_array(&r->text, t, v->s);
    else if (t.kind == TYPE_FLOAT)
        number_put(&r->text, v->d);
    else
        put_number(&r->text, t, v->i);
}

/* Rows */

static void
remember_start(struct result *r)
{
    r->start = arena_room(r->c->mem, r->start, r->rows, sizeof(*r->start));
    r->start[r->rows++] = r->text.n;
}

enum status
result_add(struct result *r, const struct cell *row)
{
    if (r->offset > 0) {
        r->offset--;
        return ST_OK;
    }
    if ((int64_t)r->rows >= r->limit) {
        r->done = true;
        if ((int64_t)r->rows < r->max_rows)
            return ST_OK;
        return err_set(r->c, ST_ANALYTICS_ROWS, "The result exceeds the maximum row count of %lld.",
                       (long long)r->max_rows);
    }
    remember_start(r);
    for (size_t i = 0; i < r->n_order; i++) {
        const struct column *col = &r->columns[r->order[i]];

        sb_putc(&r->text, i ? ',' : '{');
        put_text(r, col->name);
        sb_putc(&r->text, ':');
        put_value(r, col->type, &row[r->order[i]]);
    }
    sb_puts(&r->text, r->n_order ? "}" : "{}");
    /* a comma between rows counts, too */
    if (r->text.n + r->rows > RESULT_BYTES_MAX)
        return err_set(r->c, ST_ANALYTICS_MEMORY,
                       "The result exceeds the maximum response size of %d bytes.",
                       RESULT_BYTES_MAX);
    return ST_OK;
}

struct str
result_row(const struct result *r, size_t i)
{
    size_t end = i + 1 < r->rows ? r->start[i + 1] : r->text.n;

    return (struct str){r->text.p + r->start[i], end - r->start[i]};
}
