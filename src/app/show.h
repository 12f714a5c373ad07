/* show.h: results of commands for people. */
#ifndef LATCHKEY_APP_SHOW_H
#define LATCHKEY_APP_SHOW_H

#include "schema/field.h"

/* JSON text as lines: an object as name and value, a list of objects as aligned columns. */
struct str show_text(struct arena *mem, struct str json);
/* The flag that a schema location such as /properties/apiId/minLength is about. */
struct str show_location(struct arena *mem, const struct field *in, struct str location);

#endif
