/* keys.createKey, getKey, whoami, updateKey, updateCredits, deleteKey; apis.listKeys: contract
 * keys.md sections 9.2 to 9.6 and 9.8, apis-identities-permissions.md section 1.4 */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#define DAY 86400000LL

static const char *
new_api(void)
{
    return at_str(fx_ok("apis.createApi", "{\"name\":\"keys\"}"), "data.apiId");
}

static struct answer
get(const char *id)
{
    return fx_ok("keys.getKey", "{\"keyId\":\"%s\"}", id);
}

/* Creating */

static void
create_minimal(void)
{
    const char *api = new_api();
    struct answer k = fx_ok("keys.createKey", "{\"apiId\":\"%s\"}", api), g;
    const char *key = at_str(k, "data.key");

    CHECK_INT(json_object_object_length(at(k, "data")), 2);
    CHECK(strlen(key) >= 20 && strlen(key) <= 24);
    g = get(at_str(k, "data.keyId"));
    CHECK_INT(json_object_object_length(at(g, "data")), 4);
    CHECK(strncmp(at_str(g, "data.start"), key, 4) == 0);
    CHECK_INT(strlen(at_str(g, "data.start")), 4);
    CHECK(at_true(g, "data.enabled"));
    CHECK(at_int(g, "data.createdAt") > 1700000000000LL);
    /* only the hash of the whole key is stored */
    CHECK_STR(fx_sql_str("SELECT hash FROM lk_key"),
              fx_sql_str("SELECT TO_BASE64(UNHEX(SHA2('%s', 256)))", key));
    CHECK_INT(strlen(fx_sql_str("SELECT hash FROM lk_key")), 44);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key WHERE CONCAT_WS('', id, start, name, meta) "
                         "LIKE '%%%s%%'",
                         key),
              0);
}

static void
prefixes_and_lengths(void)
{
    static const struct {
        const char *settings, *members, *prefix;
        size_t min, max; /* characters of the token */
    } rows[] = {
        {"default_prefix = ''", "", "", 20, 24},
        {"default_prefix = 'dflt'", "", "dflt_", 20, 24},
        {"default_prefix = 'dflt'", ",\"prefix\":\"mine\"", "mine_", 20, 24},
        {"default_bytes = 32", "", "", 42, 44},
        {"default_bytes = 32", ",\"byteLength\":64", "", 85, 88},
        {"default_bytes = 0", ",\"byteLength\":255", "", 340, 349},
        {"default_prefix = 'p', default_bytes = 24", "", "p_", 31, 33},
        {"default_prefix = ''", ",\"prefix\":\"my_app_\"", "my_app__", 20, 24},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *api = new_api();
        struct answer k;
        size_t n;

        fx_sql("UPDATE lk_api SET %s WHERE id = '%s'", rows[i].settings, api);
        k = fx_ok("keys.createKey", "{\"apiId\":\"%s\"%s}", api, rows[i].members);
        test_row("%s %s", rows[i].settings, rows[i].members);
        n = strlen(rows[i].prefix);
        CHECK(strncmp(at_str(k, "data.key"), rows[i].prefix, n) == 0);
        CHECK(strlen(at_str(k, "data.key")) - n >= rows[i].min);
        CHECK(strlen(at_str(k, "data.key")) - n <= rows[i].max);
        CHECK_INT(strlen(at_str(get(at_str(k, "data.keyId")), "data.start")), n + 4);
    }
}

