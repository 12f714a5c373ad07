/* Networks. */
#include "domain/netmask.h"

#include "domain/clientip.h"

#include <arpa/inet.h>
#include <string.h>

bool
netmask_address(struct str text, struct netmask_address *out)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    char z[INET6_ADDRSTRLEN];

    *out = (struct netmask_address){0};
    if (text.n == 0 || text.n >= sizeof(z))
        return false;
    memcpy(z, text.p, text.n);
    z[text.n] = '\0';
    if (strlen(z) != text.n)
        return false;
    if (inet_pton(AF_INET, z, out->bytes) == 1) {
        out->v4 = true;
        return true;
    }
    if (inet_pton(AF_INET6, z, out->bytes) != 1)
        return false;
    if (memcmp(out->bytes, mapped, sizeof(mapped)) == 0) {
        out->v4 = true;
        memmove(out->bytes, out->bytes + sizeof(mapped), 4);
        memset(out->bytes + 4, 0, NETMASK_BYTES - 4);
    }
    return true;
}

static bool
bit(const unsigned char *bytes, int64_t i)
{
    return bytes[i / 8] >> (7 - i % 8) & 1;
}

bool
netmask_parse(struct str text, struct netmask *out)
{
    struct str bits = text, address = str_cut(&bits, '/');
    int64_t max;

    if (!netmask_address(address, &out->base))
        return false;
    max = out->base.v4 ? 32 : 128;
    out->bits = max;
    if (bits.p && (bits.n == 0 || !str_i64(bits, 0, max, &out->bits)))
        return false;
    for (int64_t i = out->bits; i < max; i++)
        if (bit(out->base.bytes, i))
            return false;
    return true;
}

static bool
holds(const struct netmask *net, const struct netmask_address *a)
{
    if (net->base.v4 != a->v4)
        return false;
    for (int64_t i = 0; i < net->bits; i++)
        if (bit(net->base.bytes, i) != bit(a->bytes, i))
            return false;
    return true;
}

bool
netmask_any(const struct netmask *nets, size_t n, struct str address)
{
    struct netmask_address a;

    if (!netmask_address(address, &a))
        return false;
    for (size_t i = 0; i < n; i++)
        if (holds(&nets[i], &a))
            return true;
    return false;
}

bool
netmask_in_list(struct str list, struct str address)
{
    struct netmask net;

    while (list.p)
        if (netmask_parse(str_trim(str_cut(&list, ',')), &net) && netmask_any(&net, 1, address))
            return true;
    return false;
}

bool
netmask_is_list(struct str list)
{
    struct netmask net;

    while (list.p)
        if (!netmask_parse(str_trim(str_cut(&list, ',')), &net))
            return false;
    return true;
}

struct str
netmask_counted(struct arena *mem, struct str address)
{
    struct netmask_address a;
    char z[INET6_ADDRSTRLEN];

    if (!netmask_address(address, &a))
        return address;
    if (!a.v4)
        memset(a.bytes + NETMASK_BYTES / 2, 0, NETMASK_BYTES / 2);
    inet_ntop(a.v4 ? AF_INET : AF_INET6, a.bytes, z, sizeof(z));
    return arena_fmt(mem, "%s%s", z, a.v4 ? "" : "/64");
}

struct str
netmask_client(struct str peer, struct str forwarded_for, const struct netmask *trusted, size_t n)
{
    struct str client = peer;

    while (forwarded_for.n > 0 && netmask_any(trusted, n, client)) {
        struct netmask_address a;
        size_t at = forwarded_for.n;

        while (at > 0 && forwarded_for.p[at - 1] != ',')
            at--;
        client = clientip_of(str_from(forwarded_for, at), S(""));
        if (!netmask_address(client, &a))
            return S("");
        forwarded_for.n = at > 0 ? at - 1 : 0;
    }
    return client;
}
