/* refusal.h: the answers with which the gate turns requests away. Pure. */
#ifndef LATCHKEY_DOMAIN_REFUSAL_H
#define LATCHKEY_DOMAIN_REFUSAL_H

#include "domain/verdict.h"

enum refusal {
    REFUSAL_NONE, /* let through */
#define REFUSAL(name, status, code, title, message) REFUSAL_##name,
#include "domain/refusal.def"
#undef REFUSAL
    REFUSAL__MAX,
};

struct refusal_row {
    int status;
    struct str code;
    const char *title, *message;
};
/* Not for REFUSAL_NONE. */
const struct refusal_row *refusal_row(enum refusal r);
/* rate_limited, of err:frontline:client:rate_limited: how servers pass it on, see refusal_find. */
struct str refusal_name(enum refusal r);
/* The one of that name; MISSING_CREDENTIALS when there is none. */
enum refusal refusal_find(struct str name);
/* What the outcome of a verification means for the request. */
enum refusal refusal_of(enum verdict v);

#endif
