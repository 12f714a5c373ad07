/* args.h: command lines against field tables: flags become the JSON body that decode.h then checks
 * like any other. --api-id=x and --api-id x are the same, and so is one dash. */
#ifndef LATCHKEY_SCHEMA_ARGS_H
#define LATCHKEY_SCHEMA_ARGS_H

#include "schema/field.h"

enum args_verdict {
    ARGS_OK,
    ARGS_MISSING, /* required flags are not there */
    ARGS_WRONG,   /* something is there that should not be, or has the wrong form */
};

/* Takes every --flag out of argv; what is left keeps its order. *value becomes what the last one
 * says, and is left alone when there is none. False, with a sentence in *why, when one lacks its
 * value. */
bool args_take(struct arena *mem, int *argc, char **argv, const char *flag, struct str *value,
               struct str *why);

/* Reads flags by the members of root (FT_OBJ), or the one flag of root (FT_LIST), and sets *json.
 * Booleans also stand alone; lists of strings are comma-separated or repeated, and empty when the
 * value is; objects and lists of them take JSON or @file, with or without -json behind the flag's
 * name; nullable members take none or null; secrets take - for standard input; a word without a
 * flag is the member that says F_WORD. If it is not ARGS_OK, *why is a sentence. */
enum args_verdict args_json(struct arena *mem, int argc, char **argv, const struct field *root,
                            struct str *json, struct str *why);

/* The other way round, for examples: the flags that stand for a JSON text which root allows. */
char **args_flags(struct arena *mem, const struct field *root, struct str json, int *argc);

/* The whole of a file, or of standard input for "-", without white space around it. False with the
 * reason in *why. */
bool args_slurp(struct arena *mem, const char *path, struct str *out, struct str *why);

#endif
