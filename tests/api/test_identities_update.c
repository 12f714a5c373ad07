/* identities.updateIdentity: what changes, what stays, audit records, several at once. */
#include "support/test.h"

#include <string.h>

#define CREATE "identities.createIdentity"
#define GET "identities.getIdentity"
#define UPDATE "identities.updateIdentity"

#define LIMIT(name, limit, duration)                                                               \
    "{\"name\":\"" name "\",\"limit\":" #limit ",\"duration\":" #duration ",\"autoApply\":true}"

/* An identity "user" with metadata {"plan":"free"} and limits api_calls and special; its id. The
 * audit records of that are gone. */
static const char *
made(void)
{
    struct answer a = fx_ok(CREATE,
                            "{\"externalId\":\"user\",\"meta\":{\"plan\":\"free\"},"
                            "\"ratelimits\":[%s,%s]}",
                            LIMIT("api_calls", 100, 60000), LIMIT("special", 5, 1000));

    fx_audit_clear();
    return at_str(a, "data.identityId");
}

/* "name limit duration autoApply, ..." of an identity in an answer, as listed. */
static const char *
limits(struct answer a)
{
    const char *all = "";

    for (size_t i = 0; i < at_len(a, "data.ratelimits"); i++)
        all = fx_fmt("%s%s%s %lld %lld %d", all, i ? ", " : "",
                     at_str(a, fx_fmt("data.ratelimits.%zu.name", i)),
                     at_int(a, fx_fmt("data.ratelimits.%zu.limit", i)),
                     at_int(a, fx_fmt("data.ratelimits.%zu.duration", i)),
                     at_true(a, fx_fmt("data.ratelimits.%zu.autoApply", i)));
    return all;
}

static const char *
limit_id(const char *name)
{
    return fx_sql_str("SELECT id FROM lk_ratelimit WHERE name = '%s'", name);
}

static void
replaces_metadata(void)
{
    const char *id = made();
    struct answer a = fx_ok(UPDATE, "{\"identity\":\"user\",\"meta\":{\"tier\":2}}");

    CHECK_STR(at_str(a, "data.id"), id);
    CHECK_STR(at_str(a, "data.externalId"), "user");
    CHECK_INT(at_int(a, "data.meta.tier"), 2);
    CHECK(!at_has(a, "data.meta.plan"));
    CHECK_STR(limits(a), "api_calls 100 60000 1, special 5 1000 1");
    a = fx_ok(GET, "{\"identity\":\"user\"}");
    CHECK_INT(at_int(a, "data.meta.tier"), 2);
    CHECK(!at_has(a, "data.meta.plan"));
    /* the answer repeats the request's metadata only */
    CHECK(!at_has(fx_ok(UPDATE, "{\"identity\":\"user\",\"ratelimits\":[]}"), "data.meta"));
    CHECK_INT(at_int(fx_ok(GET, "{\"identity\":\"user\"}"), "data.meta.tier"), 2);
    CHECK(!at_has(fx_ok(UPDATE, "{\"identity\":\"%s\",\"meta\":{}}", id), "data.meta"));
    CHECK(!at_has(fx_ok(GET, "{\"identity\":\"user\"}"), "data.meta"));
    CHECK_STR(fx_sql_str("SELECT meta FROM lk_identity"), "{}");
}

