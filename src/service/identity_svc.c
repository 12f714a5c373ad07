/* Identities. */
#include "service/identity_svc.h"

#include "base/id.h"

#include <assert.h>
#include <stdlib.h>

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

static int
by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int
by_external_id(const void *a, const void *b)
{
    return str_cmp(((const struct identity_row *)a)->external_id,
                   ((const struct identity_row *)b)->external_id);
}

/* Those of n sorted external ids that have an identity, sorted as well. */
static enum status
find_sorted(struct ctx *c, struct str workspace_id, const struct str *ids, size_t n,
            struct identity_row **rows, size_t *found)
{
    enum status st = identity_store_by_external_ids(c, workspace_id, ids, n, rows, found);

    qsort(*rows, *found, sizeof(**rows), by_external_id);
    return st;
}

enum status
identity_svc_ensure_all(struct ctx *c, struct str workspace_id, const struct str *external_ids,
                        size_t n, struct identity_row **rows, size_t *n_rows)
{
    struct str *ids = ARENA_ARRAY(c->mem, n + 1, struct str);
    struct identity_row *fresh = ARENA_ARRAY(c->mem, n + 1, struct identity_row);
    size_t n_ids = 0, n_fresh = 0, at = 0;
    enum status st;

    assert(db_in_tx(c->db));
    for (size_t i = 0; i < n; i++)
        ids[i] = external_ids[i];
    qsort(ids, n, sizeof(*ids), by_bytes);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !str_eq(ids[i], ids[n_ids - 1]))
            ids[n_ids++] = ids[i];
    st = find_sorted(c, workspace_id, ids, n_ids, rows, n_rows);
    for (size_t i = 0; i < n_ids; i++) {
        if (at < *n_rows && str_eq((*rows)[at].external_id, ids[i]))
            at++;
        else
            fresh[n_fresh++] = (struct identity_row){id_new(c->mem, "id"), workspace_id, ids[i],
                                                     S("{}")};
    }
    if (st != ST_OK || n_fresh == 0)
        return st;
    st = identity_store_insert_missing(c, fresh, n_fresh);
    if (st == ST_OK)
        st = find_sorted(c, workspace_id, ids, n_ids, rows, n_rows);
    if (st == ST_OK && *n_rows < n_ids)
        return ST_DB_RETRY; /* deleted by others in between */
    return st;
}
