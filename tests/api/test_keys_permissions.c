/* keys.addPermissions, setPermissions, removePermissions */
#include "support/rbac.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static const char *api, *key;

static void
new_key(void)
{
    api = rbac_api();
    key = rbac_key(api);
}

static struct answer
change(const char *root, const char *operation, const char *slugs)
{
    return fx_call(root, operation, "{\"keyId\":\"%s\",\"permissions\":[%s]}", key, slugs);
}

/* The same, which has to succeed and to answer what the key then holds. */
static struct answer
changed(const char *operation, const char *slugs, const char *held)
{
    struct answer a = change(NULL, operation, slugs);

    CHECK_INT(a.status, 200);
    CHECK(json_object_is_type(at(a, "data"), json_type_array));
    CHECK(!at_has(a, "pagination"));
    CHECK_STR(at_join(a, "data", "slug"), held);
    CHECK_STR(rbac_of_key(key), held);
    return a;
}

static void
adds(void)
{
    static const struct {
        const char *slugs, *held, *trail;
    } rows[] = {
        {"\"docs.read\"", "docs.read",
         "authorization.connect_permission_and_key key=k permission=docs.read"},
        {"\"docs.read\"", "docs.read", ""},
        {"\"DOCS.Read\"", "docs.read", ""},
        {"\"b\",\"a\",\"B\"", "a b docs.read",
         "permission.create permission=b\npermission.create permission=a\n"
         "authorization.connect_permission_and_key key=k permission=b\n"
         "authorization.connect_permission_and_key key=k permission=a"},
        {"\"a\",\"c\"", "a b c docs.read",
         "permission.create permission=c\n"
         "authorization.connect_permission_and_key key=k permission=c"},
    };
    struct answer a;

    new_key();
    fx_ok("permissions.createPermission",
          "{\"name\":\"Read\",\"slug\":\"docs.read\",\"description\":\"d\"}");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("adding %s", rows[i].slugs);
        fx_audit_clear();
        a = changed("keys.addPermissions", rows[i].slugs, rows[i].held);
        CHECK_STR(fx_audit_trail(), rows[i].trail);
        CHECK_INT(rbac_correlations(), rows[i].trail[0] != '\0'); /* also for a single event */
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event WHERE correlation_id = ''"), 0);
    }
    /* first those held before, by slug, then the new ones; complete */
    CHECK_STR(at_str(a, "data.0.slug"), "a");
    CHECK_STR(at_str(a, "data.2.slug"), "docs.read");
    CHECK_STR(at_str(a, "data.2.name"), "Read");
    CHECK_STR(at_str(a, "data.2.description"), "d");
    CHECK_STR(at_str(a, "data.3.slug"), "c");
    CHECK_STR(at_str(a, "data.3.name"), "c");
    CHECK_INT(json_object_object_length(at(a, "data.3")), 3);
    CHECK_STR(fx_sql_str("SELECT t.id FROM lk_audit_target t WHERE t.type = 'key'"), key);
    CHECK_STR(fx_sql_str("SELECT t.meta FROM lk_audit_target t JOIN lk_audit_event e ON e.id = "
                         "t.event_id WHERE e.event = 'permission.create'"),
              "{\"name\":\"c\",\"slug\":\"c\"}");
    CHECK_INT(fx_sql_int("SELECT updated_at FROM lk_key"), -999);
}

