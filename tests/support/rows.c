/* The rows of one workspace. */
#include "support/test.h"

#include "base/sb.h"

#include <string.h>

/* How the rows of a workspace are found in tables that do not name it. */
static const struct {
    const char *table, *where;
} indirect[] = {
    {"lk_workspace", "id = '%s'"},
    {"lk_role_permission", "role_id IN (SELECT id FROM lk_role WHERE workspace_id = '%s')"},
    {"lk_key_permission", "key_id IN (SELECT id FROM lk_key WHERE workspace_id = '%s')"},
    {"lk_key_role", "key_id IN (SELECT id FROM lk_key WHERE workspace_id = '%s')"},
    {"lk_counter", "scope_id IN (SELECT id FROM lk_key WHERE workspace_id = '%s' UNION "
                   "SELECT id FROM lk_identity WHERE workspace_id = '%s' UNION "
                   "SELECT id FROM lk_namespace WHERE workspace_id = '%s')"},
    {"lk_maintenance", "'%s' = ''"},
    {"lk_schema_version", "'%s' = ''"},
    {"lk_gate_charge", "'%s' = ''"}, /* of no workspace */
};

static const char *
condition(const char *table, const char *workspace)
{
    struct ctx *c = fx_ctx();
    struct sb b;
    const char *where = "workspace_id = '%s'", *hole;

    for (size_t i = 0; i < sizeof(indirect) / sizeof(indirect[0]); i++)
        if (strcmp(indirect[i].table, table) == 0)
            where = indirect[i].where;
    sb_init(&b, c->mem, 512);
    while ((hole = strchr(where, '%'))) {
        sb_put(&b, (struct str){where, (size_t)(hole - where)});
        sb_puts(&b, workspace);
        where = strchr(hole, 's') + 1;
    }
    sb_puts(&b, where);
    return sb_str(&b).p;
}

const char *
fx_rows_of(const char *workspace)
{
    struct ctx *c = fx_ctx();
    struct db_rows tables = {0};
    struct sb all;

    fx_flush();
    sb_init(&all, c->mem, 1024);
    fx_sql("SET SESSION group_concat_max_len = 1000000");
    CHECK_INT(db_run(c,
                     "SELECT table_name, GROUP_CONCAT(CONCAT('COALESCE(HEX(`', column_name, "
                     "'`), ''-'')') ORDER BY ordinal_position) FROM information_schema.columns "
                     "WHERE table_schema = DATABASE() AND table_name LIKE 'lk\\_%' "
                     "GROUP BY table_name ORDER BY table_name",
                     &tables),
              ST_OK);
    for (size_t i = 0; i < tables.n; i++) {
        const char *table = tables.rows[i][0].s.p;

        sb_addf(&all, "%s: %s\n", table,
                fx_sql_str("SELECT CONCAT(COUNT(*), ' rows ', COALESCE(SUM(CRC32(CONCAT_WS('|', "
                           "%s))), 0)) FROM %s WHERE %s",
                           tables.rows[i][1].s.p, table, condition(table, workspace)));
    }
    return sb_str(&all).p;
}
