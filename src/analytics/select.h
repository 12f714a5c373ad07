/* select.h: from the tree of a query to its plan. */
#ifndef LATCHKEY_ANALYTICS_SELECT_H
#define LATCHKEY_ANALYTICS_SELECT_H

#include "analytics/resolve.h"

/* NULL with ST_ANALYTICS_QUERY when the query means nothing, or nothing that can be carried out
 * exactly. */
const struct plan *select_query(struct resolve *r, const struct ast_query *q);
/* The root, with its WITH clause. */
const struct plan *select_root(struct resolve *r, const struct ast_query *q);

#endif
