/* store/namespace_store */
#include "store/namespace_store.h"

#include "support/test.h"

static bool
has_wildcards(void)
{
    struct namespace_row *ns;
    struct override_row *exact;

    CHECK_INT(namespace_store_find(fx_ctx(), str_of(fx_workspace), S("n"), S(""), &ns, &exact),
              ST_OK);
    return ns->has_wildcards;
}

/* Requests look for patterns only where there are any. */
static void
deleted_patterns_do_not_count(void)
{
    fx_sql("INSERT INTO lk_namespace (id, workspace_id, name, created_at) "
           "VALUES ('rlns_1', '%s', 'n', 1)",
           fx_workspace);
    CHECK(!has_wildcards());
    fx_sql("INSERT INTO lk_override (id, workspace_id, namespace_id, identifier, wildcard, "
           "max_count, duration_ms, created_at) VALUES ('rlor_1', '%s', 'rlns_1', 'a*', 1, 1, "
           "1000, 1), ('rlor_2', '%s', 'rlns_1', 'a', 0, 1, 1000, 1)",
           fx_workspace, fx_workspace);
    CHECK(has_wildcards());
    fx_sql("UPDATE lk_override SET deleted_at = 2 WHERE id = 'rlor_1'");
    CHECK(!has_wildcards());
}

CU_TestInfo suite_store_namespace_store[] = {
    {"deleted patterns do not count", deleted_patterns_do_not_count},
    CU_TEST_INFO_NULL,
};
