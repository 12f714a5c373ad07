/* keys.rerollKey */
#include "support/test.h"
#include "support/vault.h"

#include <stdio.h>
#include <string.h>

#define NOW 1764000000000LL /* a full minute */

static const char *
new_api(void)
{
    return at_str(fx_ok("apis.createApi", "{\"name\":\"shop\"}"), "data.apiId");
}

static const char *
new_key(const char *api)
{
    return at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\"}", api), "data.keyId");
}

static struct answer
reroll(const char *key_id, long long expiration)
{
    return fx_ok("keys.rerollKey", "{\"keyId\":\"%s\",\"expiration\":%lld}", key_id, expiration);
}

static struct answer
get(const char *key_id)
{
    return fx_ok("keys.getKey", "{\"keyId\":\"%s\"}", key_id);
}

static const char *
code_of(const char *key)
{
    return at_str(fx_ok("keys.verifyKey", "{\"key\":\"%s\"}", key), "data.code");
}

/* Members that both answers must have in common, as JSON text. */
static void
check_same(struct answer a, struct answer b, const char *path)
{
    test_row("%s", path);
    CHECK(at_has(a, path));
    CHECK_STR(json_object_to_json_string(at(a, path)), json_object_to_json_string(at(b, path)));
    test_row("%s", "");
}

static void
new_role(const char *name)
{
    fx_sql(
        "INSERT INTO lk_role (id, workspace_id, name, created_at) VALUES ('role_%s', '%s', '%s', "
        "1)",
        name, fx_workspace, name);
    fx_sql(
        "INSERT INTO lk_permission (id, workspace_id, slug, name, created_at) VALUES ('perm_%s', "
        "'%s', 'of.%s', 'x', 1)",
        name, fx_workspace, name);
    fx_sql("INSERT INTO lk_role_permission (role_id, permission_id, created_at) VALUES ('role_%s', "
           "'perm_%s', 1)",
           name, name);
}

/* A recoverable key with everything that a key can have. */
static struct answer
full_key(const char *api)
{
    new_role("admin");
    new_role("guest");
    return fx_ok(
        "keys.createKey",
        "{\"apiId\":\"%s\",\"prefix\":\"my_app\",\"name\":\"full\",\"externalId\":\"user_1\","
        "\"meta\":{\"plan\":\"pro\",\"n\":[1,2.50]},\"roles\":[\"admin\",\"guest\"],"
        "\"permissions\":[\"docs.read\",\"docs.write\"],\"recoverable\":true,"
        "\"credits\":{\"remaining\":100,\"refill\":{\"interval\":\"monthly\",\"amount\":500,"
        "\"refillDay\":15}},\"ratelimits\":[{\"name\":\"burst\",\"limit\":5,"
        "\"duration\":1000,\"autoApply\":true},{\"name\":\"daily\",\"limit\":9,"
        "\"duration\":86400000,\"autoApply\":false}]}",
        api);
}

