/* permissions.createRole, getRole, deleteRole, listRoles */
#include "support/rbac.h"
#include "support/test.h"

#include <string.h>

static struct answer
get(const char *id_or_name)
{
    return fx_call(NULL, "permissions.getRole", "{\"role\":\"%s\"}", id_or_name);
}

/* Creating */

static void
creates_plain_roles(void)
{
    static const struct {
        const char *body, *name;
        bool described;
    } rows[] = {
        {"{\"name\":\"plain\"}", "plain", false},
        {"{\"name\":\"with none\",\"permissions\":[]}", "with none", false},
        {"{\"name\":\"no text\",\"description\":\"\"}", "no text", false},
        {"{\"name\":\"described\",\"description\":\"Everything\"}", "described", true},
        {"{\"name\":\"  spaces  \"}", "  spaces  ", false},
        {"{\"name\":\"Sales & <Support> \xc3\x9cn\xc3\xaft\xc3\xa9"
         "d\"}",
         "Sales & <Support> \xc3\x9cn\xc3\xaft\xc3\xa9"
         "d",
         false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a, got;

        test_row("%s", rows[i].name);
        fx_audit_clear();
        a = fx_ok("permissions.createRole", "%s", rows[i].body);
        CHECK_INT(json_object_object_length(at(a, "data")), 1);
        CHECK_INT(strncmp(at_str(a, "data.roleId"), "role_", 5), 0);
        CHECK_STR(fx_audit_names(), "role.create");
        CHECK_STR(fx_sql_str("SELECT correlation_id FROM lk_audit_event"), "");
        CHECK_STR(fx_sql_str("SELECT id FROM lk_audit_target"), at_str(a, "data.roleId"));
        CHECK_STR(fx_sql_str("SELECT JSON_VALUE(meta, '$.name') FROM lk_audit_target"),
                  rows[i].name);
        CHECK_STR(fx_sql_str("SELECT JSON_VALUE(meta, '$.description') FROM lk_audit_target"),
                  rows[i].described ? "Everything" : "");
        got = get(at_str(a, "data.roleId"));
        CHECK_STR(at_str(got, "data.name"), rows[i].name);
        CHECK_INT(at_has(got, "data.description"), rows[i].described);
        CHECK(!at_has(got, "data.permissions"));
    }
}

static void
creates_with_permissions(void)
{
    const char *existing = rbac_permission("Docs.Read"), *id;

    fx_audit_clear();
    id = rbac_role("editor", "\"docs.READ\",\"docs.write\",\"DOCS.Write\",\"Docs.Read\"");
    CHECK_STR(rbac_of_role(id), "Docs.Read docs.write");
    CHECK_INT(rbac_count("lk_permission"), 2);
    CHECK_STR(
        at_str(fx_ok("permissions.getPermission", "{\"permission\":\"docs.write\"}"), "data.name"),
        "docs.write");
    CHECK_STR(fx_audit_trail(), "role.create role=editor\n"
                                "permission.create permission=docs.write\n"
                                "authorization.connect_role_and_permission role=editor "
                                "permission=Docs.Read\n"
                                "authorization.connect_role_and_permission role=editor "
                                "permission=docs.write");
    CHECK_INT(rbac_correlations(), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event WHERE correlation_id = ''"), 0);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_target WHERE type = 'role' AND id = '%s' "
                         "AND JSON_VALUE(meta, '$.name') = 'editor'",
                         id),
              3);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_target WHERE type = 'permission' AND id = "
                         "'%s'",
                         existing),
              1);
    CHECK_STR(fx_sql_str("SELECT t.meta FROM lk_audit_target t JOIN lk_audit_event e ON e.id = "
                         "t.event_id WHERE e.event = 'permission.create'"),
              "{\"name\":\"docs.write\",\"slug\":\"docs.write\"}");
}

