/* service/vault_svc: recoverable keys, through keys.createKey, keys.getKey and apis.listKeys */
#include "support/test.h"
#include "support/vault.h"

#include "base/conf.h"
#include "base/digest.h"
#include "service/access_svc.h"
#include "service/key_create_svc.h"
#include "service/vault_svc.h"
#include "store/workspace_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char captured[4096];

static void
capture(void *unused, struct str line)
{
    size_t used = strlen(captured);

    (void)unused;
    snprintf(captured + used, sizeof(captured) - used, "%.*s", STR_ARG(line));
}

static const struct log capture_log = {.least = LOG_WARN, .sink = capture};

static struct answer
recoverable_key(const char *api)
{
    return fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"prefix\":\"rec\",\"recoverable\":true}",
                 api);
}

static const char *
plaintext_of(const char *key_id)
{
    return at_str(fx_ok("keys.getKey", "{\"keyId\":\"%s\",\"decrypt\":true}", key_id),
                  "data.plaintext");
}

/* A context of a request by a root key, whose log is captured. */
static struct ctx *
caller(const char *root)
{
    struct ctx *c = fx_ctx();

    captured[0] = '\0';
    c->log = &capture_log;
    CHECK_INT(access_svc_identify(c, digest_key_hash(c->mem, str_of(root))), ST_OK);
    return c;
}

static void
stored_and_recovered(void)
{
    const char *api = vault_api(), *id, *key, *other;
    struct answer a;

    vault_file(VAULT_KEK_A, 0600);
    a = recoverable_key(api);
    id = at_str(a, "data.keyId");
    key = at_str(a, "data.key");
    CHECK_STR(fx_sql_str("SELECT workspace_id FROM lk_key_secret WHERE key_id = '%s'", id),
              fx_workspace);
    CHECK_STR(fx_sql_str("SELECT d.master_key_id FROM lk_key_secret s JOIN lk_data_key d "
                         "ON d.id = s.data_key_id WHERE s.key_id = '%s'",
                         id),
              "kek_a");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_secret WHERE sealed LIKE '%%%s%%'", key), 0);
    CHECK_STR(plaintext_of(id), key);
    CHECK(!at_has(fx_ok("keys.getKey", "{\"keyId\":\"%s\"}", id), "data.plaintext"));
    CHECK(!at_has(fx_ok("keys.getKey", "{\"keyId\":\"%s\",\"decrypt\":false}", id),
                  "data.plaintext"));
    CHECK(!at_has(fx_ok("keys.whoami", "{\"key\":\"%s\"}", key), "data.plaintext"));

    /* the switch alone keeps no copy */
    other = at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\"}", api), "data.keyId");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_secret WHERE key_id = '%s'", other), 0);
    CHECK_STR(plaintext_of(other), "(none)");
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
    made = recoverable_key(api);
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
    made = recoverable_key(api);
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
refused_files(void)
{
    static const struct {
        const char *text;
        mode_t mode;
        const char *reason;
    } rows[] = {
        {VAULT_KEK_A, 0644, "open to everybody"},      {VAULT_KEK_A, 0606, "open to everybody"},
        {"", 0600, "there is no key in it"},           {"kek_a short\n", 0600, "line 1"},
        {VAULT_KEK_A "kek_a again\n", 0600, "line 2"},
    };
    const char *api = vault_api();
    struct ctx *c;
    struct vault *v;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("row %zu", i);
        vault_file(rows[i].text, rows[i].mode);
        c = caller(fx_root);
        CHECK_INT(vault_svc_open(c, &v), ST_PRECONDITION_FAILED);
        CHECK(strstr(captured, "event=master_key_refused") != NULL);
        CHECK(strstr(captured, rows[i].reason) != NULL);
        CHECK(strstr(captured, vault_path()) != NULL);
        CHECK(strstr(captured, "AAECAwQF") == NULL);
    }
    /* not being there is nothing to complain about */
    for (int i = 0; i < 2; i++) {
        test_row("%s", i ? "no file" : "no path");
        vault_no_file();
        if (i == 0)
            fx_conf.master_key_file = "";
        c = caller(fx_root);
        CHECK_INT(vault_svc_open(c, &v), ST_PRECONDITION_FAILED);
        CHECK_STR(captured, "");
        fx_check_error(fx_call(NULL, "apis.listKeys", "{\"apiId\":\"%s\",\"decrypt\":true}", api),
                       412, "application/precondition_failed");
    }
}

