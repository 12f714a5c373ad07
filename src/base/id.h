/* id.h: identifiers of resources: a prefix, an underscore, nine random alphanumerics
 * (contract foundations.md section 12). Case-sensitive, not ordered by time. */
#ifndef LATCHKEY_BASE_ID_H
#define LATCHKEY_BASE_ID_H

#include "base/arena.h"

enum { ID_RANDOM_CHARS = 9, ID_MAX = 48 };

/* A new identifier "prefix_xxxxxxxxx" in mem. */
struct str id_new(struct arena *mem, const char *prefix);

#endif
