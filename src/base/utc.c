/* Clocks and the proleptic Gregorian calendar. */
#include "base/utc.h"

#include <inttypes.h>
#include <time.h>

int64_t
utc_now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
utc_mono_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t
utc_day(int64_t ms)
{
    return floor_div(ms, UTC_DAY_MS);
}

/* Counting years from March puts the leap day last, so that a month's first day of the year is
 * (153 * month + 2) / 5. See H. Hinnant, "chrono-compatible low-level date algorithms". */
void
utc_civil(int64_t day, int64_t *year, int *month, int *mday)
{
    int64_t z = day + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

    *mday = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = yoe + era * 400 + (*month <= 2);
}

int64_t
utc_day_of(int64_t year, int month, int mday)
{
    int64_t y = year - (month <= 2), era = floor_div(y, 400), yoe = y - era * 400;
    int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + mday - 1;

    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int
utc_month_days(int64_t year, int month)
{
    int64_t next = month == 12 ? utc_day_of(year + 1, 1, 1) : utc_day_of(year, month + 1, 1);

    return (int)(next - utc_day_of(year, month, 1));
}

struct str
utc_rfc3339(struct arena *mem, int64_t ms)
{
    int64_t day = utc_day(ms), in_day = ms - day * UTC_DAY_MS, year;
    int month, mday;

    utc_civil(day, &year, &month, &mday);
    return arena_fmt(mem, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, mday,
                     (int)(in_day / 3600000), (int)(in_day / 60000 % 60), (int)(in_day / 1000 % 60),
                     (int)(in_day % 1000));
}
