/* Comparisons and arithmetic. Times are brought to the finer of two resolutions. */
#include "analytics/compare.h"

#include "analytics/convert.h"
#include "analytics/form.h"

#include <string.h>

static const struct type integer = {.kind = TYPE_INT};

static const struct expr *
mismatch(struct ctx *c, const char *name, const struct expr *a, const struct expr *b)
{
    return expr_refuse(c, "Invalid analytics query: %s cannot be applied to (%s, %s).", name,
                       type_name(a->type), type_name(b->type));
}

/* Comparisons */

/* A number that is compared with a time: milliseconds when it is that large, else seconds. */
static const struct expr *
time_of_number(struct ctx *c, const struct expr *e)
{
    if (e->type.kind == TYPE_MS)
        return e;
    if (e->type.kind == TYPE_FLOAT)
        e = form_call1(c, "toInt64", e);
    return e ? form_call1(c, "millisecondsOf", e) : NULL;
}

static const struct expr *
compare_times(struct ctx *c, const char *name, const struct expr *a, const struct expr *b)
{
    int da, db;

    a = type_is_number(a->type.kind) ? time_of_number(c, a) : a;
    b = type_is_number(b->type.kind) ? time_of_number(c, b) : b;
    if (!a || !b)
        return NULL;
    da = convert_digits(a);
    db = convert_digits(b);
    if (da < db)
        da = db;
    if (da < 0) {
        a = convert_date(c, a);
        b = convert_date(c, b);
    } else {
        a = convert_ticks(c, a, da);
        b = convert_ticks(c, b, da);
    }
    if (!a || !b)
        return c->err.status == ST_OK
                   ? expr_refuse(c, "Invalid SQL syntax: the text compared with a time is none.")
                   : NULL;
    return form_call2(c, name, a, b);
}

/* Whether the two can be compared as times. */
static bool
as_times(const struct expr *a, const struct expr *b)
{
    bool ta = type_is_time(a->type.kind), tb = type_is_time(b->type.kind);

    if (b->type.kind == TYPE_TEXT && expr_is_const(b))
        return ta || a->type.kind == TYPE_MS;
    if (a->type.kind == TYPE_TEXT && expr_is_const(a))
        return tb || b->type.kind == TYPE_MS;
    return (ta || type_is_number(a->type.kind)) && (tb || type_is_number(b->type.kind)) &&
           (ta || tb) && a->type.kind != TYPE_BOOL && b->type.kind != TYPE_BOOL;
}

static const struct expr *
compare_tuples(struct ctx *c, const char *name, const struct expr *a, const struct expr *b)
{
    const struct expr **same = ARENA_ARRAY(c->mem, a->n + 1, const struct expr *), *all;

    if (a->n != b->n || a->n == 0 ||
        (strcmp(name, "equals") != 0 && strcmp(name, "notEquals") != 0))
        return mismatch(c, name, a, b);
    for (size_t i = 0; i < a->n; i++)
        same[i] = compare_call(c, "equals", a->kid[i], b->kid[i]);
    all = a->n == 1 ? same[0] : form_call(c, "and", same, a->n);
    return all && *name == 'n' ? form_call1(c, "not", all) : all;
}

static bool
comparable_arrays(const char *name, const struct expr *a, const struct expr *b)
{
    return a->type.canonical && b->type.canonical &&
           (a->type.item == b->type.item || a->type.item == TYPE_NULL ||
            b->type.item == TYPE_NULL) &&
           (strcmp(name, "equals") == 0 || strcmp(name, "notEquals") == 0);
}

const struct expr *
compare_call(struct ctx *c, const char *name, const struct expr *a, const struct expr *b)
{
    enum type_kind ka, kb;

    if (!a || !b)
        return NULL;
    ka = a->type.kind;
    kb = b->type.kind;
    if (ka == TYPE_TUPLE && kb == TYPE_TUPLE)
        return compare_tuples(c, name, a, b);
    if (ka == TYPE_NULL || kb == TYPE_NULL)
        return expr_null(c);
    if (as_times(a, b))
        return compare_times(c, name, a, b);
    if ((type_is_number(ka) && type_is_number(kb)) || (ka == TYPE_TEXT && kb == TYPE_TEXT) ||
        (ka == TYPE_ARRAY && kb == TYPE_ARRAY && comparable_arrays(name, a, b)))
        return form_call2(c, name, a, b);
    return mismatch(c, name, a, b);
}

/* IN */

/* Whether the database can look a up among values like e. */
static bool
in_plainly(const struct expr *a, const struct expr *e)
{
    return (type_is_number(a->type.kind) && type_is_number(e->type.kind)) ||
           (a->type.kind == TYPE_TEXT && e->type.kind == TYPE_TEXT);
}

static const struct expr *
negated(struct ctx *c, const struct expr *e, bool not )
{
    return e && not ? form_call1(c, "not", e) : e;
}

const struct expr *
compare_in(struct ctx *c, const struct expr *a, const struct expr *const *list, size_t n, bool not )
{
    const struct expr **kept = ARENA_ARRAY(c->mem, n + 1, const struct expr *);
    struct expr *e;
    bool plain = true;
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        if (list[i]->type.kind == TYPE_NULL)
            continue;
        plain = plain && in_plainly(a, list[i]);
        kept[k++] = list[i];
    }
    if (k == 0)
        return expr_int(c, TYPE_INT, not );
    if (!plain) {
        for (size_t i = 0; i < k; i++)
            kept[i] = compare_call(c, "equals", a, kept[i]);
        return negated(c, k == 1 ? kept[0] : form_call(c, "or", kept, k), not );
    }
    e = expr_new(c, EXPR_IN, integer, k + 1);
    e->type.nullable = a->type.nullable;
    e->kid[0] = a;
    memcpy(e->kid + 1, kept, k * sizeof(*kept));
    return negated(c, expr_done(c, e), not );
}

