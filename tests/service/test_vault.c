/* service/vault_svc: recoverable keys, through keys.createKey, keys.getKey and apis.listKeys */
#include "support/test.h"
#include "support/vault.h"

#include <stdio.h>
#include <string.h>

static void
stored_and_recovered(void)
{
    const char *api = vault_api(), *id, *key, *other;
    struct answer a;

    vault_file(VAULT_KEK_A, 0600);
    a = vault_key(api);
    id = at_str(a, "data.keyId");
    key = at_str(a, "data.key");
    CHECK_STR(fx_sql_str("SELECT workspace_id FROM lk_key_secret WHERE key_id = '%s'", id),
              fx_workspace);
    CHECK_STR(fx_sql_str("SELECT d.master_key_id FROM lk_key_secret s JOIN lk_data_key d "
                         "ON d.id = s.data_key_id WHERE s.key_id = '%s'",
                         id),
              "kek_a");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_secret WHERE sealed LIKE '%%%s%%'", key), 0);
    CHECK_STR(vault_plaintext(id), key);
    CHECK(!at_has(fx_ok("keys.getKey", "{\"keyId\":\"%s\"}", id), "data.plaintext"));
    CHECK(!at_has(fx_ok("keys.getKey", "{\"keyId\":\"%s\",\"decrypt\":false}", id),
                  "data.plaintext"));
    CHECK(!at_has(fx_ok("keys.whoami", "{\"key\":\"%s\"}", key), "data.plaintext"));

    /* the switch alone keeps no copy */
    other = at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\"}", api), "data.keyId");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_secret WHERE key_id = '%s'", other), 0);
    CHECK_STR(vault_plaintext(other), "(none)");
    other = at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"recoverable\":false}", api),
                   "data.keyId");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_secret WHERE key_id = '%s'", other), 0);

    /* decrypting leaves no trace in the audit log */
    CHECK_STR(fx_audit_names(), "api.create key.create key.create key.create");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_data_key"), 1);
}

static void
order_of_checks_in_create(void)
{
    static const struct {
        bool facility, permission, on;
        int status;
        const char *type;
    } rows[] = {
        {false, false, false, 412, "application/precondition_failed"},
        {false, true, true, 412, "application/precondition_failed"},
        {true, false, false, 404, "data/api_not_found"},
        {true, false, true, 404, "data/api_not_found"},
        {true, true, false, 412, "application/precondition_failed"},
    };
    const char *api = vault_api();
    const char *may = fx_root_key(fx_workspace, "api.*.create_key\napi.*.encrypt_key");
    const char *may_not = fx_root_key(fx_workspace, "api.*.create_key");
    struct answer missing;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("row %zu", i);
        if (rows[i].facility)
            vault_file(VAULT_KEK_A, 0600);
        else
            vault_no_file();
        fx_sql("UPDATE lk_api SET store_encrypted_keys = %d WHERE id = '%s'", rows[i].on, api);
        fx_check_error(fx_call(rows[i].permission ? may : may_not, "keys.createKey",
                               "{\"apiId\":\"%s\",\"recoverable\":true}", api),
                       rows[i].status, rows[i].type);
    }
    test_row("%s", "");
    missing = fx_call(may_not, "keys.createKey", "{\"apiId\":\"api_none\",\"recoverable\":true}");
    CHECK_STR(
        at_str(fx_call(may_not, "keys.createKey", "{\"apiId\":\"%s\",\"recoverable\":true}", api),
               "error.detail"),
        at_str(missing, "error.detail"));
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key"), 0);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_secret"), 0);
    CHECK_STR(fx_audit_names(), "api.create");
}

static void
permissions_in_create(void)
{
    static const struct {
        const char *held;
        int status;
    } rows[] = {
        {"api.{api}.create_key\napi.{api}.encrypt_key", 200},
        {"api.*.create_key\napi.{api}.encrypt_key", 200},
        {"unkey:v1:{ws}:keyspaces/{ks}#create_key\nunkey:v1:{ws}:keyspaces/{ks}/keys/*#encrypt_key",
         200},
        {"api.*.create_key\nunkey:v1:{ws}:keyspaces/{ks}/**#encrypt_key", 200},
        {"unkey:v1:{ws}:**#*", 200},
        {"api.*.create_key\nunkey:v1:{ws}:keyspaces/{ks}/keys/key_1#encrypt_key", 404},
        {"api.*.create_key\napi.api_other.encrypt_key", 404},
        {"api.*.encrypt_key", 404},
    };
    const char *api = vault_api();

    vault_file(VAULT_KEK_A, 0600);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *root = fx_root_key(fx_workspace, vault_fill(rows[i].held, api));

        test_row("%s", rows[i].held);
        CHECK_INT(
            fx_call(root, "keys.createKey", "{\"apiId\":\"%s\",\"recoverable\":true}", api).status,
            rows[i].status);
    }
}

