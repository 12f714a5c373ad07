/* Refill days. */
#include "domain/refill.h"

#include "base/utc.h"

bool
refill_on_day(int64_t day, int64_t refill_day)
{
    int64_t year;
    int month, mday, last;

    if (refill_day == REFILL_DAILY)
        return true;
    utc_civil(day, &year, &month, &mday);
    last = utc_month_days(year, month);
    return mday == refill_day || (mday == last && refill_day > last);
}

bool
refill_due(int64_t settled_ms, int64_t now_ms, int64_t refill_day)
{
    int64_t from = utc_day(settled_ms) + 1, to = utc_day(now_ms);

    if (to - from >= 31)
        return true;
    for (int64_t day = from; day <= to; day++)
        if (refill_on_day(day, refill_day))
            return true;
    return false;
}