static void
names_are_unique(void)
{
    /* as the index sees it: without regard to case, accents and trailing spaces */
    static const char *const taken[] = {"R\xc3\xb4le", "r\xc3\xb4LE", "role", "R\xc3\xb4le  "};
    const char *other = fx_root_key(fx_new_workspace(), "rbac.*.create_role");

    rbac_role(taken[0], "");
    fx_audit_clear();
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        struct answer a = fx_call(NULL, "permissions.createRole",
                                  "{\"name\":\"%s\",\"permissions\":[\"left.behind\"]}", taken[i]);

        test_row("%s", taken[i]);
        fx_check_error(a, 409, "unkey/data/role_already_exists");
        CHECK_STR(at_str(a, "error.title"), "Conflicting Resource");
        CHECK(strstr(at_str(a, "error.detail"), taken[i]) != NULL);
        CHECK(strstr(at_str(a, "error.detail"), "already exists") != NULL);
    }
    CHECK_INT(rbac_count("lk_role"), 1);
    CHECK_INT(rbac_count("lk_permission"), 0);
    CHECK_STR(fx_audit_names(), "");
    CHECK_INT(fx_call(other, "permissions.createRole", "{\"name\":\"%s\"}", taken[0]).status, 200);
}

static void
creating_asks_for_what_it_needs(void)
{
    static const struct {
        const char *grants, *permissions;
        int status;
        const char *detail;
    } rows[] = {
        {"rbac.*.create_role", "", 200, ""},
        {"rbac.*.read_role", "", 403, "Missing one of these permissions: rbac.*.create_role"},
        {"unkey:v1:%s:**#*", "", 403, "Missing one of these permissions: rbac.*.create_role"},
        {"rbac.*.add_permission_to_role", "\"there\"", 403,
         "Missing one of these permissions: rbac.*.create_role"},
        {"rbac.*.create_role", "\"there\"", 403,
         "Missing one of these permissions: rbac.*.add_permission_to_role"},
        {"rbac.*.create_role\nrbac.*.create_permission", "\"missing\"", 403,
         "Missing one of these permissions: rbac.*.add_permission_to_role"},
        {"rbac.*.create_role\nrbac.*.add_permission_to_role", "\"THERE\"", 200, ""},
        {"rbac.*.create_role\nrbac.*.add_permission_to_role", "\"there\",\"missing\"", 403,
         "Missing one of these permissions: rbac.*.create_permission"},
        {"rbac.*.create_role\nrbac.*.add_permission_to_role\n"
         "unkey:v1:%s:rbac/permissions/*#create_permission",
         "\"missing\"", 403, "Missing one of these permissions: rbac.*.create_permission"},
        {"rbac.*.create_role\nrbac.*.add_permission_to_role\nrbac.*.create_permission",
         "\"missing\"", 200, ""},
    };

    rbac_permission("there");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        long long roles = rbac_count("lk_role"), permissions = rbac_count("lk_permission");
        struct answer a;

        fx_audit_clear();
        a = fx_call(rbac_root(rows[i].grants), "permissions.createRole",
                    "{\"name\":\"role %zu\",\"permissions\":[%s]}", i, rows[i].permissions);
        test_row("%zu: %s", i, rows[i].grants);
        CHECK_INT(a.status, rows[i].status);
        if (rows[i].status == 200)
            continue;
        fx_check_error(a, 403, "unkey/authorization/insufficient_permissions");
        CHECK_STR(at_str(a, "error.detail"), rows[i].detail);
        CHECK_INT(rbac_count("lk_role"), roles);
        CHECK_INT(rbac_count("lk_permission"), permissions);
        CHECK_STR(fx_audit_names(), "");
    }
}

static void
workspaces_do_not_share(void)
{
    const char *ws = fx_new_workspace();
    const char *theirs = fx_root_key(ws, "rbac.*.create_role\nrbac.*.add_permission_to_role\n"
                                         "rbac.*.create_permission");

    rbac_permission("shared.slug");
    CHECK_INT(fx_call(theirs, "permissions.createRole",
                      "{\"name\":\"r\",\"permissions\":[\"shared.slug\"]}")
                  .status,
              200);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_permission WHERE workspace_id = '%s'", ws), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_role_permission rp JOIN lk_permission p ON p.id "
                         "= rp.permission_id WHERE p.workspace_id = '%s'",
                         ws),
              1);
}

static int
create_with_shared(int i)
{
    return fx_call(NULL, "permissions.createRole",
                   "{\"name\":\"role %d\",\"permissions\":[\"%s.a\",\"%s.b\",\"%s.c\"]}", i,
                   i % 2 ? "x" : "X", i % 2 ? "x" : "X", i % 2 ? "x" : "X")
        .status;
}

static void
several_create_one_permission(void)
{
    int status[6];

    fx_parallel(6, create_with_shared, status);
    for (int i = 0; i < 6; i++)
        CHECK_INT(status[i], 200);
    CHECK_INT(rbac_count("lk_permission"), 3);
    CHECK_INT(rbac_count("lk_role_permission"), 18);
    CHECK_INT(fx_audit_count("permission.create"), 3);
    CHECK_INT(fx_audit_count("authorization.connect_role_and_permission"), 18);
}