/* Arithmetic */

static const struct expr *
number_of(struct ctx *c, const struct expr *e)
{
    return convert_retype(c, e, integer);
}

static const struct expr *
times(struct ctx *c, const struct expr *n, int64_t by)
{
    n = number_of(c, n);
    return by == 1 || !n ? n : form_call2(c, "multiply", n, expr_int(c, TYPE_INT, by));
}

/* t + n, where n counts units of t's resolution */
static const struct expr *
advance(struct ctx *c, const struct expr *t, const struct expr *n)
{
    const struct expr *sum = form_call2(c, "plus", number_of(c, t), n);

    return sum ? convert_retype(c, sum, t->type) : NULL;
}

static const struct expr *
move_months(struct ctx *c, const struct expr *t, const struct expr *n)
{
    const struct expr *whole, *power, *rest;

    if (t->type.kind != TYPE_DATETIME64)
        return form_call2(c, "addMonths", t, n);
    power = expr_int(c, TYPE_INT, type_power(t->type.digits));
    whole = convert_ticks(c, t, 0);
    whole = whole ? form_call2(c, "addMonths", whole, n) : NULL;
    rest = form_call2(c, "modulo", number_of(c, t), power);
    return whole && rest ? advance(c, convert_ticks(c, whole, t->type.digits), rest) : NULL;
}

const struct expr *
compare_move(struct ctx *c, const struct expr *t, const struct expr *n, enum type_unit unit)
{
    const struct type_unit_row *u = &type_units[unit];
    int digits = t->type.kind == TYPE_DATETIME64 ? t->type.digits : 0;

    if (!type_is_time(t->type.kind) || !type_is_int(n->type.kind))
        return expr_refuse(c, "Invalid analytics query: an interval cannot be added to %s.",
                           type_name(t->type));
    if (u->months)
        return move_months(c, t, times(c, n, u->months));
    if (t->type.kind == TYPE_DATE && u->seconds >= 86400)
        return advance(c, t, times(c, n, u->seconds / 86400));
    if (u->digits > digits)
        digits = u->digits;
    t = convert_ticks(c, t, digits);
    n = times(c, n, u->seconds ? u->seconds * type_power(digits) : type_power(digits - u->digits));
    return t && n ? advance(c, t, n) : NULL;
}

/* Days for a Date, seconds for the others. */
static const struct expr *
move_plainly(struct ctx *c, const struct expr *t, const struct expr *n)
{
    return advance(c, t,
                   times(c, n, t->type.kind == TYPE_DATETIME64 ? type_power(t->type.digits) : 1));
}

static const struct expr *
difference(struct ctx *c, const struct expr *a, const struct expr *b)
{
    int da = convert_digits(a), db = convert_digits(b);
    const struct expr *d;

    if (da < db)
        da = db;
    a = da < 0 ? a : convert_ticks(c, a, da);
    b = da < 0 ? b : convert_ticks(c, b, da);
    d = form_call2(c, "minus", number_of(c, a), number_of(c, b));
    return da > 0 && d ? form_call2(c, "divide", d, expr_int(c, TYPE_INT, type_power(da))) : d;
}

static const struct expr *
negative(struct ctx *c, const struct expr *n)
{
    return form_call1(c, "negate", number_of(c, n));
}

/* Times on either side; NULL, with nothing set, when there are none. */
static const struct expr *
with_times(struct ctx *c, bool minus, const struct expr *a, const struct expr *b)
{
    bool ta = type_is_time(a->type.kind), tb = type_is_time(b->type.kind);
    const struct expr *n = minus && b->type.kind != TYPE_NULL && !tb ? negative(c, b) : b;

    if (ta && b->type.kind == TYPE_INTERVAL)
        return n ? compare_move(c, a, number_of(c, n), b->type.unit) : NULL;
    if (tb && a->type.kind == TYPE_INTERVAL && !minus)
        return compare_move(c, b, number_of(c, a), a->type.unit);
    if (ta && tb && minus)
        return difference(c, a, b);
    if (ta && type_is_int(b->type.kind))
        return n ? move_plainly(c, a, n) : NULL;
    if (tb && type_is_int(a->type.kind) && !minus)
        return move_plainly(c, b, a);
    return NULL;
}

const struct expr *
compare_arithmetic(struct ctx *c, const char *name, const struct expr *a, const struct expr *b)
{
    const struct expr *e;
    bool minus = strcmp(name, "minus") == 0, sum = minus || strcmp(name, "plus") == 0;

    if (!a || !b)
        return NULL;
    if (a->type.kind == TYPE_NULL || b->type.kind == TYPE_NULL)
        return expr_null(c);
    if (sum && (type_is_time(a->type.kind) || type_is_time(b->type.kind))) {
        e = with_times(c, minus, a, b);
        return e || c->err.status != ST_OK ? e : mismatch(c, name, a, b);
    }
    if (strcmp(name, "modulo") == 0 && b->kind == EXPR_CONST && b->i == 0 &&
        b->type.kind != TYPE_FLOAT)
        return expr_refuse(c, "Invalid analytics query: division by zero.");
    e = form_call2(c, name, a, b);
    /* a moment and a span are a moment again */
    if (e && sum && e->type.kind == TYPE_INT &&
        (a->type.kind == TYPE_MS) != (b->type.kind == TYPE_MS))
        e = convert_retype(c, e, (struct type){.kind = TYPE_MS});
    return e;
}
