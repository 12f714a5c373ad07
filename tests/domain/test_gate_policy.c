/* domain/gate_parse, gate_setting, gate_policy, refusal */
#include "domain/gate_parse.h"
#include "domain/gate_setting.h"
#include "domain/refusal.h"
#include "domain/urlpath.h"
#include "support/test.h"

#include <string.h>

static struct arena *mem;

static void
begin(void)
{
    test_row("%s", "");
    mem = arena_new(64 << 20);
}

static void
end(void)
{
    arena_free(mem);
}

/* The only rule of a policy made of these lines. */
static const struct gate_rule *
rule(const char *lines)
{
    struct gate_policies all;
    struct str why = S("");
    struct str text = arena_fmt(mem, "[p]\n%s", lines);

    if (!gate_parse_file(mem, S("f"), text, &all, &why)) {
        CHECK_STR(why.p, "no error");
        return NULL;
    }
    return all.v[0]->rules[0];
}

static void
errors(void)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"api = api_1", "f:1: a section [NAME] has to come first"},
        {"[p]\nnonsense", "f:2: expected [NAME] or 'name = value'"},
        {"[", "f:1: expected"},
        {"[]", "f:1: expected"},
        {"[a b]\napi = api_1", "f:1: 'a b' is no name of a policy"},
        {"[p]\napis = api_1", "f:2: unknown setting 'apis', see latchkey-gate(7)"},
        {"[p]\n# nothing", "f:1: the section checks nothing"},
        {"[p]\nmethods = GET", "f:1: the section checks nothing"},
        {"[p]\napi =", "f:2: api: it is empty"},
        {"[p]\napi = api_1,", "f:2: api: there is nothing before or behind a comma"},
        {"[p]\napi = demo", "f:2: api: 'demo' is no id of an API"},
        {"[p]\napi = api_1,api_2,api_3,api_4,api_5,api_6", "f:2: api: there are more than 5"},
        {"[p]\napi = api_1\ncost = 1\npermission = a\npermission = b",
         "f:5: permission: it is there twice"},
        {"[p]\ncost = 2\nlimit = 1/1s", "f:1: credential, anonymous, permission, cost"},
        {"[p]\ndeny = on\napi = api_1", "f:1: a section with deny = on"},
        {"[p]\ndeny = yes", "f:2: deny: it must be on or off"},
        {"[p]\nlimit = 1/500ms", "f:2: limit: '1/500ms' is no rate"},
        {"[p]\nlimit = 0/1s", "f:2: limit: '0/1s' is no rate"},
        {"[p]\nlimit = 10", "f:2: limit: '10' is no rate"},
        {"[p]\nlimit = 10/1w", "f:2: limit: '10/1w' is no rate"},
        {"[p]\nlimit = 10/1s per address", "f:2: limit: it must be COUNT/TIME"},
        {"[p]\nlimit = 10/1s by ip", "f:2: limit: what to count by"},
        {"[p]\nlimit = 10/1s by header:", "f:2: limit: the name of the header is missing"},
        {"[p]\nlimit = 10/1s by subject", "f:1: limit = 10/1s by subject: nobody"},
        {"[p]\nallow_from = 10.0.0.1/8", "f:2: allow_from: '10.0.0.1/8' is no address or network"},
        {"[p]\napi = api_1\ncredential = cookie x", "f:3: credential: it must be bearer"},
        {"[p]\napi = api_1\ncredential = header X Y\ncredential = header a_b",
         "f:4: credential: 'a_b' is no name of a header"},
        {"[p]\napi = api_1\ncost = -1", "f:3: cost: it must be a number of credits"},
        {"[p]\napi = api_1\ncost = POST", "f:3: cost: it must be a number of credits"},
        {"[p]\napi = api_1\npermission = a AND", "f:3: permission: Unexpected end"},
        {"[p]\napi = api_1\npermission = a.{x}", "f:3: permission: the placeholders are"},
        {"[p]\napi = api_1\nkey_limit = ab", "f:3: key_limit: the name of a limit"},
        {"[p]\napi = api_1\nkey_limit = abc x", "f:3: key_limit: the cost must be a number"},
        {"[p]\napi = api_1\npath = api", "f:3: path: a path begins with a slash"},
        {"[p]\napi = api_1\npath = ~ (", "f:3: path: '(' is no regular expression"},
        {"[p]\napi = api_1\nheader = !X a", "f:3: header: nothing can follow"},
        {"[p]\napi = api_1\nmethods = get", "f:3: methods: 'get' is no method"},
        {"[p]\napi = api_1\n[p]\nrealm = x\nlimit = 1/1s",
         "f:4: realm: it belongs into the first section"},
        {"[p]\nrealm = a\"b\nlimit = 1/1s", "f:2: realm: it must be plain text"},
        {"[p]\nfail_open = on\napi = api_1", "f:1: a policy with fail_open"},
        {"[p]\nfail_open = on\nlimit = 1/1s\n[p]\napi = api_1", "f:1: a policy with fail_open"},
        {"[p]\notherwise = open\nlimit = 1/1s", "f:2: otherwise: it must be refuse or pass"},
    };

    begin();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gate_policies all;
        struct str why = S("");

        test_row("%s", rows[i].text);
        CHECK(!gate_parse_file(mem, S("f"), str_of(rows[i].text), &all, &why));
        if (!str_starts(why, str_of(rows[i].why)))
            CHECK_STR(why.p, rows[i].why);
    }
    end();
}