static void
create_with_everything(void)
{
    const char *api = new_api();
    struct answer k, g;

    fx_sql("INSERT INTO lk_role (id, workspace_id, name, created_at) VALUES "
           "('role_1', '%s', 'role with spaces', 1)",
           fx_workspace);
    fx_audit_clear();
    k = fx_ok("keys.createKey",
              "{\"apiId\":\"%s\",\"name\":\"Full\",\"externalId\":\"user.1\",\"meta\":{\"a\":[1,{"
              "\"b\":null}]},\"roles\":[\"role with spaces\",\"role with spaces\"],"
              "\"permissions\":[\"documents.*\",\"2fa.read\",\"api:read\",\"2fa.read\"],"
              "\"expires\":5,\"credits\":{\"remaining\":7,\"refill\":{\"interval\":\"monthly\","
              "\"amount\":9,\"refillDay\":31}},\"ratelimits\":["
              "{\"name\":\"two\",\"limit\":1,\"duration\":1000,\"autoApply\":true},"
              "{\"name\":\"one\",\"limit\":2,\"duration\":2000,\"autoApply\":false},"
              "{\"name\":\"two\",\"limit\":3,\"duration\":3000,\"autoApply\":false}],"
              "\"enabled\":false}",
              api);
    g = get(at_str(k, "data.keyId"));
    CHECK_STR(at_str(g, "data.name"), "Full");
    CHECK_STR(json_object_to_json_string_ext(at(g, "data.meta"), JSON_C_TO_STRING_PLAIN),
              "{\"a\":[1,{\"b\":null}]}");
    CHECK_INT(at_len(g, "data.permissions"), 3);
    CHECK_STR(at_str(g, "data.roles.0"), "role with spaces");
    CHECK_INT(at_len(g, "data.roles"), 1);
    CHECK_INT(at_int(g, "data.expires"), 5);
    CHECK_INT(at_int(g, "data.credits.remaining"), 7);
    CHECK_STR(at_str(g, "data.credits.refill.interval"), "monthly");
    CHECK_INT(at_int(g, "data.credits.refill.refillDay"), 31);
    CHECK_INT(at_len(g, "data.ratelimits"), 2);
    CHECK_STR(at_str(g, "data.ratelimits.1.name"), "two");
    CHECK_INT(at_int(g, "data.ratelimits.1.limit"), 3); /* same name twice: last values */
    CHECK(!at_true(g, "data.enabled"));
    CHECK_STR(at_str(g, "data.identity.externalId"), "user.1");
    CHECK_STR(fx_audit_names(),
              "authorization.connect_permission_and_key authorization.connect_permission_and_key "
              "authorization.connect_permission_and_key authorization.connect_role_and_key "
              "key.create");
    CHECK_INT(fx_sql_int("SELECT COUNT(DISTINCT correlation_id) FROM lk_audit_event"), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event WHERE correlation_id LIKE 'cor%%' "
                         "AND actor_type = 'rootkey' AND actor_name = 'test root key' AND "
                         "remote_ip = '127.0.0.1' AND user_agent = 'tests'"),
              5);
    CHECK_STR(fx_sql_str("SELECT GROUP_CONCAT(CONCAT(t.type, ' ', t.id = t.name) ORDER BY position "
                         "SEPARATOR ', ') FROM lk_audit_target t JOIN lk_audit_event e ON "
                         "t.event_id = e.id WHERE e.event = 'key.create'"),
              "key 1, api 0");
}

static void
create_refusals(void)
{
    static const struct {
        const char *members;
        int status;
        const char *type, *says;
    } rows[] = {
        {",\"credits\":{\"remaining\":null,\"refill\":{\"interval\":\"daily\",\"amount\":100}}",
         400, "invalid_input", "credits.remaining"},
        {",\"credits\":{\"remaining\":1,\"refill\":{\"interval\":\"monthly\",\"amount\":1}}", 400,
         "invalid_input", "refillDay"},
        {",\"roles\":[\"nobody\"],\"externalId\":\"new\",\"permissions\":[\"fresh\"]", 404,
         "data/role_not_found", "'nobody'"},
        {",\"recoverable\":true", 412, "precondition_failed", ""},
    };
    const char *api = new_api();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a;

        fx_audit_clear();
        a = fx_call(NULL, "keys.createKey", "{\"apiId\":\"%s\"%s}", api, rows[i].members);
        test_row("%s", rows[i].members);
        fx_check_error(a, rows[i].status, rows[i].type);
        CHECK(strstr(at_str(a, "error.detail"), rows[i].says) != NULL);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key"), 0);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity"), 0);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_permission"), 0);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event"), 0);
    }
    CHECK_INT(fx_call(NULL, "keys.createKey",
                      "{\"apiId\":\"%s\",\"credits\":{\"remaining\":1,\"refill\":{\"interval\":"
                      "\"daily\",\"amount\":1,\"refillDay\":3}}}",
                      api)
                  .status,
              200);
    CHECK_INT(
        fx_call(NULL, "keys.createKey", "{\"apiId\":\"%s\",\"credits\":{\"remaining\":null}}", api)
            .status,
        200);
    {
        char meta[66000];

        memset(meta, 'x', sizeof(meta) - 1);
        meta[sizeof(meta) - 1] = '\0';
        fx_check_error(fx_call(NULL, "keys.createKey", "{\"apiId\":\"%s\",\"meta\":{\"a\":\"%s\"}}",
                               api, meta),
                       400, "invalid_input");
    }
}

