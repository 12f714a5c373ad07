/* api/gate, gate_answer, service/gate_svc, verify_svc_gate: the gate in process */
#include "support/gate.h"

#include "http/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long long
remaining(void)
{
    return fx_sql_int("SELECT remaining FROM lk_key WHERE id = '%s'", gate_key_id);
}

static long long
records(void)
{
    fx_flush();
    return fx_sql_int("SELECT COUNT(*) FROM lk_verification");
}

static void
refuses_without_key(void)
{
    struct answer a;

    gate_begin("");
    gate_policies("[p]\nrealm = demo files\napi = %s\n", gate_api);
    a = gate_ask(&(struct gate_ask){.accept = "*/*"});
    CHECK_INT(a.status, 401);
    CHECK_STR(a.content_type, "application/json");
    CHECK_STR(gate_header(a, "WWW-Authenticate"), "Bearer realm=\"demo files\"");
    CHECK_STR(gate_header(a, "X-Latchkey-Denied"), "missing_credentials");
    CHECK_STR(gate_header(a, "X-Latchkey-Page"), "(none)");
    a.body = json_tokener_parse(a.text);
    CHECK_STR(at_str(a, "error.code"), "err:frontline:client:missing_credentials");
    CHECK_STR(at_str(a, "error.type"),
              "https://unkey.com/docs/errors/frontline/client/missing_credentials");
    CHECK_INT(at_int(a, "error.status"), 401);
    CHECK(str_starts(str_of(at_str(a, "meta.requestId")), S("req_")));
    json_object_put(a.body);
    CHECK_INT(gate_status("wrong"), 401);
    CHECK_INT(gate_status(fx_root), 401);
    CHECK_INT(gate_status(""), 401);
    CHECK_INT(gate_status(gate_key), 200);
    CHECK_INT(records(), 1); /* unknown keys leave none */
}

static void
negotiates(void)
{
    static const struct {
        const char *accept;
        bool json;
    } rows[] = {
        {"application/json", true},
        {"application/*", true},
        {"*/*", true},
        {"text/html,application/xhtml+xml,*/*;q=0.8", false},
        {"text/html, application/json", true},
        {"text/plain", false},
        {NULL, false},
    };

    gate_begin("");
    gate_policies("[p]\napi = %s\n", gate_api);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a = gate_ask(&(struct gate_ask){.accept = rows[i].accept});

        test_row("%s", rows[i].accept ? rows[i].accept : "no Accept");
        CHECK_STR(a.content_type, rows[i].json ? "application/json" : "text/html; charset=utf-8");
        CHECK_INT(a.text[0] == '{', rows[i].json);
    }
    test_row("%s", "");
    CHECK(gate_ask(&(struct gate_ask){.method = "HEAD"}).res->head_only);
}