static void
copies_everything(void)
{
    static const char *const same[] = {
        "data.name",
        "data.meta",
        "data.enabled",
        "data.identity",
        "data.credits",
        "data.permissions",
        "data.roles",
        "data.ratelimits.0.name",
        "data.ratelimits.1.name",
        "data.ratelimits.0.limit",
        "data.ratelimits.1.duration",
        "data.ratelimits.0.autoApply",
    };
    const char *api, *old_id, *new_id, *old_key, *fresh_key;
    struct answer made, a, old, fresh;

    fx_clock(NOW + 1);
    vault_file(VAULT_KEK_A, 0600);
    api = vault_api();
    made = full_key(api);
    old_id = at_str(made, "data.keyId");
    old_key = at_str(made, "data.key");
    fx_ok("keys.updateKey", "{\"keyId\":\"%s\",\"enabled\":true}", old_id);
    fx_sql("UPDATE lk_key SET last_used_at = 60000, pending_migration_id = 'mig_x' WHERE id = '%s'",
           old_id);
    fx_audit_clear();
    fx_clock(NOW + 5001);
    a = reroll(old_id, 0);
    new_id = at_str(a, "data.keyId");
    fresh_key = at_str(a, "data.key");
    CHECK(strcmp(old_id, new_id) != 0);
    CHECK(strncmp(fresh_key, "my_app_", 7) == 0);
    CHECK(strcmp(fresh_key, old_key) != 0);

    old = get(old_id);
    fresh = get(new_id);
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        check_same(old, fresh, same[i]);
    CHECK_INT(at_len(fresh, "data.permissions"), 4);
    CHECK_INT(at_len(fresh, "data.roles"), 2);
    CHECK_INT(at_len(fresh, "data.ratelimits"), 2);
    CHECK(strcmp(at_str(old, "data.ratelimits.0.id"), at_str(fresh, "data.ratelimits.0.id")) != 0);
    CHECK_INT(strncmp(at_str(fresh, "data.start"), fresh_key, 11), 0);
    CHECK_INT(strlen(at_str(fresh, "data.start")), 11);

    CHECK_INT(at_int(old, "data.expires"), NOW + 5001);
    CHECK_INT(at_int(old, "data.updatedAt"), NOW + 1); /* not blanked, not changed */
    CHECK(!at_has(fresh, "data.expires"));
    CHECK(!at_has(fresh, "data.updatedAt"));
    CHECK(!at_has(fresh, "data.lastUsedAt"));
    CHECK_INT(at_int(fresh, "data.createdAt"), NOW + 5001);
    CHECK_INT(fx_sql_int("SELECT pending_migration_id IS NULL FROM lk_key WHERE id = '%s'", new_id),
              1);

    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_secret"), 2);
    CHECK_STR(at_str(fx_ok("keys.getKey", "{\"keyId\":\"%s\",\"decrypt\":true}", new_id),
                     "data.plaintext"),
              fresh_key);
    CHECK_STR(at_str(fx_ok("keys.getKey", "{\"keyId\":\"%s\",\"decrypt\":true}", old_id),
                     "data.plaintext"),
              old_key);
    fx_clock(NOW + 5002);
    CHECK_STR(code_of(old_key), "EXPIRED");
    CHECK_STR(code_of(fresh_key), "VALID");
}

static void
audit_event(void)
{
    const char *api = new_api(), *old_id, *new_id;

    old_id =
        at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"name\":\"mine\"}", api), "data.keyId");
    fx_audit_clear();
    new_id = at_str(reroll(old_id, 60000), "data.keyId");
    CHECK_STR(fx_audit_names(), "key.reroll");
    CHECK_STR(fx_sql_str("SELECT correlation_id FROM lk_audit_event"), "");
    CHECK_STR(fx_sql_str("SELECT actor_type FROM lk_audit_event"), "rootkey");
    CHECK_STR(
        fx_sql_str("SELECT GROUP_CONCAT(type, ' ', id, ' ', name ORDER BY position) "
                   "FROM lk_audit_target"),
        arena_fmt(fx_ctx()->mem, "key %s mine,key %s mine,api %s shop", new_id, old_id, api).p);
    CHECK_INT(
        fx_sql_int("SELECT description LIKE '%%%s%%%s%%' FROM lk_audit_event", old_id, new_id), 1);
}

static void
grace_period(void)
{
    static const struct {
        long long now, expiration, expires;
    } rows[] = {
        {NOW, 0, NOW},
        {NOW + 17, 0, NOW + 17},
        {NOW, 1, NOW + 60000},
        {NOW, 59999, NOW + 60000},
        {NOW, 60000, NOW + 60000},
        {NOW, 60001, NOW + 120000},
        {NOW + 1, 60000, NOW + 120000},
        {NOW + 59999, 60000, NOW + 120000},
        {NOW + 59999, 1, NOW + 60000},
        {NOW, 4102444800000, NOW + 4102444800000},
    };
    const char *api = new_api();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *id = new_key(api);

        test_row("row %zu", i);
        fx_clock(rows[i].now);
        CHECK(!at_has(get(at_str(reroll(id, rows[i].expiration), "data.keyId")), "data.expires"));
        CHECK_INT(at_int(get(id), "data.expires"), rows[i].expires);
    }
}