static void
sets(void)
{
    static const struct {
        const char *slugs, *held, *trail;
    } rows[] = {
        {"\"old\"", "old",
         "permission.create permission=old\n"
         "authorization.connect_permission_and_key key=k permission=old"},
        {"\"b\",\"a\"", "a b",
         "authorization.disconnect_permission_and_key key=k permission=old\n"
         "permission.create permission=b\npermission.create permission=a\n"
         "authorization.connect_permission_and_key key=k permission=b\n"
         "authorization.connect_permission_and_key key=k permission=a"},
        {"\"a\",\"b\"", "a b", ""},
        {"\"A\",\"b\",\"B\"", "a b", ""},
        {"\"old\",\"b\"", "b old",
         "authorization.disconnect_permission_and_key key=k permission=a\n"
         "authorization.connect_permission_and_key key=k permission=old"},
        {"", "",
         "authorization.disconnect_permission_and_key key=k permission=b\n"
         "authorization.disconnect_permission_and_key key=k permission=old"},
        {"", "", ""},
    };

    new_key();
    rbac_role("r", "\"through.role\"");
    fx_ok("keys.addRoles", "{\"keyId\":\"%s\",\"roles\":[\"r\"]}", key);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%zu: setting %s", i, rows[i].slugs);
        fx_audit_clear();
        changed("keys.setPermissions", rows[i].slugs, rows[i].held);
        CHECK_STR(fx_audit_trail(), rows[i].trail);
        CHECK_INT(rbac_correlations(), rows[i].trail[0] != '\0');
    }
    CHECK_STR(rbac_of_role("r"), "through.role");
    CHECK_STR(rbac_roles_of_key(key), "r");
    CHECK_INT(rbac_count("lk_permission"), 4);
}

static void
removes(void)
{
    static const struct {
        const char *slugs, *held, *trail;
        long long correlations;
    } rows[] = {
        {"\"B\"", "a c d", "authorization.disconnect_permission_and_key key=k permission=b", 0},
        {"\"b\"", "a c d", "", 0},
        {"\"d\",\"unheld\",\"through.role\",\"a\"", "c",
         "authorization.disconnect_permission_and_key key=k permission=a\n"
         "authorization.disconnect_permission_and_key key=k permission=d",
         1},
        {"\"c\",\"C\"", "", "authorization.disconnect_permission_and_key key=k permission=c", 0},
    };

    new_key();
    rbac_permission("unheld");
    rbac_role("r", "\"through.role\"");
    fx_ok("keys.addRoles", "{\"keyId\":\"%s\",\"roles\":[\"r\"]}", key);
    changed("keys.setPermissions", "\"a\",\"b\",\"c\",\"d\"", "a b c d");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("removing %s", rows[i].slugs);
        fx_audit_clear();
        changed("keys.removePermissions", rows[i].slugs, rows[i].held);
        CHECK_STR(fx_audit_trail(), rows[i].trail);
        CHECK_INT(rbac_correlations(), rows[i].correlations);
    }
    CHECK_INT(rbac_count("lk_permission"), 6);
    CHECK_INT(rbac_count("lk_role_permission"), 1);
}

static void
removing_needs_existing_ones(void)
{
    const char *theirs = fx_root_key(fx_new_workspace(), "rbac.*.create_permission");
    struct answer a;

    new_key();
    changed("keys.setPermissions", "\"held\"", "held");
    fx_call(theirs, "permissions.createPermission", "{\"name\":\"n\",\"slug\":\"theirs\"}");
    fx_audit_clear();
    a = change(NULL, "keys.removePermissions", "\"held\",\"theirs\",\"unknown\"");
    fx_check_error(a, 404, "unkey/data/permission_not_found");
    CHECK(strstr(at_str(a, "error.detail"), "'theirs'") != NULL);
    CHECK(strstr(at_str(a, "error.detail"), "unknown") == NULL);
    /* an id is taken for a slug */
    a = fx_call(NULL, "keys.removePermissions", "{\"keyId\":\"%s\",\"permissions\":[\"%s\"]}", key,
                fx_sql_str("SELECT id FROM lk_permission WHERE slug = 'held'"));
    fx_check_error(a, 404, "unkey/data/permission_not_found");
    CHECK_STR(rbac_of_key(key), "held");
    CHECK_STR(fx_audit_names(), "");
}

static void
an_id_is_taken_for_a_slug(void)
{
    const char *id = rbac_permission("a");

    new_key();
    fx_ok("keys.addPermissions", "{\"keyId\":\"%s\",\"permissions\":[\"%s\"]}", key, id);
    CHECK_STR(rbac_of_key(key), id);
}

/* Access */

#define UPDATE "api.*.update_key"
#define BY_ANY "Missing one of these permissions: unkey:v1:%s:keyspaces/"

