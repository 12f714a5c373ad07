/* service/migration_svc: records of imports, and conversion by keys.verifyKey */
#include "support/import.h"

#include "base/digest.h"
#include "service/migration_svc.h"

#include <stdio.h>
#include <string.h>

/* An example of github.com/seamapi/prefixed-api-key. */
#define LONG_TOKEN "51FwqftsmMDHHbJAMEXXHCgG"
#define KEY "mycompany_BRTRKFsL_" LONG_TOKEN
#define HASH "d70d981d87b449c107327c2a2afbf00d4b58070d6ba571aac35d7ea3e7c79f37"

#define NOW 1764000000000LL

/* An API, a migration of prefixed keys, and an imported key; the key's id. `more` are further
 * members of the imported key. */
static const char *
begin(const char *more)
{
    struct answer a;

    fx_clock(NOW);
    import_begin(MIGRATION_SVC_PREFIXED);
    a = import_ok(arena_fmt(fx_ctx()->mem, "{\"hash\":\"" HASH "\"%s}", more).p);
    fx_clock(NOW + 1000);
    return at_str(a, "data.migrated.0.keyId");
}

static struct answer
verify(const char *root, const char *key, const char *migration_id)
{
    return fx_call(root, "keys.verifyKey", "{\"key\":\"%s\",\"migrationId\":\"%s\"}", key,
                   migration_id);
}

static const char *
code_of(const char *key)
{
    return at_str(fx_ok("keys.verifyKey", "{\"key\":\"%s\"}", key), "data.code");
}

static bool
converted(const char *id)
{
    return fx_sql_int("SELECT pending_migration_id IS NULL AND hash <> '" HASH
                      "' FROM lk_key WHERE id = '%s'",
                      id) == 1;
}

static void
first_verification(void)
{
    const char *id = begin(",\"credits\":{\"remaining\":5},\"name\":\"old\"");
    struct answer a;

    fx_audit_clear();
    CHECK_STR(code_of(KEY), "NOT_FOUND");
    a = verify(NULL, KEY, import_migration);
    CHECK_INT(a.status, 200);
    CHECK_STR(at_str(a, "data.code"), "VALID");
    CHECK_STR(at_str(a, "data.keyId"), id);
    CHECK_STR(at_str(a, "data.name"), "old");
    CHECK_INT(at_int(a, "data.credits"), 4);
    CHECK(converted(id));
    CHECK_STR(fx_sql_str("SELECT hash FROM lk_key WHERE id = '%s'", id),
              digest_key_hash(fx_ctx()->mem, S(KEY)).p);
    a = fx_ok("keys.getKey", "{\"keyId\":\"%s\"}", id);
    CHECK_STR(at_str(a, "data.start"), "mycompany_BRTR");
    CHECK_INT(at_int(a, "data.updatedAt"), NOW + 1000);
    CHECK_STR(code_of(KEY), "VALID");
    CHECK_STR(at_str(verify(NULL, KEY, import_migration), "data.code"), "VALID");
    CHECK_INT(fx_sql_int("SELECT remaining FROM lk_key WHERE id = '%s'", id), 2);
    CHECK_STR(fx_audit_names(), "");
}

static void
starts(void)
{
    static const struct {
        const char *head, *start;
    } rows[] = {
        {"re_abcdefgh_", "re_abcd"},
        {"my_company_abcdefgh_", "my_company_abcd"},
        {"re_ab_", "re_ab_5"},
        {"re__", "re__51F"},
        {"_abcdefgh_", "_abcd"},
        {"__", "__51F"},
        {"r\xc3\xa9_\xc3\xa9\xc3\xa8\xf0\x9f\x8e\x89xyz_",
         "r\xc3\xa9_\xc3\xa9\xc3\xa8\xf0\x9f\x8e\x89x"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *key = arena_fmt(fx_ctx()->mem, "%s" LONG_TOKEN, rows[i].head).p,
                   *id = begin("");

        test_row("%s", key);
        CHECK_STR(at_str(verify(NULL, key, import_migration), "data.code"), "VALID");
        CHECK_STR(fx_sql_str("SELECT start FROM lk_key WHERE id = '%s'", id), rows[i].start);
        CHECK_STR(code_of(key), "VALID");
        fx_sql("DELETE FROM lk_key");
    }
}

/* A prefix longer than the column is cut. */
static void
long_prefix(void)
{
    const char *id = begin("");
    char key[500];

    memset(key, 'p', 400);
    strcpy(key + 400, "_BRTRKFsL_" LONG_TOKEN);
    CHECK_STR(at_str(verify(NULL, key, import_migration), "data.code"), "VALID");
    CHECK_INT(fx_sql_int("SELECT LENGTH(start) FROM lk_key WHERE id = '%s'", id), 256);
}

/* Answers that are not VALID and leave the key as it is. */
static void
not_converted(void)
{
    const char *id = begin(""), *other = fx_new_workspace(), *theirs, *sha256, *second;
    const char *their_root = fx_root_key(other, "api.*.verify_key");
    struct answer a;

    theirs = import_new(other, MIGRATION_SVC_PREFIXED);
    sha256 = import_new(fx_workspace, MIGRATION_SVC_SHA256);
    second = import_new(fx_workspace, MIGRATION_SVC_PREFIXED);
    {
        const struct {
            const char *root, *key, *migration;
        } rows[] = {
            {NULL, KEY, ""},
            {NULL, KEY, "mig_none"},
            {NULL, KEY, arena_fmt(fx_ctx()->mem, "%s ", import_migration).p},
            {NULL, KEY, theirs},
            {NULL, KEY, sha256},
            {NULL, "mycompany_BRTRKFsL_wrong", import_migration},
            {NULL, "BRTRKFsL", sha256},
            {NULL, "BRTRKFsL", "mig_none"},
            {their_root, KEY, import_migration},
            {their_root, KEY, theirs},
        };

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            test_row("row %zu", i);
            a = verify(rows[i].root, rows[i].key, rows[i].migration);
            CHECK_INT(a.status, 200);
            CHECK_STR(json_object_to_json_string_ext(at(a, "data"), JSON_C_TO_STRING_PLAIN),
                      "{\"valid\":false,\"code\":\"NOT_FOUND\"}");
            CHECK(!converted(id));
        }
    }
    test_row("%s", "");
    /* of another migration of the workspace: it is verified, but stays as it is */
    a = verify(NULL, KEY, second);
    CHECK_STR(at_str(a, "data.code"), "VALID");
    CHECK(!converted(id));
    CHECK_STR(code_of(KEY), "NOT_FOUND");
    fx_ok("keys.deleteKey", "{\"keyId\":\"%s\"}", id);
    CHECK_STR(at_str(verify(NULL, KEY, import_migration), "data.code"), "NOT_FOUND");
    CHECK(!converted(id));
}

