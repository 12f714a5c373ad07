/* clientip.h: the caller's address (contract foundations.md section 6.1). Pure. */
#ifndef LATCHKEY_DOMAIN_CLIENTIP_H
#define LATCHKEY_DOMAIN_CLIENTIP_H

#include "base/str.h"

/* The first non-empty element of an X-Forwarded-For value without its port, else peer. */
struct str clientip_of(struct str forwarded_for, struct str peer);
/* Whether a comma-separated list names ip exactly; entries are trimmed. An empty list allows
 * everybody; a list allows nobody without an address. */
bool clientip_allowed(struct str list, struct str ip);
/* Whether ip is in one of the networks of a comma-separated list, such as "127.0.0.1, fd00::/8". */
bool clientip_in(struct str list, struct str ip);
/* Whether each entry is an address or a network. */
bool clientip_is_list(struct str list);

#endif