/* The old key's expiry goes to the new one and is overwritten in the old one, either way. */
static void
expiry_moves(void)
{
    static const long long before[] = {NOW - 5000, NOW + 1000, NOW + 86400000};
    const char *api = new_api();

    fx_clock(NOW);
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
        const char *id =
            at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"expires\":%lld}", api, before[i]),
                   "data.keyId");
        struct answer fresh;

        test_row("row %zu", i);
        fresh = get(at_str(reroll(id, 600000), "data.keyId"));
        CHECK_INT(at_int(fresh, "data.expires"), before[i]);
        CHECK_INT(at_int(get(id), "data.expires"), NOW + 600000);
    }
}

static void
prefixes_and_lengths(void)
{
    static const struct {
        const char *start, *api_prefix;
        int bytes;
        const char *prefix;
        size_t min, max; /* characters of the token */
    } rows[] = {
        {"test_abcd", "", 0, "test_", 20, 22},   {"my_app_abcd", "dflt", 0, "my_app_", 20, 22},
        {"ends__abcd", "", 0, "ends__", 20, 22}, {"abcd", "", 0, "", 20, 22},
        {"abcd", "dflt", 0, "dflt_", 20, 22},    {"_abcd", "dflt", 0, "dflt_", 20, 22},
        {"", "dflt", 24, "dflt_", 31, 33},       {"test_abcd", "", 64, "test_", 85, 88},
    };
    const char *api = new_api();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *id = new_key(api), *key;
        size_t n = strlen(rows[i].prefix);

        test_row("row %zu", i);
        fx_sql("UPDATE lk_key SET start = '%s' WHERE id = '%s'", rows[i].start, id);
        fx_sql("UPDATE lk_api SET default_prefix = '%s', default_bytes = NULLIF(%d, 0) "
               "WHERE id = '%s'",
               rows[i].api_prefix, rows[i].bytes, api);
        key = at_str(reroll(id, 0), "data.key");
        CHECK(strncmp(key, rows[i].prefix, n) == 0);
        CHECK(strchr(key + n, '_') == NULL);
        CHECK(strlen(key + n) >= rows[i].min && strlen(key + n) <= rows[i].max);
    }
    /* an imported key with a prefix so long that the new key could not be presented */
    test_row("long prefix");
    {
        const char *id = new_key(api);

        fx_sql("UPDATE lk_key SET start = CONCAT(REPEAT('p', 240), '_abcd') WHERE id = '%s'", id);
        fx_sql("UPDATE lk_api SET default_bytes = 255 WHERE id = '%s'", api);
        CHECK_STR(code_of(at_str(reroll(id, 0), "data.key")), "VALID");
    }
}

static void
disabled_and_unlimited(void)
{
    const char *api = new_api(), *id;
    struct answer fresh;

    id = at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"enabled\":false}", api), "data.keyId");
    fresh = reroll(id, 3600000);
    CHECK_STR(code_of(at_str(fresh, "data.key")), "DISABLED");
    fresh = get(at_str(fresh, "data.keyId"));
    CHECK(!at_has(fresh, "data.credits"));
    CHECK(!at_has(fresh, "data.identity"));
    CHECK(!at_has(fresh, "data.name"));
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_secret"), 0);
}

/* A refill that is due is made first, once, so that the new key does not get it again. */
static void
refill_due(void)
{
    const char *api, *id;
    struct answer fresh;

    fx_clock(NOW);
    api = new_api();
    id = at_str(fx_ok("keys.createKey",
                      "{\"apiId\":\"%s\",\"credits\":{\"remaining\":3,\"refill\":{\"interval\":"
                      "\"daily\",\"amount\":10}}}",
                      api),
                "data.keyId");
    fx_clock(NOW + 86400000);
    fresh = reroll(id, 3600000);
    CHECK_INT(at_int(get(at_str(fresh, "data.keyId")), "data.credits.remaining"), 10);
    fx_ok("keys.verifyKey", "{\"key\":\"%s\",\"credits\":{\"cost\":4}}", at_str(fresh, "data.key"));
    CHECK_INT(at_int(get(at_str(fresh, "data.keyId")), "data.credits.remaining"), 6);
    CHECK_INT(at_int(get(id), "data.credits.remaining"), 10);
    CHECK_INT(fx_audit_count("key.update"), 1);
}

