/* convert.h: from one type to another. */
#ifndef LATCHKEY_ANALYTICS_CONVERT_H
#define LATCHKEY_ANALYTICS_CONVERT_H

#include "analytics/expr.h"

/* A time that was read from text. */
struct convert_time {
    int64_t seconds;
    int nanos, digits; /* of the fraction that was given */
    bool date_only;
};
/* YYYY-MM-DD, optionally with " hh:mm", seconds, a fraction, and Z or an offset. */
bool convert_read_time(struct str s, struct convert_time *out);

/* A Date, DateTime, DateTime64, milliseconds or text literal as another of those; NULL, with
 * nothing set, when it is none of them or the text is no time. digits is DateTime64's. */
const struct expr *convert_date(struct ctx *c, const struct expr *e);
const struct expr *convert_ticks(struct ctx *c, const struct expr *e, int digits);
/* How finely it tells the time: -1 days, else digits after the second. */
int convert_digits(const struct expr *e);

/* e with another type that is held in the same way. */
const struct expr *convert_retype(struct ctx *c, const struct expr *e, struct type t);

/* As String; NULL with ST_ANALYTICS_QUERY when it has no text. */
const struct expr *convert_text(struct ctx *c, const struct expr *e);

/* The type that values of both can be given; false when there is none. */
bool convert_common(struct type a, struct type b, struct type *out);
/* e as that type, which convert_common() has found. */
const struct expr *convert_to(struct ctx *c, const struct expr *e, struct type t);

#endif
