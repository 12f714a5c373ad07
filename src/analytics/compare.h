/* compare.h: operators between values of different types. */
#ifndef LATCHKEY_ANALYTICS_COMPARE_H
#define LATCHKEY_ANALYTICS_COMPARE_H

#include "analytics/expr.h"

/* equals, notEquals, less, lessOrEquals, greater, greaterOrEquals */
const struct expr *compare_call(struct ctx *c, const char *name, const struct expr *a,
                                const struct expr *b);
/* a IN (list), or not. */
const struct expr *compare_in(struct ctx *c, const struct expr *a, const struct expr *const *list,
                              size_t n, bool not );
/* plus, minus, multiply, divide, modulo */
const struct expr *compare_arithmetic(struct ctx *c, const char *name, const struct expr *a,
                                      const struct expr *b);
/* t moved by n (Int64) units of an interval */
const struct expr *compare_move(struct ctx *c, const struct expr *t, const struct expr *n,
                                enum type_unit unit);

#endif