static void
requests(void)
{
    const char *api = new_api(), *id = new_key(api);

    CHECK_INT(fx_call(NULL, "keys.rerollKey", "{\"keyId\":\"%s\",\"expiration\":0,\"other\":1}", id)
                  .status,
              200); /* open body */
    fx_check_error(fx_call(NULL, "keys.rerollKey", "{\"keyId\":\"%s\",\"expiration\":-1}", id), 400,
                   "application/invalid_input");
    fx_check_error(fx_call(NULL, "keys.rerollKey", "{\"keyId\":\"%s\"}", id), 400,
                   "application/invalid_input");
    fx_check_error(fx_call(NULL, "keys.rerollKey", "{\"keyId\":\"ab\",\"expiration\":0}"), 400,
                   "application/invalid_input");
    fx_check_error(fx_call(NULL, "keys.rerollKey", "{\"keyId\":\"key_none\",\"expiration\":0}"),
                   404, "data/key_not_found");
    /* before the permission */
    fx_check_error(fx_call(fx_root_key(fx_workspace, ""), "keys.rerollKey",
                           "{\"keyId\":\"key_none\",\"expiration\":0}"),
                   404, "data/key_not_found");
    fx_check_error(fx_call(fx_root_key(fx_new_workspace(), "api.*.create_key"), "keys.rerollKey",
                           "{\"keyId\":\"%s\",\"expiration\":0}", id),
                   404, "data/key_not_found");
    fx_ok("keys.deleteKey", "{\"keyId\":\"%s\"}", id);
    fx_check_error(fx_call(NULL, "keys.rerollKey", "{\"keyId\":\"%s\",\"expiration\":0}", id), 404,
                   "data/key_not_found");
    id = new_key(api);
    fx_ok("apis.deleteApi", "{\"apiId\":\"%s\"}", api);
    fx_check_error(fx_call(NULL, "keys.rerollKey", "{\"keyId\":\"%s\",\"expiration\":0}", id), 404,
                   "data/key_not_found");
}

static void
permissions(void)
{
    static const struct {
        const char *held;
        bool recoverable;
        const char *missing; /* part of the 403; NULL: allowed */
    } rows[] = {
        {"api.*.create_key", false, NULL},
        {"api.{api}.create_key", false, NULL},
        {"unkey:v1:{ws}:keyspaces/{ks}#create_key", false, NULL},
        {"unkey:v1:{ws}:keyspaces/*#create_key", false, NULL},
        {"", false, "api.{api}.create_key or api.*.create_key or "},
        {"api.*.read_key\napi.*.update_key", false, "create_key"},
        {"api.api_other.create_key", false, "create_key"},
        {"api.*.create_key\napi.*.encrypt_key", true, NULL},
        {"api.{api}.create_key\nunkey:v1:{ws}:keyspaces/{ks}/keys/*#encrypt_key", true, NULL},
        {"unkey:v1:{ws}:**#*", true, NULL},
        {"api.*.create_key", true, "api.{api}.encrypt_key or api.*.encrypt_key or "},
        {"api.*.create_key\nunkey:v1:{ws}:keyspaces/{ks}/keys/key_1#encrypt_key", true,
         "encrypt_key"},
        {"api.*.encrypt_key", true, "api.{api}.create_key or api.*.create_key or "},
        {"", true, "create_key"},
    };
    const char *api = vault_api();

    vault_file(VAULT_KEK_A, 0600);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *held = vault_fill(rows[i].held, api);
        const char *id = at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"recoverable\":%s}",
                                      api, rows[i].recoverable ? "true" : "false"),
                                "data.keyId");
        struct answer a;

        test_row("row %zu: %s", i, held);
        a = fx_call(fx_root_key(fx_workspace, held), "keys.rerollKey",
                    "{\"keyId\":\"%s\",\"expiration\":0}", id);
        if (!rows[i].missing) {
            CHECK_INT(a.status, 200);
            continue;
        }
        fx_check_error(a, 403, "authorization/insufficient_permissions");
        CHECK(strstr(at_str(a, "error.detail"), vault_fill(rows[i].missing, api)) != NULL);
    }
}

