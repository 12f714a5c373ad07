/* Expressions. */
#include "analytics/write.h"

#include "analytics/form.h"
#include "base/number.h"

#include <string.h>

bool
write_full(const struct writer *w)
{
    return w->sql.n > WRITE_BYTES_MAX || w->params->n > WRITE_PARAMS_MAX;
}

/* Constants */

static void
put_float(struct writer *w, double d)
{
    size_t from = w->sql.n;

    sb_puts(&w->sql, d < 0 ? "(" : "");
    number_put(&w->sql, d);
    /* without an exponent it would be an exact DECIMAL */
    if (!memchr(w->sql.p + from, 'e', w->sql.n - from))
        sb_puts(&w->sql, "e0");
    sb_puts(&w->sql, d < 0 ? ")" : "");
}

static void
put_constant(struct writer *w, const struct expr *e)
{
    if (e->null) {
        sb_puts(&w->sql, "NULL");
    } else if (e->type.kind == TYPE_TEXT) {
        sb_puts(&w->sql, "CAST(? AS BINARY)");
        params_add(w->params, e->s, true);
    } else if (e->type.kind == TYPE_ARRAY) {
        sb_puts(&w->sql, "CONVERT(? USING utf8mb4)");
        params_add(w->params, e->s, false);
    } else if (e->type.kind == TYPE_FLOAT) {
        put_float(w, e->d);
    } else {
        sb_puts(&w->sql, e->i < 0 ? "(" : "");
        sb_i64(&w->sql, e->i);
        sb_puts(&w->sql, e->i < 0 ? ")" : "");
    }
}

static void
put_default(struct writer *w, struct type t)
{
    if (t.kind == TYPE_TEXT)
        sb_puts(&w->sql, "CAST('' AS BINARY)");
    else if (t.kind == TYPE_ARRAY)
        sb_puts(&w->sql, "'[]'");
    else
        sb_puts(&w->sql, t.kind == TYPE_FLOAT ? "0e0" : "0");
}

/* Calls */

/* An argument of a call; those of aggregates have been computed below as a1, a2, ... */
static void
put_argument(struct writer *w, const struct expr *e, size_t i)
{
    if (e->kind == EXPR_AGGREGATE && w->level == LEVEL_GROUPS) {
        for (size_t k = 0; k < w->arguments->n; k++)
            if (expr_equal(w->arguments->v[k], e->kid[i])) {
                sb_addf(&w->sql, "g.a%zu", k + 1);
                return;
            }
    }
    write_expression(w, e->kid[i]);
}

static void
put_arguments(struct writer *w, const struct expr *e, size_t n, const char *between)
{
    for (size_t i = 0; i < n; i++) {
        sb_puts(&w->sql, i ? between : "");
        put_argument(w, e, i);
    }
}

/* The SQL of a form, with the first n kids of e as its arguments. */
static void
put_form(struct writer *w, const struct expr *e, size_t n)
{
    for (const char *p = e->form->sql; *p; p++) {
        if (*p != '$' || !p[1] || p[1] == '\'') {
            sb_putc(&w->sql, *p);
            continue;
        }
        p++;
        if (*p == '*')
            put_arguments(w, e, n, ", ");
        else if (*p == 'A')
            put_arguments(w, e, n, " AND ");
        else if (*p == 'O')
            put_arguments(w, e, n, " OR ");
        else if (*p == 'D')
            sb_puts(&w->sql, e->distinct ? "DISTINCT " : "");
        else
            put_argument(w, e, (size_t)(*p - '1'));
    }
}

/* Aggregates */

/* Linear between the two values next to the rank that is wanted. The ranks stand beside the
 * argument. */
static void
put_quantile(struct writer *w, const struct expr *e)
{
    struct sb level;
    size_t k = 0;

    while (k < w->arguments->n && !expr_equal(w->arguments->v[k], e->kid[0]))
        k++;
    k++;
    sb_init(&level, w->c->mem, 64);
    number_put(&level, e->level);
    sb_addf(&level, "%s * (g.n%zu - 1)", memchr(level.p, 'e', level.n) ? "" : "e0", k);
    sb_addf(&w->sql,
            "SUM(CASE g.r%zu - 1 - FLOOR(%s) WHEN 0 THEN g.a%zu * (1 - MOD(%s, 1)) "
            "WHEN 1 THEN g.a%zu * MOD(%s, 1) END)",
            k, sb_str(&level).p, k, level.p, k, level.p);
}