static void
order_of_checks_in_get(void)
{
    static const struct {
        const char *held;
        bool facility, on;
        int status;
        const char *type;
    } rows[] = {
        {"api.*.decrypt_key", true, true, 403, "authorization/insufficient_permissions"},
        {"api.*.read_key", false, true, 412, "application/precondition_failed"},
        {"api.*.read_key", true, true, 403, "authorization/insufficient_permissions"},
        {"api.*.read_key", true, false, 403, "authorization/insufficient_permissions"},
        {"api.*.read_key\napi.*.decrypt_key", false, true, 412, "application/precondition_failed"},
        {"api.*.read_key\napi.*.decrypt_key", true, false, 412, "application/precondition_failed"},
        {"api.*.read_key\napi.other.decrypt_key", true, true, 403,
         "authorization/insufficient_permissions"},
        {"api.*.read_key\napi.{api}.decrypt_key", true, true, 200, NULL},
        {"api.{api}.read_key\nunkey:v1:{ws}:keyspaces/{ks}/keys/*#decrypt_key", true, true, 200,
         NULL},
        {"unkey:v1:{ws}:**#*", true, true, 200, NULL},
    };
    const char *api = vault_api(), *id;
    struct answer made;

    vault_file(VAULT_KEK_A, 0600);
    made = vault_key(api);
    id = at_str(made, "data.keyId");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *root = fx_root_key(fx_workspace, vault_fill(rows[i].held, api));
        struct answer a;

        test_row("row %zu: %s", i, rows[i].held);
        if (rows[i].facility)
            vault_file(VAULT_KEK_A, 0600);
        else
            vault_no_file();
        fx_sql("UPDATE lk_api SET store_encrypted_keys = %d WHERE id = '%s'", rows[i].on, api);
        a = fx_call(root, "keys.getKey", "{\"keyId\":\"%s\",\"decrypt\":true}", id);
        if (rows[i].status == 200)
            CHECK_STR(at_str(a, "data.plaintext"), at_str(made, "data.key"));
        else
            fx_check_error(a, rows[i].status, rows[i].type);
    }
    test_row("%s", "");
    vault_no_file();
    fx_check_error(fx_call(NULL, "keys.getKey", "{\"keyId\":\"key_none\",\"decrypt\":true}"), 404,
                   "data/key_not_found");
    CHECK_INT(fx_call(fx_root_key(fx_workspace, "api.*.read_key"), "keys.getKey",
                      "{\"keyId\":\"%s\",\"decrypt\":false}", id)
                  .status,
              200);
}

/* A grant on one key is enough for keys.getKey of it, not for apis.listKeys. */
static void
grant_on_one_key(void)
{
    const char *api = vault_api(), *root;
    struct answer made, a;
    struct ctx *c = fx_ctx();

    vault_file(VAULT_KEK_A, 0600);
    made = vault_key(api);
    root = fx_root_key(
        fx_workspace,
        arena_fmt(c->mem,
                  "api.*.read_key\napi.*.read_api\nunkey:v1:%s:keyspaces/%s/keys/%s#decrypt_key",
                  fx_workspace, fx_sql_str("SELECT keyspace_id FROM lk_api WHERE id = '%s'", api),
                  at_str(made, "data.keyId"))
            .p);
    a = fx_call(root, "keys.getKey", "{\"keyId\":\"%s\",\"decrypt\":true}",
                at_str(made, "data.keyId"));
    CHECK_STR(at_str(a, "data.plaintext"), at_str(made, "data.key"));
    fx_check_error(fx_call(root, "apis.listKeys", "{\"apiId\":\"%s\",\"decrypt\":true}", api), 403,
                   "authorization/insufficient_permissions");
}

static void
order_of_checks_in_list(void)
{
    static const struct {
        const char *held;
        bool facility, on;
        int status;
        const char *type;
    } rows[] = {
        {"api.*.decrypt_key", true, true, 404, "data/api_not_found"},
        {"api.*.read_key\napi.*.read_api", false, false, 412, "application/precondition_failed"},
        {"api.*.read_key\napi.*.read_api", true, false, 403,
         "authorization/insufficient_permissions"},
        {"api.*.read_key\napi.*.read_api\napi.*.decrypt_key", false, true, 412,
         "application/precondition_failed"},
        {"api.*.read_key\napi.*.read_api\napi.*.decrypt_key", true, false, 412,
         "application/precondition_failed"},
        {"api.*.read_key\napi.{api}.read_api\napi.{api}.decrypt_key", true, true, 200, NULL},
        {"api.*.read_key\napi.*.read_api\nunkey:v1:{ws}:keyspaces/{ks}/keys/*#decrypt_key", true,
         true, 200, NULL},
    };
    const char *api = vault_api();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *root = fx_root_key(fx_workspace, vault_fill(rows[i].held, api));
        struct answer a;

        test_row("row %zu: %s", i, rows[i].held);
        if (rows[i].facility)
            vault_file(VAULT_KEK_A, 0600);
        else
            vault_no_file();
        fx_sql("UPDATE lk_api SET store_encrypted_keys = %d WHERE id = '%s'", rows[i].on, api);
        a = fx_call(root, "apis.listKeys", "{\"apiId\":\"%s\",\"decrypt\":true}", api);
        if (rows[i].status == 200)
            CHECK_INT(a.status, 200);
        else
            fx_check_error(a, rows[i].status, rows[i].type);
    }
}

