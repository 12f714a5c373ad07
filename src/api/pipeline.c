/* The ordered checks. Each refuses by err_set(); the first refusal is the answer. */
#include "api/pipeline.h"

#include "api/metrics_page.h"
#include "api/problem.h"
#include "api/route.h"
#include "base/conf.h"
#include "base/digest.h"
#include "base/id.h"
#include "base/sb.h"
#include "base/utc.h"
#include "domain/clientip.h"
#include "schema/encode.h"
#include "service/access_svc.h"
#include "service/limit_svc.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* One request on its way. */
struct call {
    struct ctx *c;
    const struct http_req *req;
    const struct route *route;
    struct decode_parser *parser;
    struct decoded body;
    struct limit_quota quota;
    struct reply reply;
};

/* A failure of the schema stage with a single item. */
static enum status
refuse_schema(struct call *call, struct str detail, const char *location, struct str message,
              const char *fix)
{
    struct ctx *c = call->c;
    struct issue *i = ARENA_NEW(c->mem, struct issue);

    *i = (struct issue){str_of(location), message, str_of(fix)};
    err_set(c, ST_INVALID_INPUT, "%.*s", STR_ARG(detail));
    c->err.issues = i;
    c->err.issue_count = 1;
    return ST_INVALID_INPUT;
}

static enum status
check_body_read(struct call *call)
{
    if (call->req->body_state == BODY_TOO_LARGE)
        return err_set(call->c, ST_BODY_TOO_LARGE,
                       "The request body exceeds the maximum of %" PRId64 " bytes.",
                       call->c->conf->max_body_bytes);
    if (call->req->body_state == BODY_BROKEN)
        return err_set(call->c, ST_BODY_UNREADABLE, "The request body could not be read.");
    return ST_OK;
}

static enum status
check_credential_there(struct call *call)
{
    if (call->req->authorization.n > 0)
        return ST_OK;
    return refuse_schema(call, S("Authorization header for the 'bearer' scheme is missing."),
                         "security", S("Authorization header not found"),
                         "Add the header 'Authorization: Bearer <root key>' to the request.");
}

static enum status
check_content_type(struct call *call)
{
    struct str rest = call->req->content_type, type = str_trim(str_cut(&rest, ';'));
    static const char json[] = "application/json";

    if (type.n == sizeof(json) - 1 && strncasecmp(type.p, json, type.n) == 0)
        return ST_OK;
    return refuse_schema(call,
                         arena_fmt(call->c->mem,
                                   "The content type '%.*s' of the request body is not supported.",
                                   STR_ARG(str_utf8_clip(type, 100))),
                         "requestBody", S("content type is unknown"),
                         "Send the header 'Content-Type: application/json'.");
}

static enum status
check_body_there(struct call *call)
{
    if (call->req->body.n > 0)
        return ST_OK;
    return refuse_schema(
        call,
        arena_fmt(call->c->mem, "The body of the request to '%s' is empty.", call->route->path),
        "requestBody", S("request body is empty, but there is a schema for it"),
        "Send a JSON body.");
}

static struct str
schema_detail(struct call *call)
{
    return arena_fmt(call->c->mem, "POST request body for '%s' failed to validate schema",
                     call->route->path);
}

static enum status
check_schema(struct call *call)
{
    struct ctx *c = call->c;
    struct decoded *d = &call->body;

    decode_body(c->mem, call->parser, call->req->body, call->route->ep->in, d);
    if (d->why_not.n)
        return refuse_schema(
            call, schema_detail(call), "requestBody",
            arena_fmt(c->mem, "the body cannot be decoded: %.*s", STR_ARG(d->why_not)),
            "Send a body that is valid JSON.");
    if (d->issue_count == 0)
        return ST_OK;
    err_set(c, ST_INVALID_INPUT, "%.*s", STR_ARG(schema_detail(call)));
    c->err.issues = d->issues;
    c->err.issue_count = d->issue_count;
    return ST_INVALID_INPUT;
}

static enum status
authenticate(struct call *call)
{
    struct ctx *c = call->c;
    const struct endpoint *ep = call->route->ep;
    struct str token, hash;
    enum status st = access_svc_token(c, call->req->authorization, &token);

    if (st != ST_OK)
        return st;
    hash = digest_key_hash(c->mem, token);
    return ep->identify ? ep->identify(c, call->body.v, hash) : access_svc_identify(c, hash);
}

static enum status
limit_workspace(struct call *call)
{
    return limit_svc_workspace(call->c, &call->quota);
}

static enum status
check_fit(struct call *call)
{
    if (call->body.unfit.n == 0)
        return ST_OK;
    return err_set(
        call->c, ST_INVALID_INPUT,
        "The request body is invalid: '%.*s' must be a plain integer of at most 64 bits.",
        STR_ARG(call->body.unfit));
}

