/* Asking the gate in process. */
#include "support/gate.h"

#include "api/gate.h"
#include "domain/urlpath.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *gate_api, *gate_key, *gate_key_id;
static struct gate_config config;

void
gate_policies(const char *fmt, ...)
{
    struct ctx *c = fx_ctx();
    char *text = arena_alloc(c->mem, 64 * 1024);
    struct str why = S("");
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, 64 * 1024, fmt, ap);
    va_end(ap);
    config = (struct gate_config){.broken = {"", 0}};
    if (!gate_parse_file(c->mem, S("gate.conf"), str_of(text), &config.policies, &why))
        CHECK_STR(why.p, "no error");
}

static void
put(char **env, size_t *n, const char *name, const char *value)
{
    if (value)
        env[(*n)++] = (char *)(uintptr_t)fx_fmt("%s=%s", name, value);
}

struct answer
gate_ask(const struct gate_ask *a)
{
    struct ctx *c = fx_ctx();
    char **env = ARENA_ARRAY(c->mem, 32, char *);
    struct http_res *res = ARENA_NEW(c->mem, struct http_res);
    struct http_req req;
    size_t n = 0;

    put(env, &n, "FCGI_ROLE", "AUTHORIZER");
    put(env, &n, "REQUEST_METHOD", a->method ? a->method : "GET");
    put(env, &n, "REQUEST_URI", a->uri ? a->uri : "/");
    put(env, &n, "HTTP_AUTHORIZATION", a->key ? fx_fmt("Bearer %s", a->key) : NULL);
    put(env, &n, "HTTP_ACCEPT", a->accept);
    put(env, &n, "REMOTE_ADDR", a->peer ? a->peer : "192.0.2.1");
    put(env, &n, "UNIQUE_ID", a->unique_id);
    for (size_t i = 0; i < 6 && a->vars[i]; i++)
        env[n++] = (char *)(uintptr_t)a->vars[i];
    if (!a->policy || *a->policy)
        put(env, &n, "LATCHKEY_POLICY", a->policy ? a->policy : "p");
    http_req_read(c->mem, env, &req);
    CHECK_INT(req.role, HTTP_GATE);
    gate_run(c, &config, &req, res);
    return (struct answer){.status = res->status,
                           .content_type = arena_cstr(c->mem, res->content_type),
                           .text = arena_cstr(c->mem, res->body),
                           .res = res};
}

int
gate_status(const char *key)
{
    return gate_ask(&(struct gate_ask){.key = key}).status;
}

const char *
gate_header(struct answer a, const char *name)
{
    for (size_t i = 0; i < a.res->n_headers; i++)
        if (strcmp(a.res->headers[i].name, name) == 0)
            return fx_fmt("%.*s", STR_ARG(a.res->headers[i].value));
    return "(none)";
}

const char *
gate_variable(struct answer a, const char *name)
{
    struct str rest = a.res->more, start = str_of(fx_fmt("Variable-%s: ", name));

    while (rest.p && rest.n > 0) {
        struct str line = str_cut(&rest, '\n');

        if (str_starts(line, start))
            return fx_fmt("%.*s", STR_ARG(str_trim(str_from(line, start.n))));
    }
    return "(none)";
}

const char *
gate_explain(const char *method, const char *uri, const char *key_id)
{
    struct ctx *c = fx_ctx();
    struct gate_verdict *v = ARENA_NEW(c->mem, struct gate_verdict);
    struct gate_request r = {.target = {.method = str_of(method), .address = S("192.0.2.1")},
                             .path_is_clear = true,
                             .key_id = str_of(key_id)};
    const char *text;

    c->recorder = NULL;
    r.path_is_clear = urlpath_normal(c->mem, str_of(uri), &r.target.path);
    r.target.query = urlpath_query(str_of(uri));
    CHECK_INT(gate_svc_explain(c, config.policies.v[0], &r, v), ST_OK);
    text = fx_fmt("%.*s", STR_ARG(v->refusal ? refusal_name(v->refusal) : S("passed")));
    for (size_t i = 0; i < v->n_steps; i++)
        text = fx_fmt("%s; %d: %.*s", text, v->steps[i].line, STR_ARG(v->steps[i].text));
    return text;
}

const char *
gate_new_key(const char *members)
{
    struct answer a =
        fx_ok("keys.createKey", "{\"apiId\":\"%s\"%s%s}", gate_api, *members ? "," : "", members);

    gate_key_id = at_str(a, "data.keyId");
    return at_str(a, "data.key");
}

void
gate_begin(const char *members)
{
    gate_api = at_str(fx_ok("apis.createApi", "{\"name\":\"gate\"}"), "data.apiId");
    gate_key = gate_new_key(members);
}
