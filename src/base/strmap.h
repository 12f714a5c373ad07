/* strmap.h: a map from strings to pointers that is filled first and asked afterwards. */
#ifndef LATCHKEY_BASE_STRMAP_H
#define LATCHKEY_BASE_STRMAP_H

#include "base/arena.h"

enum strmap_case { STRMAP_EXACT, STRMAP_FOLD }; /* FOLD: ASCII letter case is ignored */

struct strmap;

/* An empty map in mem for up to max names. */
struct strmap *strmap_new(struct arena *mem, size_t max, enum strmap_case how);
/* name and value are borrowed; a name is put once. */
void strmap_put(struct strmap *m, struct str name, const void *value);
/* Once, after the last strmap_put. */
void strmap_sort(struct strmap *m);
/* The value; NULL when the name is not there. */
const void *strmap_get(const struct strmap *m, struct str name);

#endif