static void
replaces_limits_by_name(void)
{
    const char *id = made(), *kept = limit_id("api_calls"), *gone = limit_id("special");
    struct answer a =
        fx_ok(UPDATE, "{\"identity\":\"user\",\"meta\":{\"a\":1},\"ratelimits\":[%s,%s]}",
              LIMIT("new_feature", 7, 2000), LIMIT("api_calls", 200, 60000));

    CHECK_STR(limits(a), "api_calls 200 60000 1, new_feature 7 2000 1");
    CHECK_STR(at_str(a, "data.ratelimits.0.id"), kept);
    CHECK_INT(at_int(a, "data.meta.a"), 1);
    a = fx_ok(GET, "{\"identity\":\"user\"}");
    CHECK_STR(limits(a), "api_calls 200 60000 1, new_feature 7 2000 1");
    CHECK_STR(at_str(a, "data.ratelimits.0.id"), kept);
    CHECK_INT(at_int(a, "data.meta.a"), 1);
    CHECK_STR(fx_audit_names(),
              "identity.update ratelimit.create ratelimit.delete ratelimit.update");
    CHECK_STR(fx_audit_targets("identity.update"), fx_fmt("identity %s user", id));
    CHECK_STR(fx_audit_targets("ratelimit.delete"),
              fx_fmt("identity %s user, ratelimit %s special", id, gone));
    CHECK_STR(fx_audit_targets("ratelimit.update"),
              fx_fmt("identity %s user, ratelimit %s api_calls", id, kept));
    CHECK_STR(fx_audit_targets("ratelimit.create"),
              fx_fmt("identity %s user, ratelimit %s new_feature", id,
                     at_str(a, "data.ratelimits.1.id")));
    CHECK_INT(fx_audit_correlations(), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event WHERE correlation_id = ''"), 0);
}

static void
names_are_compared_exactly(void)
{
    const char *old;
    struct answer a;

    made();
    old = limit_id("special");
    a = fx_ok(UPDATE, "{\"identity\":\"user\",\"ratelimits\":[%s,%s]}", LIMIT("Special", 1, 1000),
              LIMIT("special ", 2, 1000));
    CHECK_STR(limits(a), "Special 1 1000 1, special  2 1000 1");
    CHECK(strcmp(at_str(a, "data.ratelimits.0.id"), old) != 0);
    CHECK(strcmp(at_str(a, "data.ratelimits.1.id"), old) != 0);
    CHECK_STR(fx_audit_names(), "identity.update ratelimit.create ratelimit.create "
                                "ratelimit.delete ratelimit.delete");
}

static void
removes_all_limits(void)
{
    struct answer a;

    made();
    a = fx_ok(UPDATE, "{\"identity\":\"user\",\"ratelimits\":[]}");
    CHECK(!at_has(a, "data.ratelimits"));
    CHECK(!at_has(fx_ok(GET, "{\"identity\":\"user\"}"), "data.ratelimits"));
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit"), 0);
    CHECK_STR(fx_audit_names(), "identity.update ratelimit.delete ratelimit.delete");
}

static void
an_update_of_nothing_is_recorded(void)
{
    const char *id = made();
    struct answer a = fx_ok(UPDATE, "{\"identity\":\"user\"}");

    CHECK(!at_has(a, "data.meta"));
    CHECK_STR(limits(a), "api_calls 100 60000 1, special 5 1000 1");
    CHECK_STR(fx_audit_names(), "identity.update");
    CHECK_INT(fx_audit_correlations(), 1);
    CHECK_STR(fx_audit_targets("identity.update"), fx_fmt("identity %s user", id));
    /* limits sent as they are count as updated */
    fx_audit_clear();
    fx_ok(UPDATE, "{\"identity\":\"user\",\"ratelimits\":[%s,%s]}", LIMIT("api_calls", 100, 60000),
          LIMIT("special", 5, 1000));
    CHECK_STR(fx_audit_names(), "identity.update ratelimit.update ratelimit.update");
}

/* Counters belong to the identity and the name: a limit that is kept goes on counting. */
static void
counters_go_on(void)
{
    const char *api = at_str(fx_ok("apis.createApi", "{\"name\":\"api\"}"), "data.apiId");
    const char *key;
    struct answer a;

    fx_clock(1764000001000);
    made();
    key = at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"externalId\":\"user\"}", api),
                 "data.key");
    fx_ok(UPDATE, "{\"identity\":\"user\",\"ratelimits\":[%s]}", LIMIT("api_calls", 3, 3600000));
    for (int i = 0; i < 2; i++)
        fx_ok("keys.verifyKey", "{\"key\":\"%s\"}", key);
    fx_ok(UPDATE, "{\"identity\":\"user\",\"ratelimits\":[%s]}", LIMIT("api_calls", 4, 3600000));
    a = fx_ok("keys.verifyKey", "{\"key\":\"%s\"}", key);
    CHECK_INT(at_int(a, "data.ratelimits.0.remaining"), 1);
    fx_ok(UPDATE, "{\"identity\":\"user\",\"ratelimits\":[%s]}", LIMIT("api_calls", 4, 7200000));
    a = fx_ok("keys.verifyKey", "{\"key\":\"%s\"}", key);
    CHECK_INT(at_int(a, "data.ratelimits.0.remaining"), 3);
}