static void
tells_the_application(void)
{
    struct answer a;

    gate_begin(
        "\"name\":\"first\\nkey\",\"externalId\":\"user_1\",\"meta\":{\"plan\":\"pro\","
        "\"max-size\":10,\"o\":{\"a\":\"b\"}},\"permissions\":[\"docs.read\",\"docs.write\"],"
        "\"credits\":{\"remaining\":5},\"ratelimits\":[{\"name\":\"requests\",\"limit\":10,"
        "\"duration\":60000,\"autoApply\":true}]");
    fx_ok("permissions.createRole", "{\"name\":\"editor\"}");
    fx_ok("keys.addRoles", "{\"keyId\":\"%s\",\"roles\":[\"editor\"]}", gate_key_id);
    fx_ok("identities.updateIdentity", "{\"identity\":\"user_1\",\"meta\":{\"org\":\"acme\"}}");
    gate_policies("[p]\napi = %s\ncost = 2\n", gate_api);
    a = gate_ask(&(struct gate_ask){.key = gate_key});
    CHECK_INT(a.status, 200);
    CHECK(a.res->no_body);
    CHECK_STR(gate_variable(a, "LATCHKEY_PASSED"), "p");
    CHECK_STR(gate_variable(a, "LATCHKEY_KEY_ID"), gate_key_id);
    CHECK_STR(gate_variable(a, "LATCHKEY_KEY_NAME"), "first key");
    CHECK_STR(gate_variable(a, "LATCHKEY_EXTERNAL_ID"), "user_1");
    CHECK(str_starts(str_of(gate_variable(a, "LATCHKEY_IDENTITY_ID")), S("id_")));
    CHECK_STR(gate_variable(a, "LATCHKEY_PERMISSIONS"), "docs.read,docs.write");
    CHECK_STR(gate_variable(a, "LATCHKEY_ROLES"), "editor");
    CHECK_STR(gate_variable(a, "LATCHKEY_CREDITS"), "3");
    CHECK_STR(gate_variable(a, "REMOTE_USER"), "user_1");
    CHECK_STR(gate_variable(a, "LATCHKEY_META_PLAN"), "pro");
    CHECK_STR(gate_variable(a, "LATCHKEY_META_MAX_SIZE"), "10");
    CHECK_STR(gate_variable(a, "LATCHKEY_META_O"), "{\"a\":\"b\"}");
    CHECK_STR(gate_header(a, "RateLimit-Limit"), "10");
    CHECK_STR(gate_header(a, "RateLimit-Remaining"), "9");
    CHECK(atoi(gate_header(a, "RateLimit-Reset")) <= 60);
    CHECK_STR(gate_header(a, "Retry-After"), "(none)");
    CHECK_STR(
        gate_variable(a, "LATCHKEY_PRINCIPAL"),
        fx_fmt("{\"version\":\"v1\",\"subject\":\"user_1\",\"type\":\"API_KEY\",\"identity\":{"
               "\"externalId\":\"user_1\",\"meta\":{\"org\":\"acme\"}},\"source\":{\"key\":{"
               "\"keyId\":\"%s\",\"keySpaceId\":\"%s\",\"name\":\"first\\nkey\",\"credits\":3,"
               "\"meta\":{\"plan\":\"pro\",\"max-size\":10,\"o\":{\"a\":\"b\"}},\"roles\":["
               "\"editor\"],"
               "\"permissions\":[\"docs.read\",\"docs.write\"]}}}",
               gate_key_id,
               fx_sql_str("SELECT keyspace_id FROM lk_api WHERE id = '%s'", gate_api)));
    /* mod_fcgid would pass the names it does not know on to the client */
    a = gate_ask(&(struct gate_ask){.key = gate_key, .vars = {"FCGI_APACHE_ROLE=ACCESS_CHECKER"}});
    CHECK_STR(gate_variable(a, "LATCHKEY_META_PLAN"), "(none)");
    CHECK_STR(gate_variable(a, "LATCHKEY_CREDITS"), "1");
}

static void
large_values(void)
{
    char big[9000];
    struct answer a;

    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    gate_begin(fx_fmt("\"meta\":{\"big\":\"%s\",\"small\":\"s\"}", big));
    gate_policies("[p]\napi = %s\n", gate_api);
    a = gate_ask(&(struct gate_ask){.key = gate_key});
    CHECK_INT(a.status, 200);
    CHECK_STR(gate_variable(a, "LATCHKEY_META_BIG"), "(none)");
    CHECK_STR(gate_variable(a, "LATCHKEY_META_SMALL"), "s");
    CHECK(str_ends(str_of(gate_variable(a, "LATCHKEY_PRINCIPAL")), S("\"meta\":{}}}}")));
    CHECK_STR(gate_variable(a, "REMOTE_USER"), gate_key_id);
}

