/* What there is to know about types. */
#include "analytics/type.h"

#include <strings.h>

const struct type_unit_row type_units[] = {
    [UNIT_NANOSECOND] = {"NANOSECOND", "toIntervalNanosecond", 0, 0, 9},
    [UNIT_MICROSECOND] = {"MICROSECOND", "toIntervalMicrosecond", 0, 0, 6},
    [UNIT_MILLISECOND] = {"MILLISECOND", "toIntervalMillisecond", 0, 0, 3},
    [UNIT_SECOND] = {"SECOND", "toIntervalSecond", 1, 0, 0},
    [UNIT_MINUTE] = {"MINUTE", "toIntervalMinute", 60, 0, 0},
    [UNIT_HOUR] = {"HOUR", "toIntervalHour", 3600, 0, 0},
    [UNIT_DAY] = {"DAY", "toIntervalDay", 86400, 0, 0},
    [UNIT_WEEK] = {"WEEK", "toIntervalWeek", 604800, 0, 0},
    [UNIT_MONTH] = {"MONTH", "toIntervalMonth", 0, 1, 0},
    [UNIT_QUARTER] = {"QUARTER", "toIntervalQuarter", 0, 3, 0},
    [UNIT_YEAR] = {"YEAR", "toIntervalYear", 0, 12, 0},
};

bool
type_unit_of(struct str name, enum type_unit *out)
{
    for (int i = 0; i < TYPE_UNITS; i++) {
        struct str known = str_of(type_units[i].name);

        if (name.n != known.n || strncasecmp(name.p, known.p, known.n) != 0)
            continue;
        *out = (enum type_unit)i;
        return true;
    }
    return false;
}

bool
type_is_int(enum type_kind k)
{
    return k == TYPE_BOOL || k == TYPE_INT || k == TYPE_MS;
}

bool
type_is_number(enum type_kind k)
{
    return type_is_int(k) || k == TYPE_FLOAT;
}

bool
type_is_time(enum type_kind k)
{
    return k == TYPE_DATE || k == TYPE_DATETIME || k == TYPE_DATETIME64;
}

static const char *const names[] = {
    [TYPE_NULL] = "Nothing",      [TYPE_BOOL] = "Bool",
    [TYPE_INT] = "Int64",         [TYPE_MS] = "Int64",
    [TYPE_FLOAT] = "Float64",     [TYPE_TEXT] = "String",
    [TYPE_DATE] = "Date",         [TYPE_DATETIME] = "DateTime",
    [TYPE_INTERVAL] = "Interval", [TYPE_DATETIME64] = "DateTime64",
    [TYPE_ARRAY] = "Array",       [TYPE_TUPLE] = "Tuple",
};

const char *
type_name(struct type t)
{
    static const char *const arrays[] = {
        [TYPE_NULL] = "Array(Nothing)",
        [TYPE_BOOL] = "Array(Bool)",
        [TYPE_INT] = "Array(Int64)",
        [TYPE_MS] = "Array(Int64)",
        [TYPE_FLOAT] = "Array(Float64)",
        [TYPE_TEXT] = "Array(String)",
        [TYPE_DATE] = "Array(Date)",
        [TYPE_DATETIME] = "Array(DateTime)",
        [TYPE_DATETIME64] = "Array(DateTime64)",
        [TYPE_INTERVAL] = "Array(Interval)",
        [TYPE_ARRAY] = "Array(Array)",
        [TYPE_TUPLE] = "Array(Tuple)",
    };

    return t.kind == TYPE_ARRAY ? arrays[t.item] : names[t.kind];
}

int64_t
type_power(int n)
{
    int64_t v = 1;

    while (n-- > 0)
        v *= 10;
    return v;
}
