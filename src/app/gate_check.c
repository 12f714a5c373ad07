/* Requests to a protected place, and what their answers say. */
#include "app/gate_check.h"

#include "app/gate_trick.h"
#include "base/digest.h"
#include "base/sb.h"
#include "base/utc.h"

#include <inttypes.h>

#define FORGED "latchkey-forged"

/* CONTENT_LEAST: shorter content may be in a refusal by chance. */
enum { CONTENT_LEAST = 16, MAX_FINDINGS = 128, DOWN_MS = 2000 };

/* The place */

bool
gate_check_place(struct arena *mem, struct str text, struct gate_place *out, struct str *why)
{
    size_t end = str_find(text, ':', 0) + 3; /* http:// */
    struct str rest;

    while (end < text.n && text.p[end] != '/' && text.p[end] != '?' && text.p[end] != '#')
        end++;
    end = end < text.n ? end : text.n;
    rest = str_from(text, end);
    out->target = str_cut(&rest, '#');
    if (!str_starts(out->target, S("/")))
        out->target = arena_fmt(mem, "/%.*s", STR_ARG(out->target));
    for (size_t i = 0; i < out->target.n; i++)
        if ((unsigned char)out->target.p[i] <= ' ' || (unsigned char)out->target.p[i] >= 0x7f) {
            *why = S("the URL holds characters that URLs do not have; write them as %XX");
            return false;
        }
    return client_url_parse(mem, (struct str){text.p, end}, &out->url, why);
}

static struct str
percent(struct arena *mem, struct str s)
{
    struct sb b;

    sb_init(&b, mem, s.n * 3 + 1);
    for (size_t i = 0; i < s.n; i++)
        sb_addf(&b, "%%%02x", (unsigned)(unsigned char)s.p[i]);
    return sb_str(&b);
}

/* X_API_KEY is sent as X-API-KEY: servers that take neither for the other drop underscores. */
static struct str
header_name(struct arena *mem, struct str name)
{
    char *p = arena_alloc(mem, name.n + 1);

    for (size_t i = 0; i < name.n; i++)
        p[i] = name.p[i] == '_' ? '-' : name.p[i];
    return (struct str){p, name.n};
}

struct str
gate_check_request(struct arena *mem, const struct gate_place *p, struct str key,
                   struct str headers)
{
    const struct gate_credential *k = p->credential;
    struct str target = p->target, line = S(""), pair = arena_fmt(mem, "check:%.*s", STR_ARG(key));

    switch (k->kind) {
    case GATE_BEARER:
        line = arena_fmt(mem, "Authorization: Bearer %.*s\r\n", STR_ARG(key));
        break;
    case GATE_BASIC:
        line = arena_fmt(mem, "Authorization: Basic %s\r\n",
                         digest_base64(mem, (const unsigned char *)pair.p, pair.n).p);
        break;
    case GATE_HEADER:
        line = arena_fmt(mem, "%.*s: %.*s%s%.*s\r\n", STR_ARG(header_name(mem, k->name)),
                         STR_ARG(k->prefix), k->prefix.n ? " " : "", STR_ARG(key));
        break;
    default:
        target = arena_fmt(mem, "%.*s%c%.*s=%.*s", STR_ARG(target),
                           str_find(target, '?', 0) < target.n ? '&' : '?',
                           STR_ARG(percent(mem, k->name)), STR_ARG(percent(mem, key)));
    }
    return client_message_plain(mem, p->url.authority, S("GET"), target,
                                arena_fmt(mem, "%.*s%.*s", STR_ARG(line), STR_ARG(headers)));
}

/* Judging */

enum gate_result
gate_check_judge(const struct client_answer *a, struct str content, bool elsewhere)
{
    bool known = content.n >= CONTENT_LEAST, echo = str_starts(a->content_type, S("message/http"));

    if (known && str_has(a->body, content))
        return GATE_FAIL;
    if (a->status / 100 != 2 || echo) /* what TRACE sends back */
        return GATE_PASS;
    return !elsewhere ? GATE_FAIL : known ? GATE_PASS : GATE_SKIPPED;
}

struct run {
    struct arena *mem;
    const struct gate_check *k;
    struct gate_finding *v;
    size_t n;
    struct str content; /* what is protected; empty: unknown */
};

static void
say(struct run *r, struct str trick, bool ok, struct str detail, const char *fix)
{
    r->v[r->n++] = (struct gate_finding){trick, detail, ok ? GATE_PASS : GATE_FAIL, ok ? "" : fix};
}

