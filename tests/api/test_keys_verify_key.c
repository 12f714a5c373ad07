/* keys.verifyKey: contract keys.md sections 5 and 9.1 */
#include "support/test.h"

#include "base/conf.h"

#include <stdio.h>
#include <string.h>

#define NOW 1764000010000LL /* ten seconds into a minute */
#define MINUTE 60000LL

static const char *api;

/* A key of a fresh API; body: further members, beginning with a comma, or "". */
static struct answer
new_key(const char *members)
{
    api = at_str(fx_ok("apis.createApi", "{\"name\":\"verify\"}"), "data.apiId");
    return fx_ok("keys.createKey", "{\"apiId\":\"%s\"%s}", api, members);
}

static struct answer
verify(struct answer key, const char *members)
{
    return fx_ok("keys.verifyKey", "{\"key\":\"%s\"%s}", at_str(key, "data.key"), members);
}

static void
check_code(struct answer a, const char *code)
{
    CHECK_STR(at_str(a, "data.code"), code);
    CHECK_INT(at_true(a, "data.valid"), strcmp(code, "VALID") == 0);
}

static void
plain_key(void)
{
    struct answer k = new_key(""), a = verify(k, "");

    check_code(a, "VALID");
    CHECK_STR(at_str(a, "data.keyId"), at_str(k, "data.keyId"));
    CHECK(at_true(a, "data.enabled"));
    CHECK_INT(json_object_object_length(at(a, "data")), 4);
}

static void
everything_is_shown(void)
{
    struct answer k, a;

    k = new_key(
        ",\"name\":\"n\",\"meta\":{\"plan\":\"pro\",\"n\":9007199254740993},"
        "\"externalId\":\"user_1\",\"permissions\":[\"b.x\",\"a.x\"],\"expires\":4102444800000,"
        "\"credits\":{\"remaining\":10}");
    a = verify(k, "");
    check_code(a, "VALID");
    CHECK_STR(at_str(a, "data.name"), "n");
    CHECK_STR(at_str(a, "data.meta.plan"), "pro");
    CHECK_INT(at_int(a, "data.meta.n"), 9007199254740993LL);
    CHECK_INT(at_int(a, "data.expires"), 4102444800000LL);
    CHECK_INT(at_int(a, "data.credits"), 9);
    CHECK_STR(at_str(a, "data.permissions.0"), "a.x");
    CHECK_STR(at_str(a, "data.permissions.1"), "b.x");
    CHECK_STR(at_str(a, "data.identity.externalId"), "user_1");
    CHECK(!at_has(a, "data.identity.meta"));
    CHECK(!at_has(a, "data.identity.ratelimits"));
    CHECK(!at_has(a, "data.ratelimits"));
    CHECK(!at_has(a, "data.roles"));
}

/* Bare NOT_FOUND: exactly two members. */
static void
not_found(void)
{
    const char *stranger = fx_root_key(fx_new_workspace(), "api.*.verify_key");
    const char *nobody = fx_root_key(fx_workspace, "api.*.read_key");
    struct answer k = new_key("");
    const char *other_api = fx_root_key(fx_workspace, "api.api_other.verify_key");
    struct answer answers[] = {
        fx_ok("keys.verifyKey", "{\"key\":\"unknown\"}"),
        fx_call(stranger, "keys.verifyKey", "{\"key\":\"%s\"}", at_str(k, "data.key")),
        fx_call(nobody, "keys.verifyKey", "{\"key\":\"%s\"}", at_str(k, "data.key")),
        fx_call(other_api, "keys.verifyKey", "{\"key\":\"%s\"}", at_str(k, "data.key")),
        fx_ok("keys.verifyKey", "{\"key\":\" %s\"}", at_str(k, "data.key")),
        /* a malformed query is not looked at before the key is found */
        fx_ok("keys.verifyKey", "{\"key\":\"unknown\",\"permissions\":\"AND\"}"),
    };

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        test_row("answer %zu", i);
        CHECK_INT(answers[i].status, 200);
        check_code(answers[i], "NOT_FOUND");
        CHECK_INT(json_object_object_length(at(answers[i], "data")), 2);
    }
    /* not even once in analytics */
    fx_flush();
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification"), 0);
}

