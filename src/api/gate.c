/* From variables of the web server to a decision. */
#include "api/gate.h"

#include "api/gate_answer.h"
#include "base/conf_text.h"
#include "base/id.h"
#include "base/utc.h"
#include "domain/urlpath.h"
#include "service/gate_svc.h"

#include <string.h>
#include <unistd.h>

enum { MAX_VARIABLES = 1024 };

/* Settings in the environment */

static const struct gate_parse_setting *
settings_of(struct arena *mem, char **env, size_t *n)
{
    static const struct str prefix = STR(GATE_PARSE_PREFIX);
    struct gate_parse_setting *v = NULL;

    *n = 0;
    for (; env && *env; env++) {
        struct str value = str_of(*env), name = str_cut(&value, '=');

        if (!str_starts(name, prefix) || !value.p || *n == MAX_VARIABLES)
            continue;
        if (!v)
            v = ARENA_ARRAY(mem, MAX_VARIABLES, struct gate_parse_setting);
        v[(*n)++] = (struct gate_parse_setting){str_from(name, prefix.n), value};
    }
    return v;
}

void
gate_config_load(struct arena *mem, const struct conf *conf, const char *policy, char **env,
                 struct gate_config *out)
{
    const char *file = conf->gate_policies;
    struct http_req process = {.env = env};
    struct str text;

    *out = (struct gate_config){.broken = {"", 0}};
    out->policy = policy ? str_of(policy) : http_req_var(&process, S("LATCHKEY_POLICY"));
    out->settings = settings_of(mem, env, &out->n_settings);
    if (*file && access(file, F_OK) == 0 && conf_text_read(mem, file, &text, &out->broken))
        gate_parse_file(mem, str_of(file), text, &out->policies, &out->broken);
}

/* The policy of a request. */
static bool
find_policy(struct ctx *c, const struct gate_config *conf, const struct http_req *req,
            const struct gate_policy **out, struct str *why)
{
    struct str name = http_req_var(req, S("LATCHKEY_POLICY"));
    size_t n;
    const struct gate_parse_setting *v = settings_of(c->mem, req->env, &n);

    if (name.n == 0 && n == 0) {
        name = conf->policy;
        v = conf->settings;
        n = conf->n_settings;
    }
    if (name.n > 0 && n > 0) {
        *why = S("LATCHKEY_POLICY and " GATE_PARSE_PREFIX "* exclude each other");
        return false;
    }
    if (n > 0)
        return gate_parse_inline(c->mem, v, n, out, why);
    *out = gate_policy_find(&conf->policies, name);
    if (!*out)
        *why = name.n == 0          ? S("no policy is named: set LATCHKEY_POLICY")
               : conf->broken.n > 0 ? conf->broken
                                    : arena_fmt(c->mem, "there is no policy '%.*s' in %s",
                                                STR_ARG(name), c->conf->gate_policies);
    return *out != NULL;
}

/* The request */

static const struct gate_header *
headers_of(struct ctx *c, const struct http_req *req, size_t *n)
{
    struct gate_header *v;
    size_t max = 2;

    for (char **at = req->env; at && *at; at++)
        max++;
    v = ARENA_ARRAY(c->mem, max, struct gate_header);
    *n = 0;
    v[(*n)++] = (struct gate_header){S("AUTHORIZATION"), req->authorization};
    if (req->content_type.n > 0)
        v[(*n)++] = (struct gate_header){S("CONTENT_TYPE"), req->content_type};
    for (char **at = req->env; at && *at; at++) {
        struct str value = str_of(*at), name = str_cut(&value, '=');

        if (str_starts(name, S("HTTP_")) && value.p && str_utf8_valid(value))
            v[(*n)++] = (struct gate_header){str_from(name, 5), value};
    }
    return v;
}

static struct gate_request
request_of(struct ctx *c, const struct gate_policy *p, const struct http_req *req)
{
    struct str uri = http_req_var(req, S("REQUEST_URI"));
    struct gate_request r = {.unique_id = http_req_var(req, S("UNIQUE_ID")), .key_id = {"", 0}};
    struct gate_target *t = &r.target;

    r.path_is_clear = urlpath_normal(c->mem, uri, &t->path);
    t->query = urlpath_query(uri);
    t->method = req->method;
    t->headers = headers_of(c, req, &t->n_headers);
    t->address = netmask_client(req->peer.p ? req->peer : S(""),
                                req->forwarded_for.p ? req->forwarded_for : S(""),
                                p->trusted_proxies, p->n_trusted_proxies);
    return r;
}

/* Answering */

static void
prepare(struct ctx *c, const struct http_req *req)
{
    c->request_id = id_new(c->mem, "req");
    c->started_us = utc_mono_us();
    c->deadline_us = c->started_us + c->conf->gate_timeout_s * 1000000;
    c->remote_ip = req->peer.p ? req->peer : S("");
    c->user_agent = req->user_agent.p ? req->user_agent : S("");
}

/* Refused keys at the usual level, so that who guesses keys can be shut out; what the operator has
 * to mend as errors. */
static void
log_outcome(struct ctx *c, const struct gate_policy *p, const struct gate_request *r,
            const struct gate_verdict *v)
{
    int status = v->refusal == REFUSAL_NONE ? 200 : refusal_row(v->refusal)->status;
    enum log_level level = status == 401                    ? LOG_INFO
                           : status == 422 || status >= 500 ? LOG_ERROR
                                                            : LOG_DEBUG;

    ctx_log(c, level, v->refusal == REFUSAL_NONE ? "admitted" : "denied",
            log_s("reason", v->refusal == REFUSAL_NONE ? S("") : refusal_name(v->refusal)),
            log_s("policy", p ? p->name : S("")), log_s("method", r->target.method),
            log_s("path", r->target.path), log_s("why", v->why), log_s("cause", c->err.cause),
            log_s("key", v->key ? v->key->id : S("")), log_s("ip", c->remote_ip),
            log_i("us", utc_mono_us() - c->started_us));
}

void
gate_run(struct ctx *c, const struct gate_config *conf, const struct http_req *req,
         struct http_res *res)
{
    struct gate_verdict *v = ARENA_NEW(c->mem, struct gate_verdict);
    struct gate_request r = {.path_is_clear = false};
    const struct gate_policy *p = NULL;

    prepare(c, req);
    *v = (struct gate_verdict){.refusal = REFUSAL_INVALID_CONFIGURATION, .why = {"", 0}};
    if (find_policy(c, conf, req, &p, &v->why)) {
        r = request_of(c, p, req);
        c->remote_ip = r.target.address;
        if (gate_svc_decide(c, p, &r, v) != ST_OK)
            *v = (struct gate_verdict){.refusal = REFUSAL_UNAVAILABLE, .why = c->err.detail};
    }
    log_outcome(c, p, &r, v);
    if (v->refusal == REFUSAL_NONE)
        gate_answer_pass(c, p, req, v, res);
    else
        gate_answer_refuse(c, p, req, v, res);
}

void
gate_denied(struct ctx *c, const struct http_req *req, struct http_res *res)
{
    prepare(c, req);
    gate_answer_page(c, req, refusal_find(http_req_var(req, S("LATCHKEY_DENIED"))), res);
}
