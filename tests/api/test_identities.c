/* identities.createIdentity, identities.getIdentity: storing, finding, who may, audit records. */
#include "support/test.h"

#include <string.h>

#define CREATE "identities.createIdentity"
#define GET "identities.getIdentity"

/* Creates an identity; its id. */
static const char *
made(const char *external_id)
{
    return at_str(fx_ok(CREATE, "{\"externalId\":\"%s\"}", external_id), "data.identityId");
}

static void
creates_with_an_external_id_alone(void)
{
    const char *id = made("user_123"), *other = made("123");
    struct answer a = fx_ok(GET, "{\"identity\":\"user_123\"}");

    CHECK(str_starts(str_of(id), S("id_")));
    CHECK_INT(strlen(id), 12);
    CHECK(strcmp(id, other) != 0);
    CHECK_STR(at_str(a, "data.id"), id);
    CHECK_STR(at_str(a, "data.externalId"), "user_123");
    CHECK(!at_has(a, "data.meta"));
    CHECK(!at_has(a, "data.ratelimits"));
    CHECK_STR(at_str(fx_ok(GET, "{\"identity\":\"%s\"}", other), "data.externalId"), "123");
    CHECK_STR(
        fx_sql_str("SELECT CONCAT(external_id, meta, live) FROM lk_identity WHERE id = '%s'", id),
        "user_123{}1");
}

static void
keeps_metadata_exactly(void)
{
    static const char *const metas[] = {
        "{\"credits\":100}",
        "{\"a\":{\"b\":[1,2.5,null,true,\"x\",{},[]]},\"empty\":\"\",\"none\":null}",
        "{\"big\":9007199254740993,\"float\":1.0,\"tiny\":1e-9,\"negative\":-0.5}",
        "{\"text\":\"\\u00e9 \\ud83c\\udf89 <b> & \\\" \\\\ \\n\"}",
    };

    for (size_t i = 0; i < sizeof(metas) / sizeof(metas[0]); i++) {
        struct json_object *want = json_tokener_parse(metas[i]);
        struct answer a;

        test_row("%s", metas[i]);
        fx_ok(CREATE, "{\"externalId\":\"u%zu\",\"meta\":%s}", i, metas[i]);
        a = fx_ok(GET, "{\"identity\":\"u%zu\"}", i);
        CHECK(json_object_equal(at(a, "data.meta"), want));
        json_object_put(want);
    }
    CHECK(strstr(fx_ok(GET, "{\"identity\":\"u2\"}").text,
                 "\"big\":9007199254740993,\"float\":1.0") != NULL);
    fx_ok(CREATE, "{\"externalId\":\"bare\",\"meta\":{}}");
    CHECK(!at_has(fx_ok(GET, "{\"identity\":\"bare\"}"), "data.meta"));
}

static void
keeps_limits(void)
{
    struct answer a;

    fx_ok(CREATE, "{\"externalId\":\"two\",\"ratelimits\":["
                  "{\"name\":\"api_calls\",\"limit\":100,\"duration\":60000,\"autoApply\":true},"
                  "{\"name\":\"special\",\"limit\":9007199254740993,\"duration\":2592000001,"
                  "\"autoApply\":false,\"more\":1}]}");
    a = fx_ok(GET, "{\"identity\":\"two\"}");
    CHECK_INT(at_len(a, "data.ratelimits"), 2);
    CHECK(str_starts(str_of(at_str(a, "data.ratelimits.0.id")), S("rl_")));
    CHECK_STR(at_str(a, "data.ratelimits.0.name"), "api_calls");
    CHECK_INT(at_int(a, "data.ratelimits.0.limit"), 100);
    CHECK_INT(at_int(a, "data.ratelimits.0.duration"), 60000);
    CHECK(at_true(a, "data.ratelimits.0.autoApply"));
    CHECK_STR(at_str(a, "data.ratelimits.1.name"), "special");
    CHECK_INT(at_int(a, "data.ratelimits.1.limit"), 9007199254740993);
    CHECK_INT(at_int(a, "data.ratelimits.1.duration"), 2592000001);
    CHECK(at_has(a, "data.ratelimits.1.autoApply") && !at_true(a, "data.ratelimits.1.autoApply"));
    fx_ok(CREATE, "{\"externalId\":\"none\",\"ratelimits\":[]}");
    CHECK(!at_has(fx_ok(GET, "{\"identity\":\"none\"}"), "data.ratelimits"));
}

