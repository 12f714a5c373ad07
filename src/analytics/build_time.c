/* Functions of date and time. */
#include "analytics/build.h"

#include "analytics/compare.h"
#include "analytics/convert.h"
#include "analytics/form.h"
#include "base/utc.h"

#include <string.h>
#include <strings.h>

static const struct expr *
now(struct env *env, const struct function *f, const struct expr *const *args, size_t n)
{
    struct ctx *c = env->c;
    int64_t ms = env->r->now_ms, digits = 3;
    struct expr *e;

    if (n > 1 || (n == 1 && (strcmp(f->name, "now64") != 0 || !expr_is_const(args[0]) ||
                             !type_is_int(args[0]->type.kind))))
        return expr_refuse(c, "Invalid analytics query: %s takes no such argument.", f->name);
    if (strcmp(f->name, "today") == 0)
        return expr_int(c, TYPE_DATE, utc_day(ms));
    if (strcmp(f->name, "now") == 0)
        return expr_int(c, TYPE_DATETIME, ms / 1000);
    digits = n ? args[0]->i : digits;
    if (digits < 0 || digits > 9)
        return expr_refuse(c, "Invalid analytics query: now64 takes 0 to 9 digits.");
    e = expr_new(c, EXPR_CONST, (struct type){.kind = TYPE_DATETIME64, .digits = (int)digits}, 0);
    e->i = digits >= 3 ? ms * type_power((int)digits - 3) : ms / type_power(3 - (int)digits);
    return expr_done(c, e);
}

static const struct expr *
to_datetime64(struct env *env, const struct expr *const *args, size_t n)
{
    struct ctx *c = env->c;
    const struct expr *e = n ? args[0] : NULL;

    if (n != 2 || !expr_is_const(args[1]) || args[1]->type.kind != TYPE_INT || args[1]->i < 0 ||
        args[1]->i > 9)
        return expr_refuse(c, "Invalid analytics query: toDateTime64 takes a time and 0 to 9 "
                              "digits.");
    if (type_is_number(e->type.kind) && e->type.kind != TYPE_MS) {
        /* seconds, of which a fraction counts */
        e = form_call2(c, "multiply", e, expr_int(c, TYPE_INT, type_power((int)args[1]->i)));
        e = e ? form_call1(c, "toInt64", e) : NULL;
        return convert_retype(c, e,
                              (struct type){.kind = TYPE_DATETIME64, .digits = (int)args[1]->i});
    }
    e = convert_ticks(c, e, (int)args[1]->i);
    if (!e && c->err.status == ST_OK)
        return expr_refuse(c, "Invalid analytics query: toDateTime64 cannot be applied to (%s).",
                           type_name(args[0]->type));
    return e && args[1]->i == 0
               ? convert_retype(c, e, (struct type){.kind = TYPE_DATETIME64, .digits = 0})
               : e;
}

static const struct expr *
start_of_week(struct env *env, const struct expr *const *args, size_t n)
{
    if (n == 1)
        return form_call1(env->c, "toSunday", args[0]);
    if (n != 2 || !expr_is_const(args[1]) || !type_is_int(args[1]->type.kind))
        return expr_refuse(env->c,
                           "Invalid analytics query: toStartOfWeek takes a time and a mode.");
    return form_call1(env->c, args[1]->i % 2 ? "toMonday" : "toSunday", args[0]);
}

static const struct expr *
date_trunc(struct env *env, const struct expr *const *args, size_t n)
{
    static const char *const units[][2] = {
        {"second", "toDateTime"},        {"minute", "toStartOfMinute"}, {"hour", "toStartOfHour"},
        {"day", "toStartOfDay"},         {"week", "toMonday"},          {"month", "toStartOfMonth"},
        {"quarter", "toStartOfQuarter"}, {"year", "toStartOfYear"},
    };

    if (n != 2 || !expr_is_const(args[0]) || args[0]->type.kind != TYPE_TEXT)
        return expr_refuse(env->c, "Invalid analytics query: date_trunc takes a unit and a time.");
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (args[0]->s.n == strlen(units[i][0]) &&
            strncasecmp(args[0]->s.p, units[i][0], args[0]->s.n) == 0)
            return form_call1(env->c, units[i][1], args[1]);
    return expr_refuse(env->c, "Invalid analytics query: date_trunc does not know this unit.");
}

/* Formats */

/* What a specifier means: a format of SQL, or a function of forms.def when it begins with '='. */
static const struct {
    char letter;
    const char *sql;
} specifiers[] = {
    {'Y', "%Y"},
    {'y', "%y"},
    {'C', "=formatCentury"},
    {'m', "%m"},
    {'c', "%m"},
    {'b', "%b"},
    {'M', "%M"},
    {'d', "%d"},
    {'e', "%e"},
    {'j', "%j"},
    {'a', "%a"},
    {'W', "%W"},
    {'w', "%w"},
    {'V', "%v"},
    {'G', "%x"},
    {'z', "+0000"},
    {'H', "%H"},
    {'h', "%h"},
    {'I', "%h"},
    {'k', "%H"},
    {'l', "%h"},
    {'i', "%i"},
    {'s', "%S"},
    {'S', "%S"},
    {'f', "%f"},
    {'p', "%p"},
    {'r', "%h:%i %p"},
    {'R', "%H:%i"},
    {'T', "%T"},
    {'F', "%Y-%m-%d"},
    {'D', "%m/%d/%y"},
    {'n', "\n"},
    {'t', "\t"},
    {'%', "%%"},
    {'u', "=formatWeekday"},
    {'g', "=formatIsoYear"},
    {'Q', "=formatQuarter"},
};

