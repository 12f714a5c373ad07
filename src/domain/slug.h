/* slug.h: unique names of workspaces in URLs: lower-case letters, digits and single dashes between
 * them. Pure. */
#ifndef LATCHKEY_DOMAIN_SLUG_H
#define LATCHKEY_DOMAIN_SLUG_H

#include "base/arena.h"

enum { SLUG_MAX = 64 };

bool slug_valid(struct str s);
/* One made of a name: its letters and digits, everything else as single dashes. Short enough for 8
 * more characters. */
struct str slug_from(struct arena *mem, struct str name);

#endif