/* What getKey returns, by the captured context. */
static struct key_out
get_logged(const char *key_id)
{
    struct ctx *c = caller(fx_root);
    struct key_out out = {0};

    CHECK_INT(key_svc_get(c, str_of(key_id), true, &out), ST_OK);
    return out;
}

static void
wrong_master_key(void)
{
    static const char *const files[] = {VAULT_KEK_A_WRONG, VAULT_KEK_B};
    const char *api = vault_api(), *id, *key;
    struct answer a;

    vault_file(VAULT_KEK_A, 0600);
    a = recoverable_key(api);
    id = at_str(a, "data.keyId");
    key = at_str(a, "data.key");
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct key_create_in in = {.api_id = f_str(str_of(api)), .recoverable = f_bool(true)};
        struct key_create_out out = {0};
        struct key_out got;
        struct ctx *c;

        test_row("file %zu", i);
        vault_file(files[i], 0600);
        got = get_logged(id);
        CHECK_INT(got.plaintext.state, F_ABSENT);
        CHECK(str_eq(got.key_id.v, str_of(id)));
        CHECK(strstr(captured, "level=warn event=decrypt_failed") != NULL);
        CHECK(strstr(captured, id) != NULL);
        CHECK(strstr(captured, key) == NULL);
        CHECK_STR(plaintext_of(id), "(none)");
        CHECK(!at_has(fx_ok("apis.listKeys", "{\"apiId\":\"%s\",\"decrypt\":true}", api),
                      "data.0.plaintext"));

        /* nothing can be sealed either: no key is made */
        c = caller(fx_root);
        CHECK_INT(key_create_svc_run(c, &in, &out), ST_UNEXPECTED);
        CHECK(str_has(c->err.cause, S("dek_")));
    }
    test_row("%s", "");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key"), 1);
    CHECK_INT(fx_audit_count("key.create"), 1);
    vault_file(VAULT_KEK_B VAULT_KEK_A, 0600);
    CHECK_STR(plaintext_of(id), key);
}

static void
moved_or_edited_rows(void)
{
    const char *api = vault_api(), *one, *two, *other_ws, *theirs;
    struct answer a, b;

    vault_file(VAULT_KEK_A, 0600);
    a = recoverable_key(api);
    b = recoverable_key(api);
    one = at_str(a, "data.keyId");
    two = at_str(b, "data.keyId");
    theirs = fx_sql_str("SELECT sealed FROM lk_key_secret WHERE key_id = '%s'", two);

    test_row("the copy of another key");
    fx_sql("UPDATE lk_key_secret SET sealed = '%s' WHERE key_id = '%s'", theirs, one);
    CHECK(get_logged(one).plaintext.state == F_ABSENT);
    CHECK_STR(plaintext_of(two), at_str(b, "data.key"));

    test_row("an edited copy");
    fx_sql("UPDATE lk_key_secret SET sealed = CONCAT(LEFT(sealed, 30), IF(SUBSTR(sealed, 31, 1) = "
           "'A', 'B', 'A'), SUBSTR(sealed, 32)) WHERE key_id = '%s'",
           two);
    CHECK(get_logged(two).plaintext.state == F_ABSENT);

    test_row("a lost data key");
    a = recoverable_key(api);
    fx_sql("UPDATE lk_key_secret SET data_key_id = 'dek_none' WHERE key_id = '%s'",
           at_str(a, "data.keyId"));
    CHECK(get_logged(at_str(a, "data.keyId")).plaintext.state == F_ABSENT);

    test_row("the data key of another workspace");
    a = recoverable_key(api);
    other_ws = fx_new_workspace();
    fx_sql("UPDATE lk_data_key SET workspace_id = '%s'", other_ws);
    CHECK(get_logged(at_str(a, "data.keyId")).plaintext.state == F_ABSENT);
    fx_sql("UPDATE lk_key_secret SET workspace_id = '%s'", other_ws);
    fx_sql("UPDATE lk_key SET workspace_id = '%s'", other_ws);
    fx_sql("UPDATE lk_api SET workspace_id = '%s'", other_ws);
    a = fx_call(fx_root_key(other_ws, "api.*.read_key\napi.*.decrypt_key"), "keys.getKey",
                "{\"keyId\":\"%s\",\"decrypt\":true}", at_str(a, "data.keyId"));
    CHECK_INT(a.status, 200);
    CHECK(!at_has(a, "data.plaintext"));
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
    mine = recoverable_key(api);
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
    soft = at_str(recoverable_key(api), "data.keyId");
    hard = at_str(recoverable_key(api), "data.keyId");
    fx_ok("keys.deleteKey", "{\"keyId\":\"%s\"}", soft);
    fx_ok("keys.deleteKey", "{\"keyId\":\"%s\",\"permanent\":true}", hard);
    CHECK_STR(fx_sql_str("SELECT GROUP_CONCAT(key_id) FROM lk_key_secret"), soft);

    fx_check_error(fx_call(NULL, "keys.createKey",
                           "{\"apiId\":\"%s\",\"recoverable\":true,\"roles\":[\"nobody\"]}", api),
                   404, "data/role_not_found");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_secret"), 1);
}

