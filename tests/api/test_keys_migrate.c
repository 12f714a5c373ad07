/* keys.migrateKeys */
#include "support/import.h"
#include "support/vault.h"

#include "base/digest.h"
#include "base/sb.h"
#include "service/migration_svc.h"

#include <stdio.h>
#include <string.h>

static const char full[] =
    "{\"hash\":\"hash_1\",\"name\":\"old key\",\"enabled\":false,\"externalId\":\"user 1 \\u00e9\","
    "\"meta\":{\"plan\":\"pro\"},\"permissions\":[\"docs.read\"],\"roles\":[\"admin\"],"
    "\"expires\":4102444800000,\"credits\":{\"remaining\":7,\"refill\":{\"interval\":\"daily\","
    "\"amount\":10}},\"ratelimits\":[{\"name\":\"burst\",\"limit\":5,\"duration\":1000,"
    "\"autoApply\":true}]}";

static void
full_key(void)
{
    struct answer a, k;
    const char *id;

    import_begin(MIGRATION_SVC_SHA256);
    a = import_ok(full);
    CHECK_INT(at_len(a, "data.migrated"), 1);
    CHECK_STR(at_str(a, "data.migrated.0.hash"), "hash_1");
    CHECK(json_object_is_type(at(a, "data.failed"), json_type_array));
    CHECK_INT(at_len(a, "data.failed"), 0);
    id = at_str(a, "data.migrated.0.keyId");
    CHECK(strncmp(id, "key_", 4) == 0);
    CHECK_STR(fx_sql_str("SELECT hash FROM lk_key WHERE id = '%s'", id), "hash_1");
    CHECK_STR(fx_sql_str("SELECT pending_migration_id FROM lk_key WHERE id = '%s'", id),
              import_migration);
    k = fx_ok("keys.getKey", "{\"keyId\":\"%s\"}", id);
    CHECK_STR(at_str(k, "data.start"), "");
    CHECK_STR(at_str(k, "data.name"), "old key");
    CHECK(at_has(k, "data.enabled") && !at_true(k, "data.enabled"));
    CHECK_STR(at_str(k, "data.meta.plan"), "pro");
    CHECK_STR(at_str(k, "data.identity.externalId"), "user 1 \xc3\xa9");
    CHECK_STR(at_str(k, "data.permissions.0"), "docs.read");
    CHECK_STR(at_str(k, "data.roles.0"), "admin");
    CHECK_INT(at_int(k, "data.expires"), 4102444800000);
    CHECK_INT(at_int(k, "data.credits.remaining"), 7);
    CHECK_INT(at_int(k, "data.credits.refill.amount"), 10);
    CHECK_STR(at_str(k, "data.ratelimits.0.name"), "burst");
    CHECK_INT(at_int(k, "data.ratelimits.0.duration"), 1000);
    CHECK(!at_has(k, "data.updatedAt"));

    /* another one reuses what is there, and the hash is taken now */
    a = import_ok("{\"hash\":\"hash_2\",\"externalId\":\"user 1 \\u00e9\",\"permissions\":"
                  "[\"docs.read\"],\"roles\":[\"admin\"]},{\"hash\":\"hash_1\"}");
    CHECK_INT(at_len(a, "data.migrated"), 1);
    CHECK_STR(at_str(a, "data.migrated.0.hash"), "hash_2");
    CHECK_INT(at_len(a, "data.failed"), 1);
    CHECK_STR(at_str(a, "data.failed.0"), "hash_1");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity"), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_permission"), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_role"), 1);
    CHECK_STR(fx_sql_str("SELECT CONCAT(slug, '|', name, '|', description) FROM lk_permission"),
              "docs.read|docs.read|");
    CHECK_STR(fx_sql_str("SELECT description FROM lk_role"), "");
    CHECK_STR(fx_sql_str("SELECT meta FROM lk_identity"), "{}");
    k = fx_ok("keys.getKey", "{\"keyId\":\"%s\"}", at_str(a, "data.migrated.0.keyId"));
    CHECK(at_true(k, "data.enabled"));
    CHECK(!at_has(k, "data.credits"));
    CHECK(!at_has(k, "data.expires"));
    CHECK_STR(at_str(k, "data.identity.externalId"), "user 1 \xc3\xa9");
}

