/* Audit records of every endpoint: what a request writes, that it writes it with the change or not
 * at all, and that a refused request writes nothing. */
#include "support/test.h"

#include "api/endpoint.h"
#include "base/digest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The things that requests name. */
static void
furnish(void)
{
    static const char *const tables[] = {
        "lk_api",      "lk_key",       "lk_identity",        "lk_ratelimit",      "lk_permission",
        "lk_role",     "lk_namespace", "lk_role_permission", "lk_key_permission", "lk_key_role",
        "lk_override", "lk_migration", "lk_key_secret"};
    const char *ws = fx_workspace;

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        fx_sql("DELETE FROM %s", tables[i]);
    fx_sql("INSERT INTO lk_api (id, workspace_id, name, keyspace_id, created_at) "
           "VALUES ('api_0001', '%s', 'shop', 'ks_1', 1)",
           ws);
    fx_sql("INSERT INTO lk_key (id, workspace_id, api_id, hash, start, name, remaining, "
           "may_have_grants, created_at) "
           "VALUES ('key_1', '%s', 'api_0001', '%s', '', 'first', 5, 1, 1)",
           ws, digest_key_hash(fx_ctx()->mem, S("secret")).p);
    fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, description, created_at) "
           "VALUES ('perm_1', '%s', 'held', 'Held', 'is held', 1), "
           "('perm_2', '%s', 'other', 'Other', '', 1)",
           ws, ws);
    fx_sql("INSERT INTO lk_role (id, workspace_id, name, description, created_at) "
           "VALUES ('role_1', '%s', 'one', 'the first', 1), ('role_2', '%s', 'two', '', 1)",
           ws, ws);
    fx_sql("INSERT INTO lk_role_permission VALUES ('role_1', 'perm_1', 1)");
    fx_sql("INSERT INTO lk_key_permission VALUES ('key_1', 'perm_1', 1)");
    fx_sql("INSERT INTO lk_key_role VALUES ('key_1', 'role_1', 1)");
    fx_sql("INSERT INTO lk_identity (id, workspace_id, external_id, may_have_limits, created_at) "
           "VALUES ('id_1', '%s', 'user', 1, 1)",
           ws);
    fx_sql("INSERT INTO lk_ratelimit VALUES ('id_1', 'calls', 'rl_1', '%s', 5, 1000, 0, 1, NULL), "
           "('id_1', 'tokens', 'rl_2', '%s', 5, 1000, 0, 1, NULL)",
           ws, ws);
    fx_sql("INSERT INTO lk_namespace (id, workspace_id, name, created_at) "
           "VALUES ('rlns_1', '%s', 'space', 1)",
           ws);
    fx_sql("INSERT INTO lk_override (id, workspace_id, namespace_id, identifier, wildcard, "
           "max_count, duration_ms, created_at) "
           "VALUES ('rlor_1', '%s', 'rlns_1', 'vip', 0, 9, 1000, 1)",
           ws);
    fx_sql("INSERT INTO lk_migration (id, workspace_id, algorithm, created_at) "
           "VALUES ('mig_1', '%s', 'sha256', 1)",
           ws);
}

#define LIMIT(name) "{\"name\":\"" name "\",\"limit\":1,\"duration\":1000,\"autoApply\":true}"
#define CHECK_LIMIT(ns)                                                                            \
    "{\"namespace\":\"" ns "\",\"identifier\":\"a\",\"limit\":1,\"duration\":1000}"

#define CONNECT_P "authorization.connect_permission_and_key: "
#define DISCONNECT_P "authorization.disconnect_permission_and_key: "
#define CONNECT_R "authorization.connect_role_and_key: "
#define DISCONNECT_R "authorization.disconnect_role_and_key: "
#define CONNECT_RP "authorization.connect_role_and_permission: "
#define DISCONNECT_RP "authorization.disconnect_role_and_permissions: "
#define FIRST "role role_1 one {\"name\":\"one\",\"description\":\"the first\"}"
#define CREATED_FRESH                                                                              \
    "permission.create: permission perm_* fresh {\"name\":\"fresh\",\"slug\":\"fresh\"}"