static void
sections(void)
{
    static const char text[] = "# two policies\n"
                               "[a]\n"
                               "trusted_proxies = 10.0.0.0/8, ::1\n"
                               "deny_from = 192.0.2.7\n"
                               "\n"
                               "[b]\n"
                               "limit = 5/1m by address, 100/1h\n"
                               "fail_open = on\n"
                               "[a]\n"
                               "api = api_1, ks_2\n"
                               "cost = POST 5\n"
                               "cost = GET /big/* 10, /small/* 0, 2\n"
                               "credential = bearer, header X-API-Key\n";
    struct gate_policies all;
    const struct gate_policy *a, *b;
    struct str why;

    begin();
    CHECK(gate_parse_file(mem, S("f"), S(""), &all, &why));
    CHECK_INT(all.n, 0);
    CHECK(gate_parse_file(mem, S("f"), str_of(text), &all, &why));
    CHECK_INT(all.n, 2);
    CHECK(gate_policy_find(&all, S("c")) == NULL);
    a = gate_policy_find(&all, S("a"));
    b = gate_policy_find(&all, S("b"));
    CHECK(a && b);
    CHECK_INT(a->n_rules, 2);
    CHECK_INT(a->n_trusted_proxies, 2);
    CHECK(!a->fail_open && b->fail_open && !a->pass_otherwise);
    CHECK_STR(arena_cstr(mem, a->realm), "latchkey");
    CHECK_INT(a->rules[0]->line, 2);
    CHECK_INT(a->rules[1]->line, 9);
    CHECK_INT(a->rules[1]->n_api, 2);
    CHECK_INT(a->rules[1]->n_cost, 4);
    CHECK_INT(a->rules[1]->n_credential, 2);
    CHECK_STR(arena_cstr(mem, a->rules[1]->credential[1].name), "X_API_KEY");
    CHECK_INT(b->rules[0]->n_limit, 2);
    CHECK_INT(b->rules[0]->limit[0].rate.duration_ms, 60000);
    CHECK_INT(b->rules[0]->limit[1].n_by, 0);
    end();
}