static enum status
handle(struct call *call)
{
    const struct endpoint *ep = call->route->ep;

    call->reply.data = arena_alloc(call->c->mem, endpoint_body_size(ep->out));
    return ep->handle(call->c, call->body.v, &call->reply);
}

static enum status (*const gates[])(struct call *) = {
    check_body_read, check_credential_there, check_content_type, check_body_there, check_schema,
    authenticate,    limit_workspace,        check_fit,          handle,
};

static void
write_success(struct call *call, struct http_res *res)
{
    const struct endpoint *ep = call->route->ep;
    struct sb b;

    sb_init(&b, call->c->mem, 512);
    sb_puts(&b, "{\"meta\":{\"requestId\":");
    sb_json_str(&b, call->c->request_id);
    sb_putc(&b, '}');
    if (!(ep->flags & EP_NO_DATA)) {
        sb_puts(&b, ",\"data\":");
        encode_value(&b, ep->out, call->reply.data);
    }
    if (ep->flags & EP_PAGED) {
        sb_puts(&b, ",\"pagination\":{\"hasMore\":");
        sb_puts(&b, call->reply.next.n ? "true" : "false");
        if (call->reply.next.n) {
            sb_puts(&b, ",\"cursor\":");
            sb_json_str(&b, call->reply.next);
        }
        sb_putc(&b, '}');
    }
    sb_putc(&b, '}');
    res->status = 200;
    res->content_type = S("application/json");
    res->body = sb_str(&b);
}

static void
write_quota(struct call *call, struct http_res *res)
{
    const struct limit_quota *q = &call->quota;
    struct arena *mem = call->c->mem;
    struct str reset = arena_fmt(mem, "%" PRId64, q->reset_s);

    if (!q->limited)
        return;
    http_res_header(res, "RateLimit-Limit", arena_fmt(mem, "%" PRId64, q->limit));
    http_res_header(res, "RateLimit-Remaining", arena_fmt(mem, "%" PRId64, q->remaining));
    http_res_header(res, "RateLimit-Reset", reset);
    if (res->status == 429)
        http_res_header(res, "Retry-After", reset);
}

static void
log_outcome(struct call *call, const struct http_res *res)
{
    struct ctx *c = call->c;
    enum log_level level = res->status >= 500 ? LOG_ERROR : LOG_DEBUG;

    ctx_log(c, level, "request", log_z("path", call->route->path), log_i("status", res->status),
            log_z("error", c->err.status == ST_OK ? "" : err_name(c->err.status)),
            log_s("cause", c->err.cause), log_s("workspace", c->who ? c->who->workspace_id : S("")),
            log_s("root_key", c->who ? c->who->id : S("")), log_s("ip", c->remote_ip),
            log_i("us", utc_mono_us() - c->started_us));
}

static enum status
pass_gates(struct call *call)
{
    enum status st = ST_OK;

    for (size_t i = 0; i < sizeof(gates) / sizeof(gates[0]) && st == ST_OK; i++)
        st = gates[i](call);
    return st;
}

static void
run_endpoint(struct call *call, struct http_res *res)
{
    struct ctx *c = call->c;
    enum status st = pass_gates(call);

    if (st == ST_STALE)
        st = pass_gates(call);
    if (st == ST_OK) {
        write_success(call, res);
    } else {
        err_set(c, st, "Something went wrong on our side, please try again.");
        problem_write(c, call->req, res);
    }
    write_quota(call, res);
    log_outcome(call, res);
    metrics_page_count(c, call->route, res->status);
}

static void
prepare(struct ctx *c, const struct http_req *req)
{
    c->request_id = id_new(c->mem, "req");
    c->started_us = utc_mono_us();
    c->deadline_us = c->started_us + c->conf->request_timeout_s * 1000000;
    c->remote_ip = clientip_of(req->forwarded_for, req->peer.p ? req->peer : S(""));
    c->user_agent = req->user_agent.p ? req->user_agent : S("");
    c->metrics_off = str_eq(req->metrics, S("disabled"));
    if (c->conf->test_mode)
        str_i64(req->test_time, 0, INT64_MAX, &c->test_time_ms);
}

void
pipeline_run(struct ctx *c, struct decode_parser *parser, const struct http_req *req,
             struct http_res *res)
{
    struct destination d = route_find(c->mem, req);
    struct call call = {.c = c, .req = req, .route = d.endpoint, .parser = parser};
    bool get = str_eq(req->method, S("GET")), head = str_eq(req->method, S("HEAD"));

    *res = (struct http_res){.head_only = head};
    prepare(c, req);
    if ((!d.endpoint && !d.page) || (d.page && d.page->hidden && d.page->hidden(c, req)))
        problem_no_route(res);
    else if (d.page && !get && !head)
        problem_wrong_method(res, "GET, HEAD");
    else if (d.endpoint && !str_eq(req->method, S("POST")))
        problem_wrong_method(res, "POST");
    else if (d.page)
        d.page->show(c, res);
    else
        run_endpoint(&call, res);
}
