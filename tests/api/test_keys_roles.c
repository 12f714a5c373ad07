/* keys.addRoles, setRoles, removeRoles */
#include "support/rbac.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static const char *api, *key;

/* A key and the roles a (with permissions p and q), b and c. */
static void
new_key(void)
{
    api = rbac_api();
    key = rbac_key(api);
    fx_ok("permissions.createRole", "{\"name\":\"a\",\"description\":\"d\",\"permissions\":[\"q\","
                                    "\"p\"]}");
    rbac_role("b", "");
    rbac_role("c", "\"q\"");
    fx_audit_clear();
}

static struct answer
change(const char *root, const char *operation, const char *names)
{
    return fx_call(root, operation, "{\"keyId\":\"%s\",\"roles\":[%s]}", key, names);
}

static struct answer
changed(const char *operation, const char *names, const char *held)
{
    struct answer a = change(NULL, operation, names);

    CHECK_INT(a.status, 200);
    CHECK(json_object_is_type(at(a, "data"), json_type_array));
    CHECK_STR(at_join(a, "data", "name"), held);
    CHECK_STR(rbac_roles_of_key(key), held);
    return a;
}

static void
changes(void)
{
    static const struct {
        const char *operation, *names, *held, *trail;
        long long correlations;
    } rows[] = {
        {"keys.removeRoles", "\"a\"", "", "", 0},
        {"keys.addRoles", "\"b\"", "b", "authorization.connect_role_and_key key=k role=b", 0},
        {"keys.addRoles", "\"b\"", "b", "", 0},
        {"keys.addRoles", "\"b\",\"a\",\"a\"", "a b",
         "authorization.connect_role_and_key key=k role=a", 0},
        {"keys.removeRoles", "\"c\"", "a b", "", 0},
        {"keys.setRoles", "\"b\",\"a\",\"b\"", "a b", "", 0},
        {"keys.setRoles", "\"a\",\"c\"", "a c",
         "authorization.disconnect_role_and_key key=k role=b\n"
         "authorization.connect_role_and_key key=k role=c",
         1},
        {"keys.setRoles", "\"a\"", "a", "authorization.disconnect_role_and_key key=k role=c", 1},
        {"keys.addRoles", "\"c\",\"b\"", "a b c",
         "authorization.connect_role_and_key key=k role=c\n"
         "authorization.connect_role_and_key key=k role=b",
         1},
        {"keys.removeRoles", "\"a\",\"c\",\"a\"", "b",
         "authorization.disconnect_role_and_key key=k role=a\n"
         "authorization.disconnect_role_and_key key=k role=c",
         1},
        {"keys.removeRoles", "\"b\"", "", "authorization.disconnect_role_and_key key=k role=b", 0},
        {"keys.setRoles", "\"b\"", "b", "authorization.connect_role_and_key key=k role=b", 1},
        {"keys.setRoles", "", "", "authorization.disconnect_role_and_key key=k role=b", 1},
        {"keys.setRoles", "", "", "", 0},
    };

    new_key();
    fx_ok("keys.addPermissions", "{\"keyId\":\"%s\",\"permissions\":[\"direct\"]}", key);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%zu: %s %s", i, rows[i].operation, rows[i].names);
        fx_audit_clear();
        changed(rows[i].operation, rows[i].names, rows[i].held);
        CHECK_STR(fx_audit_trail(), rows[i].trail);
        CHECK_INT(rbac_correlations(), rows[i].correlations);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_target WHERE type = 'key' AND id <> "
                             "'%s'",
                             key),
                  0);
    }
    CHECK_STR(rbac_of_key(key), "direct");
    CHECK_STR(rbac_of_role("a"), "p q");
}

static void
answers_whole_roles(void)
{
    struct answer a;

    new_key();
    changed("keys.addRoles", "\"b\"", "b");
    a = changed("keys.addRoles", "\"c\",\"a\"", "a b c");
    /* those held before, then the new ones in the order of the request */
    CHECK_STR(at_str(a, "data.0.name"), "b");
    CHECK(!at_has(a, "data.0.permissions"));
    CHECK(!at_has(a, "data.0.description"));
    CHECK_STR(at_str(a, "data.1.name"), "c");
    CHECK_STR(at_join(a, "data.1.permissions", "slug"), "q");
    CHECK_STR(at_str(a, "data.2.name"), "a");
    CHECK_STR(at_str(a, "data.2.description"), "d");
    CHECK_STR(at_join(a, "data.2.permissions", "slug"), "p q");
    CHECK_STR(at_str(a, "data.2.id"), fx_sql_str("SELECT id FROM lk_role WHERE name = 'a'"));
    CHECK_STR(fx_sql_str("SELECT description FROM lk_audit_event e JOIN lk_audit_target t ON "
                         "t.event_id = e.id WHERE t.name = 'a'"),
              arena_fmt(fx_ctx()->mem, "Added role a to key %s", key).p);
}

