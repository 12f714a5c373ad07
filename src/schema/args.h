/* args.h: command lines against field tables: flags become the JSON body that decode.h then checks
 * like any other. */
#ifndef LATCHKEY_SCHEMA_ARGS_H
#define LATCHKEY_SCHEMA_ARGS_H

#include "schema/field.h"

/* Reads flags (--api-id=x, --api-id x; booleans also alone; lists comma-separated or repeated;
 * nullable fields take "none"; objects take JSON or @file; secrets take - for standard input) by the
 * members of root (FT_OBJ) and sets *json. False with a sentence in *why. */
bool args_json(struct arena *mem, int argc, char **argv, const struct field *root,
               struct str *json, struct str *why);

#endif