static void
access_after_lookup(void)
{
    static const struct {
        const char *grants, *operation;
        int status;
    } rows[] = {
        {UPDATE "\nrbac.*.add_permission_to_key", "keys.addPermissions", 200},
        {"api.API.update_key\nrbac.*.add_permission_to_key", "keys.addPermissions", 200},
        {UPDATE, "keys.addPermissions", 403},
        {"rbac.*.add_permission_to_key", "keys.addPermissions", 403},
        {UPDATE "\nrbac.*.remove_permission_from_key", "keys.addPermissions", 403},
        {"api.api_other12.update_key\nrbac.*.add_permission_to_key", "keys.addPermissions", 403},
        {"api.read.update_key", "keys.addPermissions", 403},
        {"", "keys.addPermissions", 403},
        {"unkey:v1:%s:keyspaces/KS/keys/KEY#update_key", "keys.addPermissions", 200},
        {"unkey:v1:%s:keyspaces/KS/keys/*#update_key", "keys.addPermissions", 200},
        {"unkey:v1:%s:keyspaces/KS/**#update_key", "keys.addPermissions", 200},
        {"unkey:v1:%s:**#*", "keys.addPermissions", 200},
        {"unkey:v1:%s:keyspaces/KS/keys/key_other#update_key", "keys.addPermissions", 403},
        {"unkey:v1:%s:keyspaces/KS/keys/KEY#read_key", "keys.addPermissions", 403},
        {"unkey:v1:ws_other:keyspaces/KS/keys/KEY#update_key", "keys.addPermissions", 403},
        {UPDATE "\nrbac.*.add_permission_to_key\nrbac.*.remove_permission_from_key",
         "keys.setPermissions", 200},
        {UPDATE "\nrbac.*.add_permission_to_key", "keys.setPermissions", 403},
        {UPDATE "\nrbac.*.remove_permission_from_key", "keys.setPermissions", 403},
        {"rbac.*.add_permission_to_key\nrbac.*.remove_permission_from_key", "keys.setPermissions",
         403},
        {"unkey:v1:%s:keyspaces/KS/keys/KEY#update_key", "keys.setPermissions", 200},
        {UPDATE "\nrbac.*.remove_permission_from_key", "keys.removePermissions", 200},
        {UPDATE "\nrbac.*.add_permission_to_key", "keys.removePermissions", 403},
        {"rbac.*.remove_permission_from_key", "keys.removePermissions", 403},
        {"unkey:v1:%s:keyspaces/KS/keys/KEY#update_key", "keys.removePermissions", 200},
    };
    const char *ks;

    new_key();
    ks = fx_sql_str("SELECT keyspace_id FROM lk_api");
    rbac_permission("there");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *root = rbac_root(rbac_put(rows[i].grants, api, ks, key));
        struct answer a = change(root, rows[i].operation, "\"there\"");

        test_row("%zu: %s with %s", i, rows[i].operation, rows[i].grants);
        CHECK_INT(a.status, rows[i].status);
        if (rows[i].status == 403) {
            fx_check_error(a, 403, "unkey/authorization/insufficient_permissions");
            CHECK(strncmp(at_str(a, "error.detail"), rbac_fill(BY_ANY),
                          strlen(rbac_fill(BY_ANY))) == 0);
        }
        fx_check_error(fx_call(root, rows[i].operation,
                               "{\"keyId\":\"key_unknown\",\"permissions\":[\"there\"]}"),
                       404, "unkey/data/key_not_found");
    }
}

static void
a_403_lists_the_alternatives(void)
{
    new_key();
    CHECK_STR(
        at_str(change(rbac_root("api.*.read_key"), "keys.setPermissions", ""), "error.detail"),
        arena_fmt(fx_ctx()->mem,
                  "Missing one of these permissions: unkey:v1:%s:keyspaces/%s/keys/"
                  "%s#update_key or api.*.update_key or api.%s.update_key and "
                  "rbac.*.add_permission_to_key and rbac.*.remove_permission_from_key",
                  fx_workspace, fx_sql_str("SELECT keyspace_id FROM lk_api"), key, api)
            .p);
}