/* Missing permission looks exactly like a missing API. */
static void
create_is_masked(void)
{
    const char *api = new_api();
    const char *ks = fx_sql_str("SELECT keyspace_id FROM lk_api");
    struct ctx *c = fx_ctx();
    const char *denied[] = {
        "api.*.read_key",
        "api.api_other.create_key",
        arena_fmt(c->mem, "unkey:v1:%s:keyspaces/ks_other#create_key", fx_workspace).p,
    };
    const char *granted[] = {
        "api.*.create_key",
        arena_fmt(c->mem, "api.%s.create_key", api).p,
        arena_fmt(c->mem, "unkey:v1:%s:keyspaces/%s#create_key", fx_workspace, ks).p,
        arena_fmt(c->mem, "unkey:v1:%s:keyspaces/*#create_key", fx_workspace).p,
    };

    for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
        const char *rk = fx_root_key(fx_workspace, denied[i]);
        struct answer a = fx_call(rk, "keys.createKey", "{\"apiId\":\"%s\"}", api);
        struct answer b = fx_call(rk, "keys.createKey", "{\"apiId\":\"api_unknown\"}");

        test_row("%s", denied[i]);
        fx_check_error(a, 404, "data/api_not_found");
        CHECK_STR(at_str(a, "error.detail"), at_str(b, "error.detail"));
        CHECK(strstr(a.text, ks) == NULL);
    }
    for (size_t i = 0; i < sizeof(granted) / sizeof(granted[0]); i++) {
        test_row("%s", granted[i]);
        CHECK_INT(fx_call(fx_root_key(fx_workspace, granted[i]), "keys.createKey",
                          "{\"apiId\":\"%s\"}", api)
                      .status,
                  200);
    }
    fx_ok("apis.deleteApi", "{\"apiId\":\"%s\"}", api);
    fx_check_error(fx_call(NULL, "keys.createKey", "{\"apiId\":\"%s\"}", api), 404,
                   "data/api_not_found");
}

/* Reading */

static void
reading(void)
{
    const char *api = new_api();
    struct answer k = fx_ok("keys.createKey",
                            "{\"apiId\":\"%s\",\"permissions\":[\"z\",\"a\"],\"meta\":{}}", api);
    const char *id = at_str(k, "data.keyId"), *stranger;
    struct answer g = get(id), w;

    w = fx_ok("keys.whoami", "{\"key\":\"%s\"}", at_str(k, "data.key"));
    CHECK_STR(json_object_to_json_string(at(g, "data")), json_object_to_json_string(at(w, "data")));
    CHECK_STR(at_str(w, "data.permissions.0"), "a");
    CHECK(!at_has(g, "data.meta"));
    stranger = fx_root_key(fx_new_workspace(), "api.*.read_key");
    fx_check_error(fx_call(stranger, "keys.getKey", "{\"keyId\":\"%s\"}", id), 404,
                   "data/key_not_found");
    fx_check_error(fx_call(stranger, "keys.whoami", "{\"key\":\"%s\"}", at_str(k, "data.key")), 404,
                   "data/key_not_found");
    {
        const char *nobody = fx_root_key(fx_workspace, "api.*.create_key");
        struct answer a = fx_call(nobody, "keys.whoami", "{\"key\":\"%s\"}", at_str(k, "data.key"));
        struct answer b = fx_call(nobody, "keys.whoami", "{\"key\":\"unknown\"}");

        fx_check_error(fx_call(nobody, "keys.getKey", "{\"keyId\":\"%s\"}", id), 403,
                       "insufficient_permissions");
        fx_check_error(fx_call(nobody, "keys.getKey", "{\"keyId\":\"key_unknown\"}"), 404,
                       "data/key_not_found");
        fx_check_error(a, 404, "data/key_not_found");
        CHECK_STR(at_str(a, "error.detail"), at_str(b, "error.detail"));
    }
    fx_audit_clear();
    get(id);
    CHECK_STR(fx_audit_names(), "");
}

static void
expired_zero_is_shown(void)
{
    struct answer k = fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"expires\":0}", new_api());

    CHECK_INT(at_int(get(at_str(k, "data.keyId")), "data.expires"), 0);
}