static void
skip(struct run *r, const char *trick, struct str detail)
{
    r->v[r->n++] = (struct gate_finding){str_of(trick), detail, GATE_SKIPPED, ""};
}

static bool
ask(struct run *r, struct str headers, struct client_answer *out, struct str *why)
{
    struct str text = gate_check_request(r->mem, &r->k->place, r->k->key, headers);

    return client_send(r->mem, &r->k->place.url, text, false, out, why);
}

/* Without a key */

static void
try_trick(struct run *r, const struct gate_trick *t)
{
    static const char *const more[] = {"", ", with what is protected",
                                       "; whether that is the protected page, only a key can tell"};
    const struct gate_place *p = &r->k->place;
    struct str text = client_message_plain(r->mem, t->authority, t->method, t->target, t->headers);
    struct arena_mark mark = arena_mark(r->mem);
    struct client_answer a;
    struct str why;
    bool answered = client_send(r->mem, &p->url, text, str_eq(t->method, S("HEAD")), &a, &why);
    enum gate_result result = answered ? gate_check_judge(&a, r->content, t->elsewhere) : GATE_PASS;

    arena_release(r->mem, mark);
    r->v[r->n++] = (struct gate_finding){
        .trick = t->name,
        .detail = answered
                      ? arena_fmt(r->mem, "status %d%s", a.status,
                                  result == GATE_FAIL && a.status / 100 == 2 ? "" : more[result])
                      : S("no answer"),
        .result = result,
        .fix = result == GATE_FAIL ? t->fix : ""};
}

static void
try_tricks(struct run *r)
{
    const struct gate_place *p = &r->k->place;
    size_t n;
    const struct gate_trick *tricks = gate_trick_list(r->mem, p->url.tls ? S("https") : S("http"),
                                                      p->url.authority, p->target, &n);

    for (size_t i = 0; i < n; i++)
        try_trick(r, &tricks[i]);
}

/* What a client is to be told who comes without a key. False when nobody answers. */
static bool
look_at_refusal(struct run *r)
{
    const struct gate_place *p = &r->k->place;
    struct client_answer a;
    struct str why, text = client_message_plain(r->mem, p->url.authority, S("GET"), p->target,
                                                S("Accept: application/json\r\n"));
    bool asks;

    if (!client_send(r->mem, &p->url, text, false, &a, &why)) {
        say(r, S("web server"), false, why, "Check the address, and that the web server runs.");
        return false;
    }
    asks = client_message_header(&a, S("WWW-Authenticate")).n > 0;
    say(r, S("refusal"), a.status == 401 && asks,
        arena_fmt(r->mem, "status %d%s", a.status, asks ? ", WWW-Authenticate" : ""),
        a.status / 100 == 2   ? "The place is open: the gate's lines do not apply to it."
        : a.status / 100 == 3 ? "Give the address that this one leads to."
        : a.status / 100 == 5 ? "The gate does not answer: see the web server's error log."
                              : "Who comes without a key is to be told so by 401 and "
                                "WWW-Authenticate; compare with docs/gate.md.");
    return true;
}

/* With a key */

static void
look_at_variables(struct run *r, const struct client_answer *a)
{
    struct str all = a->headers.n ? (struct str){a->headers.p, a->headers.n} : S("");
    struct str leak = S("");

    while (all.p && leak.n == 0) {
        struct str line = str_cut(&all, '\n');

        if (str_starts(line, S("Variable-")) || str_starts(line, S("variable-")))
            leak = str_cut(&line, ':');
    }
    say(r, S("variables kept from the client"), leak.n == 0, leak,
        "Take every variable of the gate out of the answer: Header always unset "
        "Variable-LATCHKEY_KEY_ID, and so on for each.");
}

static bool
look_at_answer(struct run *r, struct client_answer *a)
{
    struct str why;
    bool ok = ask(r, S(""), a, &why);

    if (!ok) {
        say(r, S("key"), false, why, "See the web server's error log.");
        return false;
    }
    ok = a->status / 100 != 5 && a->status != 401 && a->status != 403 && a->status != 429;
    say(r, S("key"), ok, arena_fmt(r->mem, "status %d", a->status),
        a->status / 100 == 5 ? "See the web server's error log."
                             : "Let `latchkey gate explain` say why this key is turned away, and "
                               "check that its header reaches the gate (Apache: CGIPassAuth On).");
    if (!ok)
        return false;
    if (a->status / 100 == 2)
        r->content = a->body;
    look_at_variables(r, a);
    return true;
}

