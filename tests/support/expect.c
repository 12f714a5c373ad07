/* What tests often ask: who may, and what was recorded. */
#include "support/test.h"

#include <string.h>
#include <unistd.h>

const char *
fx_key_with(const char *permission)
{
    if (strchr(permission, '#') && strncmp(permission, "unkey:", 6) != 0)
        permission = fx_fmt("unkey:v1:%s:%s", fx_workspace, permission);
    return fx_root_key(fx_workspace, permission);
}

const char *
fx_audit_targets(const char *event)
{
    return fx_sql_str(
        "SELECT COALESCE(GROUP_CONCAT(line ORDER BY line SEPARATOR '; '), '') FROM (SELECT "
        "GROUP_CONCAT(CONCAT(t.type, ' ', t.id, ' ', t.name) ORDER BY t.position SEPARATOR ', ') "
        "AS line FROM lk_audit_event e JOIN lk_audit_target t ON t.event_id = e.id "
        "WHERE e.workspace_id = '%s' AND e.event = '%s' GROUP BY e.id) events",
        fx_workspace, event);
}

long long
fx_audit_correlations(void)
{
    return fx_sql_int("SELECT COUNT(DISTINCT correlation_id) FROM lk_audit_event "
                      "WHERE workspace_id = '%s' AND correlation_id LIKE 'cor\\_%%'",
                      fx_workspace);
}

void
fx_await_lock(void)
{
    long long waiting = 0;

    /* the server looks again only when nobody has asked for 0.1 s */
    for (int i = 0; i < 40 && waiting < 1; i++) {
        usleep(120000);
        waiting = fx_sql_int("SELECT COUNT(*) FROM information_schema.innodb_trx "
                             "WHERE trx_state = 'LOCK WAIT'");
    }
    CHECK_INT(waiting, 1);
}
