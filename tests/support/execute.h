/* execute.h: runs the SQL of an analytics query on the fixture's connection. */
#ifndef LATCHKEY_TESTS_SUPPORT_EXECUTE_H
#define LATCHKEY_TESTS_SUPPORT_EXECUTE_H

#include "analytics/query.h"

/* The rows as a JSON array, or "error NUMBER: what the database says", or the detail of a refusal.
 * Lives as long as c. */
const char *execute_query(struct ctx *c, struct query *q);

#endif