static void
grants(void)
{
    struct answer k = new_key("");
    const char *ks = fx_sql_str("SELECT keyspace_id FROM lk_api WHERE id = '%s'", api);
    const char *id = at_str(k, "data.keyId");
    struct ctx *c = fx_ctx();
    struct {
        const char *grant;
        const char *code;
    } rows[] = {
        {"api.*.verify_key", "VALID"},
        {arena_fmt(c->mem, "api.%s.verify_key", api).p, "VALID"},
        {arena_fmt(c->mem, "unkey:v1:%s:keyspaces/%s/keys/%s#verify_key", fx_workspace, ks, id).p,
         "VALID"},
        {arena_fmt(c->mem, "unkey:v1:%s:keyspaces/%s/keys/other#verify_key", fx_workspace, ks).p,
         "NOT_FOUND"},
        {arena_fmt(c->mem, "unkey:v1:ws_other:keyspaces/%s/keys/*#verify_key", ks).p, "NOT_FOUND"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s", rows[i].grant);
        check_code(fx_call(fx_root_key(fx_workspace, rows[i].grant), "keys.verifyKey",
                           "{\"key\":\"%s\"}", at_str(k, "data.key")),
                   rows[i].code);
    }
}

/* Changes count from the very next request on. */
static void
effective_at_once(void)
{
    struct answer k = new_key("");
    const char *id = at_str(k, "data.keyId");

    check_code(verify(k, ""), "VALID");
    fx_ok("keys.updateKey", "{\"keyId\":\"%s\",\"enabled\":false}", id);
    check_code(verify(k, ""), "DISABLED");
    CHECK(!at_true(verify(k, ""), "data.enabled"));
    fx_ok("keys.updateKey", "{\"keyId\":\"%s\",\"enabled\":true}", id);
    check_code(verify(k, ""), "VALID");
    fx_ok("keys.deleteKey", "{\"keyId\":\"%s\"}", id);
    check_code(verify(k, ""), "NOT_FOUND");
    k = new_key("");
    check_code(verify(k, ""), "VALID");
    fx_ok("apis.deleteApi", "{\"apiId\":\"%s\"}", api);
    check_code(verify(k, ""), "NOT_FOUND");
}

static void
expiry(void)
{
    struct answer k;

    fx_clock(NOW);
    k = new_key(",\"expires\":1764000013000");
    check_code(verify(k, ""), "VALID");
    fx_clock(NOW + 3000);
    check_code(verify(k, ""), "VALID");
    fx_clock(NOW + 3001);
    check_code(verify(k, ""), "EXPIRED");
    CHECK_INT(at_int(verify(k, ""), "data.expires"), 1764000013000LL);
}

/* Each row breaks one check fewer than the one before: the first that fails decides, and later ones
 * have no effect. */
static void
order_of_checks(void)
{
    static const struct {
        const char *repair, *code;
    } rows[] = {
        {"SELECT 1", "DISABLED"},
        {"UPDATE lk_key SET enabled = 1", "EXPIRED"},
        {"UPDATE lk_key SET expires_at = NULL", "FORBIDDEN"},
        {"UPDATE lk_api SET ip_whitelist = ''", "INSUFFICIENT_PERMISSIONS"},
        {"INSERT INTO lk_key_permission SELECT k.id, p.id, 1 FROM lk_key k, lk_permission p "
         "WHERE p.slug = 'needed'",
         "RATE_LIMITED"},
        {"UPDATE lk_ratelimit SET max_count = 5", "USAGE_EXCEEDED"},
        {"UPDATE lk_key SET remaining = 7", "VALID"},
    };
    struct answer k;

    fx_clock(NOW);
    k = new_key(",\"enabled\":false,\"expires\":1,\"permissions\":[\"held\"],"
                "\"credits\":{\"remaining\":0},"
                "\"ratelimits\":[{\"name\":\"requests\",\"limit\":1,\"duration\":60000,"
                "\"autoApply\":true}]");
    fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, created_at) VALUES "
           "('perm_n', '%s', 'needed', 'x', 1)",
           fx_workspace);
    fx_sql("UPDATE lk_api SET ip_whitelist = '9.9.9.9'");
    fx_sql("INSERT INTO lk_counter SELECT id, UNHEX(LEFT(SHA2('requests', 256), 32)), 60000, "
           "1764000060000, 1 FROM lk_key");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a;

        fx_sql("%s", rows[i].repair);
        test_row("%s", rows[i].code);
        a = verify(k, ",\"permissions\":\"needed AND held\"");
        check_code(a, rows[i].code);
        CHECK(at_has(a, "data.keyId"));
        CHECK_INT(at_has(a, "data.ratelimits"), i >= 4);
        CHECK_INT(at_int(a, "data.credits"), i == 6 ? 6 : 0);
        /* consumed when limits passed: by USAGE_EXCEEDED, not refunded, and by VALID */
        CHECK_INT(fx_sql_int("SELECT used FROM lk_counter"), i < 5 ? 1 : i - 3);
    }
}

