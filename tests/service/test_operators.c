/* The operator's use cases, several at once and to no effect */
#include "support/test.h"

#include "service/api_svc.h"
#include "service/workspace_svc.h"

static struct ctx *
operator(void)
{
    struct ctx *c = fx_ctx();

    c->actor = (struct actor){S("user"), S("tester"), S("tester")};
    return c;
}

static const char *shared_root_key;

static int
grant_one(int i)
{
    static const char *const grants[] = {"api.*.read_api", "api.*.read_key", "api.*.create_key",
                                         "api.*.delete_key"};
    struct f_str grant = f_str(str_of(grants[i]));
    struct root_key_row *k;

    return workspace_svc_root_key_update(operator(),
                                         &(struct root_key_update_in){
                                             .key_id = f_str(str_of(shared_root_key)),
                                             .add_permission = f_list(&grant, 1)},
                                         &k) == ST_OK;
}

/* What operators do at the same time adds up. */
static void
operators_together(void)
{
    struct f_str grant = f_str(S("api.*.create_api"));
    struct root_key_create_in in = {.workspace = f_str(str_of(fx_workspace)),
                                    .permission = f_list(&grant, 1)};
    struct str id, secret;

    CHECK_INT(workspace_svc_root_key_create(operator(), &in, &id, &secret), ST_OK);
    shared_root_key = id.p;
    CHECK_INT(fx_sum(4, grant_one), 4);
    CHECK_INT(fx_sql_int("SELECT LENGTH(permissions) - LENGTH(REPLACE(permissions, '\n', '')) "
                         "FROM lk_root_key WHERE id = '%s'",
                         id.p),
              4);
}

static enum status
update(struct workspace_update_in in)
{
    struct workspace_row *w;

    in.workspace = f_str(str_of(fx_workspace));
    return workspace_svc_update(operator(), &in, &w);
}

static int
set_one(int i)
{
    static const struct workspace_update_in changes[] = {
        {.audit_retention_days = {F_SET, 60}},
        {.analytics_retention_days = {F_SET, 60}},
        {.result_rows = {F_SET, 60}},
        {.window_s = {F_SET, 60}},
    };

    return update(changes[i]) == ST_OK;
}

static void
settings_together(void)
{
    CHECK_INT(fx_sum(4, set_one), 4);
    CHECK_INT(fx_sql_int("SELECT audit_retention_days + analytics_retention_days + window_s + "
                         "result_rows FROM lk_workspace JOIN lk_analytics_limit "
                         "ON workspace_id = id WHERE id = '%s'",
                         fx_workspace),
              240);
}

static int
delete_one(int i)
{
    (void)i;
    return workspace_svc_delete(operator(), str_of(fx_workspace)) == ST_OK;
}

static void
deleted_once(void)
{
    CHECK_INT(update((struct workspace_update_in){.delete_protection = f_bool(false)}), ST_OK);
    CHECK_INT(fx_sum(4, delete_one), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event WHERE event = 'workspace.delete'"),
              1);
}

/* What is so already is not recorded as a change. */
static void
workspace_unchanged(void)
{
    fx_audit_clear();
    CHECK_INT(update((struct workspace_update_in){.enabled = f_bool(true),
                                                  .requests_per_minute = {F_NULL, 0},
                                                  .analytics_query_quota = {F_NULL, 0},
                                                  .result_rows = f_int(10000000)}),
              ST_OK);
    CHECK_STR(fx_audit_names(), "");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_analytics_limit"), 0);
    for (int i = 0; i < 2; i++)
        CHECK_INT(update((struct workspace_update_in){.requests_per_minute = f_int(0)}), ST_OK);
    CHECK_STR(fx_audit_names(), "workspace.update");
}

static void
nothing_changed(void)
{
    const char *api = at_str(fx_ok("apis.createApi", "{\"name\":\"abc\"}"), "data.apiId");
    struct ctx *c = operator();
    struct f_str grant = f_str(S("api.*.create_api"));
    struct root_key_create_in in = {.workspace = f_str(str_of(fx_workspace)),
                                    .permission = f_list(&grant, 1)};
    struct str id, secret;
    struct root_key_row *k;
    struct api_row *a;

    CHECK_INT(workspace_svc_root_key_create(c, &in, &id, &secret), ST_OK);
    fx_audit_clear();
    CHECK_INT(workspace_svc_root_key_update(
                  c,
                  &(struct root_key_update_in){.key_id = f_str(id),
                                               .enabled = f_bool(true),
                                               .add_permission = f_list(&grant, 1)},
                  &k),
              ST_OK);
    CHECK_STR(k->id.p, id.p);
    CHECK_INT(api_svc_settings(c, str_of(api),
                               &(struct api_settings_in){.delete_protection = f_bool(false)}, &a),
              ST_OK);
    CHECK_STR(a->id.p, api);
    CHECK_STR(fx_audit_names(), "");
}

CU_TestInfo suite_service_operators[] = {
    {"operators together", operators_together},
    {"settings together", settings_together},
    {"deleted once", deleted_once},
    {"workspace unchanged", workspace_unchanged},
    {"nothing changed", nothing_changed},
    CU_TEST_INFO_NULL,
};
