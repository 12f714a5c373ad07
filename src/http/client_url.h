/* client_url.h: the base URL of an API. Pure. */
#ifndef LATCHKEY_HTTP_CLIENT_URL_H
#define LATCHKEY_HTTP_CLIENT_URL_H

#include "base/arena.h"

/* All strings are NUL-terminated, printable ASCII without spaces. */
struct client_url {
    bool tls;
    struct str host;      /* name or address; IPv6 without its brackets */
    bool is_address;      /* host is an IP address */
    struct str port;      /* decimal, also when it is the scheme's own */
    struct str authority; /* as the Host header has it */
    struct str path;      /* goes before every path: empty, or /… without a slash at its end */
};

/* Reads http://HOST[:PORT][/PREFIX] or https://…; nothing else: no account, query or fragment.
 * False with a sentence in *why. */
bool client_url_parse(struct arena *mem, struct str text, struct client_url *out, struct str *why);

#endif