static void
list_pages(void)
{
    const char *api = new_api(), *cursor = "";
    int seen = 0, pages = 0;

    for (int i = 0; i < 7; i++)
        fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"externalId\":\"%s\"}", api,
              i < 3 ? "alice" : "bob");
    new_api();
    do {
        struct answer a =
            fx_ok("apis.listKeys", "{\"apiId\":\"%s\",\"limit\":3,\"cursor\":\"%s\"}", api, cursor);

        seen += (int)at_len(a, "data");
        pages++;
        cursor = at_true(a, "pagination.hasMore") ? at_str(a, "pagination.cursor") : "";
        if (!*cursor)
            CHECK(!at_has(a, "pagination.cursor"));
    } while (*cursor && pages < 9);
    CHECK_INT(seen, 7);
    CHECK_INT(pages, 3);
    CHECK_INT(
        at_len(fx_ok("apis.listKeys", "{\"apiId\":\"%s\",\"externalId\":\"alice\"}", api), "data"),
        3);
    CHECK_INT(
        at_len(fx_ok("apis.listKeys", "{\"apiId\":\"%s\",\"externalId\":\"ALICE\"}", api), "data"),
        0);
    CHECK_INT(at_len(fx_ok("apis.listKeys", "{\"apiId\":\"%s\",\"cursor\":\"zzz \xc3\xa9\"}", api),
                     "data"),
              0);
    fx_check_error(fx_call(NULL, "apis.listKeys", "{\"apiId\":\"%s \"}", api), 404,
                   "data/api_not_found"); /* a trailing space is another id */
}

/* Updating */

static void
update_clears_and_keeps(void)
{
    struct answer k, g;
    const char *id;

    k = fx_ok("keys.createKey",
              "{\"apiId\":\"%s\",\"name\":\"n\",\"externalId\":\"u\",\"meta\":{\"a\":1},"
              "\"expires\":4102444800000}",
              new_api());
    id = at_str(k, "data.keyId");
    fx_ok("keys.updateKey", "{\"keyId\":\"%s\"}", id);
    g = get(id);
    CHECK_STR(at_str(g, "data.name"), "n");
    CHECK(at_has(g, "data.meta") && at_has(g, "data.expires") && at_has(g, "data.identity"));
    CHECK(at_int(g, "data.updatedAt") > 0);
    fx_ok("keys.updateKey",
          "{\"keyId\":\"%s\",\"name\":null,\"externalId\":null,\"meta\":null,\"expires\":null}",
          id);
    g = get(id);
    CHECK(!at_has(g, "data.name") && !at_has(g, "data.meta") && !at_has(g, "data.expires") &&
          !at_has(g, "data.identity"));
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity WHERE live = 1"), 1);
    fx_ok("keys.updateKey", "{\"keyId\":\"%s\",\"name\":\"m\",\"externalId\":\"v\",\"meta\":{}}",
          id);
    CHECK_STR(fx_sql_str("SELECT meta FROM lk_key"), "{}");
    CHECK_STR(at_str(get(id), "data.identity.externalId"), "v");
}

/* The credit rules of the contract, one after the other on one key. */
static void
update_credits_by_update_key(void)
{
    static const struct {
        const char *credits, *row; /* remaining|amount|day */
    } rows[] = {
        {"{\"remaining\":100,\"refill\":{\"interval\":\"monthly\",\"amount\":50,\"refillDay\":15}}",
         "100|50|15"},
        {"{}", "100|50|15"},
        {"{\"remaining\":7}", "7|50|15"},
        {"{\"refill\":null}", "7|-|-"},
        {"{\"refill\":{\"interval\":\"daily\",\"amount\":20}}", "7|20|-"},
        {"{\"remaining\":null}", "-|-|-"},
        {"{\"refill\":{\"interval\":\"daily\",\"amount\":5}}", "-|5|-"},
        {"{\"remaining\":3}", "3|5|-"},
        {"{\"remaining\":null,\"refill\":{\"interval\":\"daily\",\"amount\":6}}", "-|6|-"},
        {"null", "-|-|-"},
    };
    struct answer k = fx_ok("keys.createKey", "{\"apiId\":\"%s\"}", new_api()), a;
    const char *id = at_str(k, "data.keyId");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fx_ok("keys.updateKey", "{\"keyId\":\"%s\",\"credits\":%s}", id, rows[i].credits);
        test_row("%s", rows[i].credits);
        CHECK_STR(
            fx_sql_str("SELECT CONCAT_WS('|', COALESCE(remaining, '-'), "
                       "COALESCE(refill_amount, '-'), COALESCE(refill_day, '-')) FROM lk_key"),
            rows[i].row);
    }
    a = fx_call(NULL, "keys.updateKey",
                "{\"keyId\":\"%s\",\"credits\":{\"refill\":{\"interval\":\"daily\",\"amount\":1,"
                "\"refillDay\":1}}}",
                id);
    fx_check_error(a, 400, "invalid_input");
    CHECK(strstr(at_str(a, "error.detail"), "must not be provided") != NULL);
    fx_check_error(fx_call(NULL, "keys.updateKey",
                           "{\"keyId\":\"%s\",\"credits\":{\"refill\":{\"interval\":\"monthly\","
                           "\"amount\":1}}}",
                           id),
                   400, "invalid_input");
}

