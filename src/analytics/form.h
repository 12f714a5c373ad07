/* form.h: calls of functions: which row of forms.def fits the arguments. */
#ifndef LATCHKEY_ANALYTICS_FORM_H
#define LATCHKEY_ANALYTICS_FORM_H

#include "analytics/fold.h"

struct form {
    const char *name, *args;
    char result;
    enum fold fold;
    const char *sql;
};

/* The call, or the constant it amounts to. NULL with ST_ANALYTICS_QUERY when the arguments are of
 * the wrong types or too many or few. */
const struct expr *form_call(struct ctx *c, const char *name, const struct expr *const *args,
                             size_t n);
const struct expr *form_call1(struct ctx *c, const char *name, const struct expr *a);
const struct expr *form_call2(struct ctx *c, const char *name, const struct expr *a,
                              const struct expr *b);
/* The row that fits, with the arguments converted to what it takes; NULL as above. */
const struct form *form_match(struct ctx *c, const char *name, const struct expr *const *args,
                              size_t n, const struct expr **converted);
/* The type of a row's result. */
struct type form_result(const struct form *f, const struct expr *const *args, size_t n);

#endif
