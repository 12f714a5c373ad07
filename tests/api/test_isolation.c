/* Workspaces do not see each other: to a stranger with all permissions of its own workspace,
 * whatever it names of ours is as if it did not exist, and nothing of ours changes. */
#include "support/import.h"
#include "support/vault.h"

#include "api/endpoint.h"
#include "base/digest.h"
#include "base/sb.h"

#include <ctype.h>
#include <string.h>

static const int64_t NOW = 1790000000000;

/* What bodies name: {name} stands for ours and, in a second request, for one that does not exist,
 * which differs from ours in the last character. */
enum { THINGS = 24 };
static struct thing {
    const char *name, *ours, *absent;
} things[THINGS];
static size_t n_things;

static const char *stranger; /* its root key */
static const char *twin_api; /* of the stranger */

static void
name(const char *as, const char *ours)
{
    char *absent = (char *)(uintptr_t)fx_fmt("%s", ours), *last = absent + strlen(absent) - 1;

    *last = *last == 'q' ? 'r' : 'q';
    things[n_things++] = (struct thing){as, ours, absent};
}

/* text with the values in place of {names}; or back, with {names} in place of the values. */
static const char *
replace(const char *text, bool absent, bool back)
{
    struct sb b;

    sb_init(&b, fx_ctx()->mem, 512);
    while (*text) {
        size_t i = 0, n = 0;
        const char *to = NULL;

        for (; i < n_things && !to; i++) {
            const char *value = absent ? things[i].absent : things[i].ours;
            const char *hole = fx_fmt("{%s}", things[i].name);
            const char *from = back ? value : hole;

            n = strlen(from);
            if (strncmp(text, from, n) == 0)
                to = back ? hole : value;
        }
        if (to)
            sb_puts(&b, to);
        else
            sb_putc(&b, *text);
        text += to ? n : 1;
    }
    return sb_str(&b).p;
}

/* text with stars for the nine characters of ids that were made while answering. */
static const char *
without_ids(const char *text)
{
    char *copy = (char *)(uintptr_t)fx_fmt("%s", text);

    for (char *p = copy + 1; *p; p++) {
        size_t n = 0;

        while (*p == '_' && islower((unsigned char)p[-1]) && isalnum((unsigned char)p[1 + n]))
            n++;
        if (n == 9)
            memset(p + 1, '*', n);
    }
    return copy;
}

/* Whatever was not in the request must not be in the answer. */
static void
check_silent(const char *answer, const char *body)
{
    for (size_t i = 0; i < n_things; i++)
        if (strstr(answer, things[i].ours) && !strstr(body, things[i].ours))
            CHECK_STR(answer, fx_fmt("nothing of {%s}", things[i].name));
    CHECK(strstr(answer, "secret") == NULL || strstr(body, "secret") != NULL);
    CHECK(strstr(answer, fx_workspace) == NULL);
}

/* The workspaces */

static const char *
id_of(const char *root, const char *operation, const char *body, const char *member)
{
    struct answer a = fx_call(root, operation, "%s", body);

    CHECK_INT(a.status, 200);
    return fx_fmt("%s", at_str(a, member));
}

/* A key with everything that a key can have, in an API that keeps encrypted copies. */
static struct answer
furnish(const char *root, const char *word, const char *api)
{
    struct answer key;

    fx_sql("UPDATE lk_api SET store_encrypted_keys = 1 WHERE id = '%s'", api);
    id_of(root, "permissions.createRole",
          fx_fmt("{\"name\":\"%s role\",\"permissions\":[\"%s.slug\"]}", word, word),
          "data.roleId");
    id_of(root, "identities.createIdentity",
          fx_fmt("{\"externalId\":\"%s.user\",\"meta\":{\"%s\":1},\"ratelimits\":[{\"name\":"
                 "\"%s calls\",\"limit\":9,\"duration\":60000,\"autoApply\":true}]}",
                 word, word, word),
          "data.identityId");
    key = fx_call(root, "keys.createKey",
                  "{\"apiId\":\"%s\",\"name\":\"%s key\",\"externalId\":\"%s.user\","
                  "\"roles\":[\"%s role\"],\"permissions\":[\"%s.direct\"],\"recoverable\":true,"
                  "\"meta\":{\"%s\":1},\"credits\":{\"remaining\":77},\"ratelimits\":[{\"name\":"
                  "\"%s limit\",\"limit\":9,\"duration\":60000,\"autoApply\":true}]}",
                  api, word, word, word, word, word, word);
    CHECK_INT(key.status, 200);
    fx_call(root, "ratelimit.limit",
            "{\"namespace\":\"%s space\",\"identifier\":\"%s id\",\"limit\":9,\"duration\":60000}",
            word, word);
    id_of(root, "ratelimit.setOverride",
          fx_fmt("{\"namespace\":\"%s space\",\"identifier\":\"%s id\",\"limit\":5,\"duration\":"
                 "60000}",
                 word, word),
          "data.overrideId");
    return key;
}