static void
refused_updates_change_nothing(void)
{
    enum { MIB = 1024 * 1024 };
    struct arena *mem = fx_ctx()->mem;
    char *text = arena_alloc(mem, MIB + 1);
    struct answer a;

    made();
    memset(text, 'x', MIB);
    a = fx_call(NULL, UPDATE, "{\"identity\":\"nobody\",\"meta\":{\"k\":\"%s\"}}", text);
    fx_check_error(a, 400, "unkey/application/invalid_input");
    CHECK(strstr(at_str(a, "error.detail"), "Metadata is too large") != NULL);
    CHECK_INT(at_len(a, "error.errors"), 0);
    a = fx_call(NULL, UPDATE,
                "{\"identity\":\"nobody\",\"meta\":{\"k\":\"%s\"},\"ratelimits\":[%s,%s,%s]}", text,
                LIMIT("twice", 1, 1000), LIMIT("other", 1, 1000), LIMIT("twice", 2, 1000));
    fx_check_error(a, 400, "unkey/application/invalid_input");
    CHECK(strstr(at_str(a, "error.detail"), "twice") != NULL);
    CHECK(at_has(a, "error.errors"));
    CHECK_INT(at_len(a, "error.errors"), 0);
    a = fx_call(NULL, UPDATE, "{\"identity\":\"nobody\",\"meta\":{}}");
    fx_check_error(a, 404, "unkey/data/identity_not_found");
    fx_check_error(fx_call(NULL, UPDATE, "{\"identity\":\"user\",\"externalId\":\"x\"}"), 400,
                   "invalid_input");
    CHECK_STR(fx_audit_names(), "");
    CHECK_STR(limits(fx_ok(GET, "{\"identity\":\"user\"}")),
              "api_calls 100 60000 1, special 5 1000 1");
}

static void
failed_updates_change_nothing(void)
{
    unsigned n = 4; /* after the caller and the identity were found and the transaction begun */

    made();
    for (int status = 0; status != 200 && n < 30; n++) {
        fx_fail_after(n, 1142);
        status = fx_call(NULL, UPDATE, "{\"identity\":\"user\",\"meta\":{},\"ratelimits\":[%s,%s]}",
                         LIMIT("api_calls", 1, 1000), LIMIT("new", 1, 1000))
                     .status;
        fx_fail_after(0, 0);
        test_row("statement %u", n);
        if (status == 200)
            break;
        CHECK_INT(status, 500);
        CHECK_STR(fx_audit_names(), "");
        CHECK_STR(limits(fx_ok(GET, "{\"identity\":\"user\"}")),
                  "api_calls 100 60000 1, special 5 1000 1");
        CHECK_STR(at_str(fx_ok(GET, "{\"identity\":\"user\"}"), "data.meta.plan"), "free");
    }
    CHECK(n > 12 && n < 30);
    CHECK_STR(limits(fx_ok(GET, "{\"identity\":\"user\"}")), "api_calls 1 1000 1, new 1 1000 1");
}

static int
update_the_same(int i)
{
    struct answer a = fx_call(NULL, UPDATE,
                              "{\"identity\":\"user\",\"meta\":{\"i\":%d},\"ratelimits\":[%s,"
                              "{\"name\":\"limit%d\",\"limit\":%d,\"duration\":1000,"
                              "\"autoApply\":false}]}",
                              i, LIMIT("api_calls", 1, 1000), i, i + 1);

    return a.status != 200;
}

