/* pattern.h: which override applies to an identifier (contract ratelimit.md section 4). Pure.
 * A pattern is a text in which every * stands for any number of characters except newline; there is
 * no other special character and no escape. */
#ifndef LATCHKEY_DOMAIN_PATTERN_H
#define LATCHKEY_DOMAIN_PATTERN_H

#include "base/str.h"

bool pattern_is_wildcard(struct str pattern);
bool pattern_matches(struct str pattern, struct str identifier);
/* Which of two matching patterns wins: <0 a, >0 b. The one with more literal bytes is more
 * specific; then the one with fewer stars; then the one that sorts first in byte order. */
int pattern_compare(struct str a, struct str b);

#endif
