/* permissions.setRolePermissions */
#include "support/rbac.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#define ADD_AND_REMOVE "rbac.*.add_permission_to_role\nrbac.*.remove_permission_from_role"

static void
set_keeps_adds_and_removes(void)
{
    const char *id = rbac_role("r", "\"old.permission\",\"keep.permission\"");
    struct answer a;

    fx_audit_clear();
    for (int i = 0; i < 2; i++) { /* the second time there is nothing to do */
        a = fx_ok("permissions.setRolePermissions",
                  "{\"roleId\":\"%s\",\"permissions\":[\"new.permission\",\"KEEP.Permission\","
                  "\"NEW.Permission\"]}",
                  id);
        CHECK_INT(at_len(a, "data"), 2);
        CHECK_STR(at_str(a, "data.0.slug"), "keep.permission"); /* K sorts before n */
        CHECK_STR(at_str(a, "data.1.slug"), "new.permission");
        CHECK_STR(at_str(a, "data.1.name"), "new.permission");
        CHECK_INT(json_object_object_length(at(a, "data.1")), 3);
        CHECK_STR(rbac_of_role(id), "keep.permission new.permission");
        CHECK_STR(fx_audit_trail(), "permission.create permission=new.permission\n"
                                    "authorization.disconnect_role_and_permissions role=r "
                                    "permission=old.permission\n"
                                    "authorization.connect_role_and_permission role=r "
                                    "permission=new.permission");
        CHECK_INT(rbac_correlations(), 1);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_target WHERE type = 'role' AND id = "
                             "'%s'",
                             id),
                  2);
    }
    fx_audit_clear();
    for (int i = 0; i < 2; i++) {
        a = fx_ok("permissions.setRolePermissions", "{\"roleId\":\"%s\",\"permissions\":[]}", id);
        CHECK_INT(at_len(a, "data"), 0);
        CHECK(json_object_is_type(at(a, "data"), json_type_array));
        CHECK_INT(rbac_count("lk_role_permission"), 0);
        CHECK_INT(fx_audit_count("authorization.disconnect_role_and_permissions"), 2);
    }
    CHECK_INT(rbac_count("lk_permission"), 3);
    /* a single event has a correlation id as well */
    fx_audit_clear();
    fx_ok("permissions.setRolePermissions",
          "{\"roleId\":\"%s\",\"permissions\":[\"keep.permission\"]}", id);
    CHECK_STR(fx_audit_names(), "authorization.connect_role_and_permission");
    CHECK_INT(rbac_correlations(), 1);
}

static void
set_answers_in_requested_order(void)
{
    const char *id = rbac_role("r", "\"Zebra\",\"apple\"");
    struct answer a =
        fx_ok("permissions.setRolePermissions",
              "{\"roleId\":\"%s\",\"permissions\":[\"zebra\",\"b.new\",\"Apple\"]}", id);

    /* Apple, b.new, zebra, each as stored */
    CHECK_STR(at_str(a, "data.0.slug"), "apple");
    CHECK_STR(at_str(a, "data.1.slug"), "b.new");
    CHECK_STR(at_str(a, "data.2.slug"), "Zebra");
}

static void
set_finds_by_id_only(void)
{
    const char *id = rbac_role("by-name", "\"a\""), *ws = fx_new_workspace();
    const char *theirs = fx_root_key(ws, ADD_AND_REMOVE "\nrbac.*.create_permission");
    const char *wrong[] = {"by-name", "role_unknown12", "ROLE_unknown12"};

    fx_audit_clear();
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        for (int j = 0; j < 2; j++)
            fx_check_error(fx_call(NULL, "permissions.setRolePermissions",
                                   "{\"roleId\":\"%s\",\"permissions\":[%s]}", wrong[i],
                                   j ? "\"new.slug\"" : ""),
                           404, "unkey/data/role_not_found");
    fx_check_error(fx_call(theirs, "permissions.setRolePermissions",
                           "{\"roleId\":\"%s\",\"permissions\":[]}", id),
                   404, "unkey/data/role_not_found");
    CHECK_STR(rbac_of_role(id), "a");
    CHECK_INT(rbac_count("lk_permission"), 1);
    CHECK_STR(fx_audit_names(), "");
}