static struct vault_rotation
rotate(bool fresh_data_keys)
{
    struct ctx *c = fx_ctx();
    struct vault_rotation r;

    captured[0] = '\0';
    c->log = &capture_log;
    CHECK_INT(workspace_store_now(c), ST_OK);
    CHECK_INT(vault_svc_rotate(c, fresh_data_keys, &r), ST_OK);
    return r;
}

static void
check_rotation(struct vault_rotation r, int fresh, int rewrapped, int resealed, int failed)
{
    CHECK_INT(r.new_data_keys, fresh);
    CHECK_INT(r.rewrapped_data_keys, rewrapped);
    CHECK_INT(r.resealed_keys, resealed);
    CHECK_INT(r.failed, failed);
}

static void
rotation_of_master_keys(void)
{
    const char *api = vault_api(), *before;
    struct answer a, b;

    vault_file(VAULT_KEK_A, 0600);
    a = recoverable_key(api);
    check_rotation(rotate(false), 0, 0, 0, 0);
    vault_file(VAULT_KEK_B VAULT_KEK_A, 0600);
    CHECK_STR(plaintext_of(at_str(a, "data.keyId")), at_str(a, "data.key"));
    before = fx_sql_str("SELECT sealed FROM lk_key_secret");

    check_rotation(rotate(false), 0, 1, 0, 0);
    check_rotation(rotate(false), 0, 0, 0, 0);
    CHECK_STR(fx_sql_str("SELECT master_key_id FROM lk_data_key"), "kek_b");
    CHECK_STR(fx_sql_str("SELECT sealed FROM lk_key_secret"), before); /* copies stay as they are */

    vault_file(VAULT_KEK_B, 0600); /* the old master key goes */
    CHECK_STR(plaintext_of(at_str(a, "data.keyId")), at_str(a, "data.key"));
    b = recoverable_key(api);
    CHECK_STR(plaintext_of(at_str(b, "data.keyId")), at_str(b, "data.key"));
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_data_key"), 1);
    CHECK_INT(fx_audit_count("key.update"), 0);
}

static void
rotation_of_data_keys(void)
{
    enum { KEYS = 205 }; /* more than two batches */
    const char *api = vault_api(), *newest;
    struct key_create_in in = {.api_id = f_str(str_of(api)), .recoverable = f_bool(true)};
    struct key_create_out made[KEYS];
    struct ctx *c = caller(fx_root);

    vault_file(VAULT_KEK_A, 0600);
    for (int i = 0; i < KEYS; i++)
        CHECK_INT(key_create_svc_run(c, &in, &made[i]), ST_OK);
    check_rotation(rotate(true), 1, 0, KEYS, 0);
    newest = fx_sql_str("SELECT id FROM lk_data_key ORDER BY created_at DESC, id DESC LIMIT 1");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_secret WHERE data_key_id = '%s'", newest),
              KEYS);
    check_rotation(rotate(false), 0, 0, 0, 0);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_data_key"), 2); /* the old one stays */
    for (int i = 0; i < KEYS; i += 34)
        CHECK_STR(plaintext_of(made[i].key_id.v.p), made[i].key.v.p);

    /* both at once, under a new master key, in the same millisecond */
    fx_clock(1764000000000);
    vault_file(VAULT_KEK_B VAULT_KEK_A, 0600);
    check_rotation(rotate(true), 1, 2, KEYS, 0);
    check_rotation(rotate(true), 1, 0, KEYS, 0);
    CHECK_INT(fx_sql_int("SELECT COUNT(DISTINCT data_key_id) FROM lk_key_secret"), 1);
    vault_file(VAULT_KEK_B, 0600);
    CHECK_STR(plaintext_of(made[0].key_id.v.p), made[0].key.v.p);
}