static const char *
column(const char *table, const char *where)
{
    return fx_fmt("%s", fx_sql_str("SELECT id FROM %s WHERE %s", table, where));
}

/* Ours has things called "secret"; both have things called "twin". */
static void
begin(void)
{
    const char *other = fx_new_workspace();
    struct answer key;

    vault_file(VAULT_KEK_A, 0600);
    fx_clock(NOW);
    stranger = fx_root_of(other);
    n_things = 0;
    import_begin("github.com/seamapi/prefixed-api-key");
    import_ok(fx_fmt("{\"hash\":\"%s\"}", digest_sha256_hex(fx_ctx()->mem, S("long")).p));
    name("migration", import_migration);
    name("imported", "old_short_long");
    key = furnish(NULL, "secret", import_api);
    furnish(NULL, "twin", import_api);
    twin_api = id_of(stranger, "apis.createApi", "{\"name\":\"twin\"}", "data.apiId");
    furnish(stranger, "twin", twin_api);
    name("api", import_api);
    name("key", fx_fmt("%s", at_str(key, "data.keyId")));
    name("plain", fx_fmt("%s", at_str(key, "data.key")));
    name("perm", column("lk_permission", "slug = 'secret.slug'"));
    name("role", column("lk_role", "name = 'secret role'"));
    name("identity", column("lk_identity", "external_id = 'secret.user'"));
    name("ns", column("lk_namespace", "name = 'secret space'"));
    name("override", column("lk_override", "identifier = 'secret id'"));
    name("slug", "secret.slug");
    name("direct", "secret.direct");
    name("rolename", "secret role");
    name("user", "secret.user");
    name("limit", "secret limit");
    name("space", "secret space");
    name("identifier", "secret id");
}

/* The requests. {mine} is a key and {shop} an API of the stranger's, made for each request; {twin}
 * an API of it with a key. */
