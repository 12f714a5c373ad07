/* clientip.h: the caller's address (contract foundations.md section 6.1). Pure. */
#ifndef LATCHKEY_DOMAIN_CLIENTIP_H
#define LATCHKEY_DOMAIN_CLIENTIP_H

#include "base/str.h"

/* The first non-empty element of an X-Forwarded-For value without its port, else peer. */
struct str clientip_of(struct str forwarded_for, struct str peer);
/* Whether a comma-separated list names ip exactly; entries are trimmed. An empty list allows
 * everybody; a list allows nobody without an address. */
bool clientip_allowed(struct str list, struct str ip);

#endif
