/* None of these has a key that is let in, and none does harm where it does get through. */
#include "app/gate_trick.h"

#include "base/sb.h"

#include <string.h>

#define FIX_OPEN "The gate's lines do not apply to this address: compare them with docs/gate.md."
#define FIX_METHOD                                                                                 \
    "Take away <Limit>, limit_except and conditions on the method around the gate's lines; what "  \
    "methods may do is the policy's affair."
#define FIX_HEADER                                                                                 \
    "Something before the gate believes a header of the client: take that away, and name the "     \
    "proxies of your own as trusted_proxies in the policy."
#define FIX_PATH                                                                                   \
    "The server finds the same content at this spelling: protect the folder that holds it "        \
    "(<Directory>, or a <Location> above it), not single files or a pattern of paths."
#define FIX_HOST                                                                                   \
    "Another site of the server shows the same content: protect it there too, or take the folder " \
    "out of it."
#define FIX_INTERNAL "Mark the gate's own location as internal."

enum { MAX_TRICKS = 96, LONG_KEY = 6000 };

struct list {
    struct arena *mem;
    struct gate_trick *v, plain; /* plain: the request without a trick */
    size_t n;
};

static struct gate_trick *
add(struct list *l, const char *name, const char *fix)
{
    struct gate_trick *t = &l->v[l->n++];

    *t = l->plain;
    t->name = str_of(name);
    t->fix = fix;
    return t;
}

static void
add_keys(struct list *l)
{
    static const struct {
        const char *name, *headers;
    } rows[] = {
        {"no key", ""},
        {"unknown key", "Authorization: Bearer latchkey_check_unknown\r\n"},
        {"empty key", "Authorization: Bearer \r\n"},
        {"unknown key as password", "Authorization: Basic bGF0Y2hrZXk6Y2hlY2s=\r\n"},
        {"another scheme", "Authorization: Digest username=\"admin\"\r\n"},
        {"quotes in the key", "Authorization: Bearer ' OR '1'='1\r\n"},
        {"two keys", "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"},
        {"key for this hop only", "Authorization: Bearer a\r\n"
                                  "Connection: Authorization\r\n"},
    };
    char *key = arena_alloc(l->mem, LONG_KEY);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        add(l, rows[i].name, FIX_OPEN)->headers = str_of(rows[i].headers);
    memset(key, 'k', LONG_KEY);
    add(l, "very long key", FIX_OPEN)->headers =
        arena_fmt(l->mem, "Authorization: Bearer %.*s\r\n", LONG_KEY, key);
}

static void
add_methods(struct list *l)
{
    static const char *const methods[] = {"HEAD",  "OPTIONS",  "POST", "TRACE",
                                          "TRACK", "PROPFIND", "get",  "LATCHKEY"};

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        struct gate_trick *t = add(l, methods[i], FIX_METHOD);

        t->name = arena_fmt(l->mem, "method %s", methods[i]);
        t->method = str_of(methods[i]);
        if (strcmp(methods[i], "POST") == 0)
            t->headers = S("Content-Length: 0\r\n");
    }
}

