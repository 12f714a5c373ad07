/* SELECTs. Each is a derived table within the next:
 *
 *   rows      FROM sources WHERE ...
 *   groups    keys k1, ... and arguments a1, ... of rows, as g: GROUP BY names, not expressions
 *   layer     keys and results x1, ... as h, when windows or several sets of keys need them
 *   items     c1, ... as d, when they are DISTINCT or limited per group
 */
#include "analytics/write.h"

#include "analytics/form.h"

#include <string.h>

/* Items */

static bool
has_window(const struct block *b)
{
    for (size_t i = 0; i < b->items.n; i++)
        if (expr_has(b->items.v[i], EXPR_WINDOW))
            return true;
    for (size_t i = 0; i < b->n_order; i++)
        if (expr_has(b->order[i].e, EXPR_WINDOW))
            return true;
    return false;
}

static bool
is_layered(const struct block *b)
{
    return b->grouped && (b->sets || has_window(b));
}

static enum write_level
level_of(const struct block *b)
{
    return !b->grouped ? LEVEL_ROWS : is_layered(b) ? LEVEL_LAYER : LEVEL_GROUPS;
}

static void
put_item_list(struct writer *w, const struct block *b)
{
    for (size_t i = 0; i < b->items.n; i++) {
        sb_puts(&w->sql, i ? ", " : "");
        write_expression(w, b->items.v[i]);
        sb_addf(&w->sql, " AS c%zu", i + 1);
    }
}

/* Everything behind the select list, up to GROUP BY and HAVING */
static void
put_base(struct writer *w, const struct block *b, const struct exprs *arguments)
{
    if (!b->grouped) {
        write_rows(w, b);
    } else if (is_layered(b)) {
        write_layer(w, b, arguments);
    } else {
        write_groups_from(w, b, arguments, UINT64_MAX, NULL);
        write_group_by(w, b, UINT64_MAX);
        if (b->having) {
            sb_puts(&w->sql, " HAVING ");
            write_expression(w, b->having);
        }
    }
}

static void
enter(struct writer *w, const struct block *b, const struct exprs *arguments)
{
    w->level = level_of(b);
    w->results = &b->aggregates;
    w->arguments = arguments;
}

bool
write_is_hidden(const struct block *b, size_t i)
{
    return b->fill && b->order[i].item == b->items.n && b->order[i].e->kind != EXPR_CONST;
}

static void
put_limit(struct writer *w, const struct resolve *r, const struct block *b)
{
    sb_addf(&w->sql, " LIMIT %lld", (long long)(b->fill ? r->max_rows : b->limit));
    if (b->offset && !b->fill)
        sb_addf(&w->sql, " OFFSET %lld", (long long)b->offset);
}

/* Items, order and limit of one SELECT */
static void
put_plain(struct writer *w, const struct block *b, const struct exprs *arguments)
{
    enter(w, b, arguments);
    sb_puts(&w->sql, "SELECT ");
    put_item_list(w, b);
    for (size_t i = 0; i < b->n_order; i++)
        if (write_is_hidden(b, i)) {
            sb_puts(&w->sql, ", ");
            write_expression(w, b->order[i].e);
            sb_addf(&w->sql, " AS o%zu", i + 1);
        }
    put_base(w, b, arguments);
    enter(w, b, arguments);
    for (size_t i = 0, n = 0; i < b->n_order; i++) {
        /* in an expression, the name could be that of a source's column */
        bool named = b->order[i].item < b->items.n && !write_may_be_null(b->order[i].e->type);

        if (b->order[i].e->kind == EXPR_CONST)
            continue;
        sb_puts(&w->sql, n++ ? ", " : " ORDER BY ");
        if (named)
            write_order_name(w, "c", b->order[i].item, b->order[i].e->type, b->order[i].ast->desc);
        else
            write_order(w, b->order[i].e, b->order[i].ast->desc);
    }
}

static void
put_names(struct writer *w, const char *prefix, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sb_addf(&w->sql, "%s%s%zu", i ? ", " : "", prefix, i + 1);
}

/* FROM the selected items as d, in which order and by are written */
static void
put_distinct(struct writer *w, const struct block *b, const struct exprs *arguments)
{
    enter(w, b, arguments);
    sb_puts(&w->sql, " FROM (SELECT DISTINCT ");
    put_item_list(w, b);
    put_base(w, b, arguments);
    sb_puts(&w->sql, ") d");
}

/* FROM items with order and by, as e */
static void
put_limited(struct writer *w, const struct block *b, const struct exprs *arguments)
{
    if (b->distinct)
        w->level = LEVEL_ITEMS;
    else
        enter(w, b, arguments);
    sb_puts(&w->sql, " FROM (SELECT ");
    if (b->distinct)
        put_names(w, "d.c", b->items.n);
    else
        put_item_list(w, b);
    for (size_t i = 0; i < b->n_order; i++) {
        sb_puts(&w->sql, ", ");
        write_expression(w, b->order[i].e);
        sb_addf(&w->sql, " AS o%zu", i + 1);
    }
    for (size_t i = 0; i < b->by.n; i++) {
        sb_puts(&w->sql, ", ");
        write_expression(w, b->by.v[i]);
        sb_addf(&w->sql, " AS b%zu", i + 1);
    }
    if (b->distinct)
        put_distinct(w, b, arguments);
    else
        put_base(w, b, arguments);
    sb_puts(&w->sql, ") e");
}