static void
credits(void)
{
    static const struct {
        int remaining;
        const char *request, *code;
        int left;
    } rows[] = {
        {5, "", "VALID", 4},
        {5, ",\"credits\":{\"cost\":5}", "VALID", 0},
        {5, ",\"credits\":{\"cost\":15}", "USAGE_EXCEEDED", 5},
        {5, ",\"credits\":{\"cost\":0}", "VALID", 5},
        {0, "", "USAGE_EXCEEDED", 0},
        {0, ",\"credits\":{\"cost\":0}", "VALID", 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char members[60];
        struct answer k, a;

        snprintf(members, sizeof(members), ",\"credits\":{\"remaining\":%d}", rows[i].remaining);
        k = new_key(members);
        a = verify(k, rows[i].request);
        test_row("%d%s", rows[i].remaining, rows[i].request);
        check_code(a, rows[i].code);
        CHECK_INT(at_int(a, "data.credits"), rows[i].left);
        CHECK_INT(
            fx_sql_int("SELECT remaining FROM lk_key WHERE id = '%s'", at_str(k, "data.keyId")),
            rows[i].left);
    }
    {
        struct answer a = verify(new_key(""), ",\"credits\":{\"cost\":1000000000000}");

        check_code(a, "VALID");
        CHECK(!at_has(a, "data.credits"));
    }
}

static void
limits(void)
{
    struct answer k, a;

    fx_clock(NOW);
    k = new_key(",\"ratelimits\":["
                "{\"name\":\"auto\",\"limit\":2,\"duration\":60000,\"autoApply\":true},"
                "{\"name\":\"named\",\"limit\":10,\"duration\":60000,\"autoApply\":false}]");
    a = verify(k, "");
    check_code(a, "VALID");
    CHECK_INT(at_len(a, "data.ratelimits"), 1);
    CHECK_STR(at_str(a, "data.ratelimits.0.name"), "auto");
    CHECK_INT(at_int(a, "data.ratelimits.0.limit"), 2);
    CHECK_INT(at_int(a, "data.ratelimits.0.duration"), 60000);
    CHECK_INT(at_int(a, "data.ratelimits.0.remaining"), 1);
    CHECK_INT(at_int(a, "data.ratelimits.0.reset"), NOW - NOW % MINUTE + MINUTE);
    CHECK(at_true(a, "data.ratelimits.0.autoApply"));
    CHECK(!at_true(a, "data.ratelimits.0.exceeded"));
    CHECK(strncmp(at_str(a, "data.ratelimits.0.id"), "rl_", 3) == 0);
    /* named ones come beside, and a name sets the cost of an automatic one */
    a = verify(k, ",\"ratelimits\":[{\"name\":\"named\",\"cost\":4}]");
    check_code(a, "VALID");
    CHECK_INT(at_len(a, "data.ratelimits"), 2);
    a = verify(k, ",\"ratelimits\":[{\"name\":\"auto\",\"cost\":0}]");
    check_code(a, "VALID");
    CHECK_INT(at_len(a, "data.ratelimits"), 1);
    CHECK_INT(at_int(a, "data.ratelimits.0.remaining"), 0);
    /* all or nothing: the automatic one is used up, so the named one is not charged */
    a = verify(k, ",\"ratelimits\":[{\"name\":\"named\",\"cost\":6}]");
    check_code(a, "RATE_LIMITED");
    CHECK_INT(fx_sql_int("SELECT used FROM lk_counter WHERE name_hash = "
                         "UNHEX(LEFT(SHA2('named', 256), 32))"),
              4);
    for (int i = 0; i < 2; i++) {
        char at_name[40], at_left[40], at_over[40];
        bool named;

        snprintf(at_name, sizeof(at_name), "data.ratelimits.%d.name", i);
        snprintf(at_left, sizeof(at_left), "data.ratelimits.%d.remaining", i);
        snprintf(at_over, sizeof(at_over), "data.ratelimits.%d.exceeded", i);
        named = strcmp(at_str(a, at_name), "named") == 0;
        CHECK_INT(at_true(a, at_over), !named);
        CHECK_INT(at_int(a, at_left), named ? 6 : 0); /* untouched */
    }
    fx_clock(NOW + MINUTE);
    check_code(verify(k, ""), "VALID");
}

static void
one_off_limits(void)
{
    struct answer k, a;

    fx_clock(NOW);
    k = new_key(",\"ratelimits\":[{\"name\":\"stored\",\"limit\":100,\"duration\":60000,"
                "\"autoApply\":false}]");
    a = verify(k, ",\"ratelimits\":[{\"name\":\"once\",\"limit\":10,\"duration\":60000,"
                  "\"cost\":3}]");
    check_code(a, "VALID");
    CHECK_STR(at_str(a, "data.ratelimits.0.id"), "");
    CHECK_INT(at_int(a, "data.ratelimits.0.remaining"), 7);
    CHECK(!at_true(a, "data.ratelimits.0.autoApply"));
    check_code(verify(k, ",\"ratelimits\":[{\"name\":\"once\",\"limit\":10,\"duration\":60000,"
                         "\"cost\":8}]"),
               "RATE_LIMITED");
    /* it replaces a stored limit of its name, and shares its counter */
    a = verify(k, ",\"ratelimits\":[{\"name\":\"stored\",\"limit\":2,\"duration\":60000}]");
    CHECK_INT(at_int(a, "data.ratelimits.0.limit"), 2);
    a = verify(k, ",\"ratelimits\":[{\"name\":\"stored\"}]");
    CHECK_INT(at_int(a, "data.ratelimits.0.remaining"), 98);
    /* a lone limit or duration is ignored; the same name twice: the last one counts */
    a = verify(k, ",\"ratelimits\":[{\"name\":\"stored\",\"limit\":1},"
                  "{\"name\":\"stored\",\"duration\":5000,\"cost\":8}]");
    CHECK_INT(at_len(a, "data.ratelimits"), 1);
    CHECK_INT(at_int(a, "data.ratelimits.0.limit"), 100);
    CHECK_INT(at_int(a, "data.ratelimits.0.remaining"), 90);
    /* one that cannot be counted switches the stage off */
    a = verify(k, ",\"ratelimits\":[{\"name\":\"x12\",\"limit\":0,\"duration\":60000},"
                  "{\"name\":\"stored\"}]");
    check_code(a, "VALID");
    CHECK(!at_has(a, "data.ratelimits"));
    CHECK_INT(at_int(verify(k, ",\"ratelimits\":[{\"name\":\"stored\",\"cost\":0}]"),
                     "data.ratelimits.0.remaining"),
              90);
}

static void
unknown_limits(void)
{
    struct answer k = new_key(",\"credits\":{\"remaining\":5}");
    struct answer a = fx_call(NULL, "keys.verifyKey",
                              "{\"key\":\"%s\",\"ratelimits\":[{\"name\":\"nope\",\"cost\":1}]}",
                              at_str(k, "data.key"));

    fx_check_error(a, 412, "unkey/application/precondition_failed");
    CHECK(strstr(at_str(a, "error.detail"), "nope") != NULL);
    CHECK(strstr(at_str(a, "error.detail"), at_str(k, "data.keyId")) != NULL);
    CHECK_INT(fx_sql_int("SELECT remaining FROM lk_key"), 5);
    k = new_key(",\"externalId\":\"user_9\"");
    a = fx_call(NULL, "keys.verifyKey", "{\"key\":\"%s\",\"ratelimits\":[{\"name\":\"nope\"}]}",
                at_str(k, "data.key"));
    CHECK(strstr(at_str(a, "error.detail"), "user_9") != NULL);
    /* a key that failed before is not asked for the limit */
    fx_sql("UPDATE lk_key SET enabled = 0");
    check_code(verify(k, ",\"ratelimits\":[{\"name\":\"nope\"}]"), "DISABLED");
}

/* Limits of the identity: shared by its keys, hidden by the key's of the same name. */
static void
identity_limits(void)
{
    struct answer a, b, r;
    const char *id;

    fx_clock(NOW);
    a = new_key(",\"externalId\":\"u1\"");
    b = fx_ok("keys.createKey",
              "{\"apiId\":\"%s\",\"externalId\":\"u1\",\"ratelimits\":[{\"name\":\"shadowed\","
              "\"limit\":100,\"duration\":60000,\"autoApply\":false}]}",
              api);
    id = fx_sql_str("SELECT id FROM lk_identity WHERE external_id = 'u1'");
    fx_sql("INSERT INTO lk_ratelimit (owner_id, name, id, workspace_id, max_count, duration_ms, "
           "auto_apply, created_at) VALUES ('%s', 'shared', 'rl_1', '%s', 5, 60000, 1, 1), "
           "('%s', 'shadowed', 'rl_2', '%s', 1, 60000, 1, 1)",
           id, fx_workspace, id, fx_workspace);
    fx_sql("UPDATE lk_identity SET may_have_limits = 1");
    /* key b hides the identity's automatic limit of one */
    for (int i = 0; i < 4; i++)
        check_code(verify(b, ""), "VALID");
    r = verify(b, "");
    check_code(r, "VALID");
    CHECK_INT(at_len(r, "data.ratelimits"), 1);
    CHECK_STR(at_str(r, "data.ratelimits.0.name"), "shared");
    CHECK_INT(at_len(r, "data.identity.ratelimits"), 1);
    CHECK_STR(at_str(r, "data.identity.ratelimits.0.name"), "shared");
    check_code(verify(b, ""), "RATE_LIMITED");
    /* key a shares the counter, and shows both limits */
    r = verify(a, "");
    check_code(r, "RATE_LIMITED");
    CHECK_INT(at_len(r, "data.identity.ratelimits"), 2);
    fx_clock(NOW + MINUTE);
    check_code(verify(a, ""), "VALID");
    check_code(verify(a, ""), "RATE_LIMITED"); /* the identity's limit of one */
    check_code(verify(b, ""), "VALID");
    /* without its identity a key has no such limits */
    fx_sql("UPDATE lk_identity SET live = NULL, deleted_at = 1");
    r = verify(a, "");
    check_code(r, "VALID");
    CHECK(!at_has(r, "data.identity"));
    CHECK(!at_has(r, "data.ratelimits"));
}

/* The contract's long-window case: denied requests never drain it. */
static void
long_window_is_not_drained(void)
{
    struct answer k, a = {0};
    int valid = 0;

    fx_clock(NOW);
    k = new_key(",\"ratelimits\":["
                "{\"name\":\"minute\",\"limit\":12,\"duration\":60000,\"autoApply\":true},"
                "{\"name\":\"month\",\"limit\":50,\"duration\":2592000000,\"autoApply\":true}]");
    for (int i = 0; i < 13; i++)
        a = verify(k, "");
    check_code(a, "RATE_LIMITED");
    for (int i = 0; i < 2; i++) {
        char name[40], over[40], left[40];

        snprintf(name, sizeof(name), "data.ratelimits.%d.name", i);
        snprintf(over, sizeof(over), "data.ratelimits.%d.exceeded", i);
        snprintf(left, sizeof(left), "data.ratelimits.%d.remaining", i);
        if (strcmp(at_str(a, name), "minute") == 0) {
            CHECK(at_true(a, over));
        } else {
            CHECK(!at_true(a, over));
            CHECK_INT(at_int(a, left), 38);
        }
    }
    valid = 12;
    for (int minute = 1; minute < 8; minute++) {
        fx_clock(NOW + minute * MINUTE);
        for (int i = 0; i < 15; i++)
            valid += at_true(verify(k, ""), "data.valid");
    }
    CHECK_INT(valid, 50);
}

static void
permission_queries(void)
{
    static const struct {
        const char *query, *code;
    } rows[] = {
        {"api.read AND api.write", "VALID"},
        {"api.* OR api.edit", "VALID"},
        {"api.edit", "INSUFFICIENT_PERMISSIONS"},
        {"(role.one or x) and (a:b and c_d and e-f)", "VALID"},
    };
    struct answer k, a;

    fx_sql("INSERT INTO lk_role (id, workspace_id, name, created_at) VALUES "
           "('role_1', '%s', 'a role', 1)",
           fx_workspace);
    fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, created_at) VALUES "
           "('perm_1', '%s', 'role.one', 'x', 1)",
           fx_workspace);
    fx_sql("INSERT INTO lk_role_permission VALUES ('role_1', 'perm_1', 1)");
    k = new_key(",\"roles\":[\"a role\"],\"permissions\":[\"api.read\",\"api.write\",\"api.*\","
                "\"a:b\",\"c_d\",\"e-f\",\"role.one\"]");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char members[200];

        test_row("%s", rows[i].query);
        snprintf(members, sizeof(members), ",\"permissions\":\"%s\"", rows[i].query);
        a = verify(k, members);
        check_code(a, rows[i].code);
        CHECK_INT(at_len(a, "data.permissions"), 7); /* one held twice is shown once */
        CHECK_STR(at_str(a, "data.roles.0"), "a role");
    }
    a = fx_call(NULL, "keys.verifyKey", "{\"key\":\"%s\",\"permissions\":\"a b\"}",
                at_str(k, "data.key"));
    fx_check_error(a, 400, "user/bad_request/permissions_query_syntax_error");
    CHECK(at_has(a, "error.errors"));
    CHECK_INT(at_len(a, "error.errors"), 0);
    fx_sql("UPDATE lk_key SET enabled = 0"); /* the query is parsed before that is looked at */
    CHECK_INT(fx_call(NULL, "keys.verifyKey", "{\"key\":\"%s\",\"permissions\":\"a b\"}",
                      at_str(k, "data.key"))
                  .status,
              400);
}