static void
update_replaces_lists(void)
{
    const char *api = new_api(), *id, *limit_id;
    struct answer k, g;

    fx_sql("INSERT INTO lk_role (id, workspace_id, name, created_at) VALUES ('role_1', '%s', 'r1', "
           "1), ('role_2', '%s', 'r2', 1)",
           fx_workspace, fx_workspace);
    k = fx_ok("keys.createKey",
              "{\"apiId\":\"%s\",\"roles\":[\"r1\"],\"permissions\":[\"a\",\"b\"],\"ratelimits\":["
              "{\"name\":\"keep\",\"limit\":1,\"duration\":1000,\"autoApply\":true},"
              "{\"name\":\"drop\",\"limit\":1,\"duration\":1000,\"autoApply\":true}]}",
              api);
    id = at_str(k, "data.keyId");
    limit_id = fx_sql_str("SELECT id FROM lk_ratelimit WHERE name = 'keep'");
    fx_audit_clear();
    fx_ok("keys.updateKey",
          "{\"keyId\":\"%s\",\"roles\":[\"r2\",\"r2\"],\"permissions\":[\"b\",\"c\",\"c\"],"
          "\"ratelimits\":[{\"name\":\"keep\",\"limit\":5,\"duration\":9000,\"autoApply\":false},"
          "{\"name\":\"new\",\"limit\":1,\"duration\":1000,\"autoApply\":true}]}",
          id);
    g = get(id);
    CHECK_STR(at_str(g, "data.roles.0"), "r2");
    CHECK_INT(at_len(g, "data.permissions"), 2);
    CHECK_INT(at_len(g, "data.ratelimits"), 2);
    CHECK_STR(at_str(g, "data.ratelimits.0.id"), limit_id);
    CHECK_INT(at_int(g, "data.ratelimits.0.duration"), 9000);
    CHECK_STR(fx_audit_names(), "key.update permission.create");
    CHECK_STR(fx_sql_str("SELECT description FROM lk_permission WHERE slug = 'c'"),
              "Auto-created permission: c");
    CHECK_STR(fx_sql_str("SELECT t.meta FROM lk_audit_target t JOIN lk_audit_event e ON e.id = "
                         "t.event_id WHERE e.event = 'permission.create'"),
              "{\"name\":\"c\",\"slug\":\"c\"}");
    fx_audit_clear();
    fx_check_error(fx_call(NULL, "keys.updateKey",
                           "{\"keyId\":\"%s\",\"name\":\"changed\",\"permissions\":[\"fresh\"],"
                           "\"roles\":[\"nobody\"]}",
                           id),
                   404, "data/role_not_found");
    CHECK(!at_has(get(id), "data.name"));
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_permission WHERE slug = 'fresh'"), 0);
    CHECK_STR(fx_audit_names(), "");
    fx_ok("keys.updateKey", "{\"keyId\":\"%s\",\"roles\":[],\"permissions\":[],\"ratelimits\":[]}",
          id);
    g = get(id);
    CHECK(!at_has(g, "data.roles") && !at_has(g, "data.permissions") &&
          !at_has(g, "data.ratelimits"));
}

