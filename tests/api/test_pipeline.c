/* api/pipeline, route and problem: contract foundations.md sections 2 to 8, 10, 11 */
#include "support/test.h"

#include "base/conf.h"
#include "http/message.h"

#include <string.h>

#define OK_BODY "{\"name\":\"abc\"}"
#define CREATE "/v2/apis.createApi"

static struct request
valid(void)
{
    struct ctx *c = fx_ctx();

    return (struct request){
        .script_name = CREATE,
        .authorization = arena_fmt(c->mem, "Bearer %s", fx_root).p,
        .content_type = "application/json",
        .body = OK_BODY,
    };
}

static const char *
header(struct answer a, const char *name)
{
    for (size_t i = 0; i < a.res->n_headers; i++)
        if (strcmp(a.res->headers[i].name, name) == 0)
            return a.res->headers[i].value.p;
    return "(none)";
}

static void
routes(void)
{
    static const struct {
        const char *method, *script, *info;
        int status;
        const char *allow;
    } rows[] = {
        {"POST", CREATE, NULL, 200, NULL},
        {"POST", "/v2", "/apis.createApi", 200, NULL},
        {"POST", "", CREATE, 200, NULL},
        {"POST", "/latchkey", CREATE, 200, NULL},
        {"POST", "/dir/latchkey.fcgi", CREATE, 200, NULL},
        {"POST", "/v2/apis.createApi/", NULL, 404, NULL},
        {"POST", "/v2/apis.createapi", NULL, 404, NULL},
        {"POST", "/V2/apis.createApi", NULL, 404, NULL},
        {"POST", "/v1/apis.createApi", NULL, 404, NULL},
        {"POST", "/v2/x/v2/apis.createApi", NULL, 404, NULL},
        {"POST", "/v2/", NULL, 404, NULL},
        {"POST", "/", NULL, 404, NULL},
        {"POST", NULL, NULL, 404, NULL},
        {"GET", CREATE, NULL, 405, "POST"},
        {"PUT", CREATE, NULL, 405, "POST"},
        {"HEAD", CREATE, NULL, 405, "POST"},
        {"OPTIONS", CREATE, NULL, 405, "POST"},
        {"GET", "/v2/liveness", NULL, 200, NULL},
        {"HEAD", "/v2/liveness", NULL, 200, NULL},
        {"GET", "/lk", "/v2/liveness", 200, NULL},
        {"POST", "/v2/liveness", NULL, 405, "GET, HEAD"},
        {"GET", "/health/live", NULL, 200, NULL},
        {"GET", "/health/startup", NULL, 200, NULL},
        {"GET", "/health/ready", NULL, 200, NULL},
        {"GET", "/openapi.yaml", NULL, 200, NULL},
        {"GET", "/openapi.json", NULL, 200, NULL},
        {"GET", "/reference", NULL, 200, NULL},
        {"GET", "/reference/", NULL, 404, NULL},
        {"DELETE", "/reference", NULL, 405, "GET, HEAD"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct request r = valid();
        struct answer a;

        test_row("%s %s + %s", rows[i].method, rows[i].script, rows[i].info);
        r.method = rows[i].method;
        r.script_name = rows[i].script;
        r.path_info = rows[i].info;
        a = fx_request(&r);
        CHECK_INT(a.status, rows[i].status);
        CHECK_STR(header(a, "Allow"), rows[i].allow ? rows[i].allow : "(none)");
        CHECK_INT(a.res->head_only, strcmp(rows[i].method, "HEAD") == 0);
        if (rows[i].status == 404 || rows[i].status == 405) {
            CHECK_STR(a.content_type, "text/plain; charset=utf-8");
            CHECK(!json_object_is_type(a.body, json_type_object));
        }
    }
}

static void
pages(void)
{
    static const struct {
        const char *path, *type, *contains;
    } rows[] = {
        {"/v2/liveness", "application/json", "\"message\":"},
        {"/health/live", "application/json", "{\"status\":\"ok\"}"},
        {"/openapi.yaml", "application/yaml", "openapi: \"3.1.0\""},
        {"/openapi.json", "application/json", "\"/v2/keys.verifyKey\""},
        {"/reference", "text/html; charset=utf-8", "openapi.json"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct request r = {.method = "GET", .script_name = rows[i].path};
        struct answer a = fx_request(&r);

        test_row("%s", rows[i].path);
        CHECK_INT(a.status, 200);
        CHECK_STR(a.content_type, rows[i].type);
        CHECK(strstr(a.text, rows[i].contains) != NULL);
    }
}

/* Stages in order: the first failing one answers. Each row spoils one more thing. */
static void
order_of_checks(void)
{
    static const struct {
        const char *what, *authorization, *content_type, *body;
        int status;
        const char *type, *location;
    } rows[] = {
        {"no header beats all", NULL, "text/plain", "", 400, "application/invalid_input",
         "security"},
        {"empty header is no header", "", "text/plain", "", 400, "application/invalid_input",
         "security"},
        {"content type beats body", "Bearer x", "text/plain", "", 400, "application/invalid_input",
         "requestBody"},
        {"no content type", "Bearer x", NULL, OK_BODY, 400, "application/invalid_input",
         "requestBody"},
        {"empty body beats the token", "Bearer x", "application/json", "", 400,
         "application/invalid_input", "requestBody"},
        {"malformed JSON beats the token", "Bearer x", "application/json", "{", 400,
         "application/invalid_input", "requestBody"},
        {"schema beats a malformed header", "nonsense", "application/json", "{\"name\":\"ab\"}",
         400, "application/invalid_input", "/properties/name/minLength"},
        {"malformed header", "nonsense", "application/json", OK_BODY, 400,
         "authentication/malformed", NULL},
        {"another scheme", "Basic abc", "application/json", OK_BODY, 400,
         "authentication/malformed", NULL},
        {"lower case", "bearer abc", "application/json", OK_BODY, 400, "authentication/malformed",
         NULL},
        {"no token", "Bearer   ", "application/json", OK_BODY, 400, "authentication/malformed",
         NULL},
        {"unknown token", "Bearer abc", "application/json", OK_BODY, 401,
         "authentication/key_not_found", NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct request r = {.script_name = CREATE,
                            .authorization = rows[i].authorization,
                            .content_type = rows[i].content_type,
                            .body = rows[i].body};
        struct answer a = fx_request(&r);

        test_row("%s", rows[i].what);
        fx_check_error(a, rows[i].status, rows[i].type);
        if (rows[i].location)
            CHECK_STR(at_str(a, "error.errors.0.location"), rows[i].location);
        CHECK_INT(at_has(a, "error.errors"), rows[i].status == 400);
        CHECK_INT(at_int(a, "error.status"), rows[i].status);
    }
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_api"), 0);
}

static void
asserted_texts(void)
{
    struct request r = valid();
    struct answer a;

    r.body = "{\"name\":\"ab\"}";
    a = fx_request(&r);
    CHECK_STR(at_str(a, "error.title"), "Bad Request");
    CHECK_STR(at_str(a, "error.errors.0.message"), "minLength: got 2, want 3");
    CHECK(strstr(at_str(a, "error.detail"), CREATE) != NULL);
    CHECK_STR(at_str(a, "error.type"),
              "https://unkey.com/docs/errors/unkey/application/invalid_input");
    CHECK(strncmp(at_str(a, "meta.requestId"), "req_", 4) == 0);
    CHECK_INT(strlen(at_str(a, "meta.requestId")), 13);
}

static void
credentials_are_trimmed(void)
{
    struct request r = valid();

    r.authorization = arena_fmt(fx_ctx()->mem, "  Bearer   %s  ", fx_root).p;
    CHECK_INT(fx_request(&r).status, 200);
    r = valid();
    r.content_type = "Application/JSON ; charset=utf-8";
    CHECK_INT(fx_request(&r).status, 200);
}

static void
error_content_types(void)
{
    static const struct {
        const char *accept, *handler_error;
    } rows[] = {
        {NULL, "application/json"},
        {"application/json", "application/json"},
        {"text/html", "application/json"},
        {"*/*", "application/problem+json"},
        {"application/*", "application/problem+json"},
        {"text/html, application/problem+json;q=0.1", "application/problem+json"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct request r = valid();

        test_row("Accept: %s", rows[i].accept);
        r.accept = rows[i].accept;
        CHECK_STR(fx_request(&r).content_type, "application/json");
        r.authorization = "Bearer unknown";
        CHECK_STR(fx_request(&r).content_type, rows[i].handler_error);
        r.body = "{}"; /* a violation of the schema is plain JSON whatever is accepted */
        CHECK_STR(fx_request(&r).content_type, "application/json");
    }
}

static void
bodies(void)
{
    struct request r = valid();
    struct answer a;

    r.body_too_large = true;
    fx_conf.max_body_bytes = 1024;
    a = fx_request(&r);
    fx_check_error(a, 413, "user/bad_request/request_body_too_large");
    CHECK_STR(at_str(a, "error.title"), "Request Entity Too Large");
    CHECK(strstr(at_str(a, "error.detail"), "request body exceeds") != NULL);
    CHECK(strstr(at_str(a, "error.detail"), "1024") != NULL);
    CHECK(at_has(a, "error.errors"));
    r = valid();
    r.body_broken = true;
    fx_check_error(fx_request(&r), 400, "user/bad_request/request_body_unreadable");
    r = valid();
    r.body = "{\"name\":\"abc\"}\0{";
    r.body_n = 15;
    fx_check_error(fx_request(&r), 400, "application/invalid_input");
}

/* An integer that meets the schema but does not fit is refused after authentication. */
static void
unfit_integers(void)
{
    struct request r = valid();
    struct answer a;

    r.script_name = "/v2/apis.listKeys";
    r.body = "{\"apiId\":\"x\",\"limit\":1e1}";
    a = fx_request(&r);
    fx_check_error(a, 400, "application/invalid_input");
    CHECK(at_has(a, "error.errors"));
    CHECK_INT(at_len(a, "error.errors"), 0);
    r.authorization = "Bearer unknown";
    fx_check_error(fx_request(&r), 401, "authentication/key_not_found");
}

static void
root_keys(void)
{
    static const struct {
        const char *spoil;
        int status;
        const char *type, *title;
    } rows[] = {
        {"UPDATE lk_root_key SET expires_at = 99999999999999", 200, NULL, NULL},
        {"UPDATE lk_root_key SET expires_at = 1", 403, "authorization/forbidden", "Forbidden"},
        {"UPDATE lk_root_key SET enabled = 0", 403, "authorization/key_disabled",
         "Key is disabled"},
        {"UPDATE lk_root_key SET deleted_at = 1", 401, "authentication/key_not_found",
         "Unauthorized"},
        {"UPDATE lk_workspace SET enabled = 0", 403, "authorization/workspace_disabled",
         "Workspace is disabled"},
        {"UPDATE lk_workspace SET deleted_at = 1", 404, "data/workspace_not_found", "Not Found"},
        {"DELETE FROM lk_workspace", 404, "data/workspace_not_found", "Not Found"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct request r;
        struct answer a;

        fx_test_begin();
        r = valid();
        test_row("%s", rows[i].spoil);
        fx_sql("%s", rows[i].spoil);
        a = fx_request(&r);
        if (rows[i].status == 200) {
            CHECK_INT(a.status, 200);
            continue;
        }
        fx_check_error(a, rows[i].status, rows[i].type);
        CHECK_STR(at_str(a, "error.title"), rows[i].title);
        /* keys.verifyKey and ratelimit.limit look the caller up in their own way */
        fx_check_error(fx_call(NULL, "keys.verifyKey", "{\"key\":\"x\"}"), rows[i].status,
                       rows[i].type);
        fx_check_error(fx_call(NULL, "ratelimit.limit",
                               "{\"namespace\":\"a\",\"identifier\":\"b\",\"limit\":1,"
                               "\"duration\":1000}"),
                       rows[i].status, rows[i].type);
    }
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_namespace"), 0);
}

/* An ordinary key is no root key, whatever it holds; but what is wrong with it is said first. */
static void
ordinary_keys(void)
{
    static const struct {
        const char *spoil;
        int status;
        const char *type;
    } rows[] = {
        {"SELECT 1", 401, "authentication/key_not_found"},
        {"UPDATE lk_key SET enabled = 0", 403, "authorization/key_disabled"},
        {"UPDATE lk_key SET expires_at = 1", 403, "authorization/forbidden"},
        {"UPDATE lk_key SET deleted_at = 1, enabled = 0", 401, "authentication/key_not_found"},
        {"UPDATE lk_api SET deleted_at = 1", 401, "authentication/key_not_found"},
        {"UPDATE lk_workspace SET enabled = 0", 403, "authorization/workspace_disabled"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *api, *key;

        fx_test_begin();
        api = at_str(fx_ok("apis.createApi", "{\"name\":\"abc\"}"), "data.apiId");
        key = at_str(fx_ok("keys.createKey",
                           "{\"apiId\":\"%s\",\"permissions\":[\"api.*.create_api\"]}", api),
                     "data.key");
        fx_sql("%s", rows[i].spoil);
        test_row("%s", rows[i].spoil);
        fx_check_error(fx_call(key, "apis.createApi", OK_BODY), rows[i].status, rows[i].type);
    }
}

static void
workspace_limit(void)
{
    const char *other = fx_root_key(fx_new_workspace(), "api.*.create_api");
    const char *same = fx_root_key(fx_workspace, "identity.*.read_identity");
    struct answer a;

    fx_clock(1764000000000);
    CHECK_STR(header(fx_ok("apis.createApi", OK_BODY), "RateLimit-Limit"), "(none)");
    fx_sql("UPDATE lk_workspace SET requests_per_minute = 2 WHERE id = '%s'", fx_workspace);
    a = fx_ok("apis.createApi", OK_BODY);
    CHECK_STR(header(a, "RateLimit-Limit"), "2");
    CHECK_STR(header(a, "RateLimit-Remaining"), "1");
    CHECK_STR(header(a, "RateLimit-Reset"), "60");
    CHECK_STR(header(a, "Retry-After"), "(none)");
    /* refused by schema or authentication: not counted */
    CHECK_INT(fx_call(NULL, "apis.createApi", "{}").status, 400);
    CHECK_INT(fx_call("unknown", "apis.createApi", OK_BODY).status, 401);
    /* all root keys of the workspace together; refused later: counted */
    a = fx_call(same, "apis.createApi", OK_BODY);
    fx_check_error(a, 403, "insufficient_permissions");
    CHECK_STR(header(a, "RateLimit-Remaining"), "0");
    a = fx_call(NULL, "apis.createApi", OK_BODY);
    fx_check_error(a, 429, "user/too_many_requests/workspace_rate_limited");
    CHECK_STR(header(a, "RateLimit-Remaining"), "0");
    CHECK_STR(header(a, "Retry-After"), "60");
    CHECK(!at_has(a, "error.errors"));
    CHECK_INT(fx_call(other, "apis.createApi", OK_BODY).status, 200);
    fx_clock(1764000059500);
    CHECK_STR(header(fx_call(NULL, "apis.createApi", OK_BODY), "Retry-After"), "1");
    fx_clock(1764000060000);
    CHECK_INT(fx_call(NULL, "apis.createApi", OK_BODY).status, 200);
    fx_sql("UPDATE lk_workspace SET requests_per_minute = 0 WHERE id = '%s'", fx_workspace);
    a = fx_call(NULL, "apis.createApi", OK_BODY);
    CHECK_INT(a.status, 429);
    CHECK_STR(header(a, "RateLimit-Limit"), "(none)");
}

/* Where servers put the header when they do not like to pass it on. */
static void
authorization_after_rewrite(void)
{
    char *env[] = {
        (char *)(uintptr_t) "REQUEST_METHOD=POST",
        (char *)(uintptr_t) "REDIRECT_HTTP_AUTHORIZATION=Bearer a",
        (char *)(uintptr_t) "CONTENT_LENGTH=12",
        (char *)(uintptr_t) "CONTENT_LENGTH_",
        (char *)(uintptr_t) "SCRIPT_NAME=/first",
        (char *)(uintptr_t) "SCRIPT_NAME=/second",
        (char *)(uintptr_t) "HTTP_USER_AGENT=\xff\xfe",
        NULL,
    };
    struct http_req req;

    http_req_read(fx_ctx()->mem, env, &req);
    CHECK_STR(req.authorization.p, "Bearer a");
    CHECK_INT(req.content_length, 12);
    CHECK_STR(req.script_name.p, "/first");
    CHECK_INT(req.user_agent.n, 0); /* not text: as if it were not there */
}

static void
database_down(void)
{
    struct ctx *c = fx_ctx();
    struct answer a;

    db_fail_after(c->db, 1, 1142);
    a = fx_call(NULL, "apis.createApi", OK_BODY);
    fx_check_error(a, 500, "application/service_unavailable");
    CHECK(!at_has(a, "error.errors"));
    CHECK(strstr(a.text, "injected") == NULL);
    CHECK_INT(fx_call(NULL, "apis.createApi", OK_BODY).status, 200);
}

CU_TestInfo suite_api_pipeline[] = {
    {"routes", routes},
    {"pages", pages},
    {"order of checks", order_of_checks},
    {"asserted texts", asserted_texts},
    {"credentials are trimmed", credentials_are_trimmed},
    {"error content types", error_content_types},
    {"bodies", bodies},
    {"unfit integers", unfit_integers},
    {"root keys", root_keys},
    {"ordinary keys", ordinary_keys},
    {"workspace limit", workspace_limit},
    {"authorization after rewrite", authorization_after_rewrite},
    {"database down", database_down},
    CU_TEST_INFO_NULL,
};