static void
verdicts(void)
{
    static const struct {
        const char *members, *sql;
        int status;
        const char *denied;
    } rows[] = {
        {"\"enabled\":false", NULL, 401, "invalid_key"},
        {"\"expires\":4102444800000", "UPDATE lk_key SET expires_at = 5", 401, "invalid_key"},
        {"", "UPDATE lk_key SET deleted_at = 5", 401, "invalid_key"},
        {"", "UPDATE lk_api SET deleted_at = 5", 401, "invalid_key"},
        {"", "UPDATE lk_workspace SET enabled = 0", 401, "invalid_key"},
        {"\"credits\":{\"remaining\":0}", NULL, 429, "usage_exceeded"},
        {"\"ratelimits\":[{\"name\":\"requests\",\"limit\":1,\"duration\":60000,\"autoApply\":true}"
         "]",
         "UPDATE lk_ratelimit SET max_count = 0", 200, "(none)"}, /* cannot be counted: open */
        {"", "UPDATE lk_api SET ip_whitelist = '203.0.113.1'", 200, "(none)"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a;

        test_row("%s %s", rows[i].members, rows[i].sql ? rows[i].sql : "");
        fx_sql("UPDATE lk_workspace SET enabled = 1");
        gate_begin(rows[i].members);
        gate_policies("[p]\napi = %s\n", gate_api);
        if (rows[i].sql)
            fx_sql("%s", rows[i].sql);
        a = gate_ask(&(struct gate_ask){.key = gate_key});
        CHECK_INT(a.status, rows[i].status);
        CHECK_STR(gate_header(a, "X-Latchkey-Denied"), rows[i].denied);
    }
}

static void
apis(void)
{
    const char *first, *second, *other;

    gate_begin("");
    first = gate_key;
    other = gate_api;
    gate_begin("");
    second = gate_key;
    gate_policies("[p]\napi = %s\n[two]\napi = %s, %s\n[ks]\napi = %s\n", gate_api, gate_api, other,
                  fx_sql_str("SELECT keyspace_id FROM lk_api WHERE id = '%s'", gate_api));
    CHECK_INT(gate_status(first), 401);
    CHECK_INT(gate_status(second), 200);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "two", .key = first}).status, 200);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "two", .key = second}).status, 200);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "ks", .key = first}).status, 401);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "ks", .key = second}).status, 200);
}

static void
permissions(void)
{
    gate_begin("\"permissions\":[\"files.get\",\"a.read\"],\"credits\":{\"remaining\":9}");
    gate_policies("[p]\napi = %s\npermission = files.{method} AND {1}.read\n", gate_api);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .uri = "/a/x"}).status, 200);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .uri = "/b/x"}).status, 403);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .uri = "/"}).status, 403);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .uri = "/or/x"}).status, 403);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .uri = "/a%20OR%20x"}).status, 403);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .uri = "/a/x", .method = "POST"}).status,
              403);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = "wrong", .uri = "/"}).status, 401);
    CHECK_INT(remaining(), 8);
    gate_policies("[p]\napi = %s\npermission = {1}\n", gate_api);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .uri = "/or"}).status, 403);
}

static void
key_limits(void)
{
    gate_begin("\"ratelimits\":[{\"name\":\"heavy\",\"limit\":5,\"duration\":3600000,"
               "\"autoApply\":false}]");
    gate_policies("[p]\napi = %s\nkey_limit = heavy 2\n[burst]\napi = %s\nkey_limit = burst "
                  "3/1h\n[none]\napi = %s\nkey_limit = unknown\n",
                  gate_api, gate_api, gate_api);
    CHECK_INT(gate_status(gate_key), 200);
    CHECK_INT(gate_status(gate_key), 200);
    CHECK_INT(gate_status(gate_key), 429);
    for (int i = 0; i < 4; i++)
        CHECK_INT(gate_ask(&(struct gate_ask){.policy = "burst", .key = gate_key}).status,
                  i < 3 ? 200 : 429);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "none", .key = gate_key}).status, 500);
}