static void
taken_hashes(void)
{
    struct answer a;
    const char *other_ws, *other_root, *other_api, *erased;

    import_begin(MIGRATION_SVC_SHA256);
    /* of this workspace: live, deleted, erased; of another workspace */
    a = import_ok("{\"hash\":\"live\"},{\"hash\":\"deleted\"},{\"hash\":\"erased\"}");
    fx_ok("keys.deleteKey", "{\"keyId\":\"%s\"}", at_str(a, "data.migrated.1.keyId"));
    erased = at_str(a, "data.migrated.2.keyId");
    fx_ok("keys.deleteKey", "{\"keyId\":\"%s\",\"permanent\":true}", erased);
    other_ws = fx_new_workspace();
    other_root = fx_root_key(other_ws, "api.*.create_key\napi.*.create_api");
    other_api =
        at_str(fx_call(other_root, "apis.createApi", "{\"name\":\"theirs\"}"), "data.apiId");
    fx_sql("INSERT INTO lk_migration (id, workspace_id, name, algorithm, created_at) VALUES "
           "('mig_theirs', '%s', '', 'sha256', 1)",
           other_ws);
    CHECK_INT(fx_call(other_root, "keys.migrateKeys",
                      "{\"migrationId\":\"mig_theirs\",\"apiId\":\"%s\",\"keys\":[{\"hash\":"
                      "\"foreign\"}]}",
                      other_api)
                  .status,
              200);

    fx_audit_clear();
    a = import_ok("{\"hash\":\"live\"},{\"hash\":\"new 1\"},{\"hash\":\"deleted\"},"
                  "{\"hash\":\"foreign\"},{\"hash\":\"erased\"},{\"hash\":\"new 1\"},"
                  "{\"hash\":\"New 1\"},{\"hash\":\"new 1  \"},{\"hash\":\"live \"}");
    CHECK_STR(json_object_to_json_string_ext(at(a, "data.failed"), JSON_C_TO_STRING_PLAIN),
              "[\"live\",\"deleted\",\"foreign\",\"new 1\",\"new 1  \",\"live \"]");
    CHECK_INT(at_len(a, "data.migrated"), 3);
    CHECK_STR(at_str(a, "data.migrated.0.hash"), "new 1");
    CHECK_STR(at_str(a, "data.migrated.1.hash"), "erased");
    CHECK_STR(at_str(a, "data.migrated.2.hash"), "New 1");
    CHECK_INT(fx_audit_count("key.create"), 3);

    /* all of them: still 200, and nothing is recorded */
    fx_audit_clear();
    a = import_ok("{\"hash\":\"live\"},{\"hash\":\"foreign\"}");
    CHECK_INT(at_len(a, "data.failed"), 2);
    CHECK(json_object_is_type(at(a, "data.migrated"), json_type_array));
    CHECK_INT(at_len(a, "data.migrated"), 0);
    CHECK_STR(fx_audit_names(), "");
}

/* What only failed entries mention is created as well, without a record. */
static void
created_on_the_way(void)
{
    import_begin(MIGRATION_SVC_SHA256);
    import_ok("{\"hash\":\"taken\"}");
    fx_audit_clear();
    import_ok("{\"hash\":\"taken\",\"externalId\":\"user_9\",\"permissions\":[\"a.b\"],"
              "\"roles\":[\"r 1\"]}");
    CHECK_STR(fx_sql_str("SELECT external_id FROM lk_identity"), "user_9");
    CHECK_STR(fx_sql_str("SELECT slug FROM lk_permission"), "a.b");
    CHECK_STR(fx_sql_str("SELECT name FROM lk_role"), "r 1");
    CHECK_STR(fx_audit_names(), "");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key"), 1);
}

