/* service/vault_svc: master keys that are refused, wrong or replaced; rows that do not open */
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
    a = vault_key(api);
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
        CHECK_STR(vault_plaintext(id), "(none)");
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
    CHECK_STR(vault_plaintext(id), key);
}

static void
moved_or_edited_rows(void)
{
    const char *api = vault_api(), *one, *two, *other_ws, *theirs;
    struct answer a, b;

    vault_file(VAULT_KEK_A, 0600);
    a = vault_key(api);
    b = vault_key(api);
    one = at_str(a, "data.keyId");
    two = at_str(b, "data.keyId");
    theirs = fx_sql_str("SELECT sealed FROM lk_key_secret WHERE key_id = '%s'", two);

    test_row("the copy of another key");
    fx_sql("UPDATE lk_key_secret SET sealed = '%s' WHERE key_id = '%s'", theirs, one);
    CHECK(get_logged(one).plaintext.state == F_ABSENT);
    CHECK_STR(vault_plaintext(two), at_str(b, "data.key"));

    test_row("an edited copy");
    fx_sql("UPDATE lk_key_secret SET sealed = CONCAT(LEFT(sealed, 30), IF(SUBSTR(sealed, 31, 1) = "
           "'A', 'B', 'A'), SUBSTR(sealed, 32)) WHERE key_id = '%s'",
           two);
    CHECK(get_logged(two).plaintext.state == F_ABSENT);

    test_row("a lost data key");
    a = vault_key(api);
    fx_sql("UPDATE lk_key_secret SET data_key_id = 'dek_none' WHERE key_id = '%s'",
           at_str(a, "data.keyId"));
    CHECK(get_logged(at_str(a, "data.keyId")).plaintext.state == F_ABSENT);

    test_row("the data key of another workspace");
    a = vault_key(api);
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
    a = vault_key(api);
    check_rotation(rotate(false), 0, 0, 0, 0);
    vault_file(VAULT_KEK_B VAULT_KEK_A, 0600);
    CHECK_STR(vault_plaintext(at_str(a, "data.keyId")), at_str(a, "data.key"));
    before = fx_sql_str("SELECT sealed FROM lk_key_secret");

    check_rotation(rotate(false), 0, 1, 0, 0);
    check_rotation(rotate(false), 0, 0, 0, 0);
    CHECK_STR(fx_sql_str("SELECT master_key_id FROM lk_data_key"), "kek_b");
    CHECK_STR(fx_sql_str("SELECT sealed FROM lk_key_secret"), before); /* copies stay as they are */

    vault_file(VAULT_KEK_B, 0600); /* the old master key goes */
    CHECK_STR(vault_plaintext(at_str(a, "data.keyId")), at_str(a, "data.key"));
    b = vault_key(api);
    CHECK_STR(vault_plaintext(at_str(b, "data.keyId")), at_str(b, "data.key"));
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
        CHECK_STR(vault_plaintext(made[i].key_id.v.p), made[i].key.v.p);

    /* both at once, under a new master key, in the same millisecond */
    fx_clock(1764000000000);
    vault_file(VAULT_KEK_B VAULT_KEK_A, 0600);
    check_rotation(rotate(true), 1, 2, KEYS, 0);
    check_rotation(rotate(true), 1, 0, KEYS, 0);
    CHECK_INT(fx_sql_int("SELECT COUNT(DISTINCT data_key_id) FROM lk_key_secret"), 1);
    vault_file(VAULT_KEK_B, 0600);
    CHECK_STR(vault_plaintext(made[0].key_id.v.p), made[0].key.v.p);
}

/* What does not open is counted and stays; the rest is done. */
static void
rotation_with_losses(void)
{
    const char *api = vault_api(), *bad;
    struct answer a, b;

    vault_file(VAULT_KEK_A, 0600);
    a = vault_key(api);
    b = vault_key(api);
    bad = at_str(b, "data.keyId");
    fx_sql("UPDATE lk_key_secret SET sealed = 'AAAA' WHERE key_id = '%s'", bad);
    check_rotation(rotate(true), 1, 0, 1, 1);
    CHECK(strstr(captured, bad) != NULL);
    CHECK_STR(vault_plaintext(at_str(a, "data.keyId")), at_str(a, "data.key"));

    vault_file(VAULT_KEK_B, 0600); /* too early: nothing has been rewrapped */
    check_rotation(rotate(false), 0, 0, 0, 2);
    CHECK(strstr(captured, "event=data_key_does_not_open") != NULL);
    check_rotation(rotate(true), 1, 0, 0, 2);
    a = vault_key(api); /* under the new data key, keys can be made again */
    CHECK_STR(vault_plaintext(at_str(a, "data.keyId")), at_str(a, "data.key"));
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

CU_TestInfo suite_service_vault_keys[] = {
    {"refused files", refused_files},
    {"wrong master key", wrong_master_key},
    {"moved or edited rows", moved_or_edited_rows},
    {"rotation of master keys", rotation_of_master_keys},
    {"rotation of data keys", rotation_of_data_keys},
    {"rotation with losses", rotation_with_losses},
    {"rotation without master keys", rotation_without_master_keys},
    {"the first data key at once", first_data_key_at_once},
    CU_TEST_INFO_NULL,
};
