/* Finding and comparing client addresses. */
#include "domain/clientip.h"

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