static void
repetitions_in_a_key(void)
{
    struct answer k;

    import_begin(MIGRATION_SVC_SHA256);
    k = import_ok("{\"hash\":\"hash_1\",\"permissions\":[\"a\",\"b\",\"a\",\"B\"],"
                  "\"roles\":[\"r\",\"s\",\"r\"],\"ratelimits\":["
                  "{\"name\":\"one\",\"limit\":1,\"duration\":1000,\"autoApply\":true},"
                  "{\"name\":\"two\",\"limit\":2,\"duration\":2000,\"autoApply\":true},"
                  "{\"name\":\"one\",\"limit\":3,\"duration\":3000,\"autoApply\":false}]}");
    k = fx_ok("keys.getKey", "{\"keyId\":\"%s\"}", at_str(k, "data.migrated.0.keyId"));
    CHECK_INT(at_len(k, "data.permissions"), 2);
    CHECK_INT(at_len(k, "data.roles"), 2);
    CHECK_INT(at_len(k, "data.ratelimits"), 2);
    CHECK_INT(fx_sql_int("SELECT max_count FROM lk_ratelimit WHERE name = 'one'"), 3);
    CHECK_INT(fx_sql_int("SELECT duration_ms FROM lk_ratelimit WHERE name = 'one'"), 3000);
    CHECK_STR(fx_audit_names(), "authorization.connect_permission_and_key "
                                "authorization.connect_permission_and_key "
                                "authorization.connect_role_and_key "
                                "authorization.connect_role_and_key key.create");
}

static void
audit(void)
{
    struct answer a;
    const char *one, *two;

    import_begin(MIGRATION_SVC_SHA256);
    import_ok("{\"hash\":\"alone\",\"name\":\"solo\"}");
    CHECK_STR(fx_audit_names(), "key.create");
    CHECK_STR(fx_sql_str("SELECT correlation_id FROM lk_audit_event"), "");
    CHECK_INT(fx_sql_int("SELECT description LIKE '%%%s%%' FROM lk_audit_event", import_migration),
              1);

    fx_audit_clear();
    a = import_ok("{\"hash\":\"hash_1\",\"name\":\"one\",\"permissions\":[\"docs.read\"],"
                  "\"roles\":[\"admin\"]},{\"hash\":\"alone\",\"permissions\":[\"docs.read\"]},"
                  "{\"hash\":\"hash_2\",\"permissions\":[\"docs.read\"]}");
    one = at_str(a, "data.migrated.0.keyId");
    two = at_str(a, "data.migrated.1.keyId");
    CHECK_STR(fx_audit_names(), "authorization.connect_permission_and_key "
                                "authorization.connect_permission_and_key "
                                "authorization.connect_role_and_key key.create key.create");
    CHECK_INT(fx_sql_int("SELECT COUNT(DISTINCT correlation_id) FROM lk_audit_event WHERE "
                         "correlation_id LIKE 'cor\\_%%'"),
              1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event WHERE correlation_id = ''"), 0);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event WHERE actor_type <> 'rootkey'"), 0);
    CHECK_STR(fx_sql_str("SELECT GROUP_CONCAT(t.type, ' ', t.id, ' ', t.name ORDER BY t.position) "
                         "FROM lk_audit_event e JOIN lk_audit_target t ON t.event_id = e.id WHERE "
                         "e.event = 'key.create' AND e.id IN (SELECT event_id FROM lk_audit_target "
                         "WHERE id = '%s')",
                         one),
              arena_fmt(fx_ctx()->mem, "key %s one,api %s shop", one, import_api).p);
    CHECK_STR(fx_sql_str("SELECT GROUP_CONCAT(t.type, ' ', t.name ORDER BY t.position) FROM "
                         "lk_audit_event e JOIN lk_audit_target t ON t.event_id = e.id WHERE "
                         "e.event = 'authorization.connect_role_and_key'"),
              "key one,role admin");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event e JOIN lk_audit_target t ON "
                         "t.event_id = e.id WHERE t.id = '%s'",
                         two),
              2);
}

