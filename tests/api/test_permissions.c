/* permissions.createPermission, getPermission, deletePermission, listPermissions */
#include "support/rbac.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

/* Creating */

static void
creates(void)
{
    static const struct {
        const char *slug, *name, *description;
    } rows[] = {
        {"simple", "Simple", NULL},
        {"with-dashes", "Lesen & Schreiben", ""},
        {"with_underscores", "x", "described"},
        {"with.periods", "\xf0\x9f\x94\x91", "Zeile 1\\nZeile 2"},
        {"Mixed123Case", "n", NULL},
        {"all-valid_chars.123", "n", NULL},
        {"1:leading.digit", "n", NULL},
        {"*.star.*", "n", NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a, got;

        test_row("%s", rows[i].slug);
        if (rows[i].description)
            a = fx_ok("permissions.createPermission",
                      "{\"name\":\"%s\",\"slug\":\"%s\",\"description\":\"%s\"}", rows[i].name,
                      rows[i].slug, rows[i].description);
        else
            a = fx_ok("permissions.createPermission", "{\"name\":\"%s\",\"slug\":\"%s\"}",
                      rows[i].name, rows[i].slug);
        CHECK_INT(json_object_object_length(at(a, "data")), 1);
        CHECK_INT(strncmp(at_str(a, "data.permissionId"), "perm_", 5), 0);
        got = fx_ok("permissions.getPermission", "{\"permission\":\"%s\"}", rows[i].slug);
        CHECK_STR(at_str(got, "data.id"), at_str(a, "data.permissionId"));
        CHECK_STR(at_str(got, "data.slug"), rows[i].slug);
        CHECK_STR(at_str(got, "data.name"), rows[i].name);
        CHECK_INT(at_has(got, "data.description"),
                  rows[i].description && rows[i].description[0] != '\0');
    }
}

static void
creating_is_audited(void)
{
    const char *id = at_str(fx_ok("permissions.createPermission",
                                  "{\"name\":\"Read <all>\",\"slug\":\"docs.read\","
                                  "\"description\":\"d\"}"),
                            "data.permissionId");

    CHECK_STR(fx_audit_trail(), "permission.create permission=Read <all>");
    CHECK_STR(fx_sql_str("SELECT id FROM lk_audit_target"), id);
    CHECK_STR(fx_sql_str("SELECT JSON_VALUE(meta, '$.name') FROM lk_audit_target"), "Read <all>");
    CHECK_STR(fx_sql_str("SELECT JSON_VALUE(meta, '$.slug') FROM lk_audit_target"), "docs.read");
    CHECK_STR(fx_sql_str("SELECT JSON_VALUE(meta, '$.description') FROM lk_audit_target"), "d");
    CHECK_STR(fx_sql_str("SELECT CONCAT(actor_type, ' ', actor_name, ' ', bucket, '/', "
                         "correlation_id) FROM lk_audit_event"),
              "rootkey test root key unkey_mutations/");
    CHECK_STR(fx_sql_str("SELECT actor_id FROM lk_audit_event"),
              fx_sql_str("SELECT id FROM lk_root_key"));
}

static void
slugs_are_unique(void)
{
    static const char *const taken[] = {"docs.read", "DOCS.Read"};
    const char *other = fx_root_key(fx_new_workspace(), "rbac.*.create_permission");

    rbac_permission("docs.read");
    fx_audit_clear();
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        struct answer a = fx_call(NULL, "permissions.createPermission",
                                  "{\"name\":\"another\",\"slug\":\"%s\"}", taken[i]);

        test_row("%s", taken[i]);
        fx_check_error(a, 409, "unkey/data/permission_already_exists");
        CHECK_STR(at_str(a, "error.title"), "Conflicting Resource");
        CHECK(strstr(at_str(a, "error.detail"), taken[i]) != NULL);
        CHECK(strstr(at_str(a, "error.detail"), "already exists") != NULL);
        CHECK(!at_has(a, "error.errors"));
    }
    CHECK_STR(fx_audit_names(), "");
    CHECK_INT(rbac_count("lk_permission"), 1);
    fx_ok("permissions.createPermission", "{\"name\":\"docs.read\",\"slug\":\"docs.write\"}");
    CHECK_INT(
        fx_call(other, "permissions.createPermission", "{\"name\":\"n\",\"slug\":\"docs.read\"}")
            .status,
        200);
}