/* Every operation by key id: unknown, foreign, deleted, not permitted. */
static void
by_id_access(void)
{
    static const struct {
        const char *operation, *members, *action;
    } rows[] = {
        {"keys.getKey", "", "read_key"},
        {"keys.updateKey", "", "update_key"},
        {"keys.updateCredits", ",\"operation\":\"set\",\"value\":1", "update_key"},
        {"keys.deleteKey", "", "delete_key"},
    };
    const char *api = new_api(), *other = fx_new_workspace();
    const char *ks = fx_sql_str("SELECT keyspace_id FROM lk_api");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer k = fx_ok("keys.createKey", "{\"apiId\":\"%s\"}", api);
        const char *id = at_str(k, "data.keyId"), *op = rows[i].operation;
        struct ctx *c = fx_ctx();
        const char *granted[] = {
            arena_fmt(c->mem, "api.*.%s", rows[i].action).p,
            arena_fmt(c->mem, "api.%s.%s", api, rows[i].action).p,
            arena_fmt(c->mem, "unkey:v1:%s:keyspaces/%s/keys/%s#%s", fx_workspace, ks, id,
                      rows[i].action)
                .p,
            arena_fmt(c->mem, "unkey:v1:%s:**#*", fx_workspace).p,
        };
        const char *foreign = fx_root_key(other, granted[0]);
        struct answer a = fx_call(fx_root_key(fx_workspace, "api.*.create_key"), op,
                                  "{\"keyId\":\"%s\"%s}", id, rows[i].members);

        test_row("%s", op);
        fx_check_error(a, 403, "insufficient_permissions");
        CHECK(strstr(at_str(a, "error.detail"), "Missing one of these permissions") != NULL);
        fx_check_error(fx_call(foreign, op, "{\"keyId\":\"%s\"%s}", id, rows[i].members), 404,
                       "data/key_not_found");
        fx_check_error(fx_call(NULL, op, "{\"keyId\":\"key_unknown\"%s}", rows[i].members), 404,
                       "data/key_not_found");
        for (size_t j = 0; j < 4 && i < 3; j++)
            CHECK_INT(fx_call(fx_root_key(fx_workspace, granted[j]), op, "{\"keyId\":\"%s\"%s}", id,
                              rows[i].members)
                          .status,
                      200);
        fx_ok("keys.deleteKey", "{\"keyId\":\"%s\"}", id);
        fx_check_error(fx_call(NULL, op, "{\"keyId\":\"%s\"%s}", id, rows[i].members), 404,
                       "data/key_not_found");
    }
}

/* Credits */

static void
credit_operations(void)
{
    static const struct {
        const char *request;
        int status;
        const char *remaining; /* JSON */
        bool refill;
    } rows[] = {
        {"\"operation\":\"set\",\"value\":50", 200, "50", true},
        {"\"operation\":\"increment\",\"value\":7", 200, "57", true},
        {"\"operation\":\"decrement\",\"value\":8", 200, "49", true},
        {"\"operation\":\"decrement\",\"value\":100", 200, "0", true},
        {"\"operation\":\"increment\"", 400, NULL, true},
        {"\"operation\":\"decrement\",\"value\":null", 400, NULL, true},
        {"\"operation\":\"set\"", 200, "null", true}, /* unlimited, refill kept */
        {"\"operation\":\"increment\",\"value\":1", 400, NULL, true},
        {"\"operation\":\"set\",\"value\":9223372036854775807", 200, "9223372036854775807", true},
        {"\"operation\":\"increment\",\"value\":1", 400, NULL, true},
        {"\"operation\":\"set\",\"value\":null", 200, "null", false},
    };
    struct answer k = fx_ok("keys.createKey",
                            "{\"apiId\":\"%s\",\"credits\":{\"remaining\":1,\"refill\":{"
                            "\"interval\":\"daily\",\"amount\":4}}}",
                            new_api());
    const char *id = at_str(k, "data.keyId");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a =
            fx_call(NULL, "keys.updateCredits", "{\"keyId\":\"%s\",%s}", id, rows[i].request);

        test_row("%s", rows[i].request);
        CHECK_INT(a.status, rows[i].status);
        if (rows[i].status == 200) {
            struct json_object *data = at(a, "data"), *v = NULL;

            CHECK(json_object_object_get_ex(data, "remaining", &v));
            CHECK_STR(v ? json_object_to_json_string(v) : "null", rows[i].remaining);
            CHECK_INT(at_has(a, "data.refill"), rows[i].refill);
        }
    }
    CHECK(!at_has(get(id), "data.updatedAt"));
    CHECK_INT(fx_audit_count("key.update"), 7);
    CHECK_STR(fx_sql_str("SELECT GROUP_CONCAT(CONCAT(t.type, ':', t.name) ORDER BY position) FROM "
                         "lk_audit_target t JOIN lk_audit_event e ON e.id = t.event_id WHERE "
                         "e.description LIKE '%%57'"),
              "keySpace:,key:");
}

