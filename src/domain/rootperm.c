/* The catalogue of root-key permissions. */
#include "domain/rootperm.h"

#include "domain/urn.h"

const struct rootperm rootperm_known[] = {
    {"api", "read_api"},
    {"api", "create_api"},
    {"api", "delete_api"},
    {"api", "update_api"},
    {"api", "create_key"},
    {"api", "read_key"},
    {"api", "update_key"},
    {"api", "delete_key"},
    {"api", "encrypt_key"},
    {"api", "decrypt_key"},
    {"api", "verify_key"},
    {"api", "read_analytics"},
    {"ratelimit", "limit"},
    {"ratelimit", "create_namespace"},
    {"ratelimit", "read_namespace"},
    {"ratelimit", "update_namespace"},
    {"ratelimit", "delete_namespace"},
    {"ratelimit", "set_override"},
    {"ratelimit", "read_override"},
    {"ratelimit", "delete_override"},
    {"ratelimit", "list_overrides"},
    {"ratelimit", "read_analytics"},
    {"rbac", "create_permission"},
    {"rbac", "read_permission"},
    {"rbac", "update_permission"},
    {"rbac", "delete_permission"},
    {"rbac", "create_role"},
    {"rbac", "read_role"},
    {"rbac", "update_role"},
    {"rbac", "delete_role"},
    {"rbac", "add_permission_to_key"},
    {"rbac", "remove_permission_from_key"},
    {"rbac", "add_role_to_key"},
    {"rbac", "remove_role_from_key"},
    {"rbac", "add_permission_to_role"},
    {"rbac", "remove_permission_from_role"},
    {"identity", "create_identity"},
    {"identity", "read_identity"},
    {"identity", "update_identity"},
    {"identity", "delete_identity"},
    {"portal", "create_portal"},
    {"portal", "read_portal"},
    {"portal", "update_portal"},
    {"portal", "delete_portal"},
    {"portal", "create_portal_session"},
    {NULL, NULL},
};

static bool
is_scope(struct str s)
{
    if (str_eq(s, S("*")))
        return true;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-'))
            return false;
    }
    return s.n >= 3;
}

bool
rootperm_valid(struct str s)
{
    struct str rest = s, resource, scope;

    if (str_eq(s, S("*")))
        return true;
    if (str_starts(s, S(URN_PREFIX)))
        return urn_valid(s);
    resource = str_cut(&rest, '.');
    if (!rest.p)
        return false;
    scope = str_cut(&rest, '.');
    if (!rest.p || !is_scope(scope))
        return false;
    for (const struct rootperm *k = rootperm_known; k->resource; k++)
        if (str_eq(resource, str_of(k->resource)) && str_eq(rest, str_of(k->action)))
            return true;
    return false;
}

struct str *
rootperm_all(struct arena *mem, struct str workspace_id, size_t *n)
{
    size_t known = sizeof(rootperm_known) / sizeof(rootperm_known[0]) - 1;
    struct str *all = ARENA_ARRAY(mem, known + 1, struct str);

    for (size_t i = 0; i < known; i++)
        all[i] = arena_fmt(mem, "%s.*.%s", rootperm_known[i].resource, rootperm_known[i].action);
    all[known] = arena_fmt(mem, URN_PREFIX "%.*s:**#*", STR_ARG(workspace_id));
    *n = known + 1;
    return all;
}
