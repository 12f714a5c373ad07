/* domain/access and domain/urn */
#include "domain/access.h"
#include "domain/urn.h"
#include "support/test.h"

#include <string.h>

static const struct access_scope scope = {
    .workspace = STR("ws_1"),
    .api = STR("api_1"),
    .ks = STR("ks_1"),
    .key = STR("key_1"),
    .identity = STR("id_1"),
    .ns = STR("rlns_1"),
    .override = STR("rlor_1"),
};

/* held: one permission per line. */
static struct access_grants
grants(struct arena *mem, const char *held)
{
    struct str rest = str_of(held);
    struct str *v = ARENA_ARRAY(mem, strlen(held) + 1, struct str);
    size_t n = 0;

    while (rest.p && *held)
        v[n++] = str_cut(&rest, '\n');
    return (struct access_grants){v, n};
}

static void
allows(void)
{
    static const struct {
        enum access need;
        const char *held;
        bool ok;
    } rows[] = {
        {ACCESS_create_api, "api.*.create_api", true},
        {ACCESS_create_api, "api.api_1.create_api", false},
        {ACCESS_create_api, "*", false},
        {ACCESS_create_api, "api.*.*", false},
        {ACCESS_create_api, "API.*.CREATE_API", false},
        {ACCESS_create_api, "unkey:v1:ws_1:**#*", false},
        {ACCESS_create_api, "", false},
        {ACCESS_read_api, "api.*.read_api", true},
        {ACCESS_read_api, "api.api_1.read_api", true},
        {ACCESS_read_api, "api.api_2.read_api", false},
        {ACCESS_read_api, "other\napi.api_1.read_api", true},
        {ACCESS_verify_key, "api.api_1.verify_key", true},
        {ACCESS_verify_key, "unkey:v1:ws_1:keyspaces/ks_1/keys/key_1#verify_key", true},
        {ACCESS_verify_key, "unkey:v1:ws_1:keyspaces/*/keys/*#verify_key", true},
        {ACCESS_verify_key, "unkey:v1:ws_1:keyspaces/ks_1/**#verify_key", true},
        {ACCESS_verify_key, "unkey:v1:ws_1:**#*", true},
        {ACCESS_verify_key, "unkey:v1:ws_2:**#*", false},
        {ACCESS_verify_key, "unkey:v1:ws_1:keyspaces/ks_2/keys/key_1#verify_key", false},
        {ACCESS_verify_key, "unkey:v1:ws_1:keyspaces/ks_1/keys/key_1#read_key", false},
        {ACCESS_create_key, "unkey:v1:ws_1:keyspaces/ks_1/**#create_key", true},
        {ACCESS_create_key, "unkey:v1:ws_1:keyspaces/ks_*#create_key", false},
        /* a requirement on keys / * is not met by a grant on one key */
        {ACCESS_encrypt_key, "unkey:v1:ws_1:keyspaces/ks_1/keys/key_1#encrypt_key", false},
        {ACCESS_encrypt_key, "unkey:v1:ws_1:keyspaces/ks_1/keys/*#encrypt_key", true},
        /* all-of groups; halves of listKeys cannot be mixed */
        {ACCESS_list_keys, "api.*.read_key\napi.api_1.read_api", true},
        {ACCESS_list_keys, "api.*.read_key", false},
        {ACCESS_list_keys,
         "unkey:v1:ws_1:keyspaces/ks_1/keys/*#read_key\nunkey:v1:ws_1:keyspaces/ks_1#read_keyspace",
         true},
        {ACCESS_list_keys, "unkey:v1:ws_1:keyspaces/ks_1/keys/*#read_key\napi.*.read_api", false},
        {ACCESS_add_permissions_to_key, "api.*.update_key", false},
        {ACCESS_add_permissions_to_key, "api.*.update_key\nrbac.*.add_permission_to_key", true},
        {ACCESS_add_permissions_to_key, "unkey:v1:ws_1:keyspaces/ks_1/keys/key_1#update_key", true},
        {ACCESS_set_role_permissions, "rbac.*.add_permission_to_role", false},
        {ACCESS_limit, "ratelimit.rlns_1.limit", true},
        {ACCESS_limit, "ratelimit.name.limit", false},
        {ACCESS_read_override,
         "unkey:v1:ws_1:ratelimits/namespaces/rlns_1/overrides/rlor_1#read_override", true},
        {ACCESS_read_override, "unkey:v1:ws_1:ratelimits/namespaces/rlns_1/**#read_override", true},
        {ACCESS_read_override, "unkey:v1:ws_1:ratelimits/namespaces/rlns_2/**#read_override",
         false},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct access_grants g = grants(mem, rows[i].held);

        test_row("%s with %s", access_spec(rows[i].need), rows[i].held);
        CHECK_INT(access_allows(access_spec(rows[i].need), &scope, &g), rows[i].ok);
    }
    arena_free(mem);
}