static void
ip_whitelist(void)
{
    static const struct {
        const char *list, *forwarded, *code;
    } rows[] = {
        {"123.123.123.123", "192.168.1.1", "FORBIDDEN"},
        {"123.123.123.123", "123.123.123.123", "VALID"},
        {"123.123.123.123", "123.123.123.123:4711, 1.1.1.1", "VALID"},
        {"1.1.1.1, 123.123.123.123", "123.123.123.123", "VALID"},
        {"127.0.0.1", NULL, "VALID"},
        {"", "192.168.1.1", "VALID"},
    };
    struct answer k = new_key("");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx *c = fx_ctx();
        struct request r = {
            .script_name = "/v2/keys.verifyKey",
            .authorization = arena_fmt(c->mem, "Bearer %s", fx_root).p,
            .content_type = "application/json",
            .forwarded_for = rows[i].forwarded,
            .body = arena_fmt(c->mem, "{\"key\":\"%s\"}", at_str(k, "data.key")).p,
        };

        test_row("%s from %s", rows[i].list, rows[i].forwarded);
        fx_sql("UPDATE lk_api SET ip_whitelist = '%s'", rows[i].list);
        check_code(fx_request(&r), rows[i].code);
    }
}

static void
records(void)
{
    struct answer k, a;

    fx_clock(NOW);
    fx_conf.region = "here";
    k = new_key(",\"credits\":{\"remaining\":5},\"externalId\":\"user_7\"");
    a = verify(k, ",\"credits\":{\"cost\":2},\"tags\":[\"path=/x\",\"\\\"\\u00e9\\n\"]");
    verify(k, ",\"credits\":{\"cost\":9}");
    fx_ok("keys.updateKey", "{\"keyId\":\"%s\",\"enabled\":false}", at_str(k, "data.keyId"));
    verify(k, ",\"tags\":[\"kept\"]");
    fx_flush();
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification"), 3);
    CHECK_STR(fx_sql_str("SELECT CONCAT_WS('|', workspace_id = '%s', request_id, api_id = '%s', "
                         "keyspace_id LIKE 'ks%%', key_id = '%s', identity_id LIKE 'id%%', "
                         "external_id, outcome, region, source, app_id, tags, spent_credits, time) "
                         "FROM lk_verification WHERE outcome = 'VALID'",
                         fx_workspace, api, at_str(k, "data.keyId")),
              arena_fmt(fx_ctx()->mem,
                        "1|%s|1|1|1|1|user_7|VALID|here|api||[\"path=/x\",\"\\\"\xc3\xa9\\n\"]|2|"
                        "1764000010000",
                        at_str(a, "meta.requestId"))
                  .p);
    CHECK_INT(fx_sql_int("SELECT spent_credits FROM lk_verification WHERE outcome = "
                         "'USAGE_EXCEEDED'"),
              0);
    CHECK_STR(fx_sql_str("SELECT tags FROM lk_verification WHERE outcome = 'DISABLED'"),
              "[\"kept\"]");
    /* last use, to the minute */
    CHECK_INT(fx_sql_int("SELECT last_used_at FROM lk_key"), NOW - NOW % MINUTE);
    CHECK_INT(at_int(fx_ok("keys.getKey", "{\"keyId\":\"%s\"}", at_str(k, "data.keyId")),
                     "data.lastUsedAt"),
              NOW - NOW % MINUTE);
    fx_conf.analytics = false;
    verify(k, "");
    fx_flush();
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification"), 3);
}