static int
create_same_name(int i)
{
    return fx_call(NULL, "permissions.createRole",
                   "{\"name\":\"same\",\"permissions\":[\"of.%d\"]}", i)
        .status;
}

static void
one_creator_of_a_name_wins(void)
{
    int status[6], won = 0;

    fx_parallel(6, create_same_name, status);
    for (int i = 0; i < 6; i++) {
        won += status[i] == 200;
        CHECK(status[i] == 200 || status[i] == 409);
    }
    CHECK_INT(won, 1);
    CHECK_INT(rbac_count("lk_permission"), 1);
}

/* Finding */

static void
found_by_id_and_name(void)
{
    const char *id = rbac_role("Big R\xc3\xb4le", "\"b\",\"a\"");
    const char *same[] = {id, "Big R\xc3\xb4le", "BIG r\xc3\x94LE"};
    static const char *const not [] = {"Big", "%", "Big R_le", "Big R\xc3\xb4le ",
                                       "role_123456789"};
    const char *other = fx_root_key(fx_new_workspace(), "rbac.*.read_role");

    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        struct answer a = get(same[i]);

        test_row("%s", same[i]);
        CHECK_INT(a.status, 200);
        CHECK_STR(at_str(a, "data.id"), id);
        CHECK_STR(at_str(a, "data.name"), "Big R\xc3\xb4le");
        CHECK_STR(at_join(a, "data.permissions", "slug"), "a b");
        CHECK_INT(json_object_object_length(at(a, "data.permissions.0")), 3);
        fx_check_error(fx_call(other, "permissions.getRole", "{\"role\":\"%s\"}", same[i]), 404,
                       "unkey/data/role_not_found");
    }
    for (size_t i = 0; i < sizeof(not ) / sizeof(not [0]); i++) {
        test_row("%s", not [i]);
        fx_check_error(get(not [i]), 404, "unkey/data/role_not_found");
    }
}

static void
an_id_wins_over_a_name(void)
{
    const char *first = rbac_role("first", ""), *second = rbac_role(first, "");

    CHECK_STR(at_str(get(first), "data.name"), "first");
    fx_ok("permissions.deleteRole", "{\"role\":\"%s\"}", first);
    CHECK_STR(at_str(get(first), "data.id"), second);
    fx_ok("permissions.deleteRole", "{\"role\":\"%s\"}", first);
    CHECK_INT(rbac_count("lk_role"), 0);
}

/* Deleting */

static void
deleting_takes_it_from_all(void)
{
    const char *api = at_str(fx_ok("apis.createApi", "{\"name\":\"api\"}"), "data.apiId");
    const char *id = rbac_role("Editor", "\"a\",\"b\"");
    struct answer key = fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"roles\":[\"Editor\"]}", api);
    const char *other = fx_root_key(fx_new_workspace(), "rbac.*.delete_role");

    rbac_role("kept", "\"a\"");
    fx_audit_clear();
    fx_check_error(fx_call(other, "permissions.deleteRole", "{\"role\":\"%s\"}", id), 404,
                   "unkey/data/role_not_found");
    fx_check_error(fx_call(NULL, "permissions.deleteRole", "{\"role\":\"editor \"}"), 404,
                   "unkey/data/role_not_found");
    CHECK_STR(fx_audit_names(), "");
    CHECK_INT(json_object_object_length(
                  at(fx_ok("permissions.deleteRole", "{\"role\":\"editor\"}"), "data")),
              0);
    CHECK_STR(fx_audit_trail(), "role.delete role=Editor");
    CHECK_STR(fx_sql_str("SELECT correlation_id FROM lk_audit_event"), "");
    CHECK_STR(fx_sql_str("SELECT meta FROM lk_audit_target"),
              "{\"name\":\"Editor\",\"description\":\"\"}");
    CHECK_INT(rbac_count("lk_key_role"), 0);
    CHECK_INT(rbac_count("lk_role_permission"), 1);
    CHECK_INT(rbac_count("lk_permission"), 2);
    CHECK_STR(at_str(fx_ok("keys.verifyKey", "{\"key\":\"%s\",\"permissions\":\"a\"}",
                           at_str(key, "data.key")),
                     "data.code"),
              "INSUFFICIENT_PERMISSIONS");
    fx_check_error(get(id), 404, "unkey/data/role_not_found");
    fx_check_error(fx_call(NULL, "permissions.deleteRole", "{\"role\":\"%s\"}", id), 404,
                   "unkey/data/role_not_found");
    CHECK_INT(fx_audit_count("role.delete"), 1);
    /* the name can be used again, and no key has the new role */
    rbac_role("Editor", "");
    CHECK_INT(rbac_count("lk_key_role"), 0);
}