static void
explains(void)
{
    static const struct {
        enum access need;
        const char *held, *text;
    } rows[] = {
        {ACCESS_create_api, "", "Missing permission: 'api.*.create_api'"},
        {ACCESS_create_role, "", "Missing one of these permissions: rbac.*.create_role"},
        {ACCESS_read_api, "",
         "Missing one of these permissions: api.*.read_api or api.api_1.read_api"},
        {ACCESS_update_key, "",
         "Missing one of these permissions: api.*.update_key or api.api_1.update_key or "
         "unkey:v1:ws_1:keyspaces/ks_1/keys/key_1#update_key"},
        {ACCESS_set_role_permissions, "rbac.*.add_permission_to_role",
         "Missing permission: 'rbac.*.remove_permission_from_role'"},
        {ACCESS_reroll_recoverable_key, "api.*.create_key",
         "Missing one of these permissions: api.api_1.encrypt_key or api.*.encrypt_key or "
         "unkey:v1:ws_1:keyspaces/ks_1/keys/*#encrypt_key"},
        {ACCESS_add_roles_to_key, "",
         "Missing one of these permissions: unkey:v1:ws_1:keyspaces/ks_1/keys/key_1#update_key or "
         "api.*.update_key or api.api_1.update_key and rbac.*.add_role_to_key"},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct access_grants g = grants(mem, rows[i].held);
        struct str text = access_explain(mem, access_spec(rows[i].need), &scope, &g);

        CHECK_STR(arena_cstr(mem, text), rows[i].text);
    }
    arena_free(mem);
}

/* The longest id that a request can name is shown whole. */
static void
explains_long_ids(void)
{
    struct arena *mem = arena_new(1 << 20);
    struct access_grants none = {NULL, 0};
    struct access_scope long_id = {.api = S("")};
    char id[255 * 4 + 1] = "";

    for (size_t i = 0; i < 255; i++)
        strcat(id, "\xF0\x9F\x94\x91");
    long_id.api = str_of(id);
    CHECK_STR(
        arena_cstr(mem, access_explain(mem, access_spec(ACCESS_migrate_keys), &long_id, &none)),
        arena_fmt(mem, "Missing one of these permissions: api.%s.create_key or api.*.create_key",
                  id)
            .p);
    arena_free(mem);
}

/* Every row of the table can be walked to its end. */
static void
every_row_parses(void)
{
    struct arena *mem = arena_new(1 << 20);

    for (int a = 0; a < ACCESS__MAX; a++) {
        struct access_grants none = {NULL, 0};

        test_row("%s", access_spec((enum access)a));
        CHECK(!access_allows(access_spec((enum access)a), &scope, &none));
        CHECK(access_explain(mem, access_spec((enum access)a), &scope, &none).n > 20);
    }
    arena_free(mem);
}

static void
urns(void)
{
    static const struct {
        const char *text;
        bool valid;
    } rows[] = {
        {"unkey:v1:ws_1:keyspaces/ks_1#create_key", true},
        {"unkey:v1:ws_1:keyspaces/*/keys/*#read_key", true},
        {"unkey:v1:ws_1:keyspaces/ks_1/**#read_key", true},
        {"unkey:v1:ws_1:**#read_key", true},
        {"unkey:v1:ws_1:**#*", true},
        {"unkey:v1:ws_1:keyspaces/ks_*#create_key", false},
        {"unkey:v1:ws_1:keyspaces/**/keys#x", false},
        {"unkey:v1:ws_1:keyspaces//keys#x", false},
        {"unkey:v1:ws_1:/keyspaces#x", false},
        {"unkey:v1:ws_1:keyspaces/#x", false},
        {"unkey:v1:ws_1:a#b#c", false},
        {"unkey:v1:ws_1:a:b#c", false},
        {"unkey:v1:ws_1:keyspaces/ks_1#*", false},
        {"unkey:v1:ws_1:a#_x", false},
        {"unkey:v1:ws_1:a#x_", false},
        {"unkey:v1:ws_1:a#", false},
        {"unkey:v1:ws_1:#x", false},
        {"unkey:v1:ws_1:a", false},
        {"unkey:v1::a#x", false},
        {"unkey:v1:*:a#x", false},
        {"unkey:v1:ws_1", false},
        {"unkey:v2:ws_1:a#x", false},
        {"UNKEY:v1:ws_1:a#x", false},
        {"", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s", rows[i].text);
        CHECK_INT(urn_valid(str_of(rows[i].text)), rows[i].valid);
        if (!rows[i].valid)
            CHECK(!urn_covers(str_of(rows[i].text), str_of(rows[i].text)));
    }
}

CU_TestInfo suite_domain_access[] = {
    {"allows", allows},
    {"explains", explains},
    {"explains long ids", explains_long_ids},
    {"every row parses", every_row_parses},
    {"urns", urns},
    CU_TEST_INFO_NULL,
};