static void
put_edge(struct sb *b, enum ast_frame_edge edge, int64_t n)
{
    static const char *const words[] = {
        [FRAME_UNBOUNDED_PRECEDING] = "UNBOUNDED PRECEDING",
        [FRAME_PRECEDING] = " PRECEDING",
        [FRAME_CURRENT_ROW] = "CURRENT ROW",
        [FRAME_FOLLOWING] = " FOLLOWING",
        [FRAME_UNBOUNDED_FOLLOWING] = "UNBOUNDED FOLLOWING",
    };

    if (edge == FRAME_PRECEDING || edge == FRAME_FOLLOWING)
        sb_i64(b, n);
    sb_puts(b, words[edge]);
}

static void
put_over(struct writer *w, const struct expr *e)
{
    const struct ast_window *win = e->window;
    size_t at = e->partition;

    sb_puts(&w->sql, " OVER (");
    /* beside a constant, MariaDB counts other windows of the SELECT wrongly */
    for (size_t i = 0, n = 0; i < e->n_partition; i++, at++) {
        if (e->kid[at]->kind == EXPR_CONST)
            continue;
        sb_puts(&w->sql, n++ ? ", " : "PARTITION BY ");
        write_expression(w, e->kid[at]);
    }
    for (size_t i = 0; at < e->n; i++, at++) {
        sb_puts(&w->sql, i ? ", " : " ORDER BY ");
        write_expression(w, e->kid[at]);
        sb_puts(&w->sql, win->order.v[i].desc ? " DESC" : "");
    }
    if (win->framed) {
        sb_puts(&w->sql, win->range ? " RANGE BETWEEN " : " ROWS BETWEEN ");
        put_edge(&w->sql, win->first, win->first_n);
        sb_puts(&w->sql, " AND ");
        put_edge(&w->sql, win->last, win->last_n);
    }
    sb_putc(&w->sql, ')');
}

static void
put_core(struct writer *w, const struct expr *e)
{
    if (*e->form->sql)
        put_form(w, e, e->kind == EXPR_WINDOW ? e->partition : e->n);
    else
        put_quantile(w, e);
    if (e->kind == EXPR_WINDOW)
        put_over(w, e);
}

static void
put_collected(struct writer *w, const struct expr *e)
{
    bool few = e->parameter >= 0 && w->dialect == DIALECT_MARIADB;
    bool cut = e->parameter >= 0 && !few;

    sb_puts(&w->sql, cut ? "COALESCE(JSON_EXTRACT(CONCAT('[', COALESCE(" : "CONCAT('[', COALESCE(");
    put_form(w, e, e->n);
    if (few)
        sb_addf(&w->sql, " LIMIT %lld", (long long)e->parameter);
    sb_puts(&w->sql, "), ''), ']')");
    if (cut)
        sb_addf(&w->sql, ", '$[0 to %lld]'), '[]')", (long long)e->parameter - 1);
}

/* An aggregate of nothing but NULL is NULL to the database; what it has to be, depends on its type.
 */
static void
put_aggregate(struct writer *w, const struct expr *e)
{
    bool count = str_starts(str_of(e->form->sql), S("COUNT"));
    bool integer = e->type.kind == TYPE_INT || e->type.kind == TYPE_MS;

    if (str_starts(str_of(e->form->name), S("group"))) {
        put_collected(w, e);
    } else if (count || (e->type.nullable && !integer)) {
        put_core(w, e);
    } else {
        sb_puts(&w->sql, integer ? "CAST(" : "");
        sb_puts(&w->sql, e->type.nullable ? "" : "COALESCE(");
        put_core(w, e);
        if (!e->type.nullable) {
            sb_puts(&w->sql, ", ");
            put_default(w, e->type);
            sb_putc(&w->sql, ')');
        }
        sb_puts(&w->sql, integer ? " AS SIGNED)" : "");
    }
}

