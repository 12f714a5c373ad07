/* netmask.h: addresses, networks, and which address of a forwarded request is the client's. Pure.
 */
#ifndef LATCHKEY_DOMAIN_NETMASK_H
#define LATCHKEY_DOMAIN_NETMASK_H

#include "base/arena.h"

enum { NETMASK_BYTES = 16 };

struct netmask_address {
    bool v4;
    unsigned char bytes[NETMASK_BYTES]; /* the first 4 when v4 */
};

struct netmask {
    struct netmask_address base;
    int64_t bits;
};

/* An IPv4 or IPv6 address. ::ffff:192.0.2.1 is the IPv4 address in it. */
bool netmask_address(struct str text, struct netmask_address *out);
/* An address or ADDRESS/BITS. False when it is neither, or has bits set behind its BITS. */
bool netmask_parse(struct str text, struct netmask *out);
/* Whether one of the networks holds the address; what is no address is in none. */
bool netmask_any(const struct netmask *nets, size_t n, struct str address);
/* Whether one of the networks of a list such as "127.0.0.1, fd00::/8" holds the address. */
bool netmask_in_list(struct str list, struct str address);
/* Whether each entry of the list is an address or a network. */
bool netmask_is_list(struct str list);

/* Whom to count a request of an address for: itself, or of an IPv6 address its first 64 bits,
 * behind which one client has all the rest. What is no address stays as it is. */
struct str netmask_counted(struct arena *mem, struct str address);

/* Whose request it is: the peer, or when that is one of the trusted proxies the last address of
 * X-Forwarded-For that is not. Empty when the proxies say something that is no address. */
struct str netmask_client(struct str peer, struct str forwarded_for, const struct netmask *trusted,
                          size_t n);

#endif