static const struct {
    const char *operation;
    int status;
    const char *body;
} rows[] = {
    {"apis.getApi", 404, "{\"apiId\":\"{api}\"}"},
    {"apis.deleteApi", 404, "{\"apiId\":\"{api}\"}"},
    {"analytics.getRatelimits", 200,
     "{\"query\":\"SELECT COUNT(*) AS n FROM ratelimits_v1 WHERE namespace_id = '{ns}'\"}"},
    {"analytics.getVerifications", 200,
     "{\"query\":\"SELECT * FROM key_verifications_v1 WHERE key_id = '{key}'\"}"},
    {"analytics.getVerifications", 200,
     "{\"query\":\"SELECT SUM(count) AS n FROM key_verifications_per_day_v1 WHERE external_id = "
     "'{user}' OR 1 = 1\"}"},
    {"apis.listKeys", 404, "{\"apiId\":\"{api}\"}"},
    {"apis.listKeys", 404, "{\"apiId\":\"{api}\",\"decrypt\":true}"},
    {"apis.listKeys", 200, "{\"apiId\":\"{twin}\",\"externalId\":\"{user}\"}"},
    {"apis.listKeys", 200, "{\"apiId\":\"{twin}\",\"cursor\":\"{key}\"}"},
    {"keys.createKey", 404, "{\"apiId\":\"{api}\"}"},
    {"keys.createKey", 404, "{\"apiId\":\"{api}\",\"recoverable\":true}"},
    {"keys.createKey", 404, "{\"apiId\":\"{shop}\",\"roles\":[\"{rolename}\"]}"},
    {"keys.getKey", 404, "{\"keyId\":\"{key}\"}"},
    {"keys.getKey", 404, "{\"keyId\":\"{key}\",\"decrypt\":true}"},
    {"keys.whoami", 404, "{\"key\":\"{plain}\"}"},
    {"keys.verifyKey", 200, "{\"key\":\"{plain}\"}"},
    {"keys.verifyKey", 200, "{\"key\":\"{plain}\",\"permissions\":\"no (query\"}"},
    {"keys.verifyKey", 200, "{\"key\":\"{plain}\",\"ratelimits\":[{\"name\":\"{limit}\"}]}"},
    {"keys.verifyKey", 200, "{\"key\":\"{imported}\",\"migrationId\":\"{migration}\"}"},
    {"keys.updateKey", 404, "{\"keyId\":\"{key}\",\"name\":\"taken\",\"permissions\":[]}"},
    {"keys.updateKey", 404, "{\"keyId\":\"{mine}\",\"roles\":[\"{rolename}\"]}"},
    {"keys.updateCredits", 404, "{\"keyId\":\"{key}\",\"operation\":\"set\",\"value\":1}"},
    {"keys.rerollKey", 404, "{\"keyId\":\"{key}\",\"expiration\":0}"},
    {"keys.deleteKey", 404, "{\"keyId\":\"{key}\",\"permanent\":true}"},
    {"keys.addPermissions", 404, "{\"keyId\":\"{key}\",\"permissions\":[\"twin.slug\"]}"},
    {"keys.setPermissions", 404, "{\"keyId\":\"{key}\",\"permissions\":[]}"},
    {"keys.removePermissions", 404, "{\"keyId\":\"{key}\",\"permissions\":[\"twin.slug\"]}"},
    {"keys.removePermissions", 404, "{\"keyId\":\"{mine}\",\"permissions\":[\"{perm}\"]}"},
    {"keys.addRoles", 404, "{\"keyId\":\"{key}\",\"roles\":[\"twin role\"]}"},
    {"keys.addRoles", 404, "{\"keyId\":\"{mine}\",\"roles\":[\"{rolename}\"]}"},
    {"keys.setRoles", 404, "{\"keyId\":\"{key}\",\"roles\":[]}"},
    {"keys.setRoles", 404, "{\"keyId\":\"{mine}\",\"roles\":[\"{rolename}\"]}"},
    {"keys.removeRoles", 404, "{\"keyId\":\"{key}\",\"roles\":[\"twin role\"]}"},
    {"keys.removeRoles", 404, "{\"keyId\":\"{mine}\",\"roles\":[\"{rolename}\"]}"},
    {"keys.migrateKeys", 404,
     "{\"apiId\":\"{api}\",\"migrationId\":\"{migration}\",\"keys\":[{\"hash\":\"abc\"}]}"},
    {"keys.migrateKeys", 404,
     "{\"apiId\":\"{shop}\",\"migrationId\":\"{migration}\",\"keys\":[{\"hash\":\"abc\"}]}"},
    {"identities.getIdentity", 404, "{\"identity\":\"{identity}\"}"},
    {"identities.getIdentity", 404, "{\"identity\":\"{user}\"}"},
    {"identities.updateIdentity", 404, "{\"identity\":\"{identity}\",\"ratelimits\":[]}"},
    {"identities.updateIdentity", 404, "{\"identity\":\"{user}\",\"meta\":{}}"},
    {"identities.deleteIdentity", 404, "{\"identity\":\"{identity}\"}"},
    {"identities.deleteIdentity", 404, "{\"identity\":\"{user}\"}"},
    {"identities.listIdentities", 200, "{\"cursor\":\"{identity}\"}"},
    {"identities.listIdentities", 200, "{\"search\":\"{identity}\"}"},
    {"permissions.getPermission", 404, "{\"permission\":\"{perm}\"}"},
    {"permissions.deletePermission", 404, "{\"permission\":\"{perm}\"}"},
    {"permissions.listPermissions", 200, "{\"cursor\":\"{perm}\"}"},
    {"permissions.listPermissions", 200, "{\"search\":\"{perm}\"}"},
    {"permissions.getRole", 404, "{\"role\":\"{role}\"}"},
    {"permissions.getRole", 404, "{\"role\":\"{rolename}\"}"},
    {"permissions.deleteRole", 404, "{\"role\":\"{role}\"}"},
    {"permissions.deleteRole", 404, "{\"role\":\"{rolename}\"}"},
    {"permissions.listRoles", 200, "{\"cursor\":\"{role}\"}"},
    {"permissions.listRoles", 200, "{\"search\":\"{rolename}\"}"},
    {"permissions.setRolePermissions", 404, "{\"roleId\":\"{role}\",\"permissions\":[]}"},
    {"ratelimit.setOverride", 404,
     "{\"namespace\":\"{ns}\",\"identifier\":\"{identifier}\",\"limit\":1,\"duration\":60000}"},
    {"ratelimit.setOverride", 404,
     "{\"namespace\":\"{space}\",\"identifier\":\"{identifier}\",\"limit\":1,\"duration\":60000}"},
    {"ratelimit.getOverride", 404, "{\"namespace\":\"{ns}\",\"identifier\":\"{identifier}\"}"},
    {"ratelimit.getOverride", 404, "{\"namespace\":\"{space}\",\"identifier\":\"{identifier}\"}"},
    {"ratelimit.getOverride", 404,
     "{\"namespace\":\"twin space\",\"identifier\":\"{identifier}\"}"},
    {"ratelimit.deleteOverride", 404, "{\"namespace\":\"{ns}\",\"identifier\":\"{identifier}\"}"},
    {"ratelimit.deleteOverride", 404,
     "{\"namespace\":\"{space}\",\"identifier\":\"{identifier}\"}"},
    {"ratelimit.deleteOverride", 404,
     "{\"namespace\":\"twin space\",\"identifier\":\"{identifier}\"}"},
    {"ratelimit.listOverrides", 404, "{\"namespace\":\"{ns}\"}"},
    {"ratelimit.listOverrides", 404, "{\"namespace\":\"{space}\"}"},
    {"ratelimit.listOverrides", 200, "{\"namespace\":\"twin space\",\"cursor\":\"{override}\"}"},
    /* what from here on makes something of that name, in the stranger's workspace */
    {"ratelimit.limit", 200,
     "{\"namespace\":\"{ns}\",\"identifier\":\"{identifier}\",\"limit\":9,\"duration\":60000}"},
    {"ratelimit.limit", 200,
     "{\"namespace\":\"{space}\",\"identifier\":\"{identifier}\",\"limit\":9,\"duration\":60000}"},
    {"ratelimit.multiLimit", 200,
     "[{\"namespace\":\"{ns}\",\"identifier\":\"{identifier}\",\"limit\":9,\"duration\":60000},"
     "{\"namespace\":\"{space}\",\"identifier\":\"{identifier}\",\"limit\":9,\"duration\":60000}]"},
    {"permissions.createRole", 200, "{\"name\":\"{rolename}\",\"permissions\":[\"{slug}\"]}"},
    {"keys.updateKey", 200, "{\"keyId\":\"{mine}\",\"externalId\":\"{user}\"}"},
    {"keys.updateKey", 200, "{\"keyId\":\"{mine}\",\"permissions\":[\"{slug}\"]}"},
    {"keys.addPermissions", 200, "{\"keyId\":\"{mine}\",\"permissions\":[\"{slug}\"]}"},
    {"keys.setPermissions", 200, "{\"keyId\":\"{mine}\",\"permissions\":[\"{direct}\"]}"},
    {"permissions.createPermission", 409, "{\"name\":\"a name\",\"slug\":\"{slug}\"}"},
    {"permissions.createPermission", 200, "{\"name\":\"a name\",\"slug\":\"{role}\"}"},
    {"permissions.deletePermission", 200, "{\"permission\":\"{slug}\"}"},
    {"permissions.getPermission", 404, "{\"permission\":\"{slug}\"}"},
    {"identities.createIdentity", 200, "{\"externalId\":\"{identity}\"}"},
};

