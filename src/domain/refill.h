/* refill.h: when credits are refilled (contract keys.md section 6). Refills happen at 00:00 UTC of
 * every day (no refill day) or of the refill day of each month, the last day of a month standing
 * for all larger days. Pure. */
#ifndef LATCHKEY_DOMAIN_REFILL_H
#define LATCHKEY_DOMAIN_REFILL_H

#include "base/str.h"

enum { REFILL_DAILY = 0 };

/* Whether a refill falls on the UTC date of day number `day`. refill_day: REFILL_DAILY or 1..31. */
bool refill_on_day(int64_t day, int64_t refill_day);
/* Whether a refill moment lies after the UTC date of settled_ms and not after that of now_ms. */
bool refill_due(int64_t settled_ms, int64_t now_ms, int64_t refill_day);

#endif
