/* retention.h: explicit lower bounds on time that are older than the workspace may see (contract
 * analytics.md section 5). */
#ifndef LATCHKEY_ANALYTICS_RETENTION_H
#define LATCHKEY_ANALYTICS_RETENTION_H

#include "analytics/ast.h"

/* ST_ANALYTICS_RETENTION when a WHERE asks for data of more than so many days before c->now_ms; 0
 * days: no limit. */
enum status retention_check(struct ctx *c, struct ast_query *q, int64_t days) MUST_USE;
/* The first instant that can be seen: the start of a UTC day. */
int64_t retention_since(int64_t now_ms, int64_t days);

#endif
