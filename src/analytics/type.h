/* type.h: types of values, as the contract's tables and functions have them, and how SQL holds
 * them:
 *
 *   TYPE_BOOL, TYPE_INT     integer
 *   TYPE_MS                 integer: Unix milliseconds; an Int64 that takes part in comparisons
 *                           with times
 *   TYPE_FLOAT              DOUBLE
 *   TYPE_TEXT               binary string
 *   TYPE_DATE               integer: days since 1970-01-01
 *   TYPE_DATETIME           integer: seconds since then, UTC
 *   TYPE_DATETIME64         integer: units of 10^-digits seconds
 *   TYPE_INTERVAL           integer: number of units
 *   TYPE_ARRAY              JSON text, in utf8mb4
 *
 * Times as integers need no time zone and no dialect, compare and group fast, and have no end in
 * 2038. */
#ifndef LATCHKEY_ANALYTICS_TYPE_H
#define LATCHKEY_ANALYTICS_TYPE_H

#include "base/str.h"

enum type_kind {
    TYPE_NULL,
    TYPE_BOOL,
    TYPE_INT,
    TYPE_MS,
    TYPE_FLOAT,
    TYPE_TEXT,
    TYPE_DATE,
    TYPE_DATETIME,
    TYPE_DATETIME64,
    TYPE_INTERVAL,
    TYPE_ARRAY,
    TYPE_TUPLE, /* only as an expression, never in a column */
};

enum type_unit {
    UNIT_NANOSECOND,
    UNIT_MICROSECOND,
    UNIT_MILLISECOND,
    UNIT_SECOND,
    UNIT_MINUTE,
    UNIT_HOUR,
    UNIT_DAY,
    UNIT_WEEK,
    UNIT_MONTH,
    UNIT_QUARTER,
    UNIT_YEAR,
};

struct type {
    enum type_kind kind;
    bool nullable;
    int digits;          /* TYPE_DATETIME64, or the items of an array of them */
    enum type_unit unit; /* TYPE_INTERVAL */
    enum type_kind item; /* TYPE_ARRAY; never an array itself */
    bool canonical;      /* TYPE_ARRAY: equal arrays have the same text */
};

struct type_unit_row {
    const char *name, *function; /* DAY, toIntervalDay */
    int64_t seconds;             /* below a second: 0 */
    int months;                  /* of a month and above */
    int digits;                  /* below a second */
};
extern const struct type_unit_row type_units[];
enum { TYPE_UNITS = UNIT_YEAR + 1 };
/* The unit of this name in any letter case; false when there is none. */
bool type_unit_of(struct str name, enum type_unit *out);

bool type_is_number(enum type_kind k); /* integers, floats, Bool */
bool type_is_int(enum type_kind k);    /* integers, Bool */
bool type_is_time(enum type_kind k);   /* Date, DateTime, DateTime64 */
/* For messages: Int64, String, Array(String). */
const char *type_name(struct type t);
/* 10^n, n from 0 to 18 */
int64_t type_power(int n);

#endif