/* Whether the events of a request share a correlation id, or have none. */
enum correlation { NONE, SHARED };
/* NOT_ONE: the change consists of several that do not depend on each other. */
enum atomic { ATOMIC, NOT_ONE };

static const struct {
    const char *operation, *body;
    enum correlation correlation;
    const char *events; /* "event: type id name meta, ..." one per line; * for new ids */
    enum atomic atomic;
} changes[] = {
    {"apis.createApi", "{\"name\":\"new\"}", NONE, "api.create: api api_* new", ATOMIC},
    {"apis.deleteApi", "{\"apiId\":\"api_0001\"}", NONE, "api.delete: api api_0001 shop", ATOMIC},

    {"keys.createKey", "{\"apiId\":\"api_0001\",\"name\":\"n\",\"externalId\":\"new.user\"}",
     SHARED, "key.create: key key_* key_*, api api_0001 shop", ATOMIC},
    {"keys.createKey",
     "{\"apiId\":\"api_0001\",\"permissions\":[\"held\",\"fresh\"],\"roles\":[\"one\"],"
     "\"ratelimits\":[" LIMIT("calls") "]}",
     SHARED,
     CONNECT_P "key key_* key_*, permission perm_1 held\n" CONNECT_P
               "key key_* key_*, permission perm_* fresh\n" CONNECT_R
               "key key_* key_*, role role_1 one\n"
               "key.create: key key_* key_*, api api_0001 shop",
     ATOMIC},
    {"keys.updateKey", "{\"keyId\":\"key_1\"}", SHARED,
     "key.update: key key_1 first, api api_0001 shop", ATOMIC},
    {"keys.updateKey",
     "{\"keyId\":\"key_1\",\"name\":\"renamed\",\"externalId\":\"new.user\",\"roles\":[\"two\"],"
     "\"permissions\":[\"fresh\"],\"ratelimits\":[" LIMIT("calls") "]}",
     SHARED, CREATED_FRESH "\nkey.update: key key_1 renamed, api api_0001 shop", ATOMIC},
    {"keys.updateCredits", "{\"keyId\":\"key_1\",\"operation\":\"increment\",\"value\":2}", NONE,
     "key.update: keySpace ks_1 , key key_1 first", ATOMIC},
    {"keys.deleteKey", "{\"keyId\":\"key_1\"}", NONE, "key.delete: key key_1 first", ATOMIC},
    {"keys.deleteKey", "{\"keyId\":\"key_1\",\"permanent\":true}", NONE,
     "key.delete: key key_1 first", ATOMIC},
    {"keys.rerollKey", "{\"keyId\":\"key_1\",\"expiration\":0}", NONE,
     "key.reroll: key key_* first, key key_1 first, api api_0001 shop", ATOMIC},
    {"keys.migrateKeys",
     "{\"migrationId\":\"mig_1\",\"apiId\":\"api_0001\",\"keys\":[{\"hash\":\"abc\",\"externalId\":"
     "\"new.user\"}]}",
     NONE, "key.create: key key_* , api api_0001 shop", ATOMIC},
    {"keys.migrateKeys",
     "{\"migrationId\":\"mig_1\",\"apiId\":\"api_0001\",\"keys\":[{\"hash\":\"abc\",\"name\":"
     "\"old\","
     "\"permissions\":[\"fresh\"],\"roles\":[\"fresh role\"]}]}",
     SHARED,
     CONNECT_P
     "key key_* old, permission perm_* fresh\n" CONNECT_R
     "key key_* old, role role_* fresh role\nkey.create: key key_* old, api api_0001 shop",
     ATOMIC},
    {"keys.addPermissions", "{\"keyId\":\"key_1\",\"permissions\":[\"held\",\"other\"]}", SHARED,
     CONNECT_P "key key_1 first, permission perm_2 other", ATOMIC},
    {"keys.addPermissions", "{\"keyId\":\"key_1\",\"permissions\":[\"fresh\"]}", SHARED,
     CREATED_FRESH "\n" CONNECT_P "key key_1 first, permission perm_* fresh", ATOMIC},
    {"keys.removePermissions", "{\"keyId\":\"key_1\",\"permissions\":[\"held\",\"other\"]}", NONE,
     DISCONNECT_P "key key_1 first, permission perm_1 held", ATOMIC},
    {"keys.setPermissions", "{\"keyId\":\"key_1\",\"permissions\":[\"fresh\"]}", SHARED,
     DISCONNECT_P "key key_1 first, permission perm_1 held\n" CREATED_FRESH "\n" CONNECT_P
                  "key key_1 first, permission perm_* fresh",
     ATOMIC},
    {"keys.addRoles", "{\"keyId\":\"key_1\",\"roles\":[\"one\",\"two\"]}", NONE,
     CONNECT_R "key key_1 first, role role_2 two", ATOMIC},
    {"keys.removeRoles", "{\"keyId\":\"key_1\",\"roles\":[\"one\",\"two\"]}", NONE,
     DISCONNECT_R "key key_1 first, role role_1 one", ATOMIC},
    {"keys.setRoles", "{\"keyId\":\"key_1\",\"roles\":[\"two\"]}", SHARED,
     DISCONNECT_R "key key_1 first, role role_1 one\n" CONNECT_R "key key_1 first, role role_2 two",
     ATOMIC},
    {"keys.setRoles", "{\"keyId\":\"key_1\",\"roles\":[]}", SHARED,
     DISCONNECT_R "key key_1 first, role role_1 one", ATOMIC},

    {"identities.createIdentity", "{\"externalId\":\"new.user\"}", SHARED,
     "identity.create: identity id_* new.user", ATOMIC},
    {"identities.createIdentity",
     "{\"externalId\":\"new.user\",\"ratelimits\":[" LIMIT("calls") "]}", SHARED,
     "identity.create: identity id_* new.user\n"
     "ratelimit.create: identity id_* new.user, ratelimit rl_* calls",
     ATOMIC},
    {"identities.updateIdentity", "{\"identity\":\"user\"}", SHARED,
     "identity.update: identity id_1 user", ATOMIC},
    {"identities.updateIdentity",
     "{\"identity\":\"user\",\"meta\":{},\"ratelimits\":[" LIMIT("fresh") "," LIMIT("calls") "]}",
     SHARED,
     "identity.update: identity id_1 user\n"
     "ratelimit.delete: identity id_1 user, ratelimit rl_2 tokens\n"
     "ratelimit.update: identity id_1 user, ratelimit rl_1 calls\n"
     "ratelimit.create: identity id_1 user, ratelimit rl_* fresh",
     ATOMIC},
    {"identities.deleteIdentity", "{\"identity\":\"user\"}", SHARED,
     "identity.delete: identity id_1 user\n"
     "ratelimit.delete: identity id_1 user, ratelimit rl_1 calls\n"
     "ratelimit.delete: identity id_1 user, ratelimit rl_2 tokens",
     ATOMIC},

    {"permissions.createPermission",
     "{\"name\":\"New\",\"slug\":\"new\",\"description\":\"\\\"quoted\\\"\"}", NONE,
     "permission.create: permission perm_* New "
     "{\"name\":\"New\",\"slug\":\"new\",\"description\":\"\\\"quoted\\\"\"}",
     ATOMIC},
    {"permissions.deletePermission", "{\"permission\":\"held\"}", NONE,
     "permission.delete: permission perm_1 Held "
     "{\"name\":\"Held\",\"slug\":\"held\",\"description\":\"is held\"}",
     ATOMIC},
    {"permissions.createRole", "{\"name\":\"new\",\"description\":\"d\"}", NONE,
     "role.create: role role_* new {\"name\":\"new\",\"description\":\"d\"}", ATOMIC},
    {"permissions.createRole",
     "{\"name\":\"new\",\"description\":\"d\",\"permissions\":[\"HELD\",\"fresh\"]}", SHARED,
     "role.create: role role_* new {\"name\":\"new\",\"description\":\"d\"}\n" CREATED_FRESH
     "\n" CONNECT_RP
     "role role_* new {\"name\":\"new\",\"description\":\"d\"}, permission perm_1 held\n" CONNECT_RP
     "role role_* new {\"name\":\"new\",\"description\":\"d\"}, permission perm_* fresh",
     ATOMIC},
    {"permissions.deleteRole", "{\"role\":\"one\"}", NONE,
     "role.delete: role role_1 one {\"name\":\"one\",\"description\":\"the first\"}", ATOMIC},
    {"permissions.setRolePermissions", "{\"roleId\":\"role_1\",\"permissions\":[\"fresh\"]}",
     SHARED,
     CREATED_FRESH "\n" DISCONNECT_RP FIRST ", permission perm_1 held\n" CONNECT_RP FIRST
                   ", permission perm_* fresh",
     ATOMIC},
    {"permissions.setRolePermissions", "{\"roleId\":\"role_1\",\"permissions\":[]}", SHARED,
     DISCONNECT_RP FIRST ", permission perm_1 held", ATOMIC},

    {"ratelimit.limit", CHECK_LIMIT("new"), NONE,
     "ratelimitNamespace.create: ratelimitNamespace rlns_* new", NOT_ONE},
    {"ratelimit.multiLimit", "[" CHECK_LIMIT("new b") "," CHECK_LIMIT("space") "]", NONE,
     "ratelimitNamespace.create: ratelimitNamespace rlns_* new b", NOT_ONE},
    {"ratelimit.multiLimit", "[" CHECK_LIMIT("new b") "," CHECK_LIMIT("new a") "]", SHARED,
     "ratelimitNamespace.create: ratelimitNamespace rlns_* new a\n"
     "ratelimitNamespace.create: ratelimitNamespace rlns_* new b",
     NOT_ONE},
    {"ratelimit.setOverride",
     "{\"namespace\":\"space\",\"identifier\":\"new*\",\"limit\":1,\"duration\":1000}", NONE,
     "ratelimit.set_override: ratelimitOverride rlor_* new*", ATOMIC},
    {"ratelimit.setOverride",
     "{\"namespace\":\"rlns_1\",\"identifier\":\"vip\",\"limit\":1,\"duration\":1000}", NONE,
     "ratelimit.set_override: ratelimitOverride rlor_1 vip", ATOMIC},
    {"ratelimit.deleteOverride", "{\"namespace\":\"space\",\"identifier\":\"vip\"}", NONE,
     "ratelimit.delete_override: ratelimitOverride rlor_1 vip, ratelimitNamespace rlns_1 space",
     ATOMIC},
};