static void
setting_asks_for_what_it_needs(void)
{
    static const struct {
        const char *grants, *role, *permissions;
        int status;
        const char *detail;
    } rows[] = {
        {"rbac.*.add_permission_to_role", NULL, "", 403,
         "Missing permission: 'rbac.*.remove_permission_from_role'"},
        {"rbac.*.remove_permission_from_role", NULL, "\"a\"", 403,
         "Missing permission: 'rbac.*.add_permission_to_role'"},
        {"rbac.*.update_role", "role_unknown12", "", 403,
         "Missing permission: 'rbac.*.add_permission_to_role'"},
        {"unkey:v1:%s:**#*", NULL, "", 403, "Missing permission: 'rbac.*.add_permission_to_role'"},
        {ADD_AND_REMOVE, "role_unknown12", "", 404, NULL},
        {ADD_AND_REMOVE, NULL, "\"A\"", 200, NULL},
        {ADD_AND_REMOVE, NULL, "\"a\",\"missing\"", 403,
         "Missing one of these permissions: rbac.*.create_permission or "
         "unkey:v1:%s:rbac/permissions/*#create_permission"},
        {ADD_AND_REMOVE "\nunkey:v1:%s:rbac/permissions/perm_1#create_permission", NULL,
         "\"missing\"", 403,
         "Missing one of these permissions: rbac.*.create_permission or "
         "unkey:v1:%s:rbac/permissions/*#create_permission"},
        {ADD_AND_REMOVE "\nunkey:v1:%s:rbac/permissions/*#create_permission", NULL,
         "\"a\",\"by.urn\"", 200, NULL},
        {ADD_AND_REMOVE "\nrbac.*.create_permission", NULL, "\"a\",\"by.legacy\"", 200, NULL},
    };
    const char *id = rbac_role("r", "\"a\"");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *was = rbac_of_role(id);
        struct answer a;

        fx_audit_clear();
        a = fx_call(rbac_root(rows[i].grants), "permissions.setRolePermissions",
                    "{\"roleId\":\"%s\",\"permissions\":[%s]}", rows[i].role ? rows[i].role : id,
                    rows[i].permissions);
        test_row("%zu: %s", i, rows[i].grants);
        CHECK_INT(a.status, rows[i].status);
        if (rows[i].detail)
            CHECK_STR(at_str(a, "error.detail"), rbac_fill(rows[i].detail));
        if (a.status != 200) {
            CHECK_STR(rbac_of_role(id), was);
            CHECK_STR(fx_audit_names(), "");
        }
    }
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_permission WHERE slug = 'missing'"), 0);
}

static const char *shared_role;

static int
set_one_of_several(int i)
{
    static const char *const sets[] = {"\"x.1\",\"x.2\"", "\"y.1\"", "\"x.1\",\"z.1\",\"z.2\""};
    int status = 0;

    for (int round = 0; round < 5 && (round == 0 || status == 200); round++)
        status =
            fx_call(NULL, "permissions.setRolePermissions",
                    "{\"roleId\":\"%s\",\"permissions\":[%s]}", shared_role, sets[(i + round) % 3])
                .status;
    return status;
}

static void
one_of_the_submitted_sets_remains(void)
{
    int status[6];
    const char *left;

    shared_role = rbac_role("r", "");
    fx_parallel(6, set_one_of_several, status);
    for (int i = 0; i < 6; i++)
        CHECK_INT(status[i], 200);
    left = rbac_of_role(shared_role);
    CHECK(strcmp(left, "x.1 x.2") == 0 || strcmp(left, "y.1") == 0 ||
          strcmp(left, "x.1 z.1 z.2") == 0);
    CHECK_INT(fx_audit_count("permission.create"), 5);
    CHECK_INT(fx_audit_count("authorization.connect_role_and_permission") -
                  fx_audit_count("authorization.disconnect_role_and_permissions"),
              rbac_count("lk_role_permission"));
}

