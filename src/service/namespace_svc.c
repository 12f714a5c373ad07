/* Namespaces. */
#include "service/namespace_svc.h"

#include "service/audit_svc.h"
#include "service/workspace_svc.h"

enum status
namespace_svc_list(struct ctx *c, struct str workspace_id, struct namespace_row **rows, size_t *n)
{
    struct workspace_row *w;
    enum status st = workspace_svc_load(c, workspace_id, &w);

    *n = 0;
    return st == ST_OK ? namespace_store_list(c, w->id, rows, n) : st;
}

static enum status
find(struct ctx *c, struct str workspace_id, struct str id_or_name, bool deleted,
     struct namespace_row **ns)
{
    struct workspace_row *w;
    struct override_row *ignored;
    enum status st = workspace_store_now(c);

    if (st == ST_OK)
        st = workspace_svc_load(c, workspace_id, &w);
    if (st == ST_OK)
        st = namespace_store_find(c, w->id, id_or_name, S(""), ns, &ignored);
    if (st == ST_OK && (!*ns || (*ns)->deleted != deleted))
        return err_set(c, ST_NAMESPACE_NOT_FOUND, "There is no %s namespace '%.*s'.",
                       deleted ? "deleted" : "live", STR_ARG(id_or_name));
    return st;
}

static struct audit_event *
audit_add(struct audit *a, const struct namespace_row *ns, const char *event, const char *did)
{
    struct audit_event *e = audit_svc_add(a, event,
                                          arena_fmt(a->c->mem, "%s ratelimit namespace %.*s (%.*s)",
                                                    did, STR_ARG(ns->name), STR_ARG(ns->id)));

    audit_svc_target(e, "ratelimitNamespace", ns->id, ns->name, S(""));
    return e;
}

static enum status
delete_overrides(struct ctx *c, struct audit *a, const struct namespace_row *ns)
{
    struct override_row *rows;
    size_t n;
    enum status st = namespace_store_overrides(c, ns->id, &rows, &n);

    for (size_t i = 0; i < n && st == ST_OK; i++) {
        struct audit_event *e;
        bool done;

        st = namespace_store_override_delete(c, rows[i].id, &done);
        if (st != ST_OK || !done) /* somebody else has deleted it, and recorded that */
            continue;
        e = audit_svc_add(
            a, "ratelimit.delete_override",
            arena_fmt(c->mem, "Deleted override %.*s with its namespace", STR_ARG(rows[i].id)));
        audit_svc_target(e, "ratelimitOverride", rows[i].id, rows[i].identifier, S(""));
        audit_svc_target(e, "ratelimitNamespace", ns->id, ns->name, S(""));
    }
    return st;
}

static enum status
delete_tx(struct ctx *c, void *arg)
{
    const struct namespace_row *ns = arg;
    struct audit *a = audit_svc_begin(c, ns->workspace_id, AUDIT_CORRELATE_SEVERAL);
    bool done;
    enum status st = namespace_store_set_deleted(c, ns->id, true, &done);

    audit_add(a, ns, "ratelimitNamespace.delete", "Deleted");
    if (st == ST_OK && done)
        st = delete_overrides(c, a, ns);
    return st == ST_OK && done ? audit_svc_write(a) : st;
}

enum status
namespace_svc_delete(struct ctx *c, struct str workspace_id, struct str id_or_name)
{
    struct namespace_row *ns;
    enum status st = find(c, workspace_id, id_or_name, false, &ns);

    return st == ST_OK ? db_tx(c, delete_tx, ns) : st;
}

static enum status
restore_tx(struct ctx *c, void *arg)
{
    const struct namespace_row *ns = arg;
    struct audit *a = audit_svc_begin(c, ns->workspace_id, AUDIT_CORRELATE_SEVERAL);
    bool done;
    enum status st = namespace_store_set_deleted(c, ns->id, false, &done);

    audit_add(a, ns, "ratelimitNamespace.update", "Restored");
    return st == ST_OK && done ? audit_svc_write(a) : st;
}

enum status
namespace_svc_restore(struct ctx *c, struct str workspace_id, struct str id_or_name)
{
    struct namespace_row *ns;
    enum status st = find(c, workspace_id, id_or_name, true, &ns);

    return st == ST_OK ? db_tx(c, restore_tx, ns) : st;
}
