/* envelope.h: answers of the API for people and programs. Pure. */
#ifndef LATCHKEY_APP_ENVELOPE_H
#define LATCHKEY_APP_ENVELOPE_H

#include "http/client_message.h"

struct envelope_how {
    bool json; /* the whole answer, indented, instead of its data */
    int64_t took_ms;
    struct str url;           /* where it came from, for errors */
    struct str root_key_from; /* the same for the root key */
};

struct envelope_text {
    bool ok;        /* the operation was done */
    struct str out; /* for standard output: empty unless ok */
    struct str err; /* for standard error */
};

/* What to print. Nothing in it can control a terminal, whatever the server sent. */
struct envelope_text envelope_show(struct arena *mem, const struct client_answer *a,
                                   const struct envelope_how *how);

#endif