static void
malformed(void)
{
    static const char *const keys[] = {LONG_TOKEN, "BRTRKFsL_" LONG_TOKEN, "_" LONG_TOKEN, "a_"};
    const char *made;

    begin("");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        test_row("%s", keys[i]);
        fx_check_error(verify(NULL, keys[i], import_migration), 400, "authentication/malformed");
    }
    test_row("%s", "");
    /* an ordinary key needs no such form */
    made = at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\"}", import_api), "data.key");
    CHECK_STR(at_str(verify(NULL, made, import_migration), "data.code"), "VALID");
}

/* The key is converted before anybody asks whether it may be used. */
static void
before_all_other_checks(void)
{
    const char *id = begin("");

    CHECK_STR(at_str(verify(fx_root_key(fx_workspace, "api.*.read_key"), KEY, import_migration),
                     "data.code"),
              "NOT_FOUND");
    CHECK(converted(id));
    CHECK_STR(code_of(KEY), "VALID");
    fx_sql("DELETE FROM lk_key");

    id = begin(",\"enabled\":false");
    CHECK_STR(at_str(verify(NULL, KEY, import_migration), "data.code"), "DISABLED");
    CHECK(converted(id));
    fx_sql("DELETE FROM lk_key");

    id = begin(",\"expires\":1000");
    CHECK_STR(at_str(verify(NULL, KEY, import_migration), "data.code"), "EXPIRED");
    CHECK(converted(id));
}

/* What has been deleted does not come back by being imported again. */
static void
deleted_after_conversion(void)
{
    const char *id = begin("");
    struct answer a;

    CHECK_STR(at_str(verify(NULL, KEY, import_migration), "data.code"), "VALID");
    fx_ok("keys.deleteKey", "{\"keyId\":\"%s\"}", id);
    id = begin("");
    a = verify(NULL, KEY, import_migration);
    CHECK_INT(a.status, 200);
    CHECK_STR(at_str(a, "data.code"), "NOT_FOUND");
    CHECK(!converted(id));
}

static void
records(void)
{
    struct ctx *c = fx_ctx();
    struct migration_row *rows;
    struct str id;
    size_t n;

    CHECK_INT(
        migration_svc_create(c, str_of(fx_workspace), MIGRATION_SVC_SHA256, S("from old"), &id),
        ST_OK);
    CHECK(str_starts(id, S("mig_")));
    import_new(fx_new_workspace(), MIGRATION_SVC_PREFIXED);
    CHECK_INT(migration_svc_list(c, str_of(fx_workspace), &rows, &n), ST_OK);
    CHECK_INT(n, 1);
    CHECK(str_eq(rows[0].id, id));
    CHECK(str_eq(rows[0].name, S("from old")));
    CHECK(str_eq(rows[0].algorithm, S("sha256")));
    CHECK(rows[0].created_at > 0);
    CHECK_INT(migration_svc_create(c, S("ws_none"), MIGRATION_SVC_SHA256, S(""), &id),
              ST_WORKSPACE_NOT_FOUND);
    err_clear(c);
    CHECK_INT(migration_svc_list(c, S("ws_none"), &rows, &n), ST_WORKSPACE_NOT_FOUND);
}

CU_TestInfo suite_service_migration[] = {
    {"the first verification", first_verification},
    {"starts", starts},
    {"a long prefix", long_prefix},
    {"not converted", not_converted},
    {"malformed", malformed},
    {"before all other checks", before_all_other_checks},
    {"deleted after conversion", deleted_after_conversion},
    {"records", records},
    CU_TEST_INFO_NULL,
};