/* A refill that is due comes first, whatever touches the key. */
static void
refill_is_settled_by_everything(void)
{
    static const struct {
        const char *operation, *members;
        long long remaining;
    } rows[] = {
        {"keys.getKey", "", 10},
        {"keys.updateCredits", ",\"operation\":\"increment\",\"value\":1", 11},
        {"keys.updateCredits", ",\"operation\":\"set\",\"value\":2", 2},
        {"keys.updateKey", ",\"credits\":{\"remaining\":3}", 3},
        {"keys.updateKey", ",\"name\":\"x\"", 1}, /* does not look at credits */
    };
    const char *api = new_api();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer k;
        const char *id;

        fx_clock(20000 * DAY + 1000);
        k = fx_ok("keys.createKey",
                  "{\"apiId\":\"%s\",\"credits\":{\"remaining\":1,\"refill\":{\"interval\":"
                  "\"daily\",\"amount\":10}}}",
                  api);
        id = at_str(k, "data.keyId");
        fx_clock(20001 * DAY);
        fx_ok(rows[i].operation, "{\"keyId\":\"%s\"%s}", id, rows[i].members);
        test_row("%s%s", rows[i].operation, rows[i].members);
        CHECK_INT(fx_sql_int("SELECT remaining FROM lk_key WHERE id = '%s'", id),
                  rows[i].remaining);
        get(id); /* the date is settled: nothing more today */
        CHECK_INT(fx_sql_int("SELECT remaining FROM lk_key WHERE id = '%s'", id),
                  i == 4 ? 10 : rows[i].remaining);
    }
}

/* Deleting */

static void
deleting(void)
{
    const char *api = new_api();
    static const char *const tables[] = {"lk_key WHERE id", "lk_ratelimit WHERE owner_id",
                                         "lk_key_permission WHERE key_id",
                                         "lk_key_role WHERE key_id", "lk_counter WHERE scope_id"};

    fx_sql("INSERT INTO lk_role (id, workspace_id, name, created_at) VALUES ('role_1', '%s', 'r', "
           "1)",
           fx_workspace);
    for (int permanent = 0; permanent < 2; permanent++) {
        struct answer k = fx_ok("keys.createKey",
                                "{\"apiId\":\"%s\",\"externalId\":\"u\",\"permissions\":[\"p\"],"
                                "\"roles\":[\"r\"],\"ratelimits\":[{\"name\":\"lim\",\"limit\":5,"
                                "\"duration\":60000,\"autoApply\":true}]}",
                                api);
        const char *id = at_str(k, "data.keyId");

        fx_ok("keys.verifyKey", "{\"key\":\"%s\"}", at_str(k, "data.key"));
        fx_audit_clear();
        fx_ok("keys.deleteKey", "{\"keyId\":\"%s\",\"permanent\":%s}", id,
              permanent ? "true" : "false");
        for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
            test_row("permanent %d, %s", permanent, tables[i]);
            CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM %s = '%s'", tables[i], id), !permanent);
        }
        CHECK_STR(fx_audit_names(), "key.delete");
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event WHERE description LIKE "
                             "'Permanently%%'"),
                  permanent);
        CHECK_STR(fx_sql_str("SELECT correlation_id FROM lk_audit_event"), "");
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity"), 1);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_permission"), 1);
    }
    CHECK(fx_sql_int("SELECT deleted_at FROM lk_key") > 0);
}

CU_TestInfo suite_api_keys[] = {
    {"create minimal", create_minimal},
    {"prefixes and lengths", prefixes_and_lengths},
    {"create with everything", create_with_everything},
    {"create refusals", create_refusals},
    {"create is masked", create_is_masked},
    {"reading", reading},
    {"expired zero is shown", expired_zero_is_shown},
    {"list pages", list_pages},
    {"update clears and keeps", update_clears_and_keeps},
    {"update credits by updateKey", update_credits_by_update_key},
    {"update replaces lists", update_replaces_lists},
    {"by id: access", by_id_access},
    {"credit operations", credit_operations},
    {"refill is settled by everything", refill_is_settled_by_everything},
    {"deleting", deleting},
    CU_TEST_INFO_NULL,
};