static void
deleting_from_very_many(void)
{
    const char *id = rbac_role("popular", "");

    fx_sql("INSERT INTO lk_key_role SELECT CONCAT('key_', seq), '%s', 1 FROM " FX_SEQ
           " WHERE seq <= 45000",
           id);
    fx_sql("INSERT INTO lk_key_role VALUES ('key_1', 'role_kept', 1)");
    fx_ok("permissions.deleteRole", "{\"role\":\"popular\"}");
    CHECK_INT(rbac_count("lk_key_role"), 1);
}

/* Listing */

/* A page has room for so many permissions; further roles are on the next one. */
static void
lists_huge_roles(void)
{
    struct answer a;

    for (int i = 0; i < 3; i++)
        fx_sql("INSERT INTO lk_role (id, workspace_id, name, created_at) VALUES ('role_%d', '%s', "
               "'r%d', 1)",
               i, fx_workspace, i);
    fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, created_at) SELECT "
           "CONCAT('perm_', seq), '%s', CONCAT('p', seq), 'n', 1 FROM " FX_SEQ
           " WHERE seq <= 10000",
           fx_workspace);
    fx_sql("INSERT INTO lk_role_permission SELECT r.id, p.id, 1 FROM lk_role r, lk_permission p");
    a = fx_ok("permissions.listRoles", "{}");
    CHECK_STR(at_join(a, "data", "id"), "role_0 role_1");
    CHECK_INT(at_len(a, "data.1.permissions"), 10000);
    CHECK_STR(at_str(a, "pagination.cursor"), "role_2");
    a = fx_ok("permissions.listRoles", "{\"cursor\":\"role_2\"}");
    CHECK_STR(at_join(a, "data", "id"), "role_2");
    CHECK(!at_true(a, "pagination.hasMore"));
    CHECK_STR(at_str(fx_ok("permissions.listRoles", "{\"limit\":1}"), "pagination.cursor"),
              "role_1");
}

static void
lists_with_permissions(void)
{
    struct answer a = fx_ok("permissions.listRoles", "{}");

    CHECK_INT(at_len(a, "data"), 0);
    CHECK(json_object_is_type(at(a, "data"), json_type_array));
    CHECK(!at_true(a, "pagination.hasMore"));
    for (int i = 0; i < 106; i++)
        fx_sql("INSERT INTO lk_role (id, workspace_id, name, created_at) VALUES ('role_%04d', "
               "'%s', 'r%d', 1)",
               i, fx_workspace, i);
    fx_sql("INSERT INTO lk_role (id, workspace_id, name, created_at) VALUES ('role_0000x', '%s', "
           "'theirs', 1)",
           fx_new_workspace());
    for (int i = 0; i < 3; i++)
        fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, created_at) VALUES "
               "('perm_%d', '%s', 's%d', 'n', 1)",
               i, fx_workspace, i);
    /* role i has the permissions i % 4 and above, so every fourth has none */
    fx_sql("INSERT INTO lk_role_permission SELECT r.id, p.id, 1 FROM lk_role r "
           "JOIN lk_permission p ON SUBSTR(r.id, 6) %% 4 <= SUBSTR(p.id, 6) "
           "AND r.workspace_id = p.workspace_id");
    for (int page = 0; page < 2; page++) {
        CHECK_INT(at_len(a = fx_ok("permissions.listRoles", "{\"cursor\":\"%s\"}",
                                   page ? at_str(a, "pagination.cursor") : ""),
                         "data"),
                  page ? 6 : 100);
        for (int i = 0; i < (page ? 6 : 100); i++) {
            static const char *const want[] = {"s0 s1 s2", "s1 s2", "s2", ""};
            const char *at_role = arena_fmt(fx_ctx()->mem, "data.%d", i).p;
            int number = 100 * page + i;

            test_row("role %d", number);
            CHECK_STR(at_str(a, arena_fmt(fx_ctx()->mem, "%s.id", at_role).p),
                      arena_fmt(fx_ctx()->mem, "role_%04d", number).p);
            CHECK_STR(at_join(a, arena_fmt(fx_ctx()->mem, "%s.permissions", at_role).p, "slug"),
                      want[number % 4]);
            CHECK_INT(at_has(a, arena_fmt(fx_ctx()->mem, "%s.permissions", at_role).p),
                      number % 4 != 3);
        }
        CHECK_INT(at_true(a, "pagination.hasMore"), page == 0);
        CHECK_INT(at_has(a, "pagination.cursor"), page == 0);
    }
}