static void
inline_settings(void)
{
    static const struct gate_parse_setting good[] = {{STR("API"), STR("api_1")},
                                                     {STR("KEY_LIMIT"), STR("burst 2 10/1s")},
                                                     {STR("TRUSTED_PROXIES"), STR("::1")}};
    static const struct gate_parse_setting unknown[] = {{STR("API"), STR("api_1")},
                                                        {STR("COSTS"), STR("1")}};
    static const struct gate_parse_setting empty[] = {{STR("METHODS"), STR("GET")}};
    const struct gate_policy *p;
    struct str why;

    begin();
    CHECK(gate_parse_inline(mem, good, 3, &p, &why));
    CHECK_STR(arena_cstr(mem, p->name), "api_1");
    CHECK_INT(p->rules[0]->key_limit[0].cost, 2);
    CHECK_INT(p->rules[0]->key_limit[0].one_off.duration_ms, 1000);
    CHECK(!gate_parse_inline(mem, unknown, 2, &p, &why));
    CHECK_STR(why.p, "LATCHKEY_RULE_COSTS: there is no such setting");
    CHECK(!gate_parse_inline(mem, empty, 1, &p, &why));
    CHECK(str_starts(why, S("LATCHKEY_RULE_*: the section checks nothing")));
    CHECK(!gate_parse_inline(mem, NULL, 0, &p, &why));
    end();
}

static struct gate_target
target(const char *method, const char *uri)
{
    static const struct gate_header headers[] = {{STR("X_TIER"), STR("gold")},
                                                 {STR("ORIGIN"), STR("https://a.example")}};
    struct gate_target t = {
        .method = str_of(method), .address = STR("192.0.2.1"), .headers = headers, .n_headers = 2};

    CHECK(urlpath_normal(mem, str_of(uri), &t.path));
    t.query = urlpath_query(str_of(uri));
    return t;
}

static void
conditions(void)
{
    static const struct {
        const char *rule, *method, *uri;
        bool applies;
    } rows[] = {
        {"", "GET", "/", true},
        {"methods = GET, HEAD", "HEAD", "/", true},
        {"methods = GET, HEAD", "head", "/", true},
        {"methods = GET, HEAD", "POST", "/", false},
        {"path = /api/*", "GET", "/api/x", true},
        {"path = /api/*", "GET", "//%61pi/./x?y", true},
        {"path = /api/*", "GET", "/apix", false},
        {"path = ~* \\.PDF$", "GET", "/a.pdf?x.txt", true},
        {"header = X-Tier", "GET", "/", true},
        {"header = X-Tier gold", "GET", "/", true},
        {"header = x-tier ~ ^g", "GET", "/", true},
        {"header = X-Tier silver", "GET", "/", false},
        {"header = !X-Tier", "GET", "/", false},
        {"header = !X-Other", "GET", "/", true},
        {"header = X-Tier\nheader = X-Other", "GET", "/", false},
        {"query = debug", "GET", "/?debug", true},
        {"query = debug", "GET", "/?Debug=1", false},
        {"query = debug 1", "GET", "/?debug=0&debug=1", true},
        {"query = debug 1", "GET", "/?debug=0", false},
        {"query = !debug", "GET", "/?debug=0", false},
        {"query = !debug", "GET", "/", true},
    };

    begin();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gate_rule *r = rule(arena_fmt(mem, "api = api_1\n%s", rows[i].rule).p);
        struct gate_target t = target(rows[i].method, rows[i].uri);
        struct str why = S("");

        test_row("%s on %s %s", rows[i].rule, rows[i].method, rows[i].uri);
        CHECK(r && gate_policy_applies(mem, r, &t, &why) == rows[i].applies);
        CHECK_INT(why.n > 0, !rows[i].applies);
    }
    end();
}

static void
addresses(void)
{
    static const struct {
        const char *rule, *address;
        bool admitted;
    } rows[] = {
        {"allow_from = 192.0.2.0/24", "192.0.2.1", true},
        {"allow_from = 192.0.2.0/24", "192.0.3.1", false},
        {"allow_from = 192.0.2.0/24", "", false},
        {"deny_from = 192.0.2.0/24", "192.0.2.1", false},
        {"deny_from = 192.0.2.0/24", "::1", true},
        {"deny_from = 192.0.2.0/24", "", false},
        {"deny_from = 192.0.2.0/24", "unix:", false},
        {"allow_from = 192.0.2.0/24\ndeny_from = 192.0.2.7", "192.0.2.7", false},
        {"allow_from = 192.0.2.0/24\ndeny_from = 192.0.2.7", "192.0.2.8", true},
        {"limit = 1/1s", "", true},
    };

    begin();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gate_rule *r = rule(rows[i].rule);

        test_row("%s from %s", rows[i].rule, rows[i].address);
        CHECK(r && gate_policy_admits(r, str_of(rows[i].address)) == rows[i].admitted);
    }
    end();
}

