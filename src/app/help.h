/* help.h: what --help lists. */
#ifndef LATCHKEY_APP_HELP_H
#define LATCHKEY_APP_HELP_H

#include "schema/field.h"

#include <stdio.h>

/* A name and what it is about, in two columns. */
void help_line(struct arena *mem, FILE *to, struct str name, struct str text);
/* The flags of a body, those with * being required, and the members of the JSON ones. */
void help_flags(struct arena *mem, FILE *to, const struct field *root);
/* The flags that stand for an example, as a shell reads them, each with a space before it. */
void help_example(struct arena *mem, FILE *to, const struct field *root, const char *json);

#endif
