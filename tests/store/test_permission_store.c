/* store/permission_store */
#include "store/permission_store.h"

#include "support/test.h"

#include <unistd.h>

enum { LET_THE_OTHER_US = 200000 };

static const struct str ids[2] = {STR("perm_0"), STR("perm_1")};
/* What each looks for. Two slugs, since a row found by a single one is locked before fetching. */
static const struct str slugs[2][2] = {{STR("slug.1"), STR("none")}, {STR("slug.0"), STR("none")}};

/* Locks the one row and reads the other, which somebody else is doing the other way round. */
static enum status
crosswise(struct ctx *c, void *arg)
{
    const int *me = arg;
    struct permission_row *rows;
    size_t n = 0;
    bool there;
    enum status st = permission_store_lock(c, ids[*me], &there);

    if (st != ST_OK)
        return st;
    usleep(LET_THE_OTHER_US);
    st = permission_store_by_slug(c, str_of(fx_workspace), slugs[*me], 2, &rows, &n);
    if (st == ST_OK && n != 1)
        return ST_UNEXPECTED;
    return st;
}

static int
run_crosswise(int me)
{
    return (int)db_tx(fx_ctx(), crosswise, &me);
}

static void
a_deadlock_in_a_locking_read_is_made_up_for(void)
{
    int results[2];

    for (int i = 0; i < 2; i++)
        fx_sql("INSERT INTO lk_permission (id, workspace_id, slug, name, created_at) VALUES "
               "('%s', '%s', 'slug.%d', 'n', 1)",
               ids[i].p, fx_workspace, i);
    fx_parallel(2, run_crosswise, results);
    CHECK_INT(results[0], ST_OK);
    CHECK_INT(results[1], ST_OK);
}

CU_TestInfo suite_store_permission_store[] = {
    {"a deadlock in a locking read is made up for", a_deadlock_in_a_locking_read_is_made_up_for},
    CU_TEST_INFO_NULL,
};
