/* Identities. */
#include "service/identity_svc.h"

#include "base/id.h"

#include <assert.h>

enum status
identity_svc_ensure(struct ctx *c, struct str workspace_id, struct str external_id,
                    struct str *identity_id)
{
    struct identity_row fresh = {.workspace_id = workspace_id, .external_id = external_id,
                                 .meta = S("{}")};
    struct identity_row *there;
    enum status st;

    assert(db_in_tx(c->db));
    st = identity_store_by_external_id(c, workspace_id, external_id, &there);
    if (st == ST_OK && !there) {
        fresh.id = id_new(c->mem, "id");
        st = identity_store_insert(c, &fresh);
        if (st == ST_OK)
            there = &fresh;
        else if (st == ST_DB_DUPLICATE) /* somebody else was faster */
            st = identity_store_by_external_id(c, workspace_id, external_id, &there);
    }
    if (st != ST_OK)
        return st;
    if (!there)
        return ST_DB_RETRY; /* created and deleted by others in between */
    *identity_id = there->id;
    return ST_OK;
}
