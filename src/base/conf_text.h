/* conf_text.h: configuration files as text: `name = value`, `[section]`, comments behind #. */
#ifndef LATCHKEY_BASE_CONF_TEXT_H
#define LATCHKEY_BASE_CONF_TEXT_H

#include "base/arena.h"

/* The whole file. False with the reason in *why. */
bool conf_text_read(struct arena *mem, const char *path, struct str *text, struct str *why);

enum conf_text_kind {
    CONF_TEXT_END,
    CONF_TEXT_SETTING, /* name and value */
    CONF_TEXT_SECTION, /* name: what stands in the brackets */
    CONF_TEXT_BAD,     /* anything else */
};

struct conf_text {
    struct str rest; /* what is still to be read; start with the text */
    int line;        /* of what was read last, from 1 */
    struct str name, value;
};
/* Reads on, over empty lines and comments. */
enum conf_text_kind conf_text_next(struct conf_text *t);

#endif