static void
credits(void)
{
    static const struct {
        const char *credits;
        long long remaining, amount, day; /* -999: NULL */
    } rows[] = {
        {"{\"remaining\":null}", -999, -999, -999},
        {"{\"remaining\":0}", 0, -999, -999},
        {"{\"remaining\":9223372036854775807}", INT64_MAX, -999, -999},
        {"{\"remaining\":5,\"refill\":{\"interval\":\"daily\",\"amount\":9}}", 5, 9, -999},
        {"{\"remaining\":5,\"refill\":{\"interval\":\"daily\",\"amount\":9,\"refillDay\":3}}", 5, 9,
         -999},
        {"{\"remaining\":5,\"refill\":{\"interval\":\"monthly\",\"amount\":9,\"refillDay\":31}}", 5,
         9, 31},
    };

    import_begin(MIGRATION_SVC_SHA256);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char key[300];

        test_row("%s", rows[i].credits);
        snprintf(key, sizeof(key), "{\"hash\":\"hash_%zu\",\"credits\":%s}", i, rows[i].credits);
        import_ok(key);
        CHECK_INT(fx_sql_int("SELECT remaining FROM lk_key WHERE hash = 'hash_%zu'", i),
                  rows[i].remaining);
        CHECK_INT(fx_sql_int("SELECT refill_amount FROM lk_key WHERE hash = 'hash_%zu'", i),
                  rows[i].amount);
        CHECK_INT(fx_sql_int("SELECT refill_day FROM lk_key WHERE hash = 'hash_%zu'", i),
                  rows[i].day);
    }
}

/* One bad key fails the whole request. */
static void
refused_keys(void)
{
    struct ctx *c = fx_ctx();
    struct sb big;

    import_begin(MIGRATION_SVC_SHA256);
    sb_init(&big, c->mem, 70000);
    sb_puts(&big, "{\"hash\":\"fine\",\"externalId\":\"user_1\"},{\"hash\":\"big\",\"meta\":"
                  "{\"a\":\"");
    while (big.n < 66000)
        sb_putc(&big, 'x');
    sb_puts(&big, "\"}}");
    fx_check_error(import_as(NULL, sb_str(&big).p), 400, "application/invalid_input");
    fx_check_error(import_as(NULL, "{\"hash\":\"fine\",\"permissions\":[\"a\"]},{\"hash\":\"bad\","
                                   "\"credits\":{\"remaining\":1,\"refill\":{\"interval\":"
                                   "\"monthly\",\"amount\":1}}}"),
                   400, "application/invalid_input");
    big.n = 0;
    sb_puts(&big, "{\"hash\":\"fine\",\"roles\":[\"r\"]},{\"hash\":\"");
    for (int i = 0; i < 257; i++)
        sb_puts(&big, "\xc3\xa9");
    sb_puts(&big, "\"}");
    fx_check_error(import_as(NULL, sb_str(&big).p), 400, "application/invalid_input");
    CHECK_INT(fx_sql_int("SELECT (SELECT COUNT(*) FROM lk_key) + (SELECT COUNT(*) FROM lk_role) + "
                         "(SELECT COUNT(*) FROM lk_identity) + (SELECT COUNT(*) FROM "
                         "lk_permission)"),
              0);
    CHECK_STR(fx_audit_names(), "");

    /* as long as the column is wide */
    big.n = 0;
    sb_puts(&big, "{\"hash\":\"");
    for (int i = 0; i < 256; i++)
        sb_puts(&big, "\xc3\xa9");
    sb_puts(&big, "\"}");
    CHECK_INT(at_len(import_ok(sb_str(&big).p), "data.migrated"), 1);
    CHECK_INT(at_len(import_ok(sb_str(&big).p), "data.failed"), 1);
}

/* Role names are compared exactly, but one index has to hold them. */
static void
almost_the_same_role(void)
{
    import_begin(MIGRATION_SVC_SHA256);
    fx_sql("INSERT INTO lk_role (id, workspace_id, name, created_at) VALUES ('role_1', '%s', "
           "'admin', 1)",
           fx_workspace);
    fx_check_error(import_as(NULL, "{\"hash\":\"hash_1\",\"externalId\":\"u\",\"roles\":"
                                   "[\"Admin\"]}"),
                   404, "data/role_not_found");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key"), 0);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity"), 0);
}

