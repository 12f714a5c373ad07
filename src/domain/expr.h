/* expr.h: what a text has to look like, as policies say it. Pure.
 *   TEXT       the text itself; * stands for any number of characters (domain/pattern)
 *   ~ REGEX    a POSIX extended regular expression, matching anywhere
 *   ~* REGEX   the same without regard to letter case */
#ifndef LATCHKEY_DOMAIN_EXPR_H
#define LATCHKEY_DOMAIN_EXPR_H

#include "base/arena.h"

struct expr;

/* NULL, with a sentence in *why, when text is no expression. The result borrows text. */
const struct expr *expr_parse(struct arena *mem, struct str text, struct str *why);
/* A text that contains NUL does not match a regular expression. */
bool expr_matches(const struct expr *e, struct str text);
/* As it was written. */
struct str expr_text(const struct expr *e);

#endif
