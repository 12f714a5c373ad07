/* show.h: results of commands for people. */
#ifndef LATCHKEY_APP_SHOW_H
#define LATCHKEY_APP_SHOW_H

#include "schema/field.h"

/* JSON text as lines: an object as name and value, a list of objects as aligned columns, times as
 * RFC 3339. columns names members to show, by path and separated by spaces; NULL: all there are. */
struct str show_text(struct arena *mem, struct str json, const char *columns);
/* A list of objects as CSV (RFC 4180), with a line of names; empty when there are no rows. */
struct str show_csv(struct arena *mem, struct str json);
/* The flag that a schema location such as /properties/apiId/minLength is about. */
struct str show_location(struct arena *mem, const struct field *in, struct str location);

#endif
