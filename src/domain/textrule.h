/* textrule.h: what a text has to look like, as policies say it. Pure.
 *   TEXT       the text itself; * stands for any number of characters (domain/pattern)
 *   ~ REGEX    a POSIX extended regular expression, matching anywhere
 *   ~* REGEX   the same without regard to letter case */
#ifndef LATCHKEY_DOMAIN_TEXTRULE_H
#define LATCHKEY_DOMAIN_TEXTRULE_H

#include "base/arena.h"

struct textrule;

/* NULL, with a sentence in *why, when text is no expression. The result borrows text. */
const struct textrule *textrule_parse(struct arena *mem, struct str text, struct str *why);
/* A text that contains NUL does not match a regular expression. */
bool textrule_matches(const struct textrule *e, struct str text);
/* As it was written. */
struct str textrule_text(const struct textrule *e);

#endif
