/* utc.h: clocks and calendar. Times are Unix milliseconds, UTC. */
#ifndef LATCHKEY_BASE_UTC_H
#define LATCHKEY_BASE_UTC_H

#include "base/arena.h"

#include <stdint.h>

#define UTC_DAY_MS INT64_C(86400000)
#define UTC_MINUTE_MS INT64_C(60000)

/* This host's wall clock. Requests use the database's clock (ctx.now_ms) instead. */
int64_t utc_now_ms(void);
/* A clock that never jumps, for durations and deadlines. */
int64_t utc_mono_us(void);

/* Days since 1970-01-01 of the UTC date that ms falls in; rounds down for times before it. */
int64_t utc_day(int64_t ms);
/* Year, month (1..12) and day (1..31) of a day number. */
void utc_civil(int64_t day, int64_t *year, int *month, int *mday);
/* Day number of a civil date. */
int64_t utc_day_of(int64_t year, int month, int mday);
/* Number of days in a month. */
int utc_month_days(int64_t year, int month);
/* RFC 3339 with milliseconds, "2026-11-24T21:35:42.000Z", in mem. */
struct str utc_rfc3339(struct arena *mem, int64_t ms);

#endif
