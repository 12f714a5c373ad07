/* Reading CGI variables, writing CGI answers. */
#include "http/message.h"

#include "base/sb.h"

#include <assert.h>
#include <string.h>

/* Apache strips Authorization; after a rewrite it comes back with REDIRECT_ before it. */
static const struct {
    struct str name;
    size_t off;
} variables[] = {
    {STR("REQUEST_METHOD"), offsetof(struct http_req, method)},
    {STR("SCRIPT_NAME"), offsetof(struct http_req, script_name)},
    {STR("PATH_INFO"), offsetof(struct http_req, path_info)},
    {STR("HTTP_AUTHORIZATION"), offsetof(struct http_req, authorization)},
    {STR("CONTENT_TYPE"), offsetof(struct http_req, content_type)},
    {STR("HTTP_ACCEPT"), offsetof(struct http_req, accept)},
    {STR("HTTP_X_FORWARDED_FOR"), offsetof(struct http_req, forwarded_for)},
    {STR("HTTP_USER_AGENT"), offsetof(struct http_req, user_agent)},
    {STR("HTTP_X_UNKEY_METRICS"), offsetof(struct http_req, metrics)},
    {STR("HTTP_X_TEST_TIME"), offsetof(struct http_req, test_time)},
    {STR("REMOTE_ADDR"), offsetof(struct http_req, peer)},
};

static struct str
value_of(struct arena *mem, struct str text)
{
    return str_utf8_valid(text) ? arena_str(mem, text) : S("");
}

struct str
http_req_var(const struct http_req *req, struct str name)
{
    for (char **at = req->env; at && *at; at++) {
        struct str value = str_of(*at);

        if (str_eq(str_cut(&value, '='), name) && value.p)
            return str_utf8_valid(value) ? value : S("");
    }
    return S("");
}

static enum http_role
role_of(const struct http_req *req)
{
    struct str role = http_req_var(req, S("LATCHKEY_ROLE"));

    if (str_eq(http_req_var(req, S("FCGI_ROLE")), S("AUTHORIZER")) || str_eq(role, S("gate")))
        return HTTP_GATE;
    return str_eq(role, S("denied")) ? HTTP_DENIED : HTTP_RESPONDER;
}

void
http_req_read(struct arena *mem, char **env, struct http_req *req)
{
    struct str redirected = S(""), length = S("");

    *req = (struct http_req){.content_length = -1, .env = env};
    for (; env && *env; env++) {
        struct str value = str_of(*env), name = str_cut(&value, '=');

        if (!value.p)
            continue;
        for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
            struct str *at = (struct str *)(void *)((char *)req + variables[i].off);

            /* servers may send a variable twice: the first one counts */
            if (str_eq(name, variables[i].name) && !at->p)
                *at = value_of(mem, value);
        }
        if (str_eq(name, S("REDIRECT_HTTP_AUTHORIZATION")))
            redirected = value_of(mem, value);
        else if (str_eq(name, S("CONTENT_LENGTH")))
            length = value;
    }
    if (req->authorization.n == 0)
        req->authorization = redirected;
    if (length.n > 0 && !str_i64(length, 0, INT64_MAX, &req->content_length))
        req->content_length = -1;
    req->role = role_of(req);
}

void
http_res_header(struct http_res *res, const char *name, struct str value)
{
    assert(res->n_headers < HTTP_MAX_HEADERS);
    res->headers[res->n_headers].name = name;
    res->headers[res->n_headers++].value = value;
}

static const char *
reason(int status)
{
    static const struct {
        int status;
        const char *text;
    } known[] = {
        {200, "OK"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Request Entity Too Large"},
        {422, "Unprocessable Entity"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].status == status)
            return known[i].text;
    return "Unknown";
}

struct str
http_res_text(struct arena *mem, const struct http_res *res)
{
    struct sb b;

    sb_init(&b, mem, res->body.n + 256);
    sb_puts(&b, "Status: ");
    sb_i64(&b, res->status);
    sb_putc(&b, ' ');
    sb_puts(&b, reason(res->status));
    if (!res->no_body) {
        sb_puts(&b, "\r\nContent-Type: ");
        sb_put(&b, res->content_type);
    }
    for (size_t i = 0; i < res->n_headers; i++) {
        sb_puts(&b, "\r\n");
        sb_puts(&b, res->headers[i].name);
        sb_puts(&b, ": ");
        sb_put(&b, res->headers[i].value);
    }
    if (!res->no_body) {
        sb_puts(&b, "\r\nContent-Length: ");
        sb_i64(&b, (int64_t)res->body.n);
    }
    sb_puts(&b, "\r\n");
    sb_put(&b, res->more);
    sb_puts(&b, "\r\n");
    if (!res->head_only && !res->no_body)
        sb_put(&b, res->body);
    return sb_str(&b);
}
