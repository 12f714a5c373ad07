/* Base URLs, strictly. */
#include "http/client_url.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum { HOST_MAX = 253, LABEL_MAX = 63, URL_MAX = 2048 };

static bool
is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
only(struct str s, const char *besides)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]) && (s.p[i] == '\0' || !strchr(besides, s.p[i])))
            return false;
    return true;
}

/* Takes the scheme off *rest. */
static const char *
take_scheme(struct str *rest, struct client_url *out)
{
    static const struct {
        const char *prefix;
        bool tls;
    } schemes[] = {{"http://", false}, {"https://", true}};

    for (size_t i = 0; i < 2; i++) {
        size_t n = strlen(schemes[i].prefix);

        if (rest->n < n || strncasecmp(rest->p, schemes[i].prefix, n) != 0)
            continue;
        out->tls = schemes[i].tls;
        *rest = str_from(*rest, n);
        return NULL;
    }
    return "it must begin with http:// or https://";
}

static bool
is_name(struct str host)
{
    if (host.n == 0 || host.n > HOST_MAX || !only(host, "-._"))
        return false;
    while (host.p) {
        struct str label = str_cut(&host, '.');

        if (label.n == 0 || label.n > LABEL_MAX)
            return false;
    }
    return true;
}

/* Reads HOST, HOST:PORT, [IPV6] or [IPV6]:PORT. */
static const char *
read_authority(struct arena *mem, struct str text, struct client_url *out)
{
    unsigned char address[16];
    bool ipv6 = str_starts(text, S("["));
    int64_t port = out->tls ? 443 : 80;
    struct str rest = ipv6 ? str_from(text, 1) : text, after = S("");

    if (str_find(text, '@', 0) < text.n)
        return "it must not hold a user name or password";
    out->host = str_cut(&rest, ipv6 ? ']' : ':');
    if (ipv6 && !rest.p)
        return "the ']' of the address is missing";
    if (ipv6 && rest.n > 0) {
        after = str_cut(&rest, ':');
        if (after.n > 0 || !rest.p)
            return "only :PORT may follow the address";
    } else if (ipv6) {
        rest.p = NULL;
    }
    if (rest.p && (!only(rest, "") || !str_i64(rest, 1, 65535, &port)))
        return "the port must be a number from 1 to 65535";
    out->host = arena_str(mem, out->host);
    out->is_address = inet_pton(ipv6 ? AF_INET6 : AF_INET, out->host.p, address) == 1;
    if (ipv6 ? !out->is_address : !is_name(out->host))
        return "the host must be a name, an IPv4 address or an IPv6 address in brackets";
    out->port = arena_fmt(mem, "%d", (int)port);
    out->authority = arena_fmt(mem, "%s%s%s%s%s", ipv6 ? "[" : "", out->host.p, ipv6 ? "]" : "",
                               port == (out->tls ? 443 : 80) ? "" : ":",
                               port == (out->tls ? 443 : 80) ? "" : out->port.p);
    return NULL;
}

static const char *
read_path(struct arena *mem, struct str text, struct client_url *out)
{
    if (str_find(text, '?', 0) < text.n || str_find(text, '#', 0) < text.n)
        return "it must not have a query or fragment";
    if (!only(text, "/-._~!$&'()*+,;=:@%"))
        return "its path holds characters that URLs do not have";
    while (str_ends(text, S("/")))
        text.n--;
    out->path = arena_str(mem, text);
    return NULL;
}

bool
client_url_parse(struct arena *mem, struct str text, struct client_url *out, struct str *why)
{
    struct str rest = text, path = S("");
    const char *wrong = text.n > URL_MAX ? "it is too long" : take_scheme(&rest, out);
    size_t end = 0;

    if (!wrong) {
        while (end < rest.n && (!rest.p[end] || !strchr("/?#", rest.p[end])))
            end++;
        path = str_from(rest, end);
        wrong = read_authority(mem, (struct str){rest.p, end}, out);
    }
    if (!wrong)
        wrong = read_path(mem, path, out);
    if (wrong)
        *why = arena_fmt(mem, "the API's URL is wrong: %s", wrong);
    return wrong == NULL;
}