static int
create_shared(int i)
{
    return fx_call(NULL, "permissions.createPermission", "{\"name\":\"%d\",\"slug\":\"%s\"}", i,
                   i % 2 ? "shared" : "SHARED")
        .status;
}

static void
one_creator_wins(void)
{
    int status[6], won = 0;

    fx_parallel(6, create_shared, status);
    for (int i = 0; i < 6; i++) {
        won += status[i] == 200;
        CHECK(status[i] == 200 || status[i] == 409);
    }
    CHECK_INT(won, 1);
    CHECK_INT(rbac_count("lk_permission"), 1);
    CHECK_INT(fx_audit_count("permission.create"), 1);
}

/* Finding */

static void
found_by_id_and_slug(void)
{
    const char *id =
        at_str(fx_ok("permissions.createPermission", "{\"name\":\"Label\",\"slug\":\"Docs.Read\"}"),
               "data.permissionId");
    const char *same[] = {id, "Docs.Read", "docs.read", "DOCS.READ"};
    static const char *const not [] = {"Label", "Docs.*", "docs", "perm_123456789", "_"};
    const char *other = fx_root_key(fx_new_workspace(), "rbac.*.read_permission");

    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        struct answer a = fx_ok("permissions.getPermission", "{\"permission\":\"%s\"}", same[i]);

        test_row("%s", same[i]);
        CHECK_STR(at_str(a, "data.id"), id);
        CHECK_STR(at_str(a, "data.slug"), "Docs.Read");
        CHECK_INT(json_object_object_length(at(a, "data")), 3);
        fx_check_error(
            fx_call(other, "permissions.getPermission", "{\"permission\":\"%s\"}", same[i]), 404,
            "unkey/data/permission_not_found");
    }
    for (size_t i = 0; i < sizeof(not ) / sizeof(not [0]); i++) {
        struct answer a =
            fx_call(NULL, "permissions.getPermission", "{\"permission\":\"%s\"}", not [i]);

        test_row("%s", not [i]);
        fx_check_error(a, 404, "unkey/data/permission_not_found");
        CHECK(strstr(at_str(a, "error.detail"), "does not exist") != NULL);
    }
    /* the letter case of an id counts */
    fx_sql("UPDATE lk_permission SET id = 'perm_lower'");
    fx_check_error(fx_call(NULL, "permissions.getPermission", "{\"permission\":\"PERM_LOWER\"}"),
                   404, "unkey/data/permission_not_found");
}

static void
an_id_wins_over_a_slug(void)
{
    const char *first = rbac_permission("first"), *second = rbac_permission(first);

    CHECK_STR(
        at_str(fx_ok("permissions.getPermission", "{\"permission\":\"%s\"}", first), "data.slug"),
        "first");
    fx_ok("permissions.deletePermission", "{\"permission\":\"%s\"}", first);
    CHECK_STR(
        at_str(fx_ok("permissions.getPermission", "{\"permission\":\"%s\"}", first), "data.id"),
        second);
    fx_ok("permissions.deletePermission", "{\"permission\":\"%s\"}", first);
    CHECK_INT(rbac_count("lk_permission"), 0);
}

/* Deleting */