static void
creating_needs_a_permission(void)
{
    static const struct {
        const char *grant;
        int status;
    } rows[] = {
        {"rbac.*.read_permission", 403},
        {"unkey:v1:%s:rbac/permissions/perm_1#create_permission", 403},
        {"unkey:v1:%s:rbac/permissions/*#read_permission", 403},
        {"unkey:v1:%s:rbac/permissions/*#create_permission", 200},
        {"unkey:v1:%s:rbac/**#create_permission", 200},
        {"rbac.*.create_permission", 200},
    };
    static const char *const operations[] = {"keys.addPermissions", "keys.setPermissions"};

    new_key();
    changed("keys.setPermissions", "\"held\"", "held");
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        const char *grant = rows[i / 2].grant;
        const char *root = rbac_root(
            arena_fmt(fx_ctx()->mem, "unkey:v1:%%s:keyspaces/**#update_key\n%s", grant).p);
        char slugs[40];
        struct answer a;

        test_row("%s with %s", operations[i % 2], grant);
        snprintf(slugs, sizeof(slugs), "\"held\",\"new.%zu\"", i);
        fx_audit_clear();
        a = change(root, operations[i % 2], slugs);
        CHECK_INT(a.status, rows[i / 2].status);
        if (a.status == 200)
            continue;
        CHECK_STR(at_str(a, "error.detail"),
                  rbac_fill("Missing one of these permissions: unkey:v1:%s:rbac/permissions/*#"
                            "create_permission or rbac.*.create_permission"));
        CHECK_STR(rbac_of_key(key), "held");
        CHECK_INT(rbac_count("lk_permission"), 1);
        CHECK_STR(fx_audit_names(), "");
    }
}

static void
keys_out_of_reach(void)
{
    static const char *const operations[] = {"keys.addPermissions", "keys.setPermissions",
                                             "keys.removePermissions"};
    const char *theirs = fx_root_key(fx_new_workspace(), "unkey:v1:**#*\napi.*.update_key");

    new_key();
    changed("keys.setPermissions", "\"held\"", "held");
    fx_audit_clear();
    for (size_t i = 0; i < 3; i++) {
        test_row("%s", operations[i]);
        fx_check_error(change(theirs, operations[i], "\"new\""), 404, "unkey/data/key_not_found");
        fx_check_error(change(rbac_root("x.y.z"), operations[i], "\"new\""), 403,
                       "unkey/authorization/insufficient_permissions");
        fx_sql("UPDATE lk_key SET deleted_at = 1");
        fx_check_error(change(NULL, operations[i], "\"new\""), 404, "unkey/data/key_not_found");
        fx_sql("UPDATE lk_key SET deleted_at = NULL");
        fx_sql("UPDATE lk_api SET deleted_at = 1");
        fx_check_error(change(NULL, operations[i], "\"new\""), 404, "unkey/data/key_not_found");
        fx_sql("UPDATE lk_api SET deleted_at = NULL");
    }
    CHECK_STR(rbac_of_key(key), "held");
    CHECK_INT(rbac_count("lk_permission"), 1);
    CHECK_STR(fx_audit_names(), "");
}

/* Several at once */

static int
add_own_and_shared(int i)
{
    char slugs[60];

    snprintf(slugs, sizeof(slugs), "\"own.%d\",\"%s\"", i, i % 2 ? "shared" : "SHARED");
    return change(NULL, "keys.addPermissions", slugs).status;
}

static void
concurrent_additions_union(void)
{
    int status[6];

    new_key();
    fx_audit_clear();
    fx_parallel(6, add_own_and_shared, status);
    for (int i = 0; i < 6; i++)
        CHECK_INT(status[i], 200);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_permission WHERE key_id = '%s'", key), 7);
    CHECK_INT(fx_audit_count("permission.create"), 7);
    CHECK_INT(fx_audit_count("authorization.connect_permission_and_key"), 7);
}

static int
set_one_of_several(int i)
{
    static const char *const sets[] = {"\"x.1\",\"x.2\"", "\"y.1\"", "\"x.1\",\"z.1\",\"z.2\""};
    int status = 200;

    for (int round = 0; round < 5 && status == 200; round++)
        status = change(NULL, "keys.setPermissions", sets[(i + round) % 3]).status;
    return status;
}