/* Requests that are answered with 200 and change nothing worth a record. */
static const struct {
    const char *operation, *body;
} silent[] = {
    {"apis.getApi", "{\"apiId\":\"api_0001\"}"},
    {"analytics.getRatelimits", "{\"query\":\"SELECT * FROM ratelimits_v1\"}"},
    {"analytics.getVerifications", "{\"query\":\"SELECT * FROM key_verifications_v1\"}"},
    {"apis.listKeys", "{\"apiId\":\"api_0001\"}"},
    {"keys.getKey", "{\"keyId\":\"key_1\"}"},
    {"keys.whoami", "{\"key\":\"secret\"}"},
    {"keys.verifyKey", "{\"key\":\"secret\"}"},
    {"keys.verifyKey", "{\"key\":\"secret\",\"credits\":{\"cost\":9}}"},
    {"keys.verifyKey", "{\"key\":\"secret\",\"permissions\":\"missing\"}"},
    {"keys.verifyKey", "{\"key\":\"unknown\",\"migrationId\":\"mig_1\"}"},
    {"keys.addPermissions", "{\"keyId\":\"key_1\",\"permissions\":[\"held\"]}"},
    {"keys.setPermissions", "{\"keyId\":\"key_1\",\"permissions\":[\"held\",\"HELD\"]}"},
    {"keys.removePermissions", "{\"keyId\":\"key_1\",\"permissions\":[\"other\"]}"},
    {"keys.addRoles", "{\"keyId\":\"key_1\",\"roles\":[\"one\"]}"},
    {"keys.setRoles", "{\"keyId\":\"key_1\",\"roles\":[\"one\",\"one\"]}"},
    {"keys.removeRoles", "{\"keyId\":\"key_1\",\"roles\":[\"two\"]}"},
    {"identities.getIdentity", "{\"identity\":\"user\"}"},
    {"identities.listIdentities", "{}"},
    {"permissions.getPermission", "{\"permission\":\"held\"}"},
    {"permissions.listPermissions", "{}"},
    {"permissions.getRole", "{\"role\":\"one\"}"},
    {"permissions.listRoles", "{}"},
    {"permissions.setRolePermissions", "{\"roleId\":\"role_1\",\"permissions\":[\"Held\"]}"},
    {"ratelimit.limit", CHECK_LIMIT("space")},
    {"ratelimit.multiLimit", "[" CHECK_LIMIT("space") "," CHECK_LIMIT("rlns_1") "]"},
    {"ratelimit.getOverride", "{\"namespace\":\"space\",\"identifier\":\"vip\"}"},
    {"ratelimit.listOverrides", "{\"namespace\":\"space\"}"},
};