static int
attach_or_delete(int i)
{
    int status = 200;

    for (int round = 0; round < 15 && status < 500; round++)
        status = i % 2 ? fx_call(NULL, "permissions.setRolePermissions",
                                 "{\"roleId\":\"%s\",\"permissions\":[%s]}", shared_role,
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

    shared_role = rbac_role("r", "\"come.and.go\"");
    fx_parallel(4, attach_or_delete, status);
    for (int i = 0; i < 4; i++)
        CHECK(status[i] == 200 || (i % 2 == 0 && status[i] == 404));
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_role_permission rp LEFT JOIN lk_permission p ON "
                         "p.id = rp.permission_id WHERE p.id IS NULL"),
              0);
}

static void
long_lists(void)
{
    enum { MANY = 10000 };
    struct arena *mem = fx_ctx()->mem;
    char *list = arena_alloc(mem, (MANY + 1) * 12), *end = list;
    const char *id = rbac_role("r", "");
    struct answer a;

    for (int i = 0; i < MANY; i++)
        end += sprintf(end, "%s\"s.%d\"", i ? "," : "", i);
    a = fx_ok("permissions.setRolePermissions", "{\"roleId\":\"%s\",\"permissions\":[%s]}", id,
              list);
    CHECK_INT(at_len(a, "data"), MANY);
    CHECK_INT(rbac_count("lk_role_permission"), MANY);
    fx_ok("permissions.setRolePermissions", "{\"roleId\":\"%s\",\"permissions\":[]}", id);
    CHECK_INT(rbac_count("lk_role_permission"), 0);
    sprintf(end, ",\"s.0\"");
    a = fx_call(NULL, "permissions.setRolePermissions", "{\"roleId\":\"%s\",\"permissions\":[%s]}",
                id, list);
    fx_check_error(a, 400, "unkey/application/invalid_input");
    CHECK_INT(at_len(a, "error.errors"), 0);
    CHECK(at_has(a, "error.errors"));
}

static void
one_role(void)
{
    fx_sql("DELETE FROM lk_role");
    fx_sql("DELETE FROM lk_permission");
    fx_sql("DELETE FROM lk_role_permission");
    fx_sql("INSERT INTO lk_role (id, workspace_id, name, created_at) VALUES ('role_1', '%s', 'r', "
           "1)",
           fx_workspace);
    fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, created_at) VALUES "
           "('perm_1', '%s', 'old', 'n', 1), ('perm_2', '%s', 'keep', 'n', 1)",
           fx_workspace, fx_workspace);
    fx_sql("INSERT INTO lk_role_permission VALUES ('role_1', 'perm_1', 1), "
           "('role_1', 'perm_2', 1)");
    fx_sql("REPLACE INTO lk_key_role VALUES ('key', 'role_1', 1)");
}

static void
changes_are_atomic(void)
{
    fx_check_atomic(one_role, "permissions.setRolePermissions",
                    "{\"roleId\":\"role_1\",\"permissions\":[\"keep\",\"new\"]}");
}

CU_TestInfo suite_api_permissions_set_role_permissions[] = {
    {"setting keeps, adds and removes", set_keeps_adds_and_removes},
    {"setting answers in the requested order", set_answers_in_requested_order},
    {"setting finds by id only", set_finds_by_id_only},
    {"setting asks for what it needs", setting_asks_for_what_it_needs},
    {"one of the submitted sets remains", one_of_the_submitted_sets_remains},
    {"nothing dangles", nothing_dangles},
    {"long lists", long_lists},
    {"changes are atomic", changes_are_atomic},
    CU_TEST_INFO_NULL,
};