/* As many as a request may have, which takes rows of every block size. */
static void
keeps_fifty_limits(void)
{
    const char *list = "";
    struct answer a;

    for (int i = 0; i < 50; i++)
        list = fx_fmt("%s%s{\"name\":\"limit%02d\",\"limit\":%d,\"duration\":%d,"
                      "\"autoApply\":%s}",
                      list, i ? "," : "", i, i + 1, 1000 + i, i % 2 ? "true" : "false");
    fx_ok(CREATE, "{\"externalId\":\"many\",\"ratelimits\":[%s]}", list);
    a = fx_ok(GET, "{\"identity\":\"many\"}");
    CHECK_INT(at_len(a, "data.ratelimits"), 50);
    CHECK_STR(at_str(a, "data.ratelimits.49.name"), "limit49");
    CHECK_INT(at_int(a, "data.ratelimits.49.limit"), 50);
    CHECK_INT(fx_audit_count("ratelimit.create"), 50);
    CHECK_INT(fx_audit_correlations(), 1);
}

static void
merges_limits_of_one_name(void)
{
    struct answer a;
    const char *id;

    fx_ok(CREATE, "{\"externalId\":\"u\",\"ratelimits\":["
                  "{\"name\":\"same\",\"limit\":1,\"duration\":1000,\"autoApply\":false},"
                  "{\"name\":\"Same\",\"limit\":2,\"duration\":2000,\"autoApply\":false},"
                  "{\"name\":\"same\",\"limit\":3,\"duration\":3000,\"autoApply\":true}]}");
    a = fx_ok(GET, "{\"identity\":\"u\"}");
    id = at_str(a, "data.id");
    CHECK_INT(at_len(a, "data.ratelimits"), 2);
    CHECK_STR(at_str(a, "data.ratelimits.1.name"), "same");
    CHECK_INT(at_int(a, "data.ratelimits.1.limit"), 3);
    CHECK_INT(at_int(a, "data.ratelimits.1.duration"), 3000);
    CHECK(at_true(a, "data.ratelimits.1.autoApply"));
    CHECK_INT(at_int(a, "data.ratelimits.0.limit"), 2);
    CHECK_STR(fx_audit_names(), "identity.create ratelimit.create ratelimit.create");
    CHECK(str_has(str_of(fx_audit_targets("ratelimit.create")),
                  str_of(fx_fmt("identity %s u, ratelimit ", id))));
}

static void
refuses_a_taken_external_id(void)
{
    struct answer a;

    made("user_1");
    fx_audit_clear();
    a = fx_call(NULL, CREATE,
                "{\"externalId\":\"user_1\",\"meta\":{\"a\":1},\"ratelimits\":["
                "{\"name\":\"one\",\"limit\":1,\"duration\":1000,"
                "\"autoApply\":true}]}");
    fx_check_error(a, 409, "unkey/data/identity_already_exists");
    CHECK_STR(at_str(a, "error.title"), "Conflicting Resource");
    CHECK(strstr(at_str(a, "error.detail"), "user_1") != NULL);
    CHECK(!at_has(a, "error.errors"));
    CHECK_STR(fx_audit_names(), "");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit"), 0);
    made("USER_1");
    made("user_1-");
}