/* Requests that are refused after part of the work. */
static const struct {
    const char *operation;
    int status;
    const char *body;
} refused[] = {
    {"apis.deleteApi", 404, "{\"apiId\":\"api_0002\"}"},
    {"keys.createKey", 404,
     "{\"apiId\":\"api_0001\",\"externalId\":\"new.user\",\"permissions\":[\"fresh\"],"
     "\"roles\":[\"one\",\"unknown\"]}"},
    {"keys.updateKey", 404,
     "{\"keyId\":\"key_1\",\"name\":\"x\",\"permissions\":[\"fresh\"],\"roles\":[\"unknown\"]}"},
    {"keys.updateCredits", 400, "{\"keyId\":\"key_1\",\"operation\":\"increment\"}"},
    {"keys.addRoles", 404, "{\"keyId\":\"key_1\",\"roles\":[\"two\",\"unknown\"]}"},
    {"keys.setRoles", 404, "{\"keyId\":\"key_1\",\"roles\":[\"two\",\"unknown\"]}"},
    {"keys.removeRoles", 404, "{\"keyId\":\"key_1\",\"roles\":[\"one\",\"unknown\"]}"},
    {"keys.removePermissions", 404, "{\"keyId\":\"key_1\",\"permissions\":[\"held\",\"unknown\"]}"},
    {"identities.createIdentity", 409,
     "{\"externalId\":\"user\",\"ratelimits\":[" LIMIT("calls") "]}"},
    {"identities.updateIdentity", 400,
     "{\"identity\":\"user\",\"ratelimits\":[" LIMIT("twice") "," LIMIT("twice") "]}"},
    {"permissions.createPermission", 409, "{\"name\":\"x\",\"slug\":\"HELD\"}"},
    {"permissions.createRole", 409, "{\"name\":\"One\",\"permissions\":[\"fresh\"]}"},
    {"permissions.setRolePermissions", 404, "{\"roleId\":\"role_9\",\"permissions\":[\"fresh\"]}"},
    {"ratelimit.deleteOverride", 404, "{\"namespace\":\"space\",\"identifier\":\"unknown\"}"},
};