/* Arrays */

static const char *
item_type(enum type_kind k)
{
    return k == TYPE_TEXT ? "LONGTEXT" : k == TYPE_FLOAT ? "DOUBLE" : "BIGINT";
}

void
write_items(struct writer *w, const struct expr *array, const char *prefix, int id)
{
    sb_puts(&w->sql, "JSON_TABLE(");
    write_expression(w, array);
    sb_addf(&w->sql, ", '$[*]' COLUMNS (o FOR ORDINALITY, v %s PATH '$')) %s%d",
            item_type(array->type.item), prefix, id);
}

static void
put_item(struct writer *w, struct type t, const char *prefix, int id)
{
    if (t.kind == TYPE_TEXT)
        sb_addf(&w->sql, "CAST(%s%d.v AS BINARY)", prefix, id);
    else
        sb_addf(&w->sql, "%s%d.v", prefix, id);
}

static void
put_filter(struct writer *w, const struct expr *e)
{
    int outer = w->variable0, level = (int)e->i;

    if (e->kind == EXPR_EXISTS)
        sb_puts(&w->sql, "EXISTS (SELECT 1");
    else if (e->type.item == TYPE_TEXT)
        sb_addf(&w->sql,
                "(SELECT CONCAT('[', COALESCE(GROUP_CONCAT(JSON_QUOTE(x%d.v) ORDER BY x%d.o "
                "SEPARATOR ','), ''), ']')",
                level, level);
    else
        sb_addf(&w->sql,
                "(SELECT CONCAT('[', COALESCE(GROUP_CONCAT(x%d.v ORDER BY x%d.o SEPARATOR ','), "
                "''), ']')",
                level, level);
    sb_puts(&w->sql, " FROM ");
    write_items(w, e->kid[0], "x", level);
    sb_puts(&w->sql, " WHERE ");
    if (level == 0)
        w->variable0 = -1;
    write_expression(w, e->kid[1]);
    w->variable0 = outer;
    sb_putc(&w->sql, ')');
}

/* The other kinds */

static void
put_column(struct writer *w, const struct expr *e)
{
    const struct source *s = e->source;

    if (s->kind == SOURCE_ITEMS)
        put_item(w, s->columns[0].type, "t", s->id);
    else if (s->kind == SOURCE_RELATION)
        sb_addf(&w->sql, "t%d.`%s`", s->id, relation_columns(s->relation).v[e->i].name);
    else
        sb_addf(&w->sql, "t%d.c%lld", s->id, (long long)e->i + 1);
}

static void
put_case(struct writer *w, const struct expr *e)
{
    sb_puts(&w->sql, "CASE");
    for (size_t i = 0; i + 1 < e->n; i += 2) {
        sb_puts(&w->sql, " WHEN ");
        write_expression(w, e->kid[i]);
        sb_puts(&w->sql, " THEN ");
        write_expression(w, e->kid[i + 1]);
    }
    sb_puts(&w->sql, " ELSE ");
    write_expression(w, e->kid[e->n - 1]);
    sb_puts(&w->sql, " END");
}

static void
put_in(struct writer *w, const struct expr *e)
{
    sb_putc(&w->sql, '(');
    write_expression(w, e->kid[0]);
    sb_puts(&w->sql, " IN (");
    for (size_t i = 1; i < e->n; i++) {
        sb_puts(&w->sql, i > 1 ? ", " : "");
        write_expression(w, e->kid[i]);
    }
    sb_puts(&w->sql, "))");
}

/* NULL in the subquery is no member of the set. The subquery is one of its own, since there is no
 * LIMIT in one behind IN. */
