/* fold.h: calls of functions with constant arguments, computed here. Times given relative to now()
 * become numbers this way, so that they can narrow what is read. */
#ifndef LATCHKEY_ANALYTICS_FOLD_H
#define LATCHKEY_ANALYTICS_FOLD_H

#include "analytics/expr.h"

enum fold {
    FOLD_NONE,
    FOLD_SAME,
    FOLD_PLUS,
    FOLD_MINUS,
    FOLD_MULTIPLY,
    FOLD_DIVIDE,
    FOLD_MODULO,
    FOLD_INT_DIV,
    FOLD_NEGATE,
    FOLD_FLOAT_OF,
    FOLD_WHOLE,
    FOLD_DATE_OF_INT,
    FOLD_MS_OF_INT,
    FOLD_DAY_TIME,
    FOLD_DAY_MS,
    FOLD_MINUTE,
    FOLD_HOUR,
    FOLD_DAY,
    FOLD_SUNDAY,
    FOLD_MONDAY,
    FOLD_MONTH,
    FOLD_QUARTER,
    FOLD_YEAR,
    FOLD_ADD_MONTHS,
    FOLD__MAX,
};

/* Sets the value of out, whose type says what is wanted. False when the arguments are not all
 * constants, or the result cannot be computed or held. */
bool fold_call(enum fold f, const struct expr *const *arg, size_t n, struct expr *out);

/* Day number or second moved by whole months; days that a month lacks become its last. */
int64_t fold_add_months(int64_t day, int64_t months);

#endif
