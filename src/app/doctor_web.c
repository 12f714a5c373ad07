/* Doctor's look from outside. */
#include "app/doctor_web.h"

#include <string.h>

#define LOG_HINT "See the web server's error log."

static bool
is_json(const struct client_answer *a)
{
    return str_starts(a->content_type, S("application/json")) ||
           str_starts(a->content_type, S("application/problem+json"));
}

static struct str
seen(struct arena *mem, const struct client_answer *a)
{
    return arena_fmt(mem, "status %d, %.*s", a->status,
                     STR_ARG(a->content_type.n ? a->content_type : S("no content type")));
}

struct doctor_finding
doctor_web_reached(struct arena *mem, const struct client_answer *a)
{
    struct doctor_finding f = {"web server", false, seen(mem, a), LOG_HINT};

    if (a->status == 401 && is_json(a)) {
        f.ok = true;
        f.detail = S("requests and their Authorization header arrive");
    } else if (a->status == 400 && is_json(a)) {
        f.detail = S("requests arrive without their Authorization header");
        f.fix = "Apache: CGIPassAuth On where the program is configured, or in .htaccess: "
                "SetEnvIf Authorization \"(.+)\" HTTP_AUTHORIZATION=$1";
    } else if (a->status == 503 && is_json(a)) {
        f.detail = S("requests arrive, but the worker cannot reach the database");
        f.fix = "Check that the web server's user can read the configuration and the credentials "
                "file. " LOG_HINT;
    } else if (a->status / 100 == 3) {
        f.detail = arena_fmt(mem, "redirected to %.*s", STR_ARG(a->location));
        f.fix = "Give the address that it leads to: clients do not follow redirects of a POST.";
    } else if (a->status == 404) {
        f.fix = "The address does not lead to latchkey: compare the web server's configuration "
                "with the example.";
    }
    return f;
}

struct doctor_finding
doctor_web_large(struct arena *mem, const struct client_answer *a)
{
    bool ok = a->status == 400 && is_json(a);

    return (struct doctor_finding){
        "large requests", ok, ok ? S("1 MiB arrives") : seen(mem, a),
        "The web server refuses larger requests. Apache mod_fcgid: FcgidMaxRequestLen 16777216; "
        "nginx: client_max_body_size 16m; lighttpd: server.max-request-size."};
}

static struct doctor_finding
unreachable(struct str why)
{
    return (struct doctor_finding){"web server", false, why,
                                   "Check the address, and that the web server runs."};
}

/* Refused for its length, after all of it has been read. */
static struct str
large_body(struct arena *mem)
{
    static const char head[] = "{\"key\":\"", tail[] = "\"}";
    size_t n = sizeof(head) - 1 + DOCTOR_WEB_LARGE + sizeof(tail) - 1;
    char *p = arena_alloc(mem, n);

    memcpy(p, head, sizeof(head) - 1);
    memset(p + sizeof(head) - 1, 'x', DOCTOR_WEB_LARGE);
    memcpy(p + n - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
    return (struct str){p, n};
}

static bool
is_loopback(const struct client_url *url)
{
    return str_eq(url->host, S("localhost")) || str_eq(url->host, S("::1")) ||
           str_starts(url->host, S("127."));
}

size_t
doctor_web_check(struct arena *mem, struct str text, struct doctor_finding *out)
{
    struct client_answer a;
    struct client_url url;
    struct str why, token = S("latchkey_doctor");
    size_t n = 0;

    if (!client_url_parse(mem, text, &url, &why) ||
        !client_post(mem, &url, S("/v2/keys.verifyKey"), token, S("{\"key\":\"doctor\"}"), &a,
                     &why)) {
        out[0] = unreachable(why);
        return 1;
    }
    out[n++] = doctor_web_reached(mem, &a);
    out[n++] = (struct doctor_finding){"encryption", url.tls || is_loopback(&url),
                                       url.tls ? S("HTTPS")
                                       : is_loopback(&url)
                                           ? S("HTTP, but on this host only")
                                           : S("HTTP: root keys and keys can be read on their way"),
                                       "Serve the API over HTTPS only."};
    if (!client_post(mem, &url, S("/v2/keys.verifyKey"), token, large_body(mem), &a, &why))
        a = (struct client_answer){.status = 0, .content_type = why};
    out[n++] = doctor_web_large(mem, &a);
    return n;
}
