/* identities.deleteIdentity: what goes, what stays, audit records, several at once. */
#include "support/test.h"

#include <string.h>

#define CREATE "identities.createIdentity"
#define GET "identities.getIdentity"
#define DELETE "identities.deleteIdentity"

/* An identity "user" with metadata {"plan":"free"} and limits api_calls and special; its id. The
 * audit records of that are gone. */
static const char *
made(void)
{
    struct answer a =
        fx_ok(CREATE, "{\"externalId\":\"user\",\"meta\":{\"plan\":\"free\"},\"ratelimits\":["
                      "{\"name\":\"api_calls\",\"limit\":9,\"duration\":60000,\"autoApply\":true},"
                      "{\"name\":\"special\",\"limit\":5,\"duration\":60000,\"autoApply\":true}]}");

    fx_audit_clear();
    return at_str(a, "data.identityId");
}

static const char *
limit_id(const char *name)
{
    return fx_sql_str("SELECT id FROM lk_ratelimit WHERE name = '%s'", name);
}

/* Deleting */

static void
deletes_softly(void)
{
    const char *id = made(), *calls = limit_id("api_calls"), *special = limit_id("special");
    struct answer a = fx_ok(DELETE, "{\"identity\":\"user\"}");

    CHECK(at_has(a, "meta.requestId"));
    CHECK(!at_has(a, "data"));
    CHECK_INT(json_object_object_length(a.body), 1);
    fx_check_error(fx_call(NULL, GET, "{\"identity\":\"user\"}"), 404, "identity_not_found");
    fx_check_error(fx_call(NULL, GET, "{\"identity\":\"%s\"}", id), 404, "identity_not_found");
    fx_check_error(fx_call(NULL, "identities.updateIdentity", "{\"identity\":\"user\"}"), 404,
                   "identity_not_found");
    fx_check_error(fx_call(NULL, DELETE, "{\"identity\":\"%s\"}", id), 404, "identity_not_found");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity WHERE id = '%s' AND live IS NULL "
                         "AND deleted_at > 0",
                         id),
              1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit WHERE owner_id = '%s'", id), 2);
    CHECK_STR(fx_audit_names(), "identity.delete ratelimit.delete ratelimit.delete");
    CHECK_STR(fx_audit_targets("identity.delete"), fx_fmt("identity %s user", id));
    CHECK(str_has(str_of(fx_audit_targets("ratelimit.delete")),
                  str_of(fx_fmt("identity %s user, ratelimit %s api_calls", id, calls))));
    CHECK(str_has(str_of(fx_audit_targets("ratelimit.delete")),
                  str_of(fx_fmt("identity %s user, ratelimit %s special", id, special))));
    CHECK_INT(fx_audit_correlations(), 1);
}

/* Of one external id at most one deleted identity is kept. */
static void
older_deleted_twins_go(void)
{
    const char *first = made(), *second;

    fx_ok(DELETE, "{\"identity\":\"user\"}");
    second = made();
    CHECK(strcmp(first, second) != 0);
    CHECK_INT(at_len(fx_ok(GET, "{\"identity\":\"user\"}"), "data.ratelimits"), 2);
    fx_ok(CREATE, "{\"externalId\":\"bystander\"}");
    fx_ok(DELETE, "{\"identity\":\"bystander\"}");
    fx_ok(DELETE, "{\"identity\":\"%s\"}", second);
    CHECK_STR(fx_sql_str("SELECT GROUP_CONCAT(id) FROM lk_identity WHERE external_id = 'user' "
                         "AND live IS NULL"),
              second);
    CHECK_STR(fx_sql_str("SELECT GROUP_CONCAT(DISTINCT owner_id) FROM lk_ratelimit"), second);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity WHERE external_id = 'bystander'"), 1);
    fx_ok(CREATE, "{\"externalId\":\"user\"}");
    CHECK(!at_has(fx_ok(GET, "{\"identity\":\"user\"}"), "data.meta"));
    CHECK(!at_has(fx_ok(GET, "{\"identity\":\"user\"}"), "data.ratelimits"));
}

static void
keys_of_the_deleted_go_on(void)
{
    const char *api = at_str(fx_ok("apis.createApi", "{\"name\":\"api\"}"), "data.apiId");
    struct answer key, a;

    made();
    key = fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"externalId\":\"user\"}", api);
    a = fx_ok("keys.verifyKey", "{\"key\":\"%s\"}", at_str(key, "data.key"));
    CHECK_STR(at_str(a, "data.identity.externalId"), "user");
    CHECK_INT(at_len(a, "data.ratelimits"), 2);
    fx_ok(DELETE, "{\"identity\":\"user\"}");
    fx_ok(CREATE, "{\"externalId\":\"user\"}");
    a = fx_ok("keys.verifyKey", "{\"key\":\"%s\"}", at_str(key, "data.key"));
    CHECK(at_true(a, "data.valid"));
    CHECK(!at_has(a, "data.identity"));
    CHECK(!at_has(a, "data.ratelimits"));
    a = fx_call(NULL, "keys.verifyKey", "{\"key\":\"%s\",\"ratelimits\":[{\"name\":\"special\"}]}",
                at_str(key, "data.key"));
    fx_check_error(a, 412, "unkey/application/precondition_failed");
    a = fx_ok("keys.getKey", "{\"keyId\":\"%s\"}", at_str(key, "data.keyId"));
    CHECK(!at_has(a, "data.identity"));
    CHECK_INT(at_len(fx_ok("apis.listKeys", "{\"apiId\":\"%s\"}", api), "data"), 1);
    CHECK_INT(
        at_len(fx_ok("apis.listKeys", "{\"apiId\":\"%s\",\"externalId\":\"user\"}", api), "data"),
        0);
}