static void
lists(void)
{
    const char *api = vault_api(), *keys[20], *ids[20], *cursor = "";
    size_t seen = 0;

    vault_file(VAULT_KEK_A, 0600);
    for (int i = 0; i < 20; i++) {
        struct answer a = fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"recoverable\":%s}", api,
                                i % 3 ? "true" : "false");

        ids[i] = at_str(a, "data.keyId");
        keys[i] = i % 3 ? at_str(a, "data.key") : "(none)";
    }
    while (seen < 20) { /* more than one block of the lookup, in two pages */
        struct answer a = fx_ok(
            "apis.listKeys", "{\"apiId\":\"%s\",\"decrypt\":true,\"limit\":17,\"cursor\":\"%s\"}",
            api, cursor);
        size_t n = at_len(a, "data");

        for (size_t i = 0; i < n; i++) {
            char id_path[40], plain_path[40];

            snprintf(id_path, sizeof(id_path), "data.%zu.keyId", i);
            snprintf(plain_path, sizeof(plain_path), "data.%zu.plaintext", i);
            for (int k = 0; k < 20; k++)
                if (strcmp(ids[k], at_str(a, id_path)) == 0)
                    CHECK_STR(at_str(a, plain_path), keys[k]);
        }
        seen += n;
        cursor = at_str(a, "pagination.cursor");
        if (n == 0)
            break;
    }
    CHECK_INT(seen, 20);
    CHECK_INT(at_len(fx_ok("apis.listKeys",
                           "{\"apiId\":\"%s\",\"decrypt\":true,\"externalId\":\"nobody\"}", api),
                     "data"),
              0);
}

static void
workspaces_apart(void)
{
    const char *api = vault_api(), *other_ws = fx_new_workspace(), *other_root, *other_api;
    struct answer mine, theirs;

    vault_file(VAULT_KEK_A, 0600);
    other_root = fx_root_key(other_ws, "api.*.create_api\napi.*.create_key\napi.*.encrypt_key\n"
                                       "api.*.read_key\napi.*.decrypt_key");
    other_api =
        at_str(fx_call(other_root, "apis.createApi", "{\"name\":\"theirs\"}"), "data.apiId");
    fx_sql("UPDATE lk_api SET store_encrypted_keys = 1 WHERE id = '%s'", other_api);
    mine = vault_key(api);
    theirs =
        fx_call(other_root, "keys.createKey", "{\"apiId\":\"%s\",\"recoverable\":true}", other_api);
    CHECK_INT(theirs.status, 200);
    CHECK_INT(fx_sql_int("SELECT COUNT(DISTINCT data_key_id) FROM lk_key_secret"), 2);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_secret s JOIN lk_data_key d "
                         "ON d.id = s.data_key_id AND d.workspace_id = s.workspace_id"),
              2);
    fx_check_error(fx_call(other_root, "keys.getKey", "{\"keyId\":\"%s\",\"decrypt\":true}",
                           at_str(mine, "data.keyId")),
                   404, "data/key_not_found");
    CHECK_STR(at_str(fx_call(other_root, "keys.getKey", "{\"keyId\":\"%s\",\"decrypt\":true}",
                             at_str(theirs, "data.keyId")),
                     "data.plaintext"),
              at_str(theirs, "data.key"));
}

static void
deletion_and_rollback(void)
{
    const char *api = vault_api(), *soft, *hard;

    vault_file(VAULT_KEK_A, 0600);
    soft = at_str(vault_key(api), "data.keyId");
    hard = at_str(vault_key(api), "data.keyId");
    fx_ok("keys.deleteKey", "{\"keyId\":\"%s\"}", soft);
    fx_ok("keys.deleteKey", "{\"keyId\":\"%s\",\"permanent\":true}", hard);
    CHECK_STR(fx_sql_str("SELECT GROUP_CONCAT(key_id) FROM lk_key_secret"), soft);

    fx_check_error(fx_call(NULL, "keys.createKey",
                           "{\"apiId\":\"%s\",\"recoverable\":true,\"roles\":[\"nobody\"]}", api),
                   404, "data/role_not_found");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_secret"), 1);
}

CU_TestInfo suite_service_vault[] = {
    {"stored and recovered", stored_and_recovered},
    {"order of checks in createKey", order_of_checks_in_create},
    {"permissions in createKey", permissions_in_create},
    {"order of checks in getKey", order_of_checks_in_get},
    {"a grant on one key", grant_on_one_key},
    {"order of checks in listKeys", order_of_checks_in_list},
    {"lists", lists},
    {"workspaces apart", workspaces_apart},
    {"deletion and rollback", deletion_and_rollback},
    CU_TEST_INFO_NULL,
};
