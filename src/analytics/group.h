/* group.h: GROUP BY: the keys, and expressions over groups. */
#ifndef LATCHKEY_ANALYTICS_GROUP_H
#define LATCHKEY_ANALYTICS_GROUP_H

#include "analytics/resolve.h"

/* The i-th item of SELECT, counted as written. */
const struct expr *group_item(struct env *env, size_t i);
/* The item that a number in GROUP BY, ORDER BY or LIMIT BY stands for; NULL when e is no such
 * number. *bad is set when there is no such item. */
const struct expr *group_position(struct env *env, const struct ast *e, bool *bad);

/* Fills in the keys and sets of the block; false with ST_ANALYTICS_QUERY. */
bool group_keys(struct env *env);
/* e over keys and results of aggregates; NULL when it needs a column that is neither. */
const struct expr *group_over(struct env *env, const struct expr *e);
/* e over selected items; NULL, with nothing set, when it needs anything else. */
const struct expr *group_over_items(struct env *env, const struct expr *e);

#endif
