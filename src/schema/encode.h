/* encode.h: a typed struct to JSON text by its field table. Only declared members come out, in the
 * table's order; absent ones are left out. */
#ifndef LATCHKEY_SCHEMA_ENCODE_H
#define LATCHKEY_SCHEMA_ENCODE_H

#include "base/sb.h"
#include "schema/field.h"

/* Appends the value of root at v: the struct of an FT_OBJ, a struct f_list of an FT_LIST. */
void encode_value(struct sb *out, const struct field *root, const void *v);

#endif
