/* label.h: names of result columns without an alias (contract analytics.md section 7.2). */
#ifndef LATCHKEY_ANALYTICS_LABEL_H
#define LATCHKEY_ANALYTICS_LABEL_H

#include "analytics/ast.h"

struct str label_of(struct arena *mem, const struct ast *e);

#endif
