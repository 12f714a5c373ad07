/* Finding and comparing client addresses. */
#include "domain/clientip.h"

#include <arpa/inet.h>
#include <string.h>

/* 1.2.3.4:80 and [::1]:80 carry a port; a bare IPv6 address has more than one colon. */
static struct str
without_port(struct str s)
{
    size_t first = str_find(s, ':', 0), close;

    if (s.n > 0 && s.p[0] == '[') {
        close = str_find(s, ']', 0);
        return close < s.n ? (struct str){s.p + 1, close - 1} : s;
    }
    if (first < s.n && str_find(s, ':', first + 1) == s.n)
        s.n = first;
    return s;
}

struct str
clientip_of(struct str forwarded_for, struct str peer)
{
    while (forwarded_for.p) {
        struct str one = without_port(str_trim(str_cut(&forwarded_for, ',')));

        if (one.n > 0)
            return one;
    }
    return peer;
}

bool
clientip_allowed(struct str list, struct str ip)
{
    bool any = false;

    while (list.p) {
        struct str one = str_trim(str_cut(&list, ','));

        if (one.n == 0)
            continue;
        any = true;
        if (ip.n > 0 && str_eq(one, ip))
            return true;
    }
    return !any;
}

struct network {
    int family;
    unsigned char bytes[16];
    int64_t bits;
};

static bool
network_of(struct str s, struct network *out)
{
    struct str address = str_cut(&s, '/');
    char text[INET6_ADDRSTRLEN];
    int64_t most;

    if (address.n >= sizeof(text))
        return false;
    memcpy(text, address.p, address.n);
    text[address.n] = '\0';
    out->family = memchr(text, ':', address.n) ? AF_INET6 : AF_INET;
    if (inet_pton(out->family, text, out->bytes) != 1)
        return false;
    most = out->family == AF_INET ? 32 : 128;
    out->bits = most;
    return !s.p || str_i64(s, 0, most, &out->bits);
}

static bool
contains(const struct network *n, const struct network *address)
{
    size_t whole = (size_t)n->bits / 8;
    unsigned rest = (unsigned)n->bits % 8;

    if (n->family != address->family || memcmp(n->bytes, address->bytes, whole) != 0)
        return false;
    return rest == 0 || (n->bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

bool
clientip_in(struct str list, struct str ip)
{
    struct network address, n;

    if (str_starts(ip, S("::ffff:")) && str_find(ip, '.', 0) < ip.n)
        ip = str_from(ip, 7); /* an IPv4 peer of a socket for both */
    if (!ip.p || !network_of(ip, &address))
        return false;
    while (list.p)
        if (network_of(str_trim(str_cut(&list, ',')), &n) && contains(&n, &address))
            return true;
    return false;
}

bool
clientip_is_list(struct str list)
{
    struct network n;

    while (list.p)
        if (!network_of(str_trim(str_cut(&list, ',')), &n))
            return false;
    return true;
}