static void
order_of_checks(void)
{
    static const struct {
        const char *held, *api, *migration;
        int status;
        const char *type;
    } rows[] = {
        {"", "api_none", "mig_none", 403, "authorization/insufficient_permissions"},
        {"", "{api}", "mig_none", 403, "authorization/insufficient_permissions"},
        {"api.*.create_key", "api_none", "mig_none", 404, "data/api_not_found"},
        {"api.*.create_key", "abc", "mig_none", 404, "data/api_not_found"},
        {"api.*.create_key", "!@ #", "mig_none", 404, "data/api_not_found"},
        {"api.*.create_key", "{api} ", "mig_none", 404, "data/api_not_found"},
        {"api.*.create_key", "{api}", "mig_none", 404, "data/migration_not_found"},
        {"api.{api}.create_key", "{api}", "mig_theirs", 404, "data/migration_not_found"},
        {"api.*.create_key", "api_theirs", "mig_mine", 404, "data/api_not_found"},
        {"api.*.create_key", "api_deleted", "mig_mine", 404, "data/api_not_found"},
        {"api.*.create_key", "{api}", "mig_mine ", 404, "data/migration_not_found"},
        {"api.*.create_key", "{api}", "mig_mine", 200, NULL},
        {"api.{api}.create_key", "{api}", "mig_mine", 200, NULL},
        {"api.api_other.create_key", "{api}", "mig_mine", 403,
         "authorization/insufficient_permissions"},
        {"api.*.read_key\napi.*.update_key", "{api}", "mig_mine", 403,
         "authorization/insufficient_permissions"},
        {"api.create_key", "{api}", "mig_mine", 403, "authorization/insufficient_permissions"},
        /* no URN grant opens this endpoint */
        {"unkey:v1:{ws}:**#*", "{api}", "mig_mine", 403, "authorization/insufficient_permissions"},
        {"unkey:v1:{ws}:keyspaces/{ks}#create_key", "{api}", "mig_mine", 403,
         "authorization/insufficient_permissions"},
    };
    const char *other = fx_new_workspace();

    import_begin(MIGRATION_SVC_SHA256);
    fx_sql(
        "INSERT INTO lk_api (id, workspace_id, keyspace_id, name, created_at, deleted_at) VALUES "
        "('api_theirs', '%s', 'ks_1', 'x', 1, NULL), ('api_deleted', '%s', 'ks_2', 'x', 1, 2)",
        other, fx_workspace);
    fx_sql("INSERT INTO lk_migration (id, workspace_id, algorithm, created_at) VALUES "
           "('mig_theirs', '%s', 'sha256', 1), ('mig_mine', '%s', 'sha256', 1)",
           other, fx_workspace);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a = fx_call(fx_root_key(fx_workspace, vault_fill(rows[i].held, import_api)),
                                  "keys.migrateKeys",
                                  "{\"migrationId\":\"%s\",\"apiId\":\"%s\",\"keys\":[{\"hash\":"
                                  "\"hash_%zu\"}]}",
                                  rows[i].migration, vault_fill(rows[i].api, import_api), i);

        test_row("row %zu: %s, API %s", i, rows[i].held, rows[i].api);
        if (rows[i].status == 200)
            CHECK_INT(a.status, 200);
        else
            fx_check_error(a, rows[i].status, rows[i].type);
    }
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key"), 2);
}

/* Hashes made as ours verify at once, without a migrationId. */
static void
sha256_keys(void)
{
    struct answer v;
    char key[200];

    import_begin(MIGRATION_SVC_SHA256);
    snprintf(key, sizeof(key), "{\"hash\":\"%s\"}",
             digest_key_hash(fx_ctx()->mem, S("old_secret_1")).p);
    import_ok(key);
    v = fx_ok("keys.verifyKey", "{\"key\":\"old_secret_1\"}");
    CHECK_STR(at_str(v, "data.code"), "VALID");
    CHECK_STR(at_str(fx_ok("keys.verifyKey", "{\"key\":\"old_secret_1\",\"migrationId\":\"%s\"}",
                           import_migration),
                     "data.code"),
              "VALID");
    CHECK_STR(at_str(fx_ok("keys.verifyKey", "{\"key\":\"old_secret_2\",\"migrationId\":\"%s\"}",
                           import_migration),
                     "data.code"),
              "NOT_FOUND");
}

CU_TestInfo suite_api_keys_migrate[] = {
    {"a key with everything", full_key},
    {"taken hashes", taken_hashes},
    {"created on the way", created_on_the_way},
    {"repetitions in a key", repetitions_in_a_key},
    {"audit", audit},
    {"credits", credits},
    {"refused keys", refused_keys},
    {"almost the same role", almost_the_same_role},
    {"order of checks", order_of_checks},
    {"sha256 keys", sha256_keys},
    CU_TEST_INFO_NULL,
};