static void
unknown_roles_change_nothing(void)
{
    static const char *const operations[] = {"keys.addRoles", "keys.setRoles", "keys.removeRoles"};
    static const struct {
        const char *names, *named;
    } rows[] = {
        {"\"unknown\"", "'unknown'"},
        {"\"b\",\"first\",\"second\"", "'first'"},
        {"\"A\"", "'A'"},   /* the letter case counts here */
        {"\"a \"", "'a '"}, /* and so do spaces */
        {"\"\xc3\xa1\"", "'\xc3\xa1'"},
        {"\"theirs\"", "'theirs'"},
    };
    const char *theirs = fx_root_key(fx_new_workspace(), "rbac.*.create_role");
    const char *id;

    new_key();
    id = fx_sql_str("SELECT id FROM lk_role WHERE name = 'b'");
    fx_call(theirs, "permissions.createRole", "{\"name\":\"theirs\"}");
    changed("keys.setRoles", "\"a\"", "a");
    fx_audit_clear();
    for (size_t o = 0; o < 3; o++) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct answer a = change(NULL, operations[o], rows[i].names);

            test_row("%s %s", operations[o], rows[i].names);
            fx_check_error(a, 404, "unkey/data/role_not_found");
            CHECK_STR(at_str(a, "error.title"), "Not Found");
            CHECK(strstr(at_str(a, "error.detail"), rows[i].named) != NULL);
        }
        /* an id is taken for a name */
        fx_check_error(
            fx_call(NULL, operations[o], "{\"keyId\":\"%s\",\"roles\":[\"%s\"]}", key, id), 404,
            "unkey/data/role_not_found");
    }
    CHECK_STR(rbac_roles_of_key(key), "a");
    CHECK_INT(rbac_count("lk_role"), 4);
    CHECK_STR(fx_audit_names(), "");
}

#define UPDATE "api.*.update_key"

static void
access_after_lookup(void)
{
    static const struct {
        const char *grants, *operation;
        int status;
    } rows[] = {
        {UPDATE "\nrbac.*.add_role_to_key", "keys.addRoles", 200},
        {"api.API.update_key\nrbac.*.add_role_to_key", "keys.addRoles", 200},
        {UPDATE, "keys.addRoles", 403},
        {"api.*.read_key", "keys.addRoles", 403},
        {"rbac.*.read_role", "keys.addRoles", 403},
        {"rbac.*.add_role_to_key", "keys.addRoles", 403},
        {"unkey:v1:%s:keyspaces/KS/keys/KEY#update_key", "keys.addRoles", 200},
        {"unkey:v1:%s:keyspaces/KS/keys/KEY#read_key", "keys.addRoles", 403},
        {UPDATE, "keys.setRoles", 200},
        {"api.API.update_key", "keys.setRoles", 200},
        {"unkey:v1:%s:keyspaces/KS/keys/*#update_key", "keys.setRoles", 200},
        {"rbac.*.add_role_to_key\nrbac.*.remove_role_from_key", "keys.setRoles", 403},
        {"api.api_other12.update_key", "keys.setRoles", 403},
        {UPDATE, "keys.removeRoles", 200},
        {"unkey:v1:%s:**#*", "keys.removeRoles", 200},
        {"api.*.create_key\napi.*.delete_key\napi.*.read_key", "keys.removeRoles", 403},
        {"rbac.*.remove_role_from_key", "keys.removeRoles", 403},
    };
    const char *ks;

    new_key();
    ks = fx_sql_str("SELECT keyspace_id FROM lk_api");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *root = rbac_root(rbac_put(rows[i].grants, api, ks, key));
        struct answer a = change(root, rows[i].operation, "\"a\"");

        test_row("%zu: %s with %s", i, rows[i].operation, rows[i].grants);
        CHECK_INT(a.status, rows[i].status);
        if (rows[i].status == 403) {
            fx_check_error(a, 403, "unkey/authorization/insufficient_permissions");
            CHECK(strstr(at_str(a, "error.detail"), "Missing one of these permissions: ") != NULL);
            /* permission comes before the roles */
            CHECK_INT(change(root, rows[i].operation, "\"unknown\"").status, 403);
        }
        fx_check_error(
            fx_call(root, rows[i].operation, "{\"keyId\":\"unprefixed\",\"roles\":[\"a\"]}"), 404,
            "unkey/data/key_not_found");
    }
    CHECK_STR(at_str(change(rbac_root("x.y.z"), "keys.addRoles", "\"a\""), "error.detail"),
              arena_fmt(fx_ctx()->mem,
                        "Missing one of these permissions: unkey:v1:%s:keyspaces/%s/keys/"
                        "%s#update_key or api.*.update_key or api.%s.update_key and "
                        "rbac.*.add_role_to_key",
                        fx_workspace, ks, key, api)
                  .p);
}