static void
deleting_takes_it_from_all(void)
{
    const char *api = at_str(fx_ok("apis.createApi", "{\"name\":\"api\"}"), "data.apiId");
    const char *role =
        at_str(fx_ok("permissions.createRole", "{\"name\":\"r\",\"permissions\":[\"a\",\"b\"]}"),
               "data.roleId");
    struct answer key =
        fx_ok("keys.createKey",
              "{\"apiId\":\"%s\",\"permissions\":[\"a\",\"c\"],\"roles\":[\"r\"]}", api);
    struct answer a;

    CHECK(at_true(fx_ok("keys.verifyKey", "{\"key\":\"%s\",\"permissions\":\"a AND b\"}",
                        at_str(key, "data.key")),
                  "data.valid"));
    fx_audit_clear();
    a = fx_ok("permissions.deletePermission", "{\"permission\":\"A\"}");
    CHECK_INT(json_object_object_length(at(a, "data")), 0);
    CHECK_STR(fx_audit_trail(), "permission.delete permission=a");
    CHECK_STR(fx_sql_str("SELECT correlation_id FROM lk_audit_event"), "");
    CHECK_STR(fx_sql_str("SELECT JSON_VALUE(meta, '$.slug') FROM lk_audit_target"), "a");
    CHECK_STR(at_join(fx_ok("permissions.getRole", "{\"role\":\"%s\"}", role), "data.permissions",
                      "slug"),
              "b");
    CHECK_STR(at_str(fx_ok("keys.verifyKey", "{\"key\":\"%s\",\"permissions\":\"a\"}",
                           at_str(key, "data.key")),
                     "data.code"),
              "INSUFFICIENT_PERMISSIONS");
    fx_check_error(fx_call(NULL, "permissions.deletePermission", "{\"permission\":\"a\"}"), 404,
                   "unkey/data/permission_not_found");
    CHECK_INT(fx_audit_count("permission.delete"), 1);
    /* the slug can be used again, and nothing holds the new permission */
    rbac_permission("a");
    CHECK_STR(at_join(fx_ok("permissions.getRole", "{\"role\":\"%s\"}", role), "data.permissions",
                      "slug"),
              "b");
}

static void
deleting_from_very_many(void)
{
    const char *id = rbac_permission("popular"), *kept = rbac_permission("kept");

    for (int i = 0; i < 2; i++)
        fx_sql("INSERT INTO %s SELECT CONCAT('x_', seq), '%s', 1 FROM " FX_SEQ
               " WHERE seq <= 45000",
               i ? "lk_role_permission" : "lk_key_permission", id);
    fx_sql("INSERT INTO lk_key_permission VALUES ('x_1', '%s', 1)", kept);
    fx_ok("permissions.deletePermission", "{\"permission\":\"popular\"}");
    CHECK_INT(fx_sql_int("SELECT (SELECT COUNT(*) FROM lk_key_permission) + "
                         "(SELECT COUNT(*) FROM lk_role_permission)"),
              1);
}

static void
other_workspaces_are_out_of_reach(void)
{
    const char *other = fx_root_key(fx_new_workspace(), "rbac.*.delete_permission\n"
                                                        "rbac.*.create_permission");
    const char *by[] = {rbac_permission("mine"), "mine"};

    fx_audit_clear();
    for (size_t i = 0; i < 2; i++)
        fx_check_error(
            fx_call(other, "permissions.deletePermission", "{\"permission\":\"%s\"}", by[i]), 404,
            "unkey/data/permission_not_found");
    CHECK_INT(rbac_count("lk_permission"), 1);
    fx_call(other, "permissions.createPermission", "{\"name\":\"n\",\"slug\":\"mine\"}");
    fx_ok("permissions.deletePermission", "{\"permission\":\"mine\"}");
    CHECK_INT(rbac_count("lk_permission"), 1);
    CHECK_INT(fx_call(other, "permissions.deletePermission", "{\"permission\":\"mine\"}").status,
              200);
    CHECK_STR(fx_audit_names(), "permission.delete");
}

/* Listing */

static void
lists_page_by_page(void)
{
    static const struct {
        int limit, pages;
    } rows[] = {{0, 2}, {100, 2}, {53, 2}, {54, 2}, {1, 106}, {7, 16}};
    struct answer a = fx_ok("permissions.listPermissions", "{}");

    CHECK_INT(json_object_is_type(at(a, "data"), json_type_array), 1);
    CHECK_INT(at_len(a, "data"), 0);
    CHECK_INT(at_has(a, "pagination.cursor"), 0);
    fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, created_at) SELECT "
           "CONCAT('perm_', LPAD(seq, 4, '0')), '%s', CONCAT('p.', seq), 'n', 1 FROM " FX_SEQ
           " WHERE seq <= 106",
           fx_workspace);
    fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, created_at) VALUES "
           "('perm_0050x', '%s', 'theirs', 'n', 1)",
           fx_new_workspace());
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *cursor = "", *last = "";
        size_t seen = 0;
        int pages = 0;

        test_row("limit %d", rows[i].limit);
        do {
            a = rows[i].limit ? fx_ok("permissions.listPermissions",
                                      "{\"limit\":%d,\"cursor\":\"%s\"}", rows[i].limit, cursor)
                              : fx_ok("permissions.listPermissions", "{\"cursor\":\"%s\"}", cursor);
            for (size_t j = 0; j < at_len(a, "data"); j++) {
                char path[40];

                snprintf(path, sizeof(path), "data.%zu.id", j);
                CHECK(strcmp(last, at_str(a, path)) < 0);
                last = at_str(a, path);
            }
            seen += at_len(a, "data");
            pages++;
            cursor = at_str(a, "pagination.cursor");
            CHECK_INT(at_true(a, "pagination.hasMore"), at_has(a, "pagination.cursor"));
        } while (at_has(a, "pagination.cursor") && pages < 200);
        CHECK_INT(seen, 106);
        CHECK_INT(pages, rows[i].pages);
    }
}