/* Refused before the identity is looked for. */
static void
who_may_delete(void)
{
    static const struct {
        const char *permission;
        bool may;
    } rows[] = {
        {"identity.*.delete_identity", true},
        {"projects/*/identities/*#delete_identity", true},
        {"projects/**#delete_identity", true},
        {"**#*", true},
        {"identity.*.create_identity", false},
        {"identity.*.read_identity", false},
        {"key.*.delete_key", false},
        {"identity.delete_identity", false},
        {"IDENTITY.*.DELETE_IDENTITY", false},
        {"projects/p/identities/*#delete_identity", false},
        {"projects/*/identities/i#delete_identity", false},
        {"unkey:v1:ws_other:**#*", false},
        {"", false},
    };
    const char *id = made();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *root = fx_key_with(rows[i].permission);
        struct answer a = fx_call(root, DELETE, "{\"identity\":\"nobody\"}");

        test_row("%s", rows[i].permission);
        if (rows[i].may)
            fx_check_error(a, 404, "unkey/data/identity_not_found");
        else
            fx_check_error(a, 403, "unkey/authorization/insufficient_permissions");
    }
    test_row("%s", "permission by id");
    fx_check_error(fx_call(fx_key_with(fx_fmt("identity.%s.delete_identity", id)), DELETE,
                           "{\"identity\":\"user\"}"),
                   403, "unkey/authorization/insufficient_permissions");
    CHECK_STR(fx_audit_names(), "");
    test_row("%s", "");
    CHECK_INT(fx_call(fx_key_with("projects/**#delete_identity"), DELETE, "{\"identity\":\"user\"}")
                  .status,
              200);
}

static void
misses_are_404(void)
{
    char *longer = arena_alloc(fx_ctx()->mem, 1001);
    const char *const rows[] = {"@#$%", longer, "nobody", "user ", "USER"};

    memset(longer, 'x', 1000);
    made();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%.40s", rows[i]);
        fx_check_error(fx_call(NULL, DELETE, "{\"identity\":\"%s\"}", rows[i]), 404,
                       "unkey/data/identity_not_found");
    }
    CHECK_STR(fx_audit_names(), "");
}

static void
workspaces_are_apart(void)
{
    const char *id = made();
    const char *root = fx_root_key(fx_new_workspace(), "identity.*.delete_identity");

    fx_check_error(fx_call(root, DELETE, "{\"identity\":\"%s\"}", id), 404, "identity_not_found");
    fx_check_error(fx_call(root, DELETE, "{\"identity\":\"user\"}"), 404, "identity_not_found");
    CHECK_STR(at_str(fx_ok(GET, "{\"identity\":\"user\"}"), "data.meta.plan"), "free");
}

static int
delete_the_same(int i)
{
    int status = fx_call(NULL, DELETE, "{\"identity\":\"user\"}").status;

    (void)i;
    return status == 200 ? 0 : status == 404 ? 4 : 5;
}

static void
deletions_at_once(void)
{
    int pids[10], failed = 0, done = 0;

    made();
    for (int i = 0; i < 10; i++)
        pids[i] = fx_fork(delete_the_same, i);
    for (int i = 0; i < 10; i++) {
        int result = fx_join(pids[i]);

        done += result == 0;
        failed += result != 0 && result != 4;
    }
    CHECK_INT(failed, 0);
    CHECK(done >= 1);
    CHECK_STR(fx_audit_names(), "identity.delete ratelimit.delete ratelimit.delete");
}

/* One request has found the identity when another deletes it. */
static void
a_deletion_that_comes_second_succeeds(void)
{
    const char *id = made();
    int pid;

    fx_sql("START TRANSACTION");
    fx_sql("SELECT id FROM lk_identity WHERE id = '%s' FOR UPDATE", id);
    pid = fx_fork(delete_the_same, 0);
    fx_await_lock();
    fx_sql("UPDATE lk_identity SET live = NULL, deleted_at = 1 WHERE id = '%s'", id);
    fx_sql("COMMIT");
    CHECK_INT(fx_join(pid), 0);
    CHECK_STR(fx_audit_names(), "");
    CHECK_INT(fx_sql_int("SELECT deleted_at FROM lk_identity"), 1);
}

static void
failed_deletions_change_nothing(void)
{
    unsigned n = 4;

    made();
    fx_ok(DELETE, "{\"identity\":\"user\"}");
    made();
    for (; n < 30; n++) {
        int status;

        fx_fail_after(n, 1142);
        status = fx_call(NULL, DELETE, "{\"identity\":\"user\"}").status;
        fx_fail_after(0, 0);
        test_row("statement %u", n);
        if (status == 200)
            break;
        CHECK_INT(status, 500);
        CHECK_STR(fx_audit_names(), "");
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity"), 2);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit"), 4);
    }
    CHECK(n > 12 && n < 30);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity"), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit"), 2);
}

CU_TestInfo suite_api_identities_delete[] = {
    {"deletes softly", deletes_softly},
    {"older deleted twins go", older_deleted_twins_go},
    {"keys of the deleted go on", keys_of_the_deleted_go_on},
    {"who may delete", who_may_delete},
    {"misses are 404", misses_are_404},
    {"workspaces are apart", workspaces_are_apart},
    {"deletions at once", deletions_at_once},
    {"a deletion that comes second succeeds", a_deletion_that_comes_second_succeeds},
    {"failed deletions change nothing", failed_deletions_change_nothing},
    CU_TEST_INFO_NULL,
};