static void
keys_out_of_reach(void)
{
    static const char *const operations[] = {"keys.addRoles", "keys.setRoles", "keys.removeRoles"};
    const char *theirs = fx_root_key(fx_new_workspace(), "api.*.update_key");

    new_key();
    for (size_t i = 0; i < 3; i++) {
        test_row("%s", operations[i]);
        fx_check_error(change(theirs, operations[i], "\"a\""), 404, "unkey/data/key_not_found");
        fx_sql("UPDATE lk_key SET deleted_at = 1");
        fx_check_error(change(NULL, operations[i], "\"a\""), 404, "unkey/data/key_not_found");
        fx_sql("UPDATE lk_key SET deleted_at = NULL");
    }
    CHECK_STR(fx_audit_names(), "");
}

/* Several at once */

static int
add_one(int i)
{
    char names[40];

    snprintf(names, sizeof(names), "\"r%d\",\"a\"", i);
    return change(NULL, "keys.addRoles", names).status;
}

static void
concurrent_additions_union(void)
{
    int status[8];

    new_key();
    for (int i = 0; i < 8; i++)
        rbac_role(arena_fmt(fx_ctx()->mem, "r%d", i).p, "");
    fx_parallel(8, add_one, status);
    for (int i = 0; i < 8; i++)
        CHECK_INT(status[i], 200);
    CHECK_STR(rbac_roles_of_key(key), "a r0 r1 r2 r3 r4 r5 r6 r7");
    CHECK_INT(fx_audit_count("authorization.connect_role_and_key"), 9);
}

static int
set_one(int i)
{
    char names[40];

    snprintf(names, sizeof(names), "\"r%d\"", i);
    return change(NULL, "keys.setRoles", names).status;
}

static void
one_of_ten_remains(void)
{
    int status[10];

    new_key();
    for (int i = 0; i < 10; i++)
        rbac_role(arena_fmt(fx_ctx()->mem, "r%d", i).p, "");
    fx_parallel(10, set_one, status);
    for (int i = 0; i < 10; i++)
        CHECK_INT(status[i], 200);
    CHECK_INT(rbac_count("lk_key_role"), 1);
    CHECK_INT(fx_audit_count("authorization.connect_role_and_key"), 10);
    CHECK_INT(fx_audit_count("authorization.disconnect_role_and_key"), 9);
}

static void
hold_two(void)
{
    fx_sql("DELETE FROM lk_key_role");
    fx_sql("INSERT INTO lk_key_role SELECT '%s', id, 1 FROM lk_role WHERE name IN ('a', 'b')", key);
}

static void
changes_are_atomic(void)
{
    static const struct {
        const char *operation, *names;
    } rows[] = {
        {"keys.addRoles", "\"a\",\"c\""},
        {"keys.setRoles", "\"a\",\"c\""},
        {"keys.removeRoles", "\"a\""},
    };

    new_key();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        fx_check_atomic(
            hold_two, rows[i].operation,
            arena_fmt(fx_ctx()->mem, "{\"keyId\":\"%s\",\"roles\":[%s]}", key, rows[i].names).p);
}

CU_TestInfo suite_api_keys_roles[] = {
    {"changes", changes},
    {"answers whole roles", answers_whole_roles},
    {"unknown roles change nothing", unknown_roles_change_nothing},
    {"access after lookup", access_after_lookup},
    {"keys out of reach", keys_out_of_reach},
    {"concurrent additions union", concurrent_additions_union},
    {"one of ten remains", one_of_ten_remains},
    {"changes are atomic", changes_are_atomic},
    CU_TEST_INFO_NULL,
};
