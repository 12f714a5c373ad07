/* app/names, and the flags behind them: what command lines of other clients expect. */
#include "support/test.h"

#include "app/names.h"
#include "schema/describe.h"

#include <string.h>

static struct arena *mem;

/* Every operation with its flags (* = required), as the contract lists them; search, and the
 * permissions of createRole, which other clients leave out, are fields like others. Operations
 * without an endpoint are passed over. */
static const struct {
    const char *path, *resource, *action, *flags;
} rows[] = {
    {"/v2/apis.createApi", "apis", "create-api", "name*"},
    {"/v2/apis.getApi", "apis", "get-api", "api-id*"},
    {"/v2/apis.deleteApi", "apis", "delete-api", "api-id*"},
    {"/v2/apis.listKeys", "apis", "list-keys",
     "api-id* limit cursor external-id decrypt revalidate-keys-cache"},
    {"/v2/keys.createKey", "keys", "create-key",
     "api-id* prefix name byte-length external-id meta-json roles permissions expires "
     "credits-json ratelimits-json enabled recoverable"},
    {"/v2/keys.getKey", "keys", "get-key", "key-id* decrypt"},
    {"/v2/keys.verifyKey", "keys", "verify-key",
     "key* tags permissions credits-json ratelimits-json migration-id"},
    {"/v2/keys.updateKey", "keys", "update-key",
     "key-id* name external-id meta-json expires credits-json ratelimits-json enabled roles "
     "permissions"},
    {"/v2/keys.updateCredits", "keys", "update-credits", "key-id* operation* value"},
    {"/v2/keys.deleteKey", "keys", "delete-key", "key-id* permanent"},
    {"/v2/keys.rerollKey", "keys", "reroll-key", "key-id* expiration*"},
    {"/v2/keys.whoami", "keys", "whoami", "key*"},
    {"/v2/keys.migrateKeys", "keys", "migrate-keys", "migration-id* api-id* keys-json*"},
    {"/v2/keys.addPermissions", "keys", "add-permissions", "key-id* permissions*"},
    {"/v2/keys.removePermissions", "keys", "remove-permissions", "key-id* permissions*"},
    {"/v2/keys.setPermissions", "keys", "set-permissions", "key-id* permissions*"},
    {"/v2/keys.addRoles", "keys", "add-roles", "key-id* roles*"},
    {"/v2/keys.removeRoles", "keys", "remove-roles", "key-id* roles*"},
    {"/v2/keys.setRoles", "keys", "set-roles", "key-id* roles*"},
    {"/v2/identities.createIdentity", "identities", "create-identity",
     "external-id* meta-json ratelimits-json"},
    {"/v2/identities.getIdentity", "identities", "get-identity", "identity*"},
    {"/v2/identities.deleteIdentity", "identities", "delete-identity", "identity*"},
    {"/v2/identities.listIdentities", "identities", "list-identities", "limit cursor search"},
    {"/v2/identities.updateIdentity", "identities", "update-identity",
     "identity* meta-json ratelimits-json"},
    {"/v2/permissions.createPermission", "permissions", "create-permission",
     "name* slug* description"},
    {"/v2/permissions.createRole", "permissions", "create-role", "name* description permissions"},
    {"/v2/permissions.getPermission", "permissions", "get-permission", "permission*"},
    {"/v2/permissions.deletePermission", "permissions", "delete-permission", "permission*"},
    {"/v2/permissions.getRole", "permissions", "get-role", "role*"},
    {"/v2/permissions.deleteRole", "permissions", "delete-role", "role*"},
    {"/v2/permissions.listPermissions", "permissions", "list-permissions", "limit cursor search"},
    {"/v2/permissions.listRoles", "permissions", "list-roles", "limit cursor search"},
    {"/v2/permissions.setRolePermissions", "permissions", "set-role-permissions",
     "role-id* permissions*"},
    {"/v2/ratelimit.limit", "ratelimit", "limit", "namespace* identifier* limit* duration* cost"},
    {"/v2/ratelimit.multiLimit", "ratelimit", "multi-limit", "limits-json*"},
    {"/v2/ratelimit.setOverride", "ratelimit", "set-override",
     "namespace* identifier* limit* duration*"},
    {"/v2/ratelimit.getOverride", "ratelimit", "get-override", "namespace* identifier*"},
    {"/v2/ratelimit.deleteOverride", "ratelimit", "delete-override", "namespace* identifier*"},
    {"/v2/ratelimit.listOverrides", "ratelimit", "list-overrides", "namespace* limit cursor"},
    {"/v2/analytics.getVerifications", "analytics", "get-verifications", "query*"},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const struct endpoint *
endpoint_of(const char *path)
{
    for (size_t i = 0; i < endpoint_count; i++)
        if (strcmp(endpoints[i].path, path) == 0)
            return endpoints[i].ep;
    return NULL;
}

static void
words(void)
{
    mem = arena_new(1 << 20);
    for (size_t i = 0; i < ROWS; i++) {
        test_row("%s", rows[i].path);
        CHECK(str_eq(names_resource(rows[i].path), str_of(rows[i].resource)));
        CHECK_STR(names_action(mem, rows[i].path).p, rows[i].action);
    }
    arena_free(mem);
    test_row("%s", "");
}

/* Every endpoint is found by its own words, and by no others. */
static void
finding(void)
{
    mem = arena_new(1 << 20);
    for (size_t i = 0; i < endpoint_count; i++) {
        struct str resource = names_resource(endpoints[i].path);
        struct str action = names_action(mem, endpoints[i].path);

        test_row("%s", endpoints[i].path);
        CHECK(names_is_resource(resource));
        CHECK(names_find(mem, resource, action) == &endpoints[i]);
        CHECK(names_find(mem, resource, S("nothing")) == NULL);
        CHECK(names_find(mem, S("nothing"), action) == NULL);
    }
    CHECK(!names_is_resource(S("")));
    CHECK(!names_is_resource(S("key")));
    CHECK(!names_is_resource(S("keys.createKey")));
    CHECK(names_find(mem, S("keys"), S("createKey")) == NULL);
    arena_free(mem);
    test_row("%s", "");
}

/* The row's field for a flag, or NULL. */
static const struct field *
field_of(const struct field *in, struct str flag)
{
    if (in->type == FT_LIST)
        return str_eq(describe_flag(mem, in), flag) ? in : NULL;
    for (const struct field *f = in->sub; f->type != FT_END; f++)
        if (str_eq(describe_flag(mem, f), flag))
            return f;
    return NULL;
}

static void
check_flags(const struct field *in, const char *flags)
{
    struct str rest = str_of(flags);
    size_t n = 0, have = in->type == FT_LIST;

    while (rest.p) {
        struct str flag = str_cut(&rest, ' ');
        bool required = str_ends(flag, S("*"));
        const struct field *f;

        flag.n -= required;
        f = field_of(in, flag);
        test_row("%s --%.*s", flags, STR_ARG(flag));
        CHECK(f != NULL);
        if (f && in->type == FT_OBJ)
            CHECK_INT(f->flags & F_REQUIRED, required);
        n++;
    }
    for (const struct field *f = in->sub; in->type == FT_OBJ && f->type != FT_END; f++)
        have++;
    CHECK_INT(have, n);
}

static void
flags(void)
{
    mem = arena_new(1 << 20);
    for (size_t i = 0; i < ROWS; i++) {
        const struct endpoint *ep = endpoint_of(rows[i].path);

        if (ep)
            check_flags(ep->in, rows[i].flags);
    }
    arena_free(mem);
    test_row("%s", "");
}

/* No flag of an operation is taken for one of the client. */
static void
clashes(void)
{
    static const char *const ours[] = {"root-key", "api-url", "config", "output", "help", "h"};

    mem = arena_new(1 << 20);
    for (size_t i = 0; i < endpoint_count; i++)
        for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++) {
            test_row("%s --%s", endpoints[i].path, ours[k]);
            CHECK(field_of(endpoints[i].ep->in, str_of(ours[k])) == NULL);
        }
    arena_free(mem);
    test_row("%s", "");
}

CU_TestInfo suite_app_names[] = {
    {"words", words},     {"finding", finding}, {"flags", flags},
    {"clashes", clashes}, CU_TEST_INFO_NULL,
};