/* The events in the order in which they were written; ids that the request made as prefix_*. */
static const char *
trail(void)
{
    char *all, *to;

    fx_sql("SET SESSION group_concat_max_len = 100000");
    all = (char *)(uintptr_t)fx_sql_str(
        "SELECT COALESCE(GROUP_CONCAT(CONCAT(e.event, ': ', (SELECT GROUP_CONCAT(CONCAT(t.type, "
        "' ', t.id, ' ', t.name, COALESCE(CONCAT(' ', t.meta), '')) ORDER BY t.position SEPARATOR "
        "', ') FROM lk_audit_target t WHERE t.event_id = e.id)) ORDER BY e.time, e.id "
        "SEPARATOR '\n'), '') FROM lk_audit_event e WHERE e.workspace_id = '%s'",
        fx_workspace);
    to = all;
    for (const char *from = all; *from; from++) {
        size_t n = 0;

        *to++ = *from;
        while (*from == '_' && isalnum((unsigned char)from[1 + n]))
            n++;
        if (n == 9) {
            *to++ = '*';
            from += n;
        }
    }
    *to = '\0';
    return all;
}

/* Who did it, from where, is the same in all events of a request. */
static void
check_actor(enum correlation correlation)
{
    long long n = fx_sql_int("SELECT COUNT(*) FROM lk_audit_event");

    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event e JOIN lk_root_key r ON r.id = "
                         "e.actor_id WHERE e.workspace_id = '%s' AND e.actor_type = 'rootkey' AND "
                         "e.actor_name = 'test root key' AND e.bucket = 'unkey_mutations' AND "
                         "e.source = 'platform' AND e.remote_ip = '127.0.0.1' AND e.user_agent = "
                         "'tests' AND e.description <> '' AND e.id LIKE 'log\\_%%' AND e.time > "
                         "1700000000000",
                         fx_workspace),
              n);
    CHECK_INT(fx_sql_int("SELECT COUNT(DISTINCT correlation_id) FROM lk_audit_event"), 1);
    CHECK_INT(fx_audit_correlations(), correlation == SHARED);
}