static void
one_of_the_submitted_sets_remains(void)
{
    int status[6];
    const char *left;

    new_key();
    fx_audit_clear();
    fx_parallel(6, set_one_of_several, status);
    for (int i = 0; i < 6; i++)
        CHECK_INT(status[i], 200);
    left = rbac_of_key(key);
    CHECK(strcmp(left, "x.1 x.2") == 0 || strcmp(left, "y.1") == 0 ||
          strcmp(left, "x.1 z.1 z.2") == 0);
    CHECK_INT(fx_audit_count("permission.create"), 5);
    CHECK_INT(fx_audit_count("authorization.connect_permission_and_key") -
                  fx_audit_count("authorization.disconnect_permission_and_key"),
              rbac_count("lk_key_permission"));
}

static int
attach_or_delete(int i)
{
    int status = 200;

    for (int round = 0; round < 15 && status < 500; round++)
        status = i % 2 ? change(NULL, round % 2 ? "keys.addPermissions" : "keys.setPermissions",
                                round % 2 ? "\"come.and.go\"" : "")
                             .status
                       : fx_call(NULL, "permissions.deletePermission",
                                 "{\"permission\":\"come.and.go\"}")
                             .status;
    return status;
}

static void
nothing_dangles(void)
{
    int status[4];

    new_key();
    fx_parallel(4, attach_or_delete, status);
    for (int i = 0; i < 4; i++)
        CHECK(status[i] == 200 || (i % 2 == 0 && status[i] == 404));
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_permission kp LEFT JOIN lk_permission p ON "
                         "p.id = kp.permission_id WHERE p.id IS NULL"),
              0);
}

static void
hold_two(void)
{
    fx_sql("DELETE FROM lk_permission");
    fx_sql("DELETE FROM lk_key_permission");
    fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, created_at) VALUES "
           "('perm_1', '%s', 'one', 'n', 1), ('perm_2', '%s', 'two', 'n', 1)",
           fx_workspace, fx_workspace);
    fx_sql("INSERT INTO lk_key_permission VALUES ('%s', 'perm_1', 1), ('%s', 'perm_2', 1)", key,
           key);
}

static void
changes_are_atomic(void)
{
    static const struct {
        const char *operation, *slugs;
    } rows[] = {
        {"keys.addPermissions", "\"one\",\"new\""},
        {"keys.setPermissions", "\"one\",\"new\""},
        {"keys.removePermissions", "\"one\""},
    };

    new_key();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        fx_check_atomic(
            hold_two, rows[i].operation,
            arena_fmt(fx_ctx()->mem, "{\"keyId\":\"%s\",\"permissions\":[%s]}", key, rows[i].slugs)
                .p);
}

static void
long_lists(void)
{
    enum { MANY = 1000 };
    struct arena *mem = fx_ctx()->mem;
    char *list = arena_alloc(mem, (MANY + 2) * 12), *end = list;

    new_key();
    for (int i = 0; i < MANY; i++)
        end += sprintf(end, "%s\"s.%d\"", i ? "," : "", i);
    CHECK_INT(at_len(change(NULL, "keys.addPermissions", list), "data"), MANY);
    CHECK_INT(at_len(change(NULL, "keys.removePermissions", list), "data"), 0);
    sprintf(end, ",\"one.more\"");
    CHECK_INT(change(NULL, "keys.addPermissions", list).status, 400);
    CHECK_INT(change(NULL, "keys.removePermissions", list).status, 400);
    CHECK_INT(at_len(change(NULL, "keys.setPermissions", list), "data"), MANY + 1);
    CHECK_INT(rbac_count("lk_key_permission"), MANY + 1);
}

CU_TestInfo suite_api_keys_permissions[] = {
    {"adds", adds},
    {"sets", sets},
    {"removes", removes},
    {"removing needs existing ones", removing_needs_existing_ones},
    {"an id is taken for a slug", an_id_is_taken_for_a_slug},
    {"access after lookup", access_after_lookup},
    {"a 403 lists the alternatives", a_403_lists_the_alternatives},
    {"creating needs a permission", creating_needs_a_permission},
    {"keys out of reach", keys_out_of_reach},
    {"concurrent additions union", concurrent_additions_union},
    {"one of the submitted sets remains", one_of_the_submitted_sets_remains},
    {"nothing dangles", nothing_dangles},
    {"changes are atomic", changes_are_atomic},
    {"long lists", long_lists},
    CU_TEST_INFO_NULL,
};
