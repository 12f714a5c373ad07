/* Gaps. */
#include "analytics/fill.h"

#include "analytics/convert.h"
#include "analytics/fold.h"
#include "analytics/write.h"

#include <string.h>

struct fill {
    struct ctx *c;
    const struct column *columns;
    size_t n_items;
    size_t *cell;       /* of each order key; those behind the items are hidden */
    struct type *types; /* of the hidden ones */
    size_t n_cells;
    size_t key; /* which order key is filled */
    bool desc;
    bool has_from, has_to;
    int64_t from, to;
    int64_t step; /* of the key's own unit */
    int64_t months;

    bool *carried;             /* items whose value is taken over from the row before */
    struct cell *before, *row; /* cells of the last row; one at work */
    struct sb *texts;          /* of the last row, whose space is used again */
    bool any;
    int64_t next; /* the value that has to come */
    bool has_next;
};

static struct fill *
refuse(struct ctx *c, const char *what)
{
    expr_refuse(c, "Invalid analytics query: WITH FILL: %s.", what);
    return NULL;
}

/* Setting up */

/* A bound: a constant of the key's type. */
static bool
bound(struct fill *f, struct env *env, const struct ast *e, struct type t, int64_t *out)
{
    const struct expr *v = resolve_expression(env, e);
    bool ints = t.kind == TYPE_INT || t.kind == TYPE_MS;

    if (v && v->type.kind == TYPE_DATETIME64 && t.kind == TYPE_DATETIME64)
        v = convert_ticks(f->c, v, t.digits);
    if (!v)
        return false;
    if (!expr_is_const(v) || (ints ? !type_is_int(v->type.kind) : v->type.kind != t.kind)) {
        refuse(f->c, "FROM and TO are constants of the column's type");
        return false;
    }
    *out = v->i;
    return true;
}

static bool
interval_step(struct fill *f, struct type t, const struct expr *v)
{
    const struct type_unit_row *u = &type_units[v->type.unit];
    int64_t unit;

    f->months = 0;
    if (u->months) {
        f->months = v->i * u->months;
        return t.kind == TYPE_DATE || t.kind == TYPE_DATETIME;
    }
    if (t.kind == TYPE_DATE)
        unit = u->seconds % 86400 ? 0 : u->seconds / 86400;
    else if (t.kind == TYPE_DATETIME)
        unit = u->seconds;
    else
        unit = t.kind == TYPE_DATETIME64 ? u->seconds * type_power(t.digits) : 0;
    return unit && !__builtin_mul_overflow(v->i, unit, &f->step);
}

static bool
step_of(struct fill *f, struct env *env, const struct ast *e, struct type t)
{
    const struct expr *v = e ? resolve_expression(env, e) : NULL;
    bool ok = true;

    f->step = f->desc ? -1 : 1;
    if (t.kind == TYPE_DATETIME64)
        f->step *= type_power(t.digits);
    if (e && !v)
        return false;
    if (v && expr_is_const(v) && v->type.kind == TYPE_INTERVAL && v->i > -INT32_MAX &&
        v->i < INT32_MAX)
        ok = interval_step(f, t, v);
    else if (v && expr_is_const(v) && v->type.kind == TYPE_INT)
        ok = !__builtin_mul_overflow(v->i, t.kind == TYPE_DATETIME64 ? type_power(t.digits) : 1,
                                     &f->step);
    else if (v)
        ok = false;
    if (f->months)
        f->step = f->months;
    if (!ok || (f->desc ? f->step >= 0 : f->step <= 0)) {
        refuse(f->c, "STEP does not lead from one value of the column to the next");
        return false;
    }
    return true;
}

static bool
settings(struct fill *f, struct resolve *r, const struct block *b)
{
    const struct ast_order *o = b->order[f->key].ast;
    struct type t = b->order[f->key].e->type;
    struct block nothing = {0};
    struct env env = {.r = r, .c = f->c, .b = &nothing, .sel = r->root, .joining = true};

    f->desc = o->desc;
    f->has_from = o->from != NULL;
    f->has_to = o->to != NULL;
    if (b->order[f->key].e->kind == EXPR_CONST ||
        (!type_is_time(t.kind) && t.kind != TYPE_INT && t.kind != TYPE_MS)) {
        refuse(f->c, "the column is a time or a whole number");
        return false;
    }
    if ((o->from && !bound(f, &env, o->from, t, &f->from)) ||
        (o->to && !bound(f, &env, o->to, t, &f->to)) || !step_of(f, &env, o->step, t))
        return false;
    if (f->has_from && f->has_to && (f->desc ? f->to > f->from : f->to < f->from)) {
        refuse(f->c, "TO lies before FROM");
        return false;
    }
    return true;
}

/* Items named in INTERPOLATE; without names, all. */
static bool
interpolated(struct fill *f, const struct ast_select *s)
{
    f->carried = ARENA_ARRAY(f->c->mem, f->n_items + 1, bool);
    for (size_t i = 0; i < f->n_items; i++)
        f->carried[i] = s->interpolate && s->interpolated.n == 0;
    for (size_t k = 0; k < s->interpolated.n; k += 2) {
        const struct ast *name = s->interpolated.v[k], *value = s->interpolated.v[k + 1];

        if (name->kind != AST_NAME || value->kind != AST_NAME || !str_eq(name->text, value->text)) {
            refuse(f->c, "INTERPOLATE takes names of columns only");
            return false;
        }
        for (size_t i = 0; i < f->n_items; i++)
            f->carried[i] = f->carried[i] || str_eq(f->columns[i].name, name->text);
    }
    return true;
}

