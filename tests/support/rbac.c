/* Helpers for permissions and roles. */
#include "support/rbac.h"

#include "base/sb.h"
#include "support/test.h"

const char *
rbac_permission(const char *slug)
{
    return at_str(
        fx_ok("permissions.createPermission", "{\"name\":\"%s\",\"slug\":\"%s\"}", slug, slug),
        "data.permissionId");
}

const char *
rbac_role(const char *name, const char *slugs)
{
    return at_str(
        fx_ok("permissions.createRole", "{\"name\":\"%s\",\"permissions\":[%s]}", name, slugs),
        "data.roleId");
}

const char *
rbac_api(void)
{
    return at_str(fx_ok("apis.createApi", "{\"name\":\"api\"}"), "data.apiId");
}

const char *
rbac_key(const char *api_id)
{
    return at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"name\":\"k\"}", api_id),
                  "data.keyId");
}

const char *
rbac_of_role(const char *role)
{
    return at_join(fx_ok("permissions.getRole", "{\"role\":\"%s\"}", role), "data.permissions",
                   "slug");
}

const char *
rbac_of_key(const char *key_id)
{
    return fx_sql_str("SELECT COALESCE(GROUP_CONCAT(p.slug ORDER BY BINARY p.slug SEPARATOR ' '), "
                      "'') FROM lk_key_permission kp JOIN lk_permission p ON p.id = "
                      "kp.permission_id WHERE kp.key_id = '%s'",
                      key_id);
}

const char *
rbac_roles_of_key(const char *key_id)
{
    return fx_sql_str("SELECT COALESCE(GROUP_CONCAT(r.name ORDER BY BINARY r.name SEPARATOR ' '), "
                      "'') FROM lk_key_role kr JOIN lk_role r ON r.id = kr.role_id "
                      "WHERE kr.key_id = '%s'",
                      key_id);
}

long long
rbac_count(const char *table)
{
    return fx_sql_int("SELECT COUNT(*) FROM %s", table);
}

long long
rbac_correlations(void)
{
    return fx_sql_int("SELECT COUNT(DISTINCT correlation_id) FROM lk_audit_event "
                      "WHERE correlation_id LIKE 'cor\\_%%'");
}

const char *
rbac_put(const char *text, const char *api, const char *ks, const char *key)
{
    const struct {
        struct str word;
        const char *id;
    } all[] = {{S("API"), api}, {S("KEY"), key}, {S("KS"), ks}};
    struct str rest = str_of(text);
    struct sb out;

    sb_init(&out, fx_ctx()->mem, 128);
    while (rest.n > 0) {
        size_t i = 0, n = sizeof(all) / sizeof(all[0]);

        while (i < n && !str_starts(rest, all[i].word))
            i++;
        if (i < n)
            sb_puts(&out, all[i].id);
        else
            sb_putc(&out, rest.p[0]);
        rest = str_from(rest, i < n ? all[i].word.n : 1);
    }
    return sb_str(&out).p;
}

const char *
rbac_fill(const char *text)
{
    struct str rest = str_of(text);
    struct sb out;

    if (!text)
        return NULL;
    sb_init(&out, fx_ctx()->mem, 128);
    while (rest.p) {
        sb_put(&out, str_cut(&rest, '%'));
        if (!rest.p)
            break;
        sb_puts(&out, fx_workspace);
        rest = str_from(rest, 1); /* the s */
    }
    return sb_str(&out).p;
}

const char *
rbac_root(const char *grants)
{
    return fx_root_key(fx_workspace, rbac_fill(grants));
}
