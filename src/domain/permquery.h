/* permquery.h: the permission query of keys.verifyKey (contract keys.md section 5.8).
 *   query := and (OR and)*    and := term (AND term)*    term := PERMISSION | "(" query ")"
 * Pure; no wildcards: a term is held or it is not. */
#ifndef LATCHKEY_DOMAIN_PERMQUERY_H
#define LATCHKEY_DOMAIN_PERMQUERY_H

#include "base/arena.h"

struct permquery;

/* The parsed query, in mem. NULL when the text does not parse; *why then says what was found at
 * which byte (counted from 0) and what was expected. The result borrows text. */
const struct permquery *permquery_parse(struct arena *mem, struct str text, struct str *why);
/* Whether the permissions held (exact, case-sensitive) satisfy the query. */
bool permquery_holds(const struct permquery *q, const struct str *held, size_t n);

#endif