static void
put_in_query(struct writer *w, const struct expr *e)
{
    sb_puts(&w->sql, "((");
    for (size_t i = 0; i < e->n; i++) {
        sb_puts(&w->sql, i ? ", " : "");
        write_expression(w, e->kid[i]);
    }
    sb_puts(&w->sql, e->i ? ") NOT IN (SELECT " : ") IN (SELECT ");
    for (size_t i = 0; i < e->n; i++)
        sb_addf(&w->sql, "%ss.c%zu", i ? ", " : "", i + 1);
    sb_puts(&w->sql, " FROM (");
    write_plan(w, e->plan);
    sb_puts(&w->sql, ") s");
    for (size_t i = 0, n = 0; i < e->n; i++)
        if (e->plan->columns[i].type.nullable || e->plan->columns[i].type.kind == TYPE_FLOAT)
            sb_addf(&w->sql, "%s s.c%zu IS NOT NULL", n++ ? " AND" : " WHERE", i + 1);
    sb_puts(&w->sql, "))");
}

static void
put_array(struct writer *w, const struct expr *e)
{
    sb_puts(&w->sql, "CONCAT('['");
    for (size_t i = 0; i < e->n; i++) {
        sb_puts(&w->sql, i ? ", ',', " : ", ");
        sb_puts(&w->sql, "COALESCE(");
        write_expression(w, e->kid[i]);
        sb_puts(&w->sql, ", 'null')");
    }
    sb_puts(&w->sql, ", ']')");
}

static void
put_reference(struct writer *w, const struct expr *e)
{
    long long i = (long long)e->i + 1;

    if (e->kind == EXPR_KEY)
        sb_addf(&w->sql, "%s.k%lld", w->level == LEVEL_LAYER ? "h" : "g", i);
    else if (e->kind == EXPR_ITEM)
        sb_addf(&w->sql, "d.c%lld", i);
    else if (w->level == LEVEL_LAYER)
        sb_addf(&w->sql, "h.x%lld", i);
    else
        put_aggregate(w, w->results->v[e->i]);
}

void
write_expression(struct writer *w, const struct expr *e)
{
    if (write_full(w))
        return;
    switch (e->kind) {
    case EXPR_CONST:
        put_constant(w, e);
        break;
    case EXPR_COLUMN:
        put_column(w, e);
        break;
    case EXPR_CALL:
        put_form(w, e, e->n);
        break;
    case EXPR_CASE:
        put_case(w, e);
        break;
    case EXPR_TUPLE:
    case EXPR_ARRAY:
        put_array(w, e);
        break;
    case EXPR_IN:
        put_in(w, e);
        break;
    case EXPR_IN_QUERY:
        put_in_query(w, e);
        break;
    case EXPR_QUERY:
        sb_puts(&w->sql, "(SELECT s.c1 FROM (");
        write_plan(w, e->plan);
        sb_puts(&w->sql, ") s)");
        break;
    case EXPR_FILTER:
    case EXPR_EXISTS:
        put_filter(w, e);
        break;
    case EXPR_VARIABLE:
        put_item(w, e->type, e->i == 0 && w->variable0 >= 0 ? "t" : "x",
                 e->i == 0 && w->variable0 >= 0 ? w->variable0 : (int)e->i);
        break;
    case EXPR_AGGREGATE:
    case EXPR_WINDOW:
        put_aggregate(w, e);
        break;
    case EXPR_KEY:
    case EXPR_RESULT:
    case EXPR_ITEM:
        put_reference(w, e);
        break;
    }
}

/* Order */

bool
write_may_be_null(struct type t)
{
    return t.nullable || t.kind == TYPE_FLOAT || t.kind == TYPE_NULL;
}

void
write_order(struct writer *w, const struct expr *e, bool desc)
{
    if (write_may_be_null(e->type)) {
        write_expression(w, e);
        sb_puts(&w->sql, " IS NULL, ");
    }
    write_expression(w, e);
    sb_puts(&w->sql, desc ? " DESC" : "");
}

void
write_order_name(struct writer *w, const char *prefix, size_t i, struct type t, bool desc)
{
    if (write_may_be_null(t))
        sb_addf(&w->sql, "%s%zu IS NULL, ", prefix, i + 1);
    sb_addf(&w->sql, "%s%zu%s", prefix, i + 1, desc ? " DESC" : "");
}