struct fill *
fill_new(struct resolve *r, const struct block *b, const struct column *columns)
{
    struct fill *f = ARENA_NEW(r->c->mem, struct fill);

    f->c = r->c;
    f->columns = columns;
    f->n_items = f->n_cells = b->items.n;
    f->cell = ARENA_ARRAY(f->c->mem, b->n_order + 1, size_t);
    f->types = ARENA_ARRAY(f->c->mem, b->n_order + 1, struct type);
    f->key = b->n_order;
    for (size_t i = 0; i < b->n_order; i++) {
        f->cell[i] = b->order[i].item;
        if (write_is_hidden(b, i)) {
            f->types[f->n_cells - f->n_items] = b->order[i].e->type;
            f->cell[i] = f->n_cells++;
        }
        if (!b->order[i].ast->fill)
            continue;
        if (f->key < b->n_order)
            return refuse(f->c, "only one column can be filled");
        f->key = i;
    }
    for (size_t i = 0; i < f->key; i++)
        if (b->order[i].e->kind == EXPR_CONST)
            return refuse(f->c, "a constant cannot be ordered by");
    f->before = ARENA_ARRAY(f->c->mem, f->n_cells, struct cell);
    f->row = ARENA_ARRAY(f->c->mem, f->n_cells, struct cell);
    f->texts = ARENA_ARRAY(f->c->mem, f->n_cells, struct sb);
    for (size_t i = 0; i < f->n_cells; i++)
        sb_init(&f->texts[i], f->c->mem, 32);
    return settings(f, r, b) && interpolated(f, r->root) ? f : NULL;
}

size_t
fill_cells(const struct fill *f)
{
    return f->n_cells;
}

struct type
fill_type(const struct fill *f, size_t cell)
{
    return cell < f->n_items ? f->columns[cell].type : f->types[cell - f->n_items];
}

/* Filling */

static bool
precedes(const struct fill *f, int64_t a, int64_t b)
{
    return f->desc ? a > b : a < b;
}

/* False when there is no such value any more. */
static bool
advance(struct fill *f)
{
    bool date = fill_type(f, f->cell[f->key]).kind == TYPE_DATE;
    int64_t day, rest;

    if (!f->months)
        return !__builtin_add_overflow(f->next, f->step, &f->next);
    day = date ? f->next : f->next / 86400;
    rest = date ? 0 : f->next % 86400;
    if (f->next < 0 || day > 5000000 || day / 31 + f->months < 0)
        return false;
    day = fold_add_months(day, f->months);
    f->next = date ? day : day * 86400 + rest;
    return true;
}

static enum status
add_missing(struct fill *f, struct result *out)
{
    for (size_t i = 0; i < f->n_items; i++) {
        struct type t = f->columns[i].type;

        if (f->carried[i] && f->any)
            f->row[i] = f->before[i];
        else
            f->row[i] =
                (struct cell){.null = t.nullable, .s = t.kind == TYPE_ARRAY ? S("[]") : S("")};
    }
    for (size_t i = 0; i < f->key; i++)
        if (f->cell[i] < f->n_items)
            f->row[f->cell[i]] = f->before[f->cell[i]];
    if (f->cell[f->key] < f->n_items)
        f->row[f->cell[f->key]] = (struct cell){.i = f->next};
    return result_add(out, f->row);
}

/* Adds rows up to a value, or TO. */
static enum status
add_until(struct fill *f, struct result *out, bool has_end, int64_t end)
{
    enum status st = ST_OK;

    while (st == ST_OK && f->has_next && !out->done && (!has_end || precedes(f, f->next, end)) &&
           (!f->has_to || precedes(f, f->next, f->to))) {
        st = add_missing(f, out);
        f->has_next = advance(f);
    }
    return st;
}

static bool
same_cell(const struct cell *a, const struct cell *b)
{
    return a->null == b->null && a->i == b->i && memcmp(&a->d, &b->d, sizeof(a->d)) == 0 &&
           str_eq(a->s, b->s);
}

static bool
same_prefix(const struct fill *f, const struct cell *row)
{
    for (size_t i = 0; i < f->key; i++)
        if (!same_cell(&row[f->cell[i]], &f->before[f->cell[i]]))
            return false;
    return true;
}

static void
keep(struct fill *f, size_t cell, const struct cell *row)
{
    struct sb *text = &f->texts[cell];

    text->n = 0;
    sb_put(text, row[cell].s);
    f->before[cell] = row[cell];
    f->before[cell].s = sb_str(text);
}

enum status
fill_add(struct fill *f, struct result *out, const struct cell *row)
{
    const struct cell *key = &row[f->cell[f->key]];
    enum status st = ST_OK;

    if (key->null)
        return result_add(out, row);
    if (!f->any || !same_prefix(f, row)) {
        if (f->any && f->has_to)
            st = add_until(f, out, false, 0);
        for (size_t i = 0; i < f->key; i++)
            keep(f, f->cell[i], row);
        f->next = f->has_from ? f->from : key->i;
        f->has_next = true;
    }
    if (st == ST_OK)
        st = add_until(f, out, true, key->i);
    if (f->has_next && f->next == key->i)
        f->has_next = advance(f);
    for (size_t i = 0; i < f->n_items; i++)
        if (f->carried[i])
            keep(f, i, row);
    f->any = true;
    return st == ST_OK ? result_add(out, row) : st;
}

enum status
fill_end(struct fill *f, struct result *out)
{
    if (!f->any && f->key == 0 && f->has_from && f->has_to) {
        f->next = f->from;
        f->has_next = true;
    }
    return f->has_to ? add_until(f, out, false, 0) : ST_OK;
}