/* What both workspaces have under the same name is the stranger's own. */
static const struct {
    const char *operation, *body;
} twins[] = {
    {"permissions.getPermission", "{\"permission\":\"twin.slug\"}"},
    {"permissions.getRole", "{\"role\":\"twin role\"}"},
    {"permissions.listPermissions", "{}"},
    {"permissions.listRoles", "{}"},
    {"identities.getIdentity", "{\"identity\":\"twin.user\"}"},
    {"identities.listIdentities", "{}"},
    {"identities.updateIdentity",
     "{\"identity\":\"twin.user\",\"meta\":{\"a\":1},\"ratelimits\":[]}"},
    {"keys.updateKey", "{\"keyId\":\"{mine}\",\"externalId\":\"twin.user\"}"},
    {"keys.setRoles", "{\"keyId\":\"{mine}\",\"roles\":[\"twin role\"]}"},
    {"keys.addPermissions", "{\"keyId\":\"{mine}\",\"permissions\":[\"twin.slug\"]}"},
    {"ratelimit.limit",
     "{\"namespace\":\"twin space\",\"identifier\":\"twin id\",\"limit\":9,\"duration\":60000}"},
    {"ratelimit.multiLimit",
     "[{\"namespace\":\"twin space\",\"identifier\":\"twin id\",\"limit\":9,"
     "\"duration\":60000,\"cost\":4}]"},
    {"ratelimit.getOverride", "{\"namespace\":\"twin space\",\"identifier\":\"twin id\"}"},
    {"ratelimit.listOverrides", "{\"namespace\":\"twin space\"}"},
    {"ratelimit.setOverride",
     "{\"namespace\":\"twin space\",\"identifier\":\"twin id\",\"limit\":0,"
     "\"duration\":1000}"},
    {"ratelimit.deleteOverride", "{\"namespace\":\"twin space\",\"identifier\":\"twin id\"}"},
    {"identities.deleteIdentity", "{\"identity\":\"twin.user\"}"},
    {"permissions.deleteRole", "{\"role\":\"twin role\"}"},
    {"permissions.deletePermission", "{\"permission\":\"twin.slug\"}"},
};