static void
a_cursor_is_never_an_error(void)
{
    static const struct {
        const char *cursor;
        size_t rows;
    } rows[] = {{"", 3}, {"perm_2", 2}, {"perm_1x", 2}, {"zzz", 0}, {"'; --", 3}};

    for (int i = 1; i <= 3; i++)
        fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, created_at) VALUES "
               "('perm_%d', '%s', 's%d', 'n', 1)",
               i, fx_workspace, i);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a =
            fx_ok("permissions.listPermissions", "{\"cursor\":\"%s\"}", rows[i].cursor);

        test_row("cursor %s", rows[i].cursor);
        CHECK_INT(at_len(a, "data"), rows[i].rows);
        CHECK(!at_true(a, "pagination.hasMore"));
    }
}

static void
search_is_literal(void)
{
    static const struct {
        const char *search, *slugs;
    } rows[] = {
        {"", "billing-manage documents.read documents.write reportsXfull reports_full"},
        {"  \\t ", "billing-manage documents.read documents.write reportsXfull reports_full"},
        {"Full rep", "reports_full"},
        {"BILLING", "billing-manage"},
        {"all invoices", "billing-manage"},
        {"  documents.  ", "documents.read documents.write"},
        {"documents. r", ""},
        {"100%", "reports_full"},
        {"%", "reports_full"},
        {"_", "reports_full"}, /* and the ids, which the test gives no underscore */
        {"d_cuments", ""},
        {"a\\\\b", "reportsXfull"},
        {"\\\\", "reportsXfull"},
        {"ID3", "billing-manage"},
        {"\xc3\x84rger", "documents.write"},
        {"\xc3\xa4RGER", "documents.write"},
        {"arger", ""},
        {"\xf0\x9f\x94\x91", "documents.read"},
        {"\xf0\x9f\x9a\x80", ""},
        {"'", ""},
        {"nothing", ""},
    };
    static const struct {
        const char *slug, *name, *description;
    } stored_rows[] = {
        {"documents.read", "Documents \xf0\x9f\x94\x91", "Read any document"},
        {"documents.write", "Documents \xc3\xa4rger", ""},
        {"billing-manage", "Invoices", "Manage all INVOICES"},
        {"reports_full", "Full reports 100%", ""},
        {"reportsXfull", "x", "a\\\\b"},
    };

    for (size_t i = 0; i < sizeof(stored_rows) / sizeof(stored_rows[0]); i++)
        fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, description, created_at) "
               "VALUES ('id%zu', '%s', '%s', '%s', '%s', 1)",
               i + 1, fx_workspace, stored_rows[i].slug, stored_rows[i].name,
               stored_rows[i].description);
    fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, created_at) VALUES "
           "('perm_theirs', '%s', 'documents.theirs', 'Full reports 100%%', 1)",
           fx_new_workspace());
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("search %s", rows[i].search);
        CHECK_STR(
            at_join(fx_ok("permissions.listPermissions", "{\"search\":\"%s\"}", rows[i].search),
                    "data", "slug"),
            rows[i].slugs);
    }
    /* with pages */
    test_row("%s", "pages");
    CHECK_STR(at_str(fx_ok("permissions.listPermissions", "{\"search\":\"documents\",\"limit\":1}"),
                     "pagination.cursor"),
              "id2");
}

/* Access */