static void
audits_creation(void)
{
    struct answer a =
        fx_ok(CREATE, "{\"externalId\":\"u\",\"ratelimits\":["
                      "{\"name\":\"one\",\"limit\":1,\"duration\":1000,\"autoApply\":true}]}");
    const char *id = at_str(a, "data.identityId");
    const char *rl = at_str(fx_ok(GET, "{\"identity\":\"u\"}"), "data.ratelimits.0.id");

    CHECK_STR(fx_audit_names(), "identity.create ratelimit.create");
    CHECK_STR(fx_audit_targets("identity.create"), fx_fmt("identity %s u", id));
    CHECK_STR(fx_audit_targets("ratelimit.create"),
              fx_fmt("identity %s u, ratelimit %s one", id, rl));
    CHECK_INT(fx_audit_correlations(), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event WHERE actor_type = 'rootkey' AND "
                         "correlation_id LIKE 'cor\\_%%'"),
              2);
    fx_audit_clear();
    made("alone");
    CHECK_INT(fx_audit_correlations(), 1);
}

/* Exactly a mebibyte of JSON passes, one byte more does not. */
static void
bounds_metadata(void)
{
    enum { MIB = 1024 * 1024, FRAME = sizeof("{\"k\":\"\"}") - 1 };
    struct arena *mem = fx_ctx()->mem;
    char *text = arena_alloc(mem, MIB + 1);
    struct answer a;

    memset(text, 'x', MIB - FRAME);
    fx_ok(CREATE, "{\"externalId\":\"fits\",\"meta\":{\"k\":\"%s\"}}", text);
    CHECK_INT(fx_sql_int("SELECT LENGTH(meta) FROM lk_identity"), MIB);
    a = fx_ok(GET, "{\"identity\":\"fits\"}");
    CHECK_STR(at_str(a, "data.meta.k"), text);
    text[MIB - FRAME] = 'x';
    fx_audit_clear();
    a = fx_call(NULL, CREATE, "{\"externalId\":\"large\",\"meta\":{\"k\":\"%s\"}}", text);
    fx_check_error(a, 400, "unkey/application/invalid_input");
    CHECK(strstr(at_str(a, "error.detail"), "Metadata is too large") != NULL);
    CHECK(strstr(at_str(a, "error.detail"), "1.0 MB") != NULL);
    CHECK(at_has(a, "error.errors"));
    CHECK_INT(at_len(a, "error.errors"), 0);
    CHECK_STR(fx_audit_names(), "");
    a = fx_call(fx_key_with("api.*.read_api"), CREATE,
                "{\"externalId\":\"large\",\"meta\":{\"k\":\"%s\"}}", text);
    fx_check_error(a, 403, "unkey/authorization/insufficient_permissions");
}

static void
who_may_create(void)
{
    static const struct {
        const char *permission;
        int status;
    } rows[] = {
        {"identity.*.create_identity", 200},
        {"projects/*/identities/*#create_identity", 200},
        {"projects/**#create_identity", 200},
        {"projects/*/identities/**#create_identity", 200},
        {"**#create_identity", 200},
        {"**#*", 200},
        {"projects/proj_1/identities/*#create_identity", 403},
        {"projects/*/identities/id_1#create_identity", 403},
        {"projects/*/identities/*#read_identity", 403},
        {"unkey:v1:ws_other:projects/*/identities/*#create_identity", 403},
        {"identity.*.read_identity", 403},
        {"identity.create_identity", 403},
        {"IDENTITY.*.CREATE_IDENTITY", 403},
        {"*", 403},
        {"api.*.create_api", 403},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a =
            fx_call(fx_key_with(rows[i].permission), CREATE, "{\"externalId\":\"u%zu\"}", i);

        test_row("%s", rows[i].permission);
        CHECK_INT(a.status, rows[i].status);
        if (rows[i].status == 403)
            CHECK_STR(at_str(a, "error.detail"),
                      fx_fmt("Missing one of these permissions: identity.*.create_identity or "
                             "unkey:v1:%s:projects/*/identities/*#create_identity",
                             fx_workspace));
    }
    CHECK_INT(fx_audit_count("identity.create"), 6);
}

