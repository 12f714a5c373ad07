/* apis.createApi, getApi, deleteApi: contract apis-identities-permissions.md sections 1.1 to 1.3 */
#include "support/test.h"

#include <string.h>

static void
create_and_get(void)
{
    struct answer a = fx_ok("apis.createApi", "{\"name\":\" p\xc3\xa4yment <1> \\n\\u0000 \"}"), g;
    const char *id = at_str(a, "data.apiId");

    CHECK(strncmp(id, "api_", 4) == 0 && strlen(id) == 13);
    CHECK_INT(json_object_object_length(at(a, "data")), 1);
    g = fx_ok("apis.getApi", "{\"apiId\":\"%s\"}", id);
    CHECK_STR(at_str(g, "data.id"), id);
    CHECK_INT(json_object_get_string_len(at(g, "data.name")), 17);
    CHECK_STR(fx_sql_str("SELECT CONCAT_WS('|', workspace_id = '%s', keyspace_id LIKE 'ks\\_%%', "
                         "ip_whitelist, default_prefix, COALESCE(default_bytes, '-'), "
                         "store_encrypted_keys, delete_protection) FROM lk_api",
                         fx_workspace),
              "1|1|||-|0|0");
    CHECK_STR(fx_audit_names(), "api.create");
    CHECK_STR(fx_sql_str("SELECT CONCAT_WS('|', type, id = '%s') FROM lk_audit_target", id),
              "api|1");
    CHECK(strcmp(id, at_str(fx_ok("apis.createApi", "{\"name\":\"same\"}"), "data.apiId")) != 0);
}

static void
get_access(void)
{
    const char *id = at_str(fx_ok("apis.createApi", "{\"name\":\"abc\"}"), "data.apiId");
    struct {
        const char *permissions;
        int status;
    } rows[] = {
        {"api.*.read_api", 200},
        {arena_fmt(fx_ctx()->mem, "api.%s.read_api", id).p, 200},
        {"*", 403},
        {"api.*.create_api", 403},
        {"api.api_other123.read_api", 403},
        {"unkey:v1:ws:**#*", 403},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *rk = fx_root_key(fx_workspace, rows[i].permissions);
        struct answer a = fx_call(rk, "apis.getApi", "{\"apiId\":\"%s\"}", id);

        test_row("%s", rows[i].permissions);
        CHECK_INT(a.status, rows[i].status);
        if (a.status == 403) {
            CHECK(strncmp(at_str(a, "error.detail"), "Missing one of these permissions:", 33) == 0);
            /* whether or not it exists */
            CHECK_INT(fx_call(rk, "apis.getApi", "{\"apiId\":\"api_unknown1\"}").status, 403);
        }
    }
}

/* Unknown, foreign and deleted look the same. */
static void
not_found(void)
{
    const char *mine = at_str(fx_ok("apis.createApi", "{\"name\":\"abc\"}"), "data.apiId");
    const char *gone = at_str(fx_ok("apis.createApi", "{\"name\":\"abc\"}"), "data.apiId");
    const char *stranger = fx_root_key(fx_new_workspace(), "api.*.read_api\napi.*.delete_api");
    const char *want =
        at_str(fx_call(NULL, "apis.getApi", "{\"apiId\":\"api_unknown1\"}"), "error.detail");
    struct answer a;

    fx_ok("apis.deleteApi", "{\"apiId\":\"%s\"}", gone);
    a = fx_call(NULL, "apis.getApi", "{\"apiId\":\"%s\"}", gone);
    fx_check_error(a, 404, "data/api_not_found");
    CHECK_STR(at_str(a, "error.detail"), want);
    a = fx_call(stranger, "apis.getApi", "{\"apiId\":\"%s\"}", mine);
    fx_check_error(a, 404, "data/api_not_found");
    CHECK_STR(at_str(a, "error.detail"), want);
    fx_check_error(fx_call(stranger, "apis.deleteApi", "{\"apiId\":\"%s\"}", mine), 404,
                   "data/api_not_found");
    fx_check_error(fx_call(NULL, "apis.deleteApi", "{\"apiId\":\"%s\"}", gone), 404,
                   "data/api_not_found");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_api WHERE deleted_at IS NULL"), 1);
    CHECK_INT(fx_audit_count("api.delete"), 1);
}

static void
delete_protection(void)
{
    const char *id = at_str(fx_ok("apis.createApi", "{\"name\":\"abc\"}"), "data.apiId");
    struct answer a;

    fx_sql("UPDATE lk_api SET delete_protection = 1");
    a = fx_call(NULL, "apis.deleteApi", "{\"apiId\":\"%s\"}", id);
    fx_check_error(a, 412, "unkey/application/protected_resource");
    CHECK_STR(at_str(a, "error.title"), "Resource is protected");
    CHECK_INT(fx_call(NULL, "apis.getApi", "{\"apiId\":\"%s\"}", id).status, 200);
    CHECK_INT(fx_audit_count("api.delete"), 0);
    fx_sql("UPDATE lk_api SET delete_protection = 0");
    CHECK_INT(
        json_object_object_length(at(fx_ok("apis.deleteApi", "{\"apiId\":\"%s\"}", id), "data")),
        0);
}

/* The audit record and the change stand or fall together. */
static void
audit_failure_undoes(void)
{
    struct ctx *c = fx_ctx();

    /* after caller and BEGIN: the API, the event, its target, COMMIT */
    for (unsigned n = 3; n <= 6; n++) {
        test_row("statement %u", n);
        db_fail_after(c->db, n, 1142);
        CHECK_INT(fx_call(NULL, "apis.createApi", "{\"name\":\"abc\"}").status, 500);
        db_fail_after(c->db, 0, 0);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_api"), 0);
        CHECK_INT(fx_audit_count("api.create"), 0);
    }
}

CU_TestInfo suite_api_apis[] = {
    {"create and get", create_and_get},
    {"get: access", get_access},
    {"not found", not_found},
    {"delete protection", delete_protection},
    {"audit failure undoes", audit_failure_undoes},
    CU_TEST_INFO_NULL,
};