static void
add_headers(struct list *l)
{
    static const struct {
        const char *name, *headers;
    } rows[] = {
        {"forged LATCHKEY_KEY_ID",
         "LATCHKEY_KEY_ID: key_1\r\nLatchkey-Key-Id: key_1\r\nX-Latchkey-Key-Id: key_1\r\n"
         "Variable-LATCHKEY_KEY_ID: key_1\r\n"},
        {"forged REDIRECT_ variables",
         "REDIRECT_LATCHKEY_KEY_ID: key_1\r\nRedirect-Latchkey-Key-Id: key_1\r\n"
         "REDIRECT_LATCHKEY_PASSED: 1\r\nRedirect-Latchkey-Passed: 1\r\nREDIRECT_STATUS: 200\r\n"},
        {"forged LATCHKEY_PASSED",
         "LATCHKEY_PASSED: 1\r\nLatchkey-Passed: 1\r\nVariable-LATCHKEY_PASSED: 1\r\n"},
        {"forged roles", "FCGI_ROLE: RESPONDER\r\nFcgi-Role: RESPONDER\r\nLATCHKEY_ROLE: denied\r\n"
                         "Latchkey-Role: denied\r\nLatchkey-Policy: none\r\n"},
        {"forged user", "REMOTE_USER: admin\r\nRemote-User: admin\r\nX-Remote-User: admin\r\n"
                        "X-Forwarded-User: admin\r\nX-Authenticated-User: admin\r\n"},
        {"forged address",
         "X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\nForwarded: for=127.0.0.1\r\n"
         "True-Client-IP: 127.0.0.1\r\nClient-IP: 127.0.0.1\r\n"},
        {"another path in a header",
         "X-Original-URL: /\r\nX-Rewrite-URL: /\r\nX-Original-URI: /\r\nX-Forwarded-URI: /\r\n"},
        {"another method in a header",
         "X-HTTP-Method-Override: OPTIONS\r\nX-Original-Method: OPTIONS\r\n"},
        {"a CORS request", "Origin: https://example.com\r\n"},
        {"part of the content", "Range: bytes=0-0\r\n"},
        {"upgrade", "Upgrade: websocket\r\nConnection: Upgrade\r\n"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        add(l, rows[i].name, FIX_HEADER)->headers = str_of(rows[i].headers);
}

/* Spellings of the path */

static struct str
replace(struct arena *mem, struct str s, size_t at, size_t n, const char *with)
{
    return arena_fmt(mem, "%.*s%s%.*s", (int)at, s.p, with, STR_ARG(str_from(s, at + n)));
}

static struct str
replace_all(struct arena *mem, struct str s, char c, const char *with)
{
    struct sb b;

    sb_init(&b, mem, s.n + 64);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == c)
            sb_puts(&b, with);
        else
            sb_putc(&b, s.p[i]);
    }
    return sb_str(&b);
}

static struct str
other_case(struct arena *mem, struct str s)
{
    char *p = arena_alloc(mem, s.n + 1);

    for (size_t i = 0; i < s.n; i++) {
        char lower = (char)(s.p[i] | 0x20);

        p[i] = lower >= 'a' && lower <= 'z' ? (char)(s.p[i] ^ 0x20) : s.p[i];
    }
    return (struct str){p, s.n};
}

static void
add_path(struct list *l, const char *name, struct str target)
{
    struct gate_trick *t = add(l, name, FIX_PATH);

    t->target = target;
}