static bool
quota_left(struct client_answer *a, int64_t *left)
{
    return str_i64(client_message_header(a, S("RateLimit-Remaining")), 0, INT64_MAX, left);
}

/* By credits where there are some, else by the limit that the client is told. */
static void
look_at_charge(struct run *r, struct client_answer *first)
{
    static const char fix[] =
        "The server asks the gate several times for one request, and the gate cannot tell: load "
        "mod_unique_id (Apache) or send UNIQUE_ID (nginx: $request_id); see docs/gate.md.";
    const struct gate_check *k = r->k;
    int64_t before, after;
    bool by_credits = k->credits && k->credits(k->arg, &before);
    struct client_answer a;
    struct str why;

    if (!by_credits && !quota_left(first, &before)) {
        skip(r, "charged once",
             S("give a key with credits where its database can be reached, or with a limit"));
        return;
    }
    if (!ask(r, S(""), &a, &why) ||
        !(by_credits ? k->credits(k->arg, &after) : quota_left(&a, &after))) {
        say(r, S("charged once"), false, S("no answer"), "See the web server's error log.");
        return;
    }
    if (!by_credits && after > before) {
        skip(r, "charged once", S("the limit began anew meanwhile; try again"));
        return;
    }
    say(r, S("charged once"), before - after == (by_credits ? k->cost : 1),
        arena_fmt(r->mem, "%" PRId64 " %s", before - after,
                  by_credits ? "credits" : "of the limit"),
        fix);
}

/* Only a proxied application may be told who has come by headers. */
static void
look_at_forgery(struct run *r)
{
    struct client_answer a;
    struct str why;

    if (!r->k->proxied)
        return;
    if (!ask(r,
             S("X-Latchkey-Key-Id: " FORGED "\r\nX-Latchkey-Key-Name: " FORGED
               "\r\nX-Latchkey-Identity-Id: " FORGED "\r\nX-Latchkey-External-Id: " FORGED
               "\r\nX-Latchkey-Permissions: " FORGED "\r\nX-Latchkey-Roles: " FORGED
               "\r\nX-Latchkey-Credits: " FORGED "\r\nX-Latchkey-Principal: " FORGED
               "\r\nX-Forwarded-User: " FORGED "\r\n"),
             &a, &why)) {
        say(r, S("forged identity"), false, why, "See the web server's error log.");
        return;
    }
    say(r, S("forged identity"), !str_has(a.body, S(FORGED)),
        str_has(a.body, S(FORGED)) ? S("it reaches the application") : S("the answer lacks it"),
        "Take X-Latchkey-* headers of the client out before you set them: RequestHeader unset "
        "(Apache), proxy_set_header (nginx).");
}

static struct run
begin(struct arena *mem, const struct gate_check *k)
{
    return (struct run){
        .mem = mem, .k = k, .v = ARENA_ARRAY(mem, MAX_FINDINGS, struct gate_finding)};
}

const struct gate_finding *
gate_check_run(struct arena *mem, const struct gate_check *k, size_t *n)
{
    struct run r = begin(mem, k);
    struct client_answer a;

    if (look_at_refusal(&r)) {
        if (k->key.n == 0) {
            skip(&r, "key", S("none was given"));
        } else if (look_at_answer(&r, &a)) {
            look_at_charge(&r, &a);
            look_at_forgery(&r);
        }
        try_tricks(&r);
    }
    *n = r.n;
    return r.v;
}

/* mod_fcgid in .htaccess knows no status but 401. */
static bool
is_unavailable(struct client_answer *a)
{
    return a->status / 100 == 5 ||
           (a->status == 401 &&
            str_eq(client_message_header(a, S("X-Latchkey-Denied")), S("service_unavailable")));
}

const struct gate_finding *
gate_check_down(struct arena *mem, const struct gate_check *k, size_t *n)
{
    struct run r = begin(mem, k);
    int64_t start_us = utc_mono_us(), ms;
    struct client_answer a;
    struct str why;

    if (ask(&r, S(""), &a, &why)) {
        ms = (utc_mono_us() - start_us) / 1000;
        say(&r, S("closed without the gate"), is_unavailable(&a) && ms <= DOWN_MS,
            arena_fmt(mem, "status %d after %" PRId64 " ms", a.status, ms),
            "The place must answer 5xx within two seconds, whoever comes: take away lines that let "
            "requests through when the gate does not answer.");
        try_tricks(&r);
    } else {
        say(&r, S("web server"), false, why, "Check the address, and that the web server runs.");
    }
    *n = r.n;
    return r.v;
}