static void
updates_at_once_all_succeed(void)
{
    int pids[10], failed = 0;
    const char *kept;
    struct answer a;

    made();
    kept = limit_id("api_calls");
    for (int i = 0; i < 10; i++)
        pids[i] = fx_fork(update_the_same, i);
    for (int i = 0; i < 10; i++)
        failed += fx_join(pids[i]) != 0;
    CHECK_INT(failed, 0);
    CHECK_INT(fx_audit_count("identity.update"), 10);
    CHECK_INT(fx_audit_correlations(), 10);
    /* the last one's limits go with the last one's metadata */
    a = fx_ok(GET, "{\"identity\":\"user\"}");
    CHECK_STR(at_str(a, "data.ratelimits.0.id"), kept);
    CHECK_STR(limits(a), fx_fmt("api_calls 1 1000 1, limit%lld %lld 1000 0",
                                at_int(a, "data.meta.i"), at_int(a, "data.meta.i") + 1));
}

/* Refused before the identity is looked for. */
static void
who_may_update(void)
{
    static const struct {
        const char *permission;
        bool may;
    } rows[] = {
        {"identity.*.update_identity", true},
        {"projects/*/identities/*#update_identity", true},
        {"projects/**#update_identity", true},
        {"**#*", true},
        {"identity.*.create_identity", false},
        {"identity.*.read_identity", false},
        {"key.*.update_key", false},
        {"identity.update_identity", false},
        {"IDENTITY.*.UPDATE_IDENTITY", false},
        {"projects/p/identities/*#update_identity", false},
        {"projects/*/identities/i#update_identity", false},
        {"unkey:v1:ws_other:**#*", false},
        {"", false},
    };
    const char *id = made();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *root = fx_key_with(rows[i].permission);
        struct answer a = fx_call(root, UPDATE, "{\"identity\":\"nobody\"}");

        test_row("%s", rows[i].permission);
        if (rows[i].may)
            fx_check_error(a, 404, "unkey/data/identity_not_found");
        else
            fx_check_error(a, 403, "unkey/authorization/insufficient_permissions");
    }
    test_row("%s", "permission by id");
    fx_check_error(fx_call(fx_key_with(fx_fmt("identity.%s.update_identity", id)), UPDATE,
                           "{\"identity\":\"user\"}"),
                   403, "unkey/authorization/insufficient_permissions");
    CHECK_STR(fx_audit_names(), "");
    test_row("%s", "");
    CHECK_INT(fx_call(fx_key_with("projects/**#update_identity"), UPDATE, "{\"identity\":\"user\"}")
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
        fx_check_error(fx_call(NULL, UPDATE, "{\"identity\":\"%s\"}", rows[i]), 404,
                       "unkey/data/identity_not_found");
    }
    CHECK_STR(fx_audit_names(), "");
}

static void
workspaces_are_apart(void)
{
    const char *id = made();
    const char *root = fx_root_key(fx_new_workspace(), "identity.*.update_identity");

    fx_check_error(fx_call(root, UPDATE, "{\"identity\":\"%s\"}", id), 404, "identity_not_found");
    fx_check_error(fx_call(root, UPDATE, "{\"identity\":\"user\"}"), 404, "identity_not_found");
    CHECK_STR(at_str(fx_ok(GET, "{\"identity\":\"user\"}"), "data.meta.plan"), "free");
}

CU_TestInfo suite_api_identities_update[] = {
    {"replaces metadata", replaces_metadata},
    {"replaces limits by name", replaces_limits_by_name},
    {"names are compared exactly", names_are_compared_exactly},
    {"removes all limits", removes_all_limits},
    {"an update of nothing is recorded", an_update_of_nothing_is_recorded},
    {"counters go on", counters_go_on},
    {"refused updates change nothing", refused_updates_change_nothing},
    {"failed updates change nothing", failed_updates_change_nothing},
    {"updates at once all succeed", updates_at_once_all_succeed},
    {"who may update", who_may_update},
    {"misses are 404", misses_are_404},
    {"workspaces are apart", workspaces_are_apart},
    CU_TEST_INFO_NULL,
};
