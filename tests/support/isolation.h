/* isolation.h: whether the SQL of an analytics query is made of nothing but our own words. The
 * test programs are linked so that relation_put() is watched: what it wrote is known exactly. */
#ifndef LATCHKEY_TESTS_SUPPORT_ISOLATION_H
#define LATCHKEY_TESTS_SUPPORT_ISOLATION_H

#include "analytics/query.h"

/* What is wrong with it; NULL: nothing. Physical tables stand only in what relation_put() wrote,
 * and there only beside the caller's workspace and spaces; everything else is made of the words,
 * signs and texts of the writer and of forms.def, generated names, columns of public tables, and as
 * many question marks as there are parameters. To be called before another query is written. */
const char *isolation_fault(const struct query *q, const struct scope *s);

/* A query from its text to SQL, with isolation_fault() ready to be asked. */
enum status isolation_plan(struct ctx *c, struct str text, enum relation_family f,
                           const struct scope *s, enum write_dialect dialect, struct query *q);

/* What relation_put() is linked as. */
void __wrap_relation_put(struct sb *sql, struct params *p, enum relation r, const struct scope *s);

#endif