/* Of a recoverable key: permission, then facility, then the API's switch. */
static void
recoverable_order(void)
{
    const char *api = vault_api(), *id, *may_not;
    long long keys;

    vault_file(VAULT_KEK_A, 0600);
    id = at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"recoverable\":true}", api),
                "data.keyId");
    may_not = fx_root_key(fx_workspace, "api.*.create_key");
    keys = fx_sql_int("SELECT COUNT(*) FROM lk_key");
    fx_audit_clear();
    vault_no_file();
    fx_check_error(fx_call(may_not, "keys.rerollKey", "{\"keyId\":\"%s\",\"expiration\":0}", id),
                   403, "authorization/insufficient_permissions");
    fx_check_error(fx_call(NULL, "keys.rerollKey", "{\"keyId\":\"%s\",\"expiration\":0}", id), 412,
                   "application/precondition_failed");
    vault_file(VAULT_KEK_A, 0600);
    fx_sql("UPDATE lk_api SET store_encrypted_keys = 0");
    fx_check_error(fx_call(NULL, "keys.rerollKey", "{\"keyId\":\"%s\",\"expiration\":0}", id), 412,
                   "application/precondition_failed");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key"), keys);
    CHECK_STR(fx_audit_names(), "");
    CHECK(!at_has(get(id), "data.expires"));
}

/* A conflict at any statement: everything happens once. */
static void
conflicts(void)
{
    enum { DEADLOCK = 1213, STATEMENTS = 30 };
    const char *api = vault_api();

    vault_file(VAULT_KEK_A, 0600);
    new_role("admin");
    for (unsigned n = 1; n < STATEMENTS; n++) {
        const char *id = at_str(
            fx_ok("keys.createKey",
                  "{\"apiId\":\"%s\",\"recoverable\":true,\"roles\":[\"admin\"],\"permissions\":"
                  "[\"docs.read\"],\"ratelimits\":[{\"name\":\"burst\",\"limit\":5,"
                  "\"duration\":1000,\"autoApply\":true}]}",
                  api),
            "data.keyId");
        long long keys = fx_sql_int("SELECT COUNT(*) FROM lk_key");
        struct answer a;

        test_row("statement %u", n);
        fx_audit_clear();
        db_fail_after(fx_ctx()->db, n, DEADLOCK);
        a = reroll(id, 0);
        db_fail_after(fx_ctx()->db, 0, 0);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key"), keys + 1);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_secret"), keys + 1);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit"), keys + 1);
        CHECK_STR(fx_audit_names(), "key.reroll");
        CHECK_STR(code_of(at_str(a, "data.key")), "VALID");
        CHECK_STR(at_str(fx_ok("keys.getKey", "{\"keyId\":\"%s\",\"decrypt\":true}",
                               at_str(a, "data.keyId")),
                         "data.plaintext"),
                  at_str(a, "data.key"));
    }
}

CU_TestInfo suite_api_keys_reroll[] = {
    {"copies everything", copies_everything},
    {"audit event", audit_event},
    {"grace period", grace_period},
    {"the expiry moves", expiry_moves},
    {"prefixes and lengths", prefixes_and_lengths},
    {"disabled and unlimited", disabled_and_unlimited},
    {"a refill that is due", refill_due},
    {"requests", requests},
    {"permissions", permissions},
    {"order of checks for a recoverable key", recoverable_order},
    {"conflicts", conflicts},
    CU_TEST_INFO_NULL,
};
