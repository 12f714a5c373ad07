/* gate_trick.h: requests that must not get through the gate, whoever made them up. Pure. */
#ifndef LATCHKEY_APP_GATE_TRICK_H
#define LATCHKEY_APP_GATE_TRICK_H

#include "base/arena.h"

struct gate_trick {
    struct str name;
    struct str method, target, headers; /* headers: lines, each with its CR LF */
    struct str authority;               /* of the Host header */
    bool elsewhere;                     /* another place is asked, which may well be open */
    const char *fix;                    /* what to do when it gets through */
};

/* For a place at path ("/…", perhaps with a query) of a host as URLs name it. */
const struct gate_trick *gate_trick_list(struct arena *mem, struct str scheme, struct str authority,
                                         struct str path, size_t *n);

#endif
