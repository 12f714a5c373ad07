/* urn.h: grants of the form unkey:v1:<workspace>:<path>#<action> (root-keys-and-audit.md
 * section 3). Pure. */
#ifndef LATCHKEY_DOMAIN_URN_H
#define LATCHKEY_DOMAIN_URN_H

#include "base/str.h"

#define URN_PREFIX "unkey:v1:"

/* Whether s is well formed as a grant. */
bool urn_valid(struct str s);
/* Whether the grant covers the requirement. A string that is not a well-formed grant covers
 * nothing. The requirement may contain the literal segment *, which only a * or ** covers. */
bool urn_covers(struct str grant, struct str need);

#endif