static void
in_order(void)
{
    gate_begin("\"credits\":{\"remaining\":9}");
    gate_policies("[p]\nlimit = 3/1h by address\n"
                  "[p]\npath = /private/*\ndeny = on\n"
                  "[p]\nmethods = GET, POST\napi = %s\n"
                  "[p]\nmethods = POST\napi = api_other\nlimit = 1/1h by subject\n",
                  gate_api);
    /* a limit that comes first counts strangers too */
    CHECK_INT(gate_status(NULL), 401);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .uri = "/private/x"}).status, 403);
    CHECK_INT(remaining(), 9);
    /* who has logged in need not log in again, but the section's limits hold */
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .method = "POST"}).status, 200);
    CHECK_INT(gate_status(gate_key), 429);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .method = "POST", .peer = "::1"}).status,
              429);
    /* all that a client of IPv6 has is one address */
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .peer = "::2"}).status, 200);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .peer = "::3"}).status, 200);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .peer = "::4"}).status, 429);
    CHECK_INT(remaining(), 5);
}

static void
otherwise(void)
{
    gate_begin("");
    gate_policies("[p]\nmethods = GET\napi = %s\n[open]\notherwise = pass\npath = "
                  "/private/*\napi = %s\n",
                  gate_api, gate_api);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .method = "PUT"}).status, 403);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "open"}).status, 200);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "open", .uri = "/private/x"}).status, 401);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "open", .uri = "//private/x"}).status, 401);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "open", .uri = "/%70rivate/x"}).status, 401);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "open", .uri = "/a/../private/x"}).status, 401);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "open", .uri = "/private/x%2f../../a"}).status,
              400);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "open", .uri = "/a%00"}).status, 400);
}

static void
addresses(void)
{
    gate_begin("");
    gate_policies("[p]\ntrusted_proxies = 10.0.0.0/8\nallow_from = 192.0.2.0/24, 2001:db8::/32\n"
                  "deny_from = 192.0.2.66\n");
    CHECK_INT(gate_ask(&(struct gate_ask){.peer = "192.0.2.1"}).status, 200);
    CHECK_INT(gate_ask(&(struct gate_ask){.peer = "192.0.2.66"}).status, 403);
    CHECK_INT(gate_ask(&(struct gate_ask){.peer = "2001:db8:1::5"}).status, 200);
    CHECK_INT(gate_ask(&(struct gate_ask){.peer = "203.0.113.1",
                                          .vars = {"HTTP_X_FORWARDED_FOR=192.0.2.1"}})
                  .status,
              403);
    CHECK_INT(
        gate_ask(&(struct gate_ask){.peer = "10.0.0.1", .vars = {"HTTP_X_FORWARDED_FOR=192.0.2.1"}})
            .status,
        200);
    CHECK_INT(gate_ask(&(struct gate_ask){.peer = "10.0.0.1",
                                          .vars = {"HTTP_X_FORWARDED_FOR=192.0.2.1, 203.0.113.1"}})
                  .status,
              403);
}

static void
strangers(void)
{
    struct answer a;

    gate_begin("\"credits\":{\"remaining\":9}");
    gate_policies("[p]\napi = %s\nanonymous = 2/1h\nlimit = 3/1h\n", gate_api);
    a = gate_ask(&(struct gate_ask){.key = NULL});
    CHECK_INT(a.status, 200);
    CHECK_STR(gate_variable(a, "LATCHKEY_PASSED"), "p");
    CHECK_STR(gate_variable(a, "LATCHKEY_KEY_ID"), "(none)");
    CHECK_STR(gate_variable(a, "REMOTE_USER"), "(none)");
    CHECK_STR(gate_header(a, "RateLimit-Remaining"), "1");
    CHECK_INT(gate_status(NULL), 200);
    CHECK_INT(gate_status(NULL), 429);
    CHECK_INT(gate_status("wrong"), 401);
    CHECK_INT(gate_ask(&(struct gate_ask){.peer = "::1"}).status, 200);
    CHECK_INT(gate_status(gate_key), 429); /* the section's limit is everybody's */
    CHECK_INT(remaining(), 9);
}

