/* Error bodies. */
#include "api/problem.h"

#include "base/sb.h"

/* Violations of the schema, and crashes, are always plain JSON; others follow Accept. */
static struct str
content_type(const struct err *e, const struct http_req *req)
{
    if (e->issue_count == 0 && e->status != ST_UNEXPECTED &&
        (str_has(req->accept, S("application/problem+json")) ||
         str_has(req->accept, S("application/*")) || str_has(req->accept, S("*/*"))))
        return S("application/problem+json");
    return S("application/json");
}

static bool
has_errors_member(int http)
{
    return http == 400 || http == 408 || http == 413;
}

static void
put_issues(struct sb *b, const struct err *e)
{
    sb_puts(b, ",\"errors\":[");
    for (size_t i = 0; i < e->issue_count; i++) {
        sb_puts(b, i ? ",{\"location\":" : "{\"location\":");
        sb_json_str(b, e->issues[i].location);
        sb_puts(b, ",\"message\":");
        sb_json_str(b, e->issues[i].message);
        if (e->issues[i].fix.n) {
            sb_puts(b, ",\"fix\":");
            sb_json_str(b, e->issues[i].fix);
        }
        sb_putc(b, '}');
    }
    sb_putc(b, ']');
}

void
problem_write(struct ctx *c, const struct http_req *req, struct http_res *res)
{
    const struct err *e = &c->err;
    int http = err_http(e->status);
    struct sb b;

    sb_init(&b, c->mem, 512);
    sb_puts(&b, "{\"meta\":{\"requestId\":");
    sb_json_str(&b, c->request_id);
    sb_puts(&b, "},\"error\":{\"title\":");
    sb_json_str(&b, str_of(err_title(e->status)));
    sb_puts(&b, ",\"detail\":");
    sb_json_str(&b, e->detail);
    sb_puts(&b, ",\"status\":");
    sb_i64(&b, http);
    sb_puts(&b, ",\"type\":\"" PROBLEM_TYPE_PREFIX);
    sb_puts(&b, err_type(e->status));
    sb_putc(&b, '"');
    if (has_errors_member(http))
        put_issues(&b, e);
    sb_puts(&b, "}}");
    res->status = http;
    res->content_type = content_type(e, req);
    res->body = sb_str(&b);
}

void
problem_no_route(struct http_res *res)
{
    res->status = 404;
    res->content_type = S("text/plain; charset=utf-8");
    res->body = S("404 page not found\n");
}

void
problem_wrong_method(struct http_res *res, const char *allow)
{
    res->status = 405;
    res->content_type = S("text/plain; charset=utf-8");
    res->body = S("Method Not Allowed\n");
    http_res_header(res, "Allow", str_of(allow));
}