static void
credentials(void)
{
    static const struct {
        const char *credential, *authorization, *header, *uri, *want;
    } rows[] = {
        {"", "Bearer abc", "", "/", "abc"},
        {"", "bearer  abc ", "", "/", "abc"},
        {"", "Bearer", "", "/", ""},
        {"", "abc", "", "/", ""},
        {"", "Basic YTpi", "", "/", ""},
        {"", "", "abc", "/?key=x", ""},
        {"credential = basic", "Basic YTpi", "", "/", "b"},
        {"credential = basic", "Basic YTo=", "", "/", "a"},
        {"credential = basic", "Basic YQ==", "", "/", "a"},
        {"credential = basic", "Basic OmI=", "", "/", "b"},
        {"credential = basic", "Basic !!!", "", "/", ""},
        {"credential = header X-Key", "Bearer a", "b", "/", "b"},
        {"credential = header X-Key Token", "", "token b", "/", "b"},
        {"credential = header X-Key Token", "", "b", "/", ""},
        {"credential = query key", "", "", "/?key=a%2Fb&key=c", "a/b"},
        {"credential = query key", "", "", "/?KEY=a", ""},
        {"credential = query key, header X-Key, bearer", "Bearer a", "b", "/?key=", "b"},
        {"credential = header X-Key\ncredential = bearer", "Bearer a", "", "/", "a"},
    };

    begin();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gate_header h[] = {{S("AUTHORIZATION"), str_of(rows[i].authorization)},
                                  {S("X_KEY"), str_of(rows[i].header)}};
        struct gate_target t = target("GET", rows[i].uri);
        const struct gate_rule *r = rule(arena_fmt(mem, "api = api_1\n%s", rows[i].credential).p);

        t.headers = h;
        t.n_headers = 2;
        test_row("%s of %s, %s, %s", rows[i].credential, rows[i].authorization, rows[i].header,
                 rows[i].uri);
        if (r)
            CHECK_STR(arena_cstr(mem, gate_policy_key(mem, r, &t)), rows[i].want);
    }
    end();
}

static void
costs_and_permissions(void)
{
    static const struct {
        const char *cost, *method, *uri;
        int want;
    } costs[] = {
        {"", "GET", "/", 1},
        {"cost = 0", "GET", "/", 0},
        {"cost = POST 5, GET /big/* 10, /small/* 0, 2", "POST", "/big/x", 5},
        {"cost = POST 5, GET /big/* 10, /small/* 0, 2", "GET", "/big/x", 10},
        {"cost = POST 5, GET /big/* 10, /small/* 0, 2", "PUT", "/small/x", 0},
        {"cost = POST 5, GET /big/* 10, /small/* 0, 2", "PUT", "/x", 2},
        {"cost = POST 5", "GET", "/x", 1},
    };
    static const struct {
        const char *query, *method, *uri, *want; /* NULL: no key can have it */
    } queries[] = {
        {"files.{method}", "GET", "/", "files.get"},
        {"{1}.read AND {2}.{method}", "POST", "/a/b/c", "a.read AND b.post"},
        {"{1}", "GET", "/", NULL},
        {"{3}", "GET", "/a/b", NULL},
        {"{1}", "GET", "/a%20or%20b", NULL},
        {"{1}", "GET", "/*", NULL},
        {"{1}", "GET", "/(a", NULL},
        {"x.{1}", "GET", "/a.b-c_d:e", "x.a.b-c_d:e"},
    };

    begin();
    for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
        const struct gate_rule *r = rule(arena_fmt(mem, "api = api_1\n%s", costs[i].cost).p);
        struct gate_target t = target(costs[i].method, costs[i].uri);

        test_row("%s of %s %s", costs[i].cost, costs[i].method, costs[i].uri);
        if (r)
            CHECK_INT(gate_policy_cost(r, &t), costs[i].want);
    }
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        const struct gate_rule *r =
            rule(arena_fmt(mem, "api = api_1\npermission = %s", queries[i].query).p);
        struct gate_target t = target(queries[i].method, queries[i].uri);
        struct str got = S("");
        bool ok = r && gate_policy_query(mem, r, &t, &got);

        test_row("%s of %s %s", queries[i].query, queries[i].method, queries[i].uri);
        CHECK_INT(ok, queries[i].want != NULL);
        if (ok && queries[i].want)
            CHECK_STR(arena_cstr(mem, got), queries[i].want);
    }
    end();
}