static void
credentials(void)
{
    gate_begin("");
    gate_policies("[p]\napi = %s\ncredential = header X-API-Key, query key, basic\n", gate_api);
    CHECK_INT(gate_status(gate_key), 401); /* no bearer */
    CHECK_INT(gate_ask(&(struct gate_ask){.vars = {fx_fmt("HTTP_X_API_KEY=%s", gate_key)}}).status,
              200);
    CHECK_INT(gate_ask(&(struct gate_ask){.uri = fx_fmt("/?a=b&key=%s", gate_key)}).status, 200);
    CHECK_STR(gate_header(gate_ask(&(struct gate_ask){.key = NULL}), "WWW-Authenticate"),
              "Basic realm=\"latchkey\"");
}

static void
preflights(void)
{
    static const char *const asks = "HTTP_ACCESS_CONTROL_REQUEST_METHOD=PUT";

    gate_begin("");
    gate_policies("[p]\npreflight = on\napi = %s\n[q]\napi = %s\n", gate_api, gate_api);
    CHECK_INT(
        gate_ask(&(struct gate_ask){.method = "OPTIONS", .vars = {"HTTP_ORIGIN=https://a", asks}})
            .status,
        200);
    CHECK_INT(gate_ask(&(struct gate_ask){.method = "OPTIONS", .vars = {asks}}).status, 401);
    CHECK_INT(gate_ask(&(struct gate_ask){.method = "GET", .vars = {"HTTP_ORIGIN=https://a", asks}})
                  .status,
              401);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "q",
                                          .method = "OPTIONS",
                                          .vars = {"HTTP_ORIGIN=https://a", asks}})
                  .status,
              401);
}

static void
inline_policies(void)
{
    const char *api, *cost = "LATCHKEY_RULE_COST=2";
    struct answer a;

    fx_quiet();
    gate_begin("\"credits\":{\"remaining\":9}");
    api = fx_fmt("LATCHKEY_RULE_API=%s", gate_api);
    gate_policies("[p]\napi = %s\n", gate_api);
    a = gate_ask(&(struct gate_ask){.policy = "", .key = gate_key, .vars = {api, cost}});
    CHECK_INT(a.status, 200);
    CHECK_STR(gate_variable(a, "LATCHKEY_PASSED"), gate_api);
    CHECK_INT(remaining(), 7);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "", .vars = {api}}).status, 401);
    /* whatever is not clear is closed */
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "", .key = gate_key}).status, 422);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "p", .key = gate_key, .vars = {api}}).status,
              422);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "x", .key = gate_key}).status, 422);
    CHECK_INT(gate_ask(&(struct gate_ask){
                           .policy = "", .key = gate_key, .vars = {api, "LATCHKEY_RULE_COSTS=1"}})
                  .status,
              422);
    CHECK_INT(gate_ask(&(struct gate_ask){.policy = "", .key = gate_key, .vars = {cost}}).status,
              422);
    CHECK_INT(remaining(), 7);
}

static void
database_down(void)
{
    struct answer a;

    fx_quiet();
    gate_begin("\"credits\":{\"remaining\":9}");
    gate_policies("[p]\napi = %s\n[open]\nfail_open = on\nlimit = 1/1h\n[shut]\nlimit = 1/1h\n",
                  gate_api);
    for (unsigned n = 1; n <= 2; n++) {
        fx_fail_after(n, 1047);
        a = gate_ask(&(struct gate_ask){.key = gate_key, .accept = "*/*"});
        fx_fail_after(0, 0);
        CHECK_INT(a.status, 503);
        CHECK_STR(gate_header(a, "Retry-After"), "1");
        CHECK_STR(gate_header(a, "X-Latchkey-Denied"), "service_unavailable");
        CHECK_INT(remaining(), 9);
        fx_fail_after(n, 1047);
        CHECK_INT(gate_ask(&(struct gate_ask){.policy = "open"}).status, 200);
        fx_fail_after(n, 1047);
        CHECK_INT(gate_ask(&(struct gate_ask){.policy = "shut"}).status, 503);
        fx_fail_after(0, 0);
    }
}

