/* Pages. None takes a credential, none is limited. */
#include "api/pages.h"

#include "api/metrics_page.h"
#include "api/openapi.h"
#include "api/reference_html.h"
#include "base/sb.h"
#include "store/migrate.h"

static void
liveness(struct ctx *c, struct http_res *res)
{
    res->status = 200;
    res->content_type = S("application/json");
    res->body =
        arena_fmt(c->mem, "{\"meta\":{\"requestId\":\"%.*s\"},\"data\":{\"message\":\"OK\"}}",
                  STR_ARG(c->request_id));
}

static void
health(struct http_res *res, int status, struct str body)
{
    res->status = status;
    res->content_type = S("application/json");
    res->body = body;
}

/* A process that answers has started. */
static void
health_live(struct ctx *c, struct http_res *res)
{
    (void)c;
    health(res, 200, S("{\"status\":\"ok\"}"));
}

static void
health_ready(struct ctx *c, struct http_res *res)
{
    struct migrate_status m;

    if (migrate_read(c, &m) != ST_OK)
        health(res, 503,
               S("{\"status\":\"not ready\",\"checks\":{\"database\":\"cannot be reached\"}}"));
    else if (m.current != m.wanted)
        health(res, 503,
               arena_fmt(c->mem,
                         "{\"status\":\"not ready\",\"checks\":{\"database\":\"ok\",\"schema\":"
                         "\"version %d, this program needs %d\"}}",
                         m.current, m.wanted));
    else
        health(res, 200,
               S("{\"status\":\"ok\",\"checks\":{\"database\":\"ok\",\"schema\":\"ok\"}}"));
}

static void
openapi_yaml(struct ctx *c, struct http_res *res)
{
    res->status = 200;
    res->content_type = S("application/yaml");
    res->body = openapi_document(c->mem, c->conf, OPENAPI_YAML);
}

static void
openapi_json(struct ctx *c, struct http_res *res)
{
    res->status = 200;
    res->content_type = S("application/json");
    res->body = openapi_document(c->mem, c->conf, OPENAPI_JSON);
}

static void
reference(struct ctx *c, struct http_res *res)
{
    (void)c;
    res->status = 200;
    res->content_type = S("text/html; charset=utf-8");
    res->body = (struct str){(const char *)reference_html, sizeof(reference_html)};
    http_res_header(res, "Content-Security-Policy",
                    S("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                      "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"));
    http_res_header(res, "X-Content-Type-Options", S("nosniff"));
}

const struct page pages[] = {
    {"/v2/liveness", liveness, NULL},       {"/health/live", health_live, NULL},
    {"/health/startup", health_live, NULL}, {"/health/ready", health_ready, NULL},
    {"/openapi.yaml", openapi_yaml, NULL},  {"/openapi.json", openapi_json, NULL},
    {"/reference", reference, NULL},        {"/metrics", metrics_page_show, metrics_page_hidden},
};
const size_t pages_count = sizeof(pages) / sizeof(pages[0]);