/* What does not open is counted and stays; the rest is done. */
static void
rotation_with_losses(void)
{
    const char *api = vault_api(), *bad;
    struct answer a, b;

    vault_file(VAULT_KEK_A, 0600);
    a = recoverable_key(api);
    b = recoverable_key(api);
    bad = at_str(b, "data.keyId");
    fx_sql("UPDATE lk_key_secret SET sealed = 'AAAA' WHERE key_id = '%s'", bad);
    check_rotation(rotate(true), 1, 0, 1, 1);
    CHECK(strstr(captured, bad) != NULL);
    CHECK_STR(plaintext_of(at_str(a, "data.keyId")), at_str(a, "data.key"));

    vault_file(VAULT_KEK_B, 0600); /* too early: nothing has been rewrapped */
    check_rotation(rotate(false), 0, 0, 0, 2);
    CHECK(strstr(captured, "event=data_key_does_not_open") != NULL);
    check_rotation(rotate(true), 1, 0, 0, 2);
    a = recoverable_key(api); /* under the new data key, keys can be made again */
    CHECK_STR(plaintext_of(at_str(a, "data.keyId")), at_str(a, "data.key"));
}

static void
rotation_without_master_keys(void)
{
    struct ctx *c = fx_ctx();
    struct vault_rotation r;

    vault_no_file();
    CHECK_INT(vault_svc_rotate(c, false, &r), ST_PRECONDITION_FAILED);
}

/* Several workers need the first data key of a workspace at once: they end up with one. */
static void
first_data_key_at_once(void)
{
    enum { WORKERS = 6 };
    struct db_conf dc = {.defaults_file = getenv("LATCHKEY_TEST_DEFAULTS"),
                         .defaults_group = "latchkey",
                         .connect_timeout_s = 5,
                         .io_timeout_s = 30,
                         .lock_timeout_s = 10};
    pid_t pids[WORKERS];
    int status, done = 0;

    vault_file(VAULT_KEK_A, 0600);
    for (int i = 0; i < WORKERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            struct ctx *c = fx_ctx();
            struct vault *v;

            c->db = db_open(&dc, c->log); /* the parent's connection is not ours */
            c->now_ms = 1764000000000;
            _exit(vault_svc_open(c, &v) == ST_OK &&
                          vault_svc_prepare(c, v, str_of(fx_workspace)) == ST_OK
                      ? 0
                      : 1);
        }
    }
    for (int i = 0; i < WORKERS; i++)
        done += waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status) &&
                WEXITSTATUS(status) == 0;
    CHECK_INT(done, WORKERS);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_data_key"), 1);
}

CU_TestInfo suite_service_vault[] = {
    {"stored and recovered", stored_and_recovered},
    {"order of checks in createKey", order_of_checks_in_create},
    {"permissions in createKey", permissions_in_create},
    {"order of checks in getKey", order_of_checks_in_get},
    {"a grant on one key", grant_on_one_key},
    {"order of checks in listKeys", order_of_checks_in_list},
    {"lists", lists},
    {"refused files", refused_files},
    {"wrong master key", wrong_master_key},
    {"moved or edited rows", moved_or_edited_rows},
    {"workspaces apart", workspaces_apart},
    {"deletion and rollback", deletion_and_rollback},
    {"rotation of master keys", rotation_of_master_keys},
    {"rotation of data keys", rotation_of_data_keys},
    {"rotation with losses", rotation_with_losses},
    {"rotation without master keys", rotation_without_master_keys},
    {"the first data key at once", first_data_key_at_once},
    CU_TEST_INFO_NULL,
};