static void
search_is_literal(void)
{
    static const struct {
        const char *search, *names;
    } rows[] = {
        {"", "Admin Billing admin viewerXbasic viewer_basic"},
        {" \\n", "Admin Billing admin viewerXbasic viewer_basic"},
        {"ADMIN", "Admin Billing admin"},
        {"r_b", "viewer_basic"},
        {"everything included", "Admin"},
        {"100%", "viewer_basic"},
        {"id2", "Billing admin"},
        {"docs.read", ""}, /* the permissions are not searched */
    };

    fx_sql("INSERT INTO lk_role (id, workspace_id, name, description, created_at) VALUES "
           "('id1', '%s', 'Admin', 'Everything INCLUDED', 1), "
           "('id2', '%s', 'Billing admin', '', 1), "
           "('id3', '%s', 'viewer_basic', '100%% read-only', 1), "
           "('id4', '%s', 'viewerXbasic', '', 1), ('id5', '%s', 'Admin', '', 1)",
           fx_workspace, fx_workspace, fx_workspace, fx_workspace, fx_new_workspace());
    fx_ok("permissions.setRolePermissions", "{\"roleId\":\"id4\",\"permissions\":[\"docs.read\"]}");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("search %s", rows[i].search);
        CHECK_STR(at_join(fx_ok("permissions.listRoles", "{\"search\":\"%s\"}", rows[i].search),
                          "data", "name"),
                  rows[i].names);
    }
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
    fx_check_atomic(one_role, "permissions.createRole",
                    "{\"name\":\"new\",\"permissions\":[\"keep\",\"new\"]}");
    fx_check_atomic(one_role, "permissions.deleteRole", "{\"role\":\"r\"}");
}

static void
reading_and_deleting_ask_first(void)
{
    static const struct {
        const char *grant, *operation, *body;
        int status;
    } rows[] = {
        {"rbac.*.read_role", "permissions.getRole", "{\"role\":\"r\"}", 200},
        {"rbac.*.read_permission", "permissions.getRole", "{\"role\":\"none\"}", 403},
        {"rbac.*.read_role", "permissions.listRoles", "{}", 200},
        {"rbac.*.create_role", "permissions.listRoles", "{}", 403},
        {"rbac.*.delete_permission", "permissions.deleteRole", "{\"role\":\"none\"}", 403},
        {"rbac.*.read_role", "permissions.deleteRole", "{\"role\":\"r\"}", 403},
        {"rbac.*.delete_role", "permissions.deleteRole", "{\"role\":\"r\"}", 200},
    };

    rbac_role("r", "");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s with %s", rows[i].operation, rows[i].grant);
        CHECK_INT(
            fx_call(fx_root_key(fx_workspace, rows[i].grant), rows[i].operation, "%s", rows[i].body)
                .status,
            rows[i].status);
    }
}

CU_TestInfo suite_api_roles[] = {
    {"creates plain roles", creates_plain_roles},
    {"creates with permissions", creates_with_permissions},
    {"names are unique", names_are_unique},
    {"creating asks for what it needs", creating_asks_for_what_it_needs},
    {"workspaces do not share", workspaces_do_not_share},
    {"several create one permission", several_create_one_permission},
    {"one creator of a name wins", one_creator_of_a_name_wins},
    {"found by id and by name", found_by_id_and_name},
    {"an id wins over a name", an_id_wins_over_a_name},
    {"deleting takes it from keys", deleting_takes_it_from_all},
    {"deleting takes it from very many", deleting_from_very_many},
    {"lists with permissions, page by page", lists_with_permissions},
    {"lists huge roles", lists_huge_roles},
    {"search is literal", search_is_literal},
    {"changes are atomic", changes_are_atomic},
    {"reading and deleting ask first", reading_and_deleting_ask_first},
    CU_TEST_INFO_NULL,
};
