/* from.h: the FROM clause: sources, joins, array joins. */
#ifndef LATCHKEY_ANALYTICS_FROM_H
#define LATCHKEY_ANALYTICS_FROM_H

#include "analytics/resolve.h"

/* Adds the sources of the SELECT to its block; false with ST_ANALYTICS_QUERY. */
bool from_sources(struct env *env);

#endif
