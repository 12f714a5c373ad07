/* json_text.h: looking into JSON text that is known to be valid: checked by schema/json_scan before
 * it was stored, or made by ourselves. Pure. */
#ifndef LATCHKEY_BASE_JSON_TEXT_H
#define LATCHKEY_BASE_JSON_TEXT_H

#include "base/arena.h"

struct json_text_member {
    struct str name;  /* between its quotes, escapes as they stand */
    struct str value; /* its text, without white space around it */
};

/* The next member of an object: start with *rest being its text, and go on until it is false. */
bool json_text_next(struct str *rest, struct json_text_member *out);
/* The member of that name, which needs no escapes; the last one when there are several. Empty when
 * text is no object or has no such member. */
struct str json_text_member(struct str text, struct str name);
/* The string that a value is, in mem. False when it is none. */
bool json_text_string(struct arena *mem, struct str value, struct str *out);

#endif