static void
who_may_get(void)
{
    const char *id = made("u"), *other = made("other");
    const struct {
        const char *permission;
        int status;
    } rows[] = {
        {"identity.*.read_identity", 200},
        {fx_fmt("identity.%s.read_identity", id), 200},
        {"projects/*/identities/*#read_identity", 200},
        {"**#*", 200},
        {fx_fmt("identity.%s.read_identity", other), 403},
        {"identity.u.read_identity", 403},
        {fx_fmt("projects/*/identities/%s#read_identity", id), 403},
        {"identity.*.update_identity", 403},
        {"identity.read_identity", 403},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *root = fx_key_with(rows[i].permission);
        struct answer a = fx_call(root, GET, "{\"identity\":\"u\"}");

        test_row("%s", rows[i].permission);
        CHECK_INT(a.status, rows[i].status);
        fx_check_error(fx_call(root, GET, "{\"identity\":\"nobody\"}"), 404,
                       "unkey/data/identity_not_found");
        if (rows[i].status == 200)
            continue;
        fx_check_error(a, 403, "unkey/authorization/insufficient_permissions");
        CHECK(strstr(at_str(a, "error.detail"), "identity.*.read_identity") != NULL);
        CHECK(strstr(at_str(a, "error.detail"), other) == NULL);
        CHECK(strstr(at_str(a, "error.detail"), "have") == NULL);
    }
}

static void
finds_by_id_first(void)
{
    const char *id = made("first"), *decoy = made(id);
    char *shouted = arena_alloc(fx_ctx()->mem, strlen(id) + 1);

    CHECK_STR(at_str(fx_ok(GET, "{\"identity\":\"%s\"}", id), "data.externalId"), "first");
    CHECK_STR(at_str(fx_ok(GET, "{\"identity\":\"%s\"}", decoy), "data.externalId"), id);
    for (size_t i = 0; id[i]; i++)
        shouted[i] = (char)(id[i] >= 'a' && id[i] <= 'z' ? id[i] - 32 : id[i]);
    fx_check_error(fx_call(NULL, GET, "{\"identity\":\"%s\"}", shouted), 404, "identity_not_found");
    fx_check_error(fx_call(NULL, GET, "{\"identity\":\"%s \"}", id), 404, "identity_not_found");
}

static void
misses_are_404(void)
{
    struct arena *mem = fx_ctx()->mem;
    char *longer = arena_alloc(mem, 5001);
    const char *const rows[] = {
        "@#$%",    "USER",        "user ", " user",          "use",         "user%", "us_r",
        "\\u0000", "user\\u0000", "é",     "\\ud83c\\udf89", longer + 4000, longer,
    };

    memset(longer, 'x', 5000);
    made("user");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a = fx_call(NULL, GET, "{\"identity\":\"%s\"}", rows[i]);

        test_row("%.40s", rows[i]);
        fx_check_error(a, 404, "unkey/data/identity_not_found");
        CHECK_STR(at_str(a, "error.title"), "Not Found");
    }
    test_row("%s", "empty");
    CHECK_STR(at_str(fx_call(NULL, GET, "{\"identity\":\"\"}"), "error.errors.0.location"),
              "/properties/identity/minLength");
    fx_sql("INSERT INTO lk_identity (id, workspace_id, external_id, created_at) "
           "VALUES ('id_odd', '%s', 'odd \xe2\x98\x83 ', 1)",
           fx_workspace);
    CHECK_STR(at_str(fx_ok(GET, "{\"identity\":\"odd \xe2\x98\x83 \"}"), "data.id"), "id_odd");
}

