/* names.h: operations as words of a command line: /v2/keys.createKey is `keys create-key`. */
#ifndef LATCHKEY_APP_NAMES_H
#define LATCHKEY_APP_NAMES_H

#include "api/endpoint.h"

/* keys, of the path /v2/keys.createKey. Borrows path. */
struct str names_resource(const char *path);
/* create-key */
struct str names_action(struct arena *mem, const char *path);
/* The operation of that name, or NULL. */
const struct route *names_find(struct arena *mem, struct str resource, struct str action);
bool names_is_resource(struct str resource);

#endif
