/* keys.migrateKeys: many keys, and several imports at once */
#include "support/import.h"

#include "base/digest.h"
#include "base/sb.h"
#include "service/access_svc.h"
#include "service/key_migrate_svc.h"
#include "service/migration_svc.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Thousands of keys, which take several batches. */
static void
many_keys(void)
{
    enum { KEYS = 2500 };
    struct ctx *c = fx_ctx();
    struct sb keys;
    struct answer a;

    import_begin(MIGRATION_SVC_SHA256);
    sb_init(&keys, c->mem, 200 * KEYS);
    for (int i = 0; i < KEYS; i++)
        sb_addf(&keys,
                "%s{\"hash\":\"hash_%d\",\"externalId\":\"user_%d\",\"permissions\":[\"docs.read\","
                "\"docs.%d\"],\"roles\":[\"r%d\"],\"ratelimits\":[{\"name\":\"burst\",\"limit\":5,"
                "\"duration\":1000,\"autoApply\":true}]}",
                i ? "," : "", (i * 7919) % KEYS, i % 400, i % 20, i % 3);
    a = import_ok(sb_str(&keys).p);
    CHECK_INT(at_len(a, "data.migrated"), KEYS);
    CHECK_INT(at_len(a, "data.failed"), 0);
    for (int i = 0; i < KEYS; i += 311) {
        char path[40], want[40];

        snprintf(path, sizeof(path), "data.migrated.%d.hash", i);
        snprintf(want, sizeof(want), "hash_%d", (i * 7919) % KEYS);
        CHECK_STR(at_str(a, path), want);
        snprintf(path, sizeof(path), "data.migrated.%d.keyId", i);
        CHECK_STR(fx_sql_str("SELECT hash FROM lk_key WHERE id = '%s'", at_str(a, path)), want);
        CHECK_STR(fx_sql_str("SELECT i.external_id FROM lk_key k JOIN lk_identity i ON "
                             "i.id = k.identity_id WHERE k.id = '%s'",
                             at_str(a, path)),
                  arena_fmt(c->mem, "user_%d", i % 400).p);
    }
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key WHERE start = ''"), KEYS);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity"), 400);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_permission"), 21);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_role"), 3);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_permission"), 2 * KEYS);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key_role"), KEYS);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_ratelimit"), KEYS);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event"), 4 * KEYS);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_target"), 8 * KEYS);
    CHECK_INT(fx_sql_int("SELECT COUNT(DISTINCT correlation_id) FROM lk_audit_event"), 1);
    a = import_ok(sb_str(&keys).p);
    CHECK_INT(at_len(a, "data.failed"), KEYS);
    CHECK_INT(at_len(a, "data.migrated"), 0);
}

/* A conflict at any statement: everything happens once. */
static void
conflicts(void)
{
    enum { DEADLOCK = 1213, STATEMENTS = 30 };

    import_begin(MIGRATION_SVC_SHA256);
    for (unsigned n = 1; n < STATEMENTS; n++) {
        char keys[500];
        struct answer a;

        test_row("statement %u", n);
        fx_audit_clear();
        snprintf(keys, sizeof(keys),
                 "{\"hash\":\"a_%u\",\"externalId\":\"u_%u\",\"permissions\":[\"p.%u\"],\"roles\":"
                 "[\"r %u\"]},{\"hash\":\"b_%u\",\"externalId\":\"u_%u\"},{\"hash\":\"a_%u\"}",
                 n, n, n, n, n, n, n);
        db_fail_after(fx_ctx()->db, n, DEADLOCK);
        a = import_ok(keys);
        db_fail_after(fx_ctx()->db, 0, 0);
        CHECK_INT(at_len(a, "data.migrated"), 2);
        CHECK_INT(at_len(a, "data.failed"), 1);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key"), 2 * n);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity"), n);
        CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_permission"), n);
        CHECK_STR(fx_audit_names(), "authorization.connect_permission_and_key "
                                    "authorization.connect_role_and_key key.create key.create");
    }
}

/* A worker of its own imports 60 keys, of which `common` are those of all workers. */
static void
import_as_worker(int worker, int common)
{
    enum { KEYS = 60 };
    struct db_conf dc = {.defaults_file = getenv("LATCHKEY_TEST_DEFAULTS"),
                         .defaults_group = "latchkey",
                         .connect_timeout_s = 5,
                         .io_timeout_s = 30,
                         .lock_timeout_s = 10};
    struct ctx *c = fx_ctx();
    struct migrate_key_in keys[KEYS] = {0};
    struct key_migrate_in in = {f_str(str_of(import_migration)), f_str(str_of(import_api)),
                                f_list(keys, KEYS)};
    struct key_migrate_out out = {0};
    struct f_str slug = f_str(S("docs.read")), role = f_str(S("admin"));
    enum status st;

    for (int i = 0; i < KEYS; i++) {
        int at = worker % 2 ? KEYS - 1 - i : i; /* not all in the same order */

        keys[i].hash = f_str(at < common ? arena_fmt(c->mem, "common_%d", at)
                                         : arena_fmt(c->mem, "own_%d_%d", worker, at));
        keys[i].external_id = f_str(arena_fmt(c->mem, "user_%d", at % 7));
        keys[i].permissions = f_list(&slug, 1);
        keys[i].roles = f_list(&role, 1);
    }
    c->db = db_open(&dc, c->log); /* the parent's connection is not ours */
    st = access_svc_identify(c, digest_key_hash(c->mem, str_of(fx_root)));
    if (st == ST_OK)
        st = key_migrate_svc_run(c, &in, &out);
    if (st != ST_OK)
        fprintf(stderr, "worker: %.*s %.*s\n", STR_ARG(c->err.detail), STR_ARG(c->err.cause));
    _exit(st == ST_OK && out.migrated.n + out.failed.n == KEYS ? 0 : 1);
}

static void
at_the_same_time(void)
{
    enum { WORKERS = 4, COMMON = 40 };
    pid_t pids[WORKERS];
    int status, done = 0;

    import_begin(MIGRATION_SVC_SHA256);
    for (int i = 0; i < WORKERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            import_as_worker(i, COMMON);
    }
    for (int i = 0; i < WORKERS; i++)
        done += waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status) &&
                WEXITSTATUS(status) == 0;
    CHECK_INT(done, WORKERS);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key"), COMMON + WORKERS * 20);
    CHECK_INT(fx_audit_count("key.create"), COMMON + WORKERS * 20);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_identity"), 7);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_permission"), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_role"), 1);
}

CU_TestInfo suite_api_keys_migrate_many[] = {
    {"many keys", many_keys},
    {"conflicts", conflicts},
    {"at the same time", at_the_same_time},
    CU_TEST_INFO_NULL,
};