static void
identifiers(void)
{
    static const struct {
        const char *limit, *want; /* NULL: nothing can be resolved */
    } rows[] = {
        {"1/1s", ""},
        {"1/1s by address", "192.0.2.1"},
        {"1/1s by path", "/a:b"},
        {"1/1s by path+address", "/a\\:b:192.0.2.1"},
        {"1/1s by subject", "user_1"},
        {"1/1s by header:X-Tier", "gold"},
        {"1/1s by header:X-Other", NULL},
        {"1/1s by header:X-Other+header:X-Tier", "unknown:gold"},
        {"1/1s by header:X-Other+header:X-Other2", NULL},
        {"1/1s by principal:source.key.meta.org", "acme"},
        {"1/1s by principal:source.key.meta.n", NULL},
        {"1/1s by principal:source.key", NULL},
        {"1/1s by principal:identity.externalId", NULL},
    };
    static const struct str principal =
        STR("{\"version\":\"v1\",\"source\":{\"key\":{\"meta\":{\"org\":\"acme\",\"n\":1}}}}");

    begin();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gate_rule *r =
            rule(arena_fmt(mem, "api = api_1\nlimit = %s", rows[i].limit).p);
        struct gate_target t = target("GET", "/a:b");
        struct str got = S("");
        bool ok = r && gate_policy_identifier(mem, &r->limit[0], &t, S("user_1"), principal, &got);

        test_row("%s", rows[i].limit);
        CHECK_INT(ok, rows[i].want != NULL);
        if (ok && rows[i].want)
            CHECK_STR(arena_cstr(mem, got), rows[i].want);
    }
    end();
}

static void
refusals(void)
{
    begin();
    for (int r = REFUSAL_NONE + 1; r < REFUSAL__MAX; r++)
        CHECK_INT(refusal_find(refusal_name((enum refusal)r)), r);
    CHECK_INT(refusal_find(S("nonsense")), REFUSAL_MISSING_CREDENTIALS);
    CHECK_INT(refusal_find(S("")), REFUSAL_MISSING_CREDENTIALS);
    CHECK_INT(refusal_of(VERDICT_VALID), REFUSAL_NONE);
    CHECK_INT(refusal_of(VERDICT_NOT_FOUND), REFUSAL_INVALID_KEY);
    CHECK_INT(refusal_of(VERDICT_EXPIRED), REFUSAL_INVALID_KEY);
    CHECK_INT(refusal_of(VERDICT_FORBIDDEN_WORKSPACE), REFUSAL_INVALID_KEY);
    CHECK_INT(refusal_row(refusal_of(VERDICT_USAGE_EXCEEDED))->status, 429);
    CHECK_INT(refusal_row(refusal_of(VERDICT_INSUFFICIENT_PERMISSIONS))->status, 403);
    end();
}

CU_TestInfo suite_domain_gate_policy[] = {
    {"errors", errors},
    {"sections", sections},
    {"inline", inline_settings},
    {"conditions", conditions},
    {"addresses", addresses},
    {"credentials", credentials},
    {"costs and permissions", costs_and_permissions},
    {"identifiers", identifiers},
    {"refusals", refusals},
    CU_TEST_INFO_NULL,
};
