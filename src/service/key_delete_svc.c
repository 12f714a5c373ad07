/* keys.deleteKey. */
#include "service/key_delete_svc.h"

#include "service/audit_svc.h"

struct erase {
    struct str id;
    bool permanent;
};

static enum status
delete_tx(struct ctx *c, void *arg)
{
    const struct erase *d = arg;
    struct audit *audit;
    struct audit_event *e;
    struct key_row *k;
    enum status st = key_svc_lock(c, d->id, &k);

    if (st == ST_OK)
        st = d->permanent ? key_store_erase(c, k->id) : key_store_soft_delete(c, k->id);
    if (st != ST_OK)
        return st;
    audit = audit_svc_begin(c, k->workspace_id, AUDIT_CORRELATE_SEVERAL);
    e = audit_svc_add(audit, "key.delete",
                      arena_fmt(c->mem,
                                d->permanent ? "Permanently deleted key %.*s" : "Deleted key %.*s",
                                STR_ARG(k->id)));
    audit_svc_target(e, "key", k->id, k->name, S(""));
    return audit_svc_write(audit);
}

enum status
key_delete_svc_run(struct ctx *c, struct str id, bool permanent)
{
    struct erase d = {id, permanent};
    struct key_row *k;
    enum status st = key_svc_permitted(c, id, ACCESS_delete_key, &k);

    return st == ST_OK ? db_tx(c, delete_tx, &d) : st;
}