#define CREATE "permissions.createPermission"
#define NEW "{\"name\":\"n\",\"slug\":\"new\"}"
#define GET "permissions.getPermission"
#define DELETE "permissions.deletePermission"
#define LIST "permissions.listPermissions"
#define THERE "{\"permission\":\"there\"}"
#define NONE "{\"permission\":\"none\"}"
#define NO_CREATE "Missing permission: 'rbac.*.create_permission'"
#define NO_READ "Missing one of these permissions: rbac.*.read_permission"
#define NO_DELETE "Missing one of these permissions: rbac.*.delete_permission"

static void
access_is_asked_first(void)
{
    static const struct {
        const char *grant, *operation, *body;
        int status;
        const char *detail;
    } rows[] = {
        {"rbac.*.read_permission", CREATE, NEW, 403, NO_CREATE},
        {"unkey:v1:%s:rbac/permissions/*#create_permission", CREATE, NEW, 403, NO_CREATE},
        {"unkey:v1:%s:**#*", CREATE, NEW, 403, NO_CREATE},
        {"*", CREATE, NEW, 403, NO_CREATE},
        {"rbac.*.create_permission", CREATE, NEW, 200, ""},
        {"rbac.*.read_permission", GET, THERE, 200, ""},
        {"rbac.*.create_permission", GET, THERE, 403, NO_READ},
        {"RBAC.*.READ_PERMISSION", GET, NONE, 403, NO_READ},
        {"unkey:v1:%s:**#*", GET, NONE, 403, NO_READ},
        {"rbac.*.read_permission", LIST, "{}", 200, ""},
        {"rbac.*.read_role", LIST, "{}", 403, NO_READ},
        {"rbac.*.read_permission", DELETE, THERE, 403, NO_DELETE},
        {"rbac.*.delete_role", DELETE, NONE, 403, NO_DELETE},
        {"rbac.*.delete_permission", DELETE, THERE, 200, ""},
    };

    rbac_permission("there");
    fx_audit_clear();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a = fx_call(rbac_root(rows[i].grant), rows[i].operation, "%s", rows[i].body);

        test_row("%s with %s", rows[i].operation, rows[i].grant);
        CHECK_INT(a.status, rows[i].status);
        if (rows[i].status == 403) {
            fx_check_error(a, 403, "unkey/authorization/insufficient_permissions");
            CHECK_STR(at_str(a, "error.title"), "Insufficient Permissions");
            CHECK_STR(at_str(a, "error.detail"), rows[i].detail);
        }
    }
    CHECK_STR(fx_audit_names(), "permission.create permission.delete");
}

static void
one_permission(void)
{
    fx_sql("DELETE FROM lk_permission");
    fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, created_at) VALUES ('perm_1', "
           "'%s', 'doomed', 'n', 1)",
           fx_workspace);
    fx_sql("REPLACE INTO lk_key_permission VALUES ('key', 'perm_1', 1)");
    fx_sql("REPLACE INTO lk_role_permission VALUES ('role', 'perm_1', 1)");
}

static void
changes_are_atomic(void)
{
    fx_check_atomic(one_permission, "permissions.createPermission",
                    "{\"name\":\"n\",\"slug\":\"new\"}");
    fx_check_atomic(one_permission, "permissions.deletePermission", "{\"permission\":\"doomed\"}");
}

CU_TestInfo suite_api_permissions[] = {
    {"creates", creates},
    {"creating is audited", creating_is_audited},
    {"slugs are unique, whatever the letter case", slugs_are_unique},
    {"one of several creators wins", one_creator_wins},
    {"found by id and by slug", found_by_id_and_slug},
    {"an id wins over a slug", an_id_wins_over_a_slug},
    {"deleting takes it from roles and keys", deleting_takes_it_from_all},
    {"deleting takes it from very many", deleting_from_very_many},
    {"other workspaces are out of reach", other_workspaces_are_out_of_reach},
    {"lists page by page", lists_page_by_page},
    {"a cursor is never an error", a_cursor_is_never_an_error},
    {"search is literal", search_is_literal},
    {"access is asked first", access_is_asked_first},
    {"changes are atomic", changes_are_atomic},
    CU_TEST_INFO_NULL,
};