static void
every_change(void)
{
    const char *nobody = fx_root_key(fx_workspace, "nothing.at.all");

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct answer a;

        furnish();
        fx_audit_clear();
        a = fx_call(nobody, changes[i].operation, "%s", changes[i].body);
        test_row("%s %s", changes[i].operation, changes[i].body);
        CHECK(a.status == 403 || a.status == 404);
        CHECK_STR(trail(), "");
        CHECK_INT(fx_call(NULL, changes[i].operation, "%s", changes[i].body).status, 200);
        CHECK_STR(trail(), changes[i].events);
        check_actor(changes[i].correlation);
    }
}

static void
with_the_change_or_not_at_all(void)
{
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
        if (changes[i].atomic == ATOMIC)
            fx_check_atomic(furnish, changes[i].operation, changes[i].body);
}

static void
nothing_to_record(void)
{
    furnish();
    fx_audit_clear();
    for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
        test_row("%s %s", silent[i].operation, silent[i].body);
        CHECK_INT(fx_call(NULL, silent[i].operation, "%s", silent[i].body).status, 200);
        CHECK_STR(trail(), "");
    }
}

static void
refused_requests(void)
{
    const char *before;

    furnish();
    fx_audit_clear();
    before = fx_rows_of(fx_workspace);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        test_row("%s %s", refused[i].operation, refused[i].body);
        CHECK_INT(fx_call(NULL, refused[i].operation, "%s", refused[i].body).status,
                  refused[i].status);
        CHECK_STR(fx_rows_of(fx_workspace), before);
    }
}

static void
every_endpoint(void)
{
    for (size_t i = 0; i < endpoint_count; i++) {
        const char *operation = endpoints[i].path + strlen("/v2/");
        size_t rows = 0;

        for (size_t j = 0; j < sizeof(changes) / sizeof(changes[0]); j++)
            rows += strcmp(changes[j].operation, operation) == 0;
        for (size_t j = 0; j < sizeof(silent) / sizeof(silent[0]); j++)
            rows += strcmp(silent[j].operation, operation) == 0;
        test_row("%s", operation);
        CHECK(rows > 0);
    }
}

CU_TestInfo suite_api_audit[] = {
    {"every change", every_change},
    {"with the change or not at all", with_the_change_or_not_at_all},
    {"nothing to record", nothing_to_record},
    {"refused requests", refused_requests},
    {"every endpoint", every_endpoint},
    CU_TEST_INFO_NULL,
};