static void
workspaces_are_apart(void)
{
    const char *id = made("u"), *theirs = fx_new_workspace();
    const char *root = fx_root_key(theirs, "identity.*.create_identity\nidentity.*.read_identity");
    struct answer a = fx_call(root, GET, "{\"identity\":\"%s\"}", id);

    fx_check_error(a, 404, "unkey/data/identity_not_found");
    fx_check_error(fx_call(root, GET, "{\"identity\":\"u\"}"), 404, "identity_not_found");
    a = fx_call(root, CREATE, "{\"externalId\":\"u\"}");
    CHECK_INT(a.status, 200);
    CHECK_STR(at_str(fx_call(root, GET, "{\"identity\":\"u\"}"), "data.id"),
              at_str(a, "data.identityId"));
    CHECK_STR(at_str(fx_ok(GET, "{\"identity\":\"u\"}"), "data.id"), id);
}

static void
ignores_unknown_members(void)
{
    fx_ok(CREATE, "{\"externalId\":\"u\",\"environment\":\"x\",\"foo\":null}");
    fx_check_error(fx_call(NULL, GET, "{\"identity\":\"u\",\"foo\":1}"), 400, "invalid_input");
}

/* Wherever it fails, a creation leaves nothing. */
static void
failures_leave_nothing(void)
{
    unsigned n = 3; /* after the caller was found and the transaction begun */

    for (int status = 0; status != 200 && n < 30; n++) {
        fx_audit_clear();
        fx_fail_after(n, 1142);
        status = fx_call(NULL, CREATE,
                         "{\"externalId\":\"u\",\"ratelimits\":[{\"name\":\"one\",\"limit\":1,"
                         "\"duration\":1000,\"autoApply\":true}]}")
                     .status;
        fx_fail_after(0, 0);
        test_row("statement %u", n);
        CHECK(status == 200 || status == 500);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity"), status == 200);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit"), status == 200);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event"), status == 200 ? 2 : 0);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_target"), status == 200 ? 3 : 0);
    }
    CHECK(n > 8 && n < 30);
}

/* After a deadlock the server has undone everything, and it is done again. */
static void
deadlocks_are_not_seen(void)
{
    for (unsigned n = 3; n < 8; n++) {
        fx_audit_clear();
        fx_fail_after(n, 1213);
        test_row("statement %u", n);
        CHECK_INT(fx_call(NULL, CREATE, "{\"externalId\":\"u%u\"}", n).status, 200);
        fx_fail_after(0, 0);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity"), n - 2);
        CHECK_STR(fx_audit_names(), "identity.create");
    }
}

static int
create_the_same(int i)
{
    int status = fx_call(NULL, CREATE, "{\"externalId\":\"race\",\"meta\":{\"i\":%d}}", i).status;

    return status == 200 ? 0 : status == 409 ? 9 : 5;
}

static void
one_of_many_creators_wins(void)
{
    int pids[12], won = 0, lost = 0;

    for (int i = 0; i < 12; i++)
        pids[i] = fx_fork(create_the_same, i);
    for (int i = 0; i < 12; i++) {
        int result = fx_join(pids[i]);

        won += result == 0;
        lost += result == 9;
    }
    CHECK_INT(won, 1);
    CHECK_INT(lost, 11);
    CHECK_STR(fx_audit_names(), "identity.create");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity"), 1);
}

CU_TestInfo suite_api_identities[] = {
    {"creates with an external id alone", creates_with_an_external_id_alone},
    {"keeps metadata exactly", keeps_metadata_exactly},
    {"keeps limits", keeps_limits},
    {"keeps fifty limits", keeps_fifty_limits},
    {"merges limits of one name", merges_limits_of_one_name},
    {"refuses a taken external id", refuses_a_taken_external_id},
    {"audits creation", audits_creation},
    {"bounds metadata", bounds_metadata},
    {"who may create", who_may_create},
    {"who may get", who_may_get},
    {"finds by id first", finds_by_id_first},
    {"misses are 404", misses_are_404},
    {"workspaces are apart", workspaces_are_apart},
    {"ignores unknown members", ignores_unknown_members},
    {"failures leave nothing", failures_leave_nothing},
    {"deadlocks are not seen", deadlocks_are_not_seen},
    {"one of many creators wins", one_of_many_creators_wins},
    CU_TEST_INFO_NULL,
};
