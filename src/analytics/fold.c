/* Arithmetic and calendar on constants. */
#include "analytics/fold.h"

#include "base/utc.h"

#include <math.h>

enum { DAY_S = 86400 };
/* Beyond these, times are left to the database. */
#define FOLD_YEARS_MAX 10000
#define FOLD_DAYS_MAX INT64_C(3000000)

typedef bool fold_ints(int64_t a, int64_t b, int64_t *out);
typedef double fold_floats(double a, double b);

static bool
plus(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

static bool
minus(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_sub_overflow(a, b, out);
}

static bool
multiply(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

static bool
modulo(int64_t a, int64_t b, int64_t *out)
{
    if (b == 0 || b == -1)
        return false;
    *out = a % b;
    return true;
}

static bool
int_div(int64_t a, int64_t b, int64_t *out)
{
    if (b == 0 || b == -1)
        return false;
    *out = a / b;
    return true;
}

static bool
negate(int64_t a, int64_t b, int64_t *out)
{
    (void)b;
    return minus(0, a, out);
}

static bool
date_of_int(int64_t a, int64_t b, int64_t *out)
{
    (void)b;
    *out = a <= 65535 ? a : a / DAY_S;
    return true;
}

static bool
ms_of_int(int64_t a, int64_t b, int64_t *out)
{
    (void)b;
    *out = a;
    return a >= INT64_C(100000000000) || multiply(a, 1000, out);
}

static bool
day_time(int64_t a, int64_t b, int64_t *out)
{
    (void)b;
    return multiply(a, DAY_S, out);
}

static bool
day_ms(int64_t a, int64_t b, int64_t *out)
{
    (void)b;
    return multiply(a, UTC_DAY_MS, out);
}

#define FLOOR_TO(name, unit)                                                                       \
    static bool name(int64_t a, int64_t b, int64_t *out)                                           \
    {                                                                                              \
        (void)b;                                                                                   \
        *out = a / (unit) * (unit);                                                                \
        return true;                                                                               \
    }
FLOOR_TO(minute, 60)
FLOOR_TO(hour, 3600)
FLOOR_TO(day, DAY_S)

static bool
sunday(int64_t a, int64_t b, int64_t *out)
{
    (void)b;
    *out = (a + 4) / 7 * 7 - 4;
    return a >= 0 && a < FOLD_DAYS_MAX;
}

static bool
monday(int64_t a, int64_t b, int64_t *out)
{
    (void)b;
    *out = (a + 3) / 7 * 7 - 3;
    return a >= 0 && a < FOLD_DAYS_MAX;
}

/* The first day of the unit of so many months that the day falls in. */
static bool
start_of(int64_t a, int months, int64_t *out)
{
    int64_t year;
    int month, mday;

    if (a < 0 || a > FOLD_DAYS_MAX)
        return false;
    utc_civil(a, &year, &month, &mday);
    *out = utc_day_of(year, (month - 1) / months * months + 1, 1);
    return true;
}

static bool
month(int64_t a, int64_t b, int64_t *out)
{
    (void)b;
    return start_of(a, 1, out);
}

static bool
quarter(int64_t a, int64_t b, int64_t *out)
{
    (void)b;
    return start_of(a, 3, out);
}

static bool
year(int64_t a, int64_t b, int64_t *out)
{
    (void)b;
    return start_of(a, 12, out);
}

int64_t
fold_add_months(int64_t from, int64_t months)
{
    int64_t y, total;
    int m, mday, last;

    utc_civil(from, &y, &m, &mday);
    total = y * 12 + m - 1 + months;
    last = utc_month_days(total / 12, (int)(total % 12) + 1);
    return utc_day_of(total / 12, (int)(total % 12) + 1, mday < last ? mday : last);
}

static double
float_plus(double a, double b)
{
    return a + b;
}

static double
float_minus(double a, double b)
{
    return a - b;
}

static double
float_multiply(double a, double b)
{
    return a * b;
}

static double
float_divide(double a, double b)
{
    return a / b;
}

static double
float_negate(double a, double b)
{
    (void)b;
    return -a;
}

static const struct {
    fold_ints *ints;
    fold_floats *floats;
} folds[FOLD__MAX] = {
    [FOLD_PLUS] = {plus, float_plus},
    [FOLD_MINUS] = {minus, float_minus},
    [FOLD_MULTIPLY] = {multiply, float_multiply},
    [FOLD_DIVIDE] = {NULL, float_divide},
    [FOLD_MODULO] = {modulo, NULL},
    [FOLD_INT_DIV] = {int_div, NULL},
    [FOLD_NEGATE] = {negate, float_negate},
    [FOLD_DATE_OF_INT] = {date_of_int, NULL},
    [FOLD_MS_OF_INT] = {ms_of_int, NULL},
    [FOLD_DAY_TIME] = {day_time, NULL},
    [FOLD_DAY_MS] = {day_ms, NULL},
    [FOLD_MINUTE] = {minute, NULL},
    [FOLD_HOUR] = {hour, NULL},
    [FOLD_DAY] = {day, NULL},
    [FOLD_SUNDAY] = {sunday, NULL},
    [FOLD_MONDAY] = {monday, NULL},
    [FOLD_MONTH] = {month, NULL},
    [FOLD_QUARTER] = {quarter, NULL},
    [FOLD_YEAR] = {year, NULL},
};

/* Months are added to days; the time of day stays. */
static bool
add_months(const struct expr *from, int64_t months, struct expr *out)
{
    bool date = from->type.kind == TYPE_DATE;
    int64_t d = date ? from->i : from->i / DAY_S;

    if (from->i < 0 || d > FOLD_DAYS_MAX || months < -12 * FOLD_YEARS_MAX ||
        months > 12 * FOLD_YEARS_MAX || d / 31 + months < 0)
        return false;
    d = fold_add_months(d, months);
    out->i = date ? d : d * DAY_S + from->i % DAY_S;
    return d >= 0 && d <= FOLD_DAYS_MAX;
}

bool
fold_call(enum fold f, const struct expr *const *arg, size_t n, struct expr *out)
{
    for (size_t i = 0; i < n; i++)
        if (!expr_is_const(arg[i]))
            return false;
    switch (f) {
    case FOLD_NONE:
        return false;
    case FOLD_SAME:
        out->i = arg[0]->i;
        out->d = arg[0]->d;
        out->s = arg[0]->s;
        return true;
    case FOLD_FLOAT_OF:
        out->d = (double)arg[0]->i;
        return true;
    case FOLD_WHOLE:
        if (!(fabs(arg[0]->d) < 9e18))
            return false;
        out->i = (int64_t)arg[0]->d;
        return true;
    case FOLD_ADD_MONTHS:
        return add_months(arg[0], arg[1]->i, out);
    default:
        if (out->type.kind == TYPE_FLOAT) {
            out->d = folds[f].floats(arg[0]->d, n > 1 ? arg[1]->d : 0);
            return isfinite(out->d);
        }
        return folds[f].ints(arg[0]->i, n > 1 ? arg[1]->i : 0, &out->i);
    }
}