/* Every statement fails in turn: nothing is charged, or all of it, and once. */
static void
half_done(void)
{
    fx_quiet();
    gate_begin("\"credits\":{\"remaining\":100},\"ratelimits\":[{\"name\":\"requests\",\"limit\":"
               "500,\"duration\":3600000,\"autoApply\":true}]");
    gate_policies("[p]\napi = %s\nlimit = 500/1h by address\n", gate_api);
    for (unsigned n = 1; n < 16; n++) {
        static const unsigned errors[] = {1213, 2013, 1047};

        for (size_t e = 0; e < 3; e++) {
            const char *id = fx_fmt("%u.%zu", n, e);

            fx_fail_after(n, errors[e]);
            gate_ask(&(struct gate_ask){.key = gate_key, .unique_id = id});
            fx_fail_after(0, 0);
            CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .unique_id = id}).status, 200);
        }
    }
    CHECK_INT(remaining(), 100 - 45);
    CHECK_INT(fx_sql_int("SELECT SUM(used) FROM lk_counter"), 2 * 45);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_gate_charge"), 45);
}

static void
explains(void)
{
    gate_begin("\"credits\":{\"remaining\":3}");
    gate_policies("[p]\npath = /x\nallow_from = 192.0.2.0/24\n[p]\napi = %s\ncost = 2\nlimit = "
                  "1/1h\n",
                  gate_api);
    for (int i = 0; i < 3; i++)
        CHECK_STR(gate_explain("GET", "/x", gate_key_id),
                  fx_fmt("passed; 1: passes; 4: key %s is let in, credits taken: 2; 0: let through",
                         gate_key_id));
    CHECK_INT(remaining(), 3);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_counter"), 0);
    CHECK_INT(records(), 0);
    CHECK_STR(gate_explain("GET", "/y", ""),
              "missing_credentials; 1: skipped: path is not /x; 4: no key was presented");
    CHECK_STR(gate_explain("GET", "/y", "key_unknown"),
              "invalid_key; 1: skipped: path is not /x; 4: unknown key");
    CHECK_STR(gate_explain("GET", "/y%00", ""), "invalid_path; 0: the path has no one meaning");
    CHECK_INT(gate_status(gate_key), 200);
    CHECK_STR(
        gate_explain("GET", "/y", gate_key_id),
        fx_fmt("rate_limited; 1: skipped: path is not /x; 4: key %s: RATE_LIMITED", gate_key_id));
    fx_sql("DELETE FROM lk_counter");
    CHECK_STR(gate_explain("GET", "/y", gate_key_id),
              fx_fmt("usage_exceeded; 1: skipped: path is not /x; 4: key %s: USAGE_EXCEEDED",
                     gate_key_id));
    CHECK_INT(remaining(), 1);
}

CU_TestInfo suite_api_gate[] = {
    {"refuses without key", refuses_without_key},
    {"negotiates", negotiates},
    {"tells the application", tells_the_application},
    {"large values", large_values},
    {"verdicts", verdicts},
    {"APIs", apis},
    {"permissions", permissions},
    {"key limits", key_limits},
    {"in order", in_order},
    {"otherwise", otherwise},
    {"addresses", addresses},
    {"strangers", strangers},
    {"credentials", credentials},
    {"preflights", preflights},
    {"inline", inline_policies},
    {"database down", database_down},
    {"half done", half_done},
    {"explains", explains},
    CU_TEST_INFO_NULL,
};