static void
add_around(struct list *l, struct str path)
{
    static const struct {
        const char *name, *before, *after;
    } rows[] = {
        {"path //…", "/", ""},
        {"path /./…", "/.", ""},
        {"path /%2e/…", "/%2e", ""},
        {"path /x/../…", "/latchkey-check/..", ""},
        {"path /x/%2e%2e/…", "/latchkey-check/%2e%2e", ""},
        {"path /x/..;/…", "/latchkey-check/..;", ""},
        {"path …;x", "", ";x=1"},
        {"path ….", "", "."},
        {"path …%2e", "", "%2e"},
        {"path …/", "", "/"},
        {"path …//", "", "//"},
        {"path …/.", "", "/."},
        {"path …/x", "", "/latchkey-check"},
        {"path …%20", "", "%20"},
        {"path …%00", "", "%00"},
        {"path …%00.html", "", "%00.html"},
        {"path …%0a", "", "%0a"},
        {"path …%23", "", "%23"},
        {"path …%3fx", "", "%3fx"},
        {"path …~", "", "~"},
        {"path …::$DATA", "", "::$DATA"},
        {"path …?x", "", "?latchkey-check=1"},
        {"path …?/../", "", "?/../../"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        add_path(l, rows[i].name,
                 arena_fmt(l->mem, "%s%.*s%s", rows[i].before, STR_ARG(path), rows[i].after));
}

static size_t
last_slash(struct str path)
{
    size_t at = path.n;

    while (at > 0 && path.p[at - 1] != '/')
        at--;
    return at > 0 ? at - 1 : 0;
}

static void
add_inside(struct list *l, struct str path)
{
    size_t last = last_slash(path), first = str_find(path, '/', 1);
    struct arena *mem = l->mem;

    add_path(l, "path with doubled slashes", replace_all(mem, path, '/', "//"));
    add_path(l, "path with /./ inside", replace(mem, path, last, 1, "/./"));
    add_path(l, "path with /%2e/ inside", replace(mem, path, last, 1, "/%2e/"));
    add_path(l, "path with /x/../ inside", replace(mem, path, last, 1, "/latchkey-check/../"));
    add_path(l, "path with ;x inside", replace(mem, path, last, 1, last ? ";x=1/" : "/;x=1/"));
    add_path(l, "path with %2f", replace(mem, path, last, 1, last ? "%2f" : "/%2f"));
    add_path(l, "path with a backslash", replace(mem, path, last, 1, last ? "\\" : "/\\"));
    add_path(l, "path with %5c", replace(mem, path, last, 1, last ? "%5c" : "/%5c"));
    add_path(l, "path in other letter case", other_case(mem, path));
    if (path.n > 1) {
        unsigned char c = (unsigned char)path.p[1], end = (unsigned char)path.p[path.n - 1];

        add_path(l, "path with an encoded letter",
                 replace(mem, path, 1, 1, arena_fmt(mem, "%%%02x", c).p));
        add_path(l, "path with a letter encoded twice",
                 replace(mem, path, 1, 1, arena_fmt(mem, "%%25%02x", c).p));
        add_path(l, "path with its end encoded",
                 replace(mem, path, path.n - 1, 1, arena_fmt(mem, "%%%02x", end).p));
    }
    if (first < path.n)
        add_path(l, "path with ;x behind the first folder", replace(mem, path, first, 0, ";x=1"));
}

static void
add_places(struct list *l, struct str scheme, struct str path)
{
    static const char *const internals[] = {"/_latchkey", "/_latchkey_answer", "/_latchkey/denied",
                                            "/_latchkey_denied"};
    static const char *const indexes[] = {"index.html", "index.php", "index.cgi"};

    add_path(l, "path as a URL",
             arena_fmt(l->mem, "%.*s://%.*s%.*s", STR_ARG(scheme), STR_ARG(l->plain.authority),
                       STR_ARG(path)));
    for (size_t i = 0; i < 2; i++) {
        struct gate_trick *t = add(l, i ? "another host" : "host localhost", FIX_HOST);

        t->authority = i ? S("latchkey-check.invalid") : S("localhost");
        t->elsewhere = true;
    }
    for (size_t i = 0; i < sizeof(internals) / sizeof(internals[0]); i++) {
        struct gate_trick *t = add(l, "", FIX_INTERNAL);

        t->name = arena_fmt(l->mem, "path %s", internals[i]);
        t->target = str_of(internals[i]);
    }
    for (size_t i = 0; i < 3 && str_ends(path, S("/")); i++)
        add_path(l, arena_fmt(l->mem, "path …/%s", indexes[i]).p,
                 arena_fmt(l->mem, "%.*s%s", STR_ARG(path), indexes[i]));
}

const struct gate_trick *
gate_trick_list(struct arena *mem, struct str scheme, struct str authority, struct str path,
                size_t *n)
{
    struct list l = {.mem = mem, .v = ARENA_ARRAY(mem, MAX_TRICKS, struct gate_trick)};
    struct str query = path, bare = str_cut(&query, '?');

    l.plain = (struct gate_trick){
        .method = S("GET"), .target = path, .headers = S(""), .authority = authority};
    add_keys(&l);
    add_methods(&l);
    add_headers(&l);
    add_around(&l, bare);
    add_inside(&l, bare);
    add_places(&l, scheme, bare);
    *n = l.n;
    return l.v;
}
