/* narrow.h: what a WHERE says of single columns of a public table, so that less of it is read. The
 * WHERE itself stays: narrowing only has to be right in what it leaves out. */
#ifndef LATCHKEY_ANALYTICS_NARROW_H
#define LATCHKEY_ANALYTICS_NARROW_H

#include "analytics/plan.h"

void narrow_sources(struct ctx *c, struct block *b);

#endif