static void
tags_are_bounded(void)
{
    struct answer k = new_key("");

    check_code(verify(k, ",\"tags\":[\" padded \",\"\xf0\x9f\x8e\x89\",\"1\",\"2\",\"3\",\"4\","
                         "\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\",\"13\",\"14\",\"15\","
                         "\"16\",\"17\",\"18\"]"),
               "VALID");
}

static void
refill_at_verification(void)
{
    struct answer k, a;
    const long long day = 86400000LL, midnight = NOW - NOW % day;

    fx_clock(NOW);
    k = new_key(",\"credits\":{\"remaining\":1,\"refill\":{\"interval\":\"daily\",\"amount\":3}}");
    fx_audit_clear();
    check_code(verify(k, ""), "VALID");
    check_code(verify(k, ""), "USAGE_EXCEEDED");
    fx_clock(midnight + day - 1);
    check_code(verify(k, ""), "USAGE_EXCEEDED");
    fx_clock(midnight + day);
    a = verify(k, "");
    check_code(a, "VALID");
    CHECK_INT(at_int(a, "data.credits"), 2);
    CHECK_INT(fx_audit_count("key.update"), 1);
    CHECK_STR(fx_sql_str("SELECT CONCAT_WS('|', e.actor_type, e.actor_id, e.actor_name, "
                         "e.remote_ip, t.meta) FROM lk_audit_event e JOIN lk_audit_target t "
                         "ON t.event_id = e.id"),
              "system|keyrefill|Key Refill Service||{\"refill_amount\":3,\"previous_remaining\":0,"
              "\"new_remaining\":3}");
    verify(k, "");
    verify(k, "");
    check_code(verify(k, ""), "USAGE_EXCEEDED"); /* once per date */
    CHECK_INT(fx_audit_count("key.update"), 1);
}

CU_TestInfo suite_api_keys_verify_key[] = {
    {"plain key", plain_key},
    {"everything is shown", everything_is_shown},
    {"not found", not_found},
    {"grants", grants},
    {"effective at once", effective_at_once},
    {"expiry", expiry},
    {"order of checks", order_of_checks},
    {"credits", credits},
    {"limits", limits},
    {"one-off limits", one_off_limits},
    {"unknown limits", unknown_limits},
    {"identity limits", identity_limits},
    {"long window is not drained", long_window_is_not_drained},
    {"permission queries", permission_queries},
    {"ip whitelist", ip_whitelist},
    {"records", records},
    {"tags are bounded", tags_are_bounded},
    {"refill at verification", refill_at_verification},
    CU_TEST_INFO_NULL,
};
