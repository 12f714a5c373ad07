/* Conversions, made of the calls that SQL has to carry out. */
#include "analytics/convert.h"

#include "analytics/form.h"
#include "base/utc.h"

/* Reading times */

struct reader {
    struct str s;
    size_t i;
    bool bad;
};

static int
digits(struct reader *r, int n)
{
    int v = 0;

    for (; n > 0 && !r->bad; n--) {
        r->bad = r->i >= r->s.n || r->s.p[r->i] < '0' || r->s.p[r->i] > '9';
        if (!r->bad)
            v = v * 10 + (r->s.p[r->i++] - '0');
    }
    return v;
}

static bool
accept(struct reader *r, char ch)
{
    if (r->bad || r->i >= r->s.n || r->s.p[r->i] != ch)
        return false;
    r->i++;
    return true;
}

static int
part(struct reader *r, char before, int max)
{
    int v;

    r->bad = !accept(r, before) || r->bad;
    v = digits(r, 2);
    r->bad = r->bad || v > max;
    return v;
}

static void
fraction(struct reader *r, struct convert_time *out)
{
    if (!accept(r, '.'))
        return;
    for (; !r->bad && r->i < r->s.n && r->s.p[r->i] >= '0' && r->s.p[r->i] <= '9'; out->digits++) {
        if (out->digits == 9)
            r->bad = true;
        else
            out->nanos += (r->s.p[r->i++] - '0') * (int)type_power(8 - out->digits);
    }
}

static int64_t
zone(struct reader *r)
{
    bool west = r->i < r->s.n && r->s.p[r->i] == '-';
    int64_t offset;

    if (accept(r, 'Z') || r->i == r->s.n)
        return 0;
    offset = part(r, west ? '-' : '+', 14) * 3600;
    offset += part(r, ':', 59) * 60;
    return west ? -offset : offset;
}

bool
convert_read_time(struct str s, struct convert_time *out)
{
    struct reader r = {s, 0, false};
    int year = digits(&r, 4), month = part(&r, '-', 12), day = part(&r, '-', 31);

    *out = (struct convert_time){.date_only = r.i == s.n};
    if (r.bad || month < 1 || day < 1 || day > utc_month_days(year, month))
        return false;
    out->seconds = utc_day_of(year, month, day) * 86400;
    if (!out->date_only) {
        if (!accept(&r, 'T') && !accept(&r, ' '))
            return false;
        out->seconds += digits(&r, 2) * 3600;
        out->seconds += part(&r, ':', 59) * 60;
        if (r.i < s.n && s.p[r.i] == ':')
            out->seconds += part(&r, ':', 59);
        fraction(&r, out);
        out->seconds -= zone(&r);
    }
    return !r.bad && r.i == s.n && out->seconds >= 0;
}

/* Times */

int
convert_digits(const struct expr *e)
{
    struct convert_time t;

    switch (e->type.kind) {
    case TYPE_DATE:
        return -1;
    case TYPE_MS:
        return 3;
    case TYPE_DATETIME64:
        return e->type.digits;
    case TYPE_TEXT:
        return convert_read_time(e->s, &t) && !t.date_only ? t.digits : -1;
    default:
        return 0;
    }
}

const struct expr *
convert_retype(struct ctx *c, const struct expr *e, struct type t)
{
    struct expr *r;

    if (!e)
        return NULL;
    t.nullable = e->type.nullable;
    if (e->type.kind == t.kind && e->type.digits == t.digits)
        return e;
    if (e->kind == EXPR_CONST) {
        r = ARENA_NEW(c->mem, struct expr);
        *r = *e;
    } else {
        /* a call around it, so that what is inside stays what it is */
        const struct expr *same = form_call1(c, "same", e);

        if (!same)
            return NULL;
        r = ARENA_NEW(c->mem, struct expr);
        *r = *same;
    }
    r->type = t;
    return expr_done(c, r);
}

static const struct expr *
scale(struct ctx *c, const struct expr *e, int by)
{
    const struct expr *n = convert_retype(c, e, (struct type){.kind = TYPE_INT}), *power;

    if (by == 0 || !n)
        return n;
    power = expr_int(c, TYPE_INT, type_power(by < 0 ? -by : by));
    return form_call2(c, by < 0 ? "intDiv" : "multiply", n, power);
}

static const struct expr *
text_ticks(struct ctx *c, struct str s, int want)
{
    struct convert_time t;
    int64_t v;

    if (!convert_read_time(s, &t) || __builtin_mul_overflow(t.seconds, type_power(want), &v))
        return NULL;
    return expr_int(c, TYPE_INT, v + t.nanos / type_power(9 - want));
}

