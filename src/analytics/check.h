/* check.h: what is refused before anything is looked up (contract analytics.md section 1.3, step
 * 7).
 */
#ifndef LATCHKEY_ANALYTICS_CHECK_H
#define LATCHKEY_ANALYTICS_CHECK_H

#include "analytics/parse.h"
#include "analytics/relation.h"

enum { CHECK_BYTES_MAX = 16384, CHECK_NODES_MAX = 2000, CHECK_COLUMNS_MAX = 64 };

/* Parses text and checks it, in the contract's order. */
enum status check_statement(struct ctx *c, struct str text, enum relation_family f,
                            int64_t retention_days, struct parsed *out) MUST_USE;

#endif