/* Operations without a row. */
static const struct {
    const char *operation, *why;
} exempt[] = {
    {"apis.createApi", "a name of an API names nothing: it need not be unique"},
};

/* text with value in place of hole */
static const char *
put(const char *text, const char *hole, const char *value)
{
    const char *at = strstr(text, hole);

    return at ? fx_fmt("%.*s%s%s", (int)(at - text), text, value, at + strlen(hole)) : text;
}

/* body with things of the stranger's own */
static const char *
with_own(const char *body)
{
    const char *shop, *mine;

    body = put(body, "{twin}", twin_api);
    if (!strstr(body, "{shop}") && !strstr(body, "{mine}"))
        return body;
    shop = id_of(stranger, "apis.createApi", "{\"name\":\"own\"}", "data.apiId");
    mine = id_of(stranger, "keys.createKey", fx_fmt("{\"apiId\":\"%s\"}", shop), "data.keyId");
    return put(put(body, "{shop}", shop), "{mine}", mine);
}

static struct answer
ask(const char *operation, const char *body, bool absent)
{
    const char *own = with_own(body), *filled = replace(own, absent, false);
    struct answer a = fx_call(stranger, operation, "%s", filled);

    if (!absent)
        check_silent(a.text, filled);
    a.text = without_ids(replace(a.text, absent, true));
    return a;
}

static void
as_if_absent(void)
{
    const char *before;

    begin();
    before = fx_rows_of(fx_workspace);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer ours = ask(rows[i].operation, rows[i].body, false),
                      none = ask(rows[i].operation, rows[i].body, true);

        test_row("%s %s", rows[i].operation, rows[i].body);
        CHECK_INT(ours.status, rows[i].status);
        CHECK_INT(none.status, rows[i].status);
        CHECK_STR(ours.text, none.text);
        CHECK_STR(ours.content_type, none.content_type);
    }
    test_row("rows of the workspace");
    CHECK_STR(fx_rows_of(fx_workspace), before);
}

static void
twins_are_own(void)
{
    const char *before;

    begin();
    before = fx_rows_of(fx_workspace);
    for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++) {
        const char *body = with_own(twins[i].body);
        struct answer a = fx_call(stranger, twins[i].operation, "%s", body);

        test_row("%s %s: %s", twins[i].operation, body, a.text);
        CHECK_INT(a.status, 200);
        check_silent(a.text, body);
    }
    test_row("rows of the workspace");
    CHECK_STR(fx_rows_of(fx_workspace), before);
}

/* Whoever names a hash may learn that it is taken, by whatever workspace, but not by whom. */
static void
taken_hashes(void)
{
    const char *before, *shop, *mine;
    struct answer a;

    begin();
    shop = id_of(stranger, "apis.createApi", "{\"name\":\"own\"}", "data.apiId");
    mine =
        import_new(fx_sql_str("SELECT workspace_id FROM lk_api WHERE id = '%s'", shop), "sha256");
    before = fx_rows_of(fx_workspace);
    a = fx_call(
        stranger, "keys.migrateKeys",
        "{\"apiId\":\"%s\",\"migrationId\":\"%s\",\"keys\":[{\"hash\":\"%s\",\"externalId\":"
        "\"secret.user\",\"roles\":[\"secret role\"]}]}",
        shop, mine, digest_sha256_hex(fx_ctx()->mem, S("long")).p);
    CHECK_INT(a.status, 200);
    CHECK_INT(at_len(a, "data.migrated"), 0);
    CHECK_INT(at_len(a, "data.failed"), 1);
    CHECK(strstr(a.text, "secret") == NULL);
    CHECK_STR(fx_rows_of(fx_workspace), before);
}

static bool
covered(const char *operation)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].operation, operation) == 0)
            return true;
    for (size_t i = 0; i < sizeof(exempt) / sizeof(exempt[0]); i++)
        if (strcmp(exempt[i].operation, operation) == 0)
            return true;
    return false;
}

static void
every_endpoint(void)
{
    for (size_t i = 0; i < endpoint_count; i++) {
        test_row("%s", endpoints[i].path);
        CHECK(covered(endpoints[i].path + strlen("/v2/")));
    }
}

CU_TestInfo suite_api_isolation[] = {
    {"as if absent", as_if_absent},
    {"twins are own", twins_are_own},
    {"taken hashes", taken_hashes},
    {"every endpoint", every_endpoint},
    CU_TEST_INFO_NULL,
};
