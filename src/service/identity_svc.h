/* identity_svc.h: identities and their use by keys. */
#ifndef LATCHKEY_SERVICE_IDENTITY_SVC_H
#define LATCHKEY_SERVICE_IDENTITY_SVC_H

#include "store/identity_store.h"

/* The live identity with this external id, created if there is none (contract keys.md section 7).
 * Call it in a transaction: creation is undone with it. Concurrent callers end up on one. */
enum status identity_svc_ensure(struct ctx *c, struct str workspace_id, struct str external_id,
                                struct str *identity_id) MUST_USE;
/* The same for n external ids, any of them repeatedly, in few statements: one row for each distinct
 * one, in order of the external id. */
enum status identity_svc_ensure_all(struct ctx *c, struct str workspace_id,
                                    const struct str *external_ids, size_t n,
                                    struct identity_row **rows, size_t *n_rows) MUST_USE;

#endif
