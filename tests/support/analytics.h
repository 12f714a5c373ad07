/* analytics.h: queries on a few events, without endpoints. */
#ifndef LATCHKEY_TESTS_SUPPORT_ANALYTICS_H
#define LATCHKEY_TESTS_SUPPORT_ANALYTICS_H

#include "analytics/query.h"

/* 2026-11-25T13:45:30.250Z, a Wednesday: the time of all queries here. */
#define ANALYTICS_NOW INT64_C(1795614330250)

/* Events of the test's workspace; and the same number of another one, all of whose texts begin with
 * "other". */
void analytics_seed(void);
/* What a query answers in the test's workspace: rows as JSON, or why there are none. Checks that
 * its SQL is isolated. */
const char *analytics_answer(enum relation_family f, const char *query);

#endif
