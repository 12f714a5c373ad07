/* params.h: the values of a statement that is being written, in the order of its question marks. */
#ifndef LATCHKEY_ANALYTICS_PARAMS_H
#define LATCHKEY_ANALYTICS_PARAMS_H

#include "base/arena.h"

struct param {
    struct str s;
    bool bytes; /* compared byte for byte; else text like that of the schema's columns */
};

struct params {
    struct arena *mem;
    struct param *v;
    size_t n;
};

void params_add(struct params *p, struct str s, bool bytes);

#endif
