/* Answers of the gate. */
#include "api/gate_answer.h"

#include "api/problem.h"
#include "base/json_text.h"
#include "base/sb.h"
#include "service/principal.h"

#include <inttypes.h>

/* Web servers read headers into buffers of 8 KiB or so, and fail when one does not fit. */
enum { VARIABLE_MAX = 7000, VARIABLES_MAX = 24 * 1024, NAME_MAX_BYTES = 64 };

/* Variables */

/* One line, whatever the value holds. */
static void
put_variable(struct sb *b, struct str name, struct str value)
{
    if (value.n > VARIABLE_MAX || b->n + value.n > VARIABLES_MAX)
        return;
    sb_puts(b, "Variable-");
    sb_put(b, name);
    sb_puts(b, ": ");
    for (size_t i = 0; i < value.n; i++)
        sb_putc(b, (unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f ? ' ' : value.p[i]);
    sb_puts(b, "\r\n");
}

static void
put_if(struct sb *b, struct str name, struct str value)
{
    if (value.n > 0)
        put_variable(b, name, value);
}

static struct str
join(struct arena *mem, struct f_list list)
{
    const struct f_str *v = list.v;
    struct sb b;

    sb_init(&b, mem, 64);
    for (size_t i = 0; i < list.n; i++) {
        if (i > 0)
            sb_putc(&b, ',');
        sb_put(&b, v[i].v);
    }
    return sb_str(&b);
}

/* plan of {"plan":"pro"} becomes LATCHKEY_META_PLAN. */
static void
put_meta(struct arena *mem, struct sb *b, struct str meta)
{
    struct json_text_member m;

    while (json_text_next(&meta, &m)) {
        struct str value = m.value;
        struct sb name;

        if (m.name.n == 0 || m.name.n > NAME_MAX_BYTES)
            continue;
        sb_init(&name, mem, m.name.n + 16);
        sb_puts(&name, "LATCHKEY_META_");
        for (size_t i = 0; i < m.name.n; i++) {
            char c = m.name.p[i];
            bool lower = c >= 'a' && c <= 'z',
                 plain = lower || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

            sb_putc(&name, lower ? (char)(c & ~0x20) : plain ? c : '_');
        }
        json_text_string(mem, m.value, &value);
        put_if(b, sb_str(&name), value);
    }
}

static void
put_login(struct arena *mem, struct sb *b, const struct key_row *k, const struct verify_out *v)
{
    struct str principal = principal_json(mem, k, v, PRINCIPAL_META);

    if (principal.n > VARIABLE_MAX)
        principal = principal_json(mem, k, v, PRINCIPAL_NO_META);
    put_variable(b, S("LATCHKEY_KEY_ID"), k->id);
    put_variable(b, S("REMOTE_USER"), principal_subject(k));
    put_if(b, S("LATCHKEY_KEY_NAME"), k->name);
    put_if(b, S("LATCHKEY_IDENTITY_ID"), k->identity_id);
    put_if(b, S("LATCHKEY_EXTERNAL_ID"), k->external_id);
    put_if(b, S("LATCHKEY_PERMISSIONS"), join(mem, v->permissions));
    put_if(b, S("LATCHKEY_ROLES"), join(mem, v->roles));
    if (v->credits.state == F_SET)
        put_variable(b, S("LATCHKEY_CREDITS"), arena_fmt(mem, "%" PRId64, v->credits.v));
    put_variable(b, S("LATCHKEY_PRINCIPAL"), principal);
}

/* mod_fcgid sends every variable on to the client unless the site's configuration takes it out by
 * name, which it cannot do for names it does not know. */
static bool
leaks(const struct http_req *req)
{
    return str_eq(http_req_var(req, S("FCGI_APACHE_ROLE")), S("ACCESS_CHECKER"));
}

static void
put_quota(struct ctx *c, const struct gate_verdict *v, struct http_res *res)
{
    const struct gate_charge *t = &v->told;
    int64_t wait_s = (t->resets_at - c->now_ms + 999) / 1000;
    struct str seconds = arena_fmt(c->mem, "%" PRId64, wait_s > 1 ? wait_s : 1);

    if (!t->has_quota)
        return;
    http_res_header(res, "RateLimit-Limit", arena_fmt(c->mem, "%" PRId64, t->limit));
    http_res_header(res, "RateLimit-Remaining", arena_fmt(c->mem, "%" PRId64, t->left));
    http_res_header(res, "RateLimit-Reset", seconds);
    if (v->refusal == REFUSAL_RATE_LIMITED)
        http_res_header(res, "Retry-After", seconds);
}

void
gate_answer_pass(struct ctx *c, const struct gate_policy *p, const struct http_req *req,
                 const struct gate_verdict *v, struct http_res *res)
{
    struct sb b;

    *res = (struct http_res){.status = 200, .no_body = true};
    put_quota(c, v, res);
    sb_init(&b, c->mem, 1024);
    put_variable(&b, S("LATCHKEY_PASSED"), p->name);
    put_variable(&b, S("LATCHKEY_REQUEST_ID"), c->request_id);
    if (v->key)
        put_login(c->mem, &b, v->key, v->verified);
    if (v->key && !leaks(req))
        put_meta(c->mem, &b, v->key->meta);
    res->more = sb_str(&b);
}

/* Refusals */

/* Browsers get a page, programs JSON; who accepts anything is taken for a program, who says nothing
 * for a browser (contract). */
static bool
wants_json(struct str accept)
{
    return str_has(accept, S("application/json")) || str_has(accept, S("application/*")) ||
           (str_has(accept, S("*/*")) && !str_has(accept, S("text/html")));
}

static struct str
json_page(struct ctx *c, enum refusal refusal)
{
    const struct refusal_row *r = refusal_row(refusal);
    struct str rest = r->code;
    struct sb type;

    sb_init(&type, c->mem, 128);
    sb_puts(&type, PROBLEM_TYPE_PREFIX);
    for (str_cut(&rest, ':'); rest.p;) { /* err:frontline:client:… */
        sb_put(&type, str_cut(&rest, ':'));
        if (rest.p)
            sb_putc(&type, '/');
    }
    return arena_fmt(c->mem,
                     "{\"meta\":{\"requestId\":\"%.*s\"},\"error\":{\"code\":\"%.*s\",\"message\":"
                     "\"%s\",\"title\":\"%s\",\"detail\":\"%s\",\"status\":%d,\"type\":\"%s\"}}",
                     STR_ARG(c->request_id), STR_ARG(r->code), r->message, r->title, r->message,
                     r->status, sb_str(&type).p);
}

static struct str
html_page(struct ctx *c, enum refusal refusal)
{
    const struct refusal_row *r = refusal_row(refusal);

    return arena_fmt(c->mem,
                     "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                     "<meta name=\"viewport\" content=\"width=device-width\"><title>%d %s</title>"
                     "<style>body{font:1em/1.5 sans-serif;max-width:36em;margin:4em auto;padding:0 "
                     "1em;color-scheme:light dark}small{opacity:.7}</style></head>\n<body><h1>%d "
                     "%s</h1><p>%s</p><p><small>%.*s<br>Request %.*s</small></p></body></html>\n",
                     r->status, r->title, r->status, r->title, r->message, STR_ARG(r->code),
                     STR_ARG(c->request_id));
}

void
gate_answer_page(struct ctx *c, const struct http_req *req, enum refusal refusal,
                 struct http_res *res)
{
    bool json = wants_json(req->accept.p ? req->accept : S(""));

    *res = (struct http_res){.status = refusal_row(refusal)->status,
                             .head_only = str_eq(req->method, S("HEAD"))};
    res->content_type = json ? S("application/json") : S("text/html; charset=utf-8");
    res->body = json ? json_page(c, refusal) : html_page(c, refusal);
}

void
gate_answer_refuse(struct ctx *c, const struct gate_policy *p, const struct http_req *req,
                   const struct gate_verdict *v, struct http_res *res)
{
    const struct refusal_row *r = refusal_row(v->refusal);

    gate_answer_page(c, req, v->refusal, res);
    if (r->status == 401)
        http_res_header(res, "WWW-Authenticate",
                        arena_fmt(c->mem, "%s realm=\"%.*s\"", v->basic ? "Basic" : "Bearer",
                                  STR_ARG(p->realm)));
    put_quota(c, v, res);
    if (v->refusal == REFUSAL_UNAVAILABLE)
        http_res_header(res, "Retry-After", S("1"));
    http_res_header(res, "X-Latchkey-Denied", refusal_name(v->refusal));
    /* for recipes: Apache forgets the type, nginx the whole page */
    if (http_req_var(req, S("FCGI_APACHE_ROLE")).n > 0)
        http_res_header(res, "X-Latchkey-Type", res->content_type);
    if (str_eq(http_req_var(req, S("LATCHKEY_ROLE")), S("gate")))
        http_res_header(res, "X-Latchkey-Page", json_page(c, v->refusal));
}