static void
put_order_names(struct writer *w, const struct block *b, const char *prefix)
{
    for (size_t i = 0; i < b->n_order; i++) {
        sb_puts(&w->sql, i ? ", " : " ORDER BY ");
        write_order_name(w, prefix, i, b->order[i].e->type, b->order[i].ast->desc);
    }
}

/* LIMIT n BY: rows are numbered within what they are limited by. */
static void
put_limit_by(struct writer *w, const struct block *b, const struct exprs *arguments)
{
    sb_puts(&w->sql, "SELECT ");
    put_names(w, "d.c", b->items.n);
    for (size_t i = 0; i < b->n_order; i++)
        if (write_is_hidden(b, i))
            sb_addf(&w->sql, ", d.o%zu", i + 1);
    sb_puts(&w->sql, " FROM (SELECT e.*, ROW_NUMBER() OVER (PARTITION BY ");
    put_names(w, "e.b", b->by.n);
    put_order_names(w, b, "e.o");
    sb_puts(&w->sql, ") AS rn");
    put_limited(w, b, arguments);
    sb_addf(&w->sql, ") d WHERE d.rn > %lld AND d.rn <= %lld", (long long)b->by_offset,
            (long long)(b->by_offset + b->by_limit));
    put_order_names(w, b, "d.o");
}

static void
put_select_distinct(struct writer *w, const struct block *b, const struct exprs *arguments)
{
    sb_puts(&w->sql, "SELECT ");
    put_names(w, "d.c", b->items.n);
    w->level = LEVEL_ITEMS;
    for (size_t i = 0; i < b->n_order; i++)
        if (write_is_hidden(b, i)) {
            sb_puts(&w->sql, ", ");
            write_expression(w, b->order[i].e);
            sb_addf(&w->sql, " AS o%zu", i + 1);
        }
    put_distinct(w, b, arguments);
    w->level = LEVEL_ITEMS;
    for (size_t i = 0; i < b->n_order; i++) {
        sb_puts(&w->sql, i ? ", " : " ORDER BY ");
        write_order(w, b->order[i].e, b->order[i].ast->desc);
    }
}

static void
put_block(struct writer *w, const struct block *b)
{
    struct exprs arguments = {NULL, 0};

    write_arguments(w, b, &arguments);
    if (b->by.n)
        put_limit_by(w, b, &arguments);
    else if (b->distinct)
        put_select_distinct(w, b, &arguments);
    else
        put_plain(w, b, &arguments);
    put_limit(w, w->resolve, b);
}

/* Several SELECTs */

static void
put_branch(struct writer *w, const struct plan *p, size_t i, const char *name)
{
    sb_puts(&w->sql, "SELECT ");
    put_names(w, arena_fmt(w->c->mem, "%s.c", name).p, p->n);
    sb_puts(&w->sql, " FROM (");
    put_block(w, p->branch[i].block);
    sb_addf(&w->sql, ") %s", name);
}

/* The first n branches. UNIONs stand side by side; EXCEPT keeps rows that equal none of the other
 * side. */
static void
put_branches(struct writer *w, const struct plan *p, size_t n)
{
    size_t except = n;

    for (size_t i = 1; i < n; i++)
        if (p->branch[i].op == SET_EXCEPT)
            except = i;
    if (except < n) {
        sb_puts(&w->sql, "SELECT ");
        put_names(w, "l.c", p->n);
        sb_puts(&w->sql, " FROM (");
        put_branches(w, p, except);
        sb_puts(&w->sql, ") l WHERE NOT EXISTS (SELECT 1 FROM (");
        put_block(w, p->branch[except].block);
        sb_puts(&w->sql, ") r WHERE ");
        for (size_t i = 0; i < p->n; i++)
            sb_addf(&w->sql, "%sr.c%zu <=> l.c%zu", i ? " AND " : "", i + 1, i + 1);
        sb_putc(&w->sql, ')');
    } else {
        put_branch(w, p, 0, "u");
    }
    for (size_t i = except < n ? except + 1 : 1; i < n; i++) {
        sb_puts(&w->sql, p->branch[i].op == SET_UNION_ALL ? " UNION ALL " : " UNION DISTINCT ");
        put_branch(w, p, i, "u");
    }
}

void
write_plan(struct writer *w, const struct plan *p)
{
    const struct writer outer = *w;

    if (write_full(w))
        return;
    w->variable0 = -1;
    if (p->n_branches == 1)
        put_block(w, p->branch[0].block);
    else
        put_branches(w, p, p->n_branches);
    w->level = outer.level;
    w->results = outer.results;
    w->arguments = outer.arguments;
    w->variable0 = outer.variable0;
}

enum status
write_query(const struct resolve *r, const struct plan *p, enum write_dialect dialect,
            struct str *sql, struct params *params)
{
    struct writer w = {
        .c = r->c, .resolve = r, .params = params, .dialect = dialect, .variable0 = -1};
    bool any = false;

    *params = (struct params){.mem = r->c->mem};
    sb_init(&w.sql, r->c->mem, 4096);
    for (size_t i = 0; i < r->n_ctes; i++) {
        if (!r->cte[i].used)
            continue;
        sb_addf(&w.sql, "%sw%zu AS (", any ? ", " : "WITH ", i + 1);
        write_plan(&w, r->cte[i].plan);
        sb_puts(&w.sql, ") ");
        any = true;
    }
    write_plan(&w, p);
    if (write_full(&w))
        return err_set(r->c, ST_ANALYTICS_QUERY, "The query is too complex.");
    *sql = sb_str(&w.sql);
    return ST_OK;
}