static const char *
specifier(char letter)
{
    for (size_t i = 0; i < sizeof(specifiers) / sizeof(specifiers[0]); i++)
        if (specifiers[i].letter == letter)
            return specifiers[i].sql;
    return NULL;
}

/* The format from its percent sign on. */
static const struct expr *
unknown_specifier(struct ctx *c, struct str format)
{
    size_t n = format.n < 2 ? format.n : 2;

    while (n < format.n && ((unsigned char)format.p[n] & 0xC0) == 0x80)
        n++;
    return expr_refuse(c, "Invalid analytics query: formatDateTime does not know '%.*s'.", (int)n,
                       format.p);
}

struct pieces {
    struct exprs list;
    struct sb plain; /* format so far */
};

static bool
end_piece(struct env *env, struct pieces *p, const struct expr *t)
{
    const struct expr *e;

    if (p->plain.n == 0)
        return true;
    e = form_call2(env->c, "formatTime", t, expr_text(env->c, sb_str(&p->plain)));
    sb_init(&p->plain, env->c->mem, 16);
    if (e)
        plan_add(env->c, &p->list, e);
    return e != NULL;
}

/* The six digits of %f: fractions are not part of DateTime. */
static const struct expr *
micros(struct env *env, const struct expr *t)
{
    struct ctx *c = env->c;
    const struct expr *ticks = convert_ticks(c, t, 6), *n;

    n = ticks ? form_call2(c, "modulo", convert_retype(c, ticks, (struct type){.kind = TYPE_INT}),
                           expr_int(c, TYPE_INT, 1000000))
              : NULL;
    return n ? form_call2(c, "padded", n, expr_int(c, TYPE_INT, 6)) : NULL;
}

static bool
add_special(struct env *env, struct pieces *p, const struct expr *t, const struct expr *e)
{
    if (!e || !end_piece(env, p, t))
        return false;
    plan_add(env->c, &p->list, e);
    return true;
}

static const struct expr *
format_time(struct env *env, const struct expr *const *args, size_t n)
{
    struct ctx *c = env->c;
    const struct expr *t = n ? convert_ticks(c, args[0], 0) : NULL;
    struct pieces p = {{NULL, 0}, {0}};

    if (n != 2 || !t || !expr_is_const(args[1]) || args[1]->type.kind != TYPE_TEXT)
        return expr_refuse(c, "Invalid analytics query: formatDateTime takes a time and a format.");
    sb_init(&p.plain, c->mem, 16);
    for (size_t i = 0; i < args[1]->s.n; i++) {
        char letter = i + 1 < args[1]->s.n ? args[1]->s.p[i + 1] : '\0';
        const char *sql = args[1]->s.p[i] == '%' ? specifier(letter) : NULL;

        if (args[1]->s.p[i] != '%') {
            sb_putc(&p.plain, args[1]->s.p[i]);
            continue;
        }
        if (!sql)
            return unknown_specifier(c, str_from(args[1]->s, i));
        i++;
        if (letter != 'f' && *sql != '=')
            sb_puts(&p.plain, sql);
        else if (!add_special(env, &p, t,
                              letter == 'f' ? micros(env, args[0]) : form_call1(c, sql + 1, t)))
            return NULL;
    }
    if (!end_piece(env, &p, t))
        return NULL;
    return p.list.n == 0   ? expr_text(c, S(""))
           : p.list.n == 1 ? p.list.v[0]
                           : form_call(c, "concatenate", p.list.v, p.list.n);
}

static const struct expr *
interval(struct env *env, const struct function *f, const struct expr *const *args, size_t n)
{
    struct type t = {.kind = TYPE_INTERVAL};

    if (n != 1 || !type_is_int(args[0]->type.kind))
        return expr_refuse(env->c, "Invalid analytics query: %s takes a whole number.", f->name);
    for (int u = 0; u < TYPE_UNITS; u++)
        if (strcmp(type_units[u].function, f->name) == 0)
            t.unit = (enum type_unit)u;
    return convert_retype(env->c, args[0], t);
}

const struct expr *
build_time_call(struct env *env, const struct ast *e, const struct function *f)
{
    const struct expr **args = ARENA_ARRAY(env->c->mem, e->n + 1, const struct expr *);

    if (!build_arguments(env, e, args))
        return NULL;
    switch (f->build) {
    case BUILD_NOW:
        return now(env, f, args, e->n);
    case BUILD_TO_DATETIME64:
        return to_datetime64(env, args, e->n);
    case BUILD_START_OF_WEEK:
        return start_of_week(env, args, e->n);
    case BUILD_DATE_TRUNC:
        return date_trunc(env, args, e->n);
    case BUILD_FORMAT_TIME:
        return format_time(env, args, e->n);
    default:
        return interval(env, f, args, e->n);
    }
}