const struct expr *
convert_ticks(struct ctx *c, const struct expr *e, int want)
{
    const struct type to = {.kind = want ? TYPE_DATETIME64 : TYPE_DATETIME, .digits = want};
    const struct expr *v = e;

    if (e->type.kind == TYPE_TEXT && expr_is_const(e))
        v = text_ticks(c, e->s, want);
    else if (e->type.kind == TYPE_DATE)
        v = scale(c,
                  form_call2(c, "multiply", convert_retype(c, e, (struct type){.kind = TYPE_INT}),
                             expr_int(c, TYPE_INT, 86400)),
                  want);
    else if (type_is_time(e->type.kind) || e->type.kind == TYPE_MS)
        v = scale(c, e, want - convert_digits(e));
    else
        return NULL;
    return v ? convert_retype(c, v, to) : NULL;
}

const struct expr *
convert_date(struct ctx *c, const struct expr *e)
{
    const struct type date = {.kind = TYPE_DATE};
    const struct expr *v;

    if (e->type.kind == TYPE_DATE)
        return e;
    v = convert_ticks(c, e, 0);
    if (!v)
        return NULL;
    v = form_call2(c, "intDiv", convert_retype(c, v, (struct type){.kind = TYPE_INT}),
                   expr_int(c, TYPE_INT, 86400));
    return v ? convert_retype(c, v, date) : NULL;
}

/* Text */

/* A DateTime64 as DateTime and padded fraction. */
static const struct expr *
ticks_text(struct ctx *c, const struct expr *e)
{
    const struct type number = {.kind = TYPE_INT};
    const struct expr *power = expr_int(c, TYPE_INT, type_power(e->type.digits)), *parts[3];
    const struct expr *ticks = convert_retype(c, e, number);

    parts[0] = convert_text(c, convert_ticks(c, e, 0));
    parts[1] = expr_text(c, S("."));
    parts[2] = ticks ? form_call2(c, "modulo", ticks, power) : NULL;
    if (!parts[0] || !parts[2])
        return NULL;
    parts[2] = form_call2(c, "padded", parts[2], expr_int(c, TYPE_INT, e->type.digits));
    return parts[2] ? form_call(c, "concatenate", parts, 3) : NULL;
}

const struct expr *
convert_text(struct ctx *c, const struct expr *e)
{
    if (!e)
        return NULL;
    if (e->type.kind == TYPE_DATETIME64)
        return e->type.digits ? ticks_text(c, e) : convert_text(c, convert_ticks(c, e, 0));
    return form_call1(c, "text", e);
}

/* Common types */

static bool
common_array(struct type a, struct type b, struct type *out)
{
    *out = a.item == TYPE_NULL ? b : a;
    out->canonical = a.canonical && b.canonical;
    return a.item == b.item || a.item == TYPE_NULL || b.item == TYPE_NULL;
}

static bool
common_time(struct type a, struct type b, struct type *out)
{
    int da = a.kind == TYPE_DATETIME64 ? a.digits : 0,
        db = b.kind == TYPE_DATETIME64 ? b.digits : 0;

    *out = (struct type){.kind = TYPE_DATETIME, .digits = da > db ? da : db};
    if (a.kind == TYPE_DATETIME64 || b.kind == TYPE_DATETIME64)
        out->kind = TYPE_DATETIME64;
    else if (a.kind == TYPE_DATE && b.kind == TYPE_DATE)
        out->kind = TYPE_DATE;
    return true;
}

bool
convert_common(struct type a, struct type b, struct type *out)
{
    bool nullable = a.nullable || b.nullable, found = true;

    if (a.kind == TYPE_NULL || b.kind == TYPE_NULL) {
        *out = a.kind == TYPE_NULL ? b : a;
        nullable = true;
    } else if (type_is_number(a.kind) && type_is_number(b.kind)) {
        *out = a;
        if (a.kind != b.kind)
            out->kind = a.kind == TYPE_FLOAT || b.kind == TYPE_FLOAT ? TYPE_FLOAT
                        : a.kind == TYPE_MS || b.kind == TYPE_MS     ? TYPE_MS
                                                                     : TYPE_INT;
    } else if (type_is_time(a.kind) && type_is_time(b.kind)) {
        found = common_time(a, b, out);
    } else if (a.kind == TYPE_ARRAY && b.kind == TYPE_ARRAY) {
        found = common_array(a, b, out);
    } else {
        *out = a;
        found = a.kind == b.kind && (a.kind != TYPE_INTERVAL || a.unit == b.unit) &&
                a.kind != TYPE_TUPLE;
    }
    out->nullable = nullable;
    return found;
}

const struct expr *
convert_to(struct ctx *c, const struct expr *e, struct type t)
{
    if (e->type.kind == TYPE_NULL)
        return e;
    switch (t.kind) {
    case TYPE_FLOAT:
        return e->type.kind == TYPE_FLOAT ? e : form_call1(c, "floatOf", e);
    case TYPE_INT:
    case TYPE_MS:
        return convert_retype(c, e, t);
    case TYPE_DATETIME:
    case TYPE_DATETIME64:
        return convert_ticks(c, e, t.digits);
    default:
        return e;
    }
}
