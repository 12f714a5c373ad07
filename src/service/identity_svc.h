/* identity_svc.h: identities: the use cases of identities.* (contract
 * apis-identities-permissions.md section 2), and their use by keys. */
#ifndef LATCHKEY_SERVICE_IDENTITY_SVC_H
#define LATCHKEY_SERVICE_IDENTITY_SVC_H

#include "service/shape.h"
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

/* In what follows an identity is named by its id or its external id; the id wins. */

struct identity_create_in {
    struct f_str external_id;
    struct f_map meta;
    struct f_list ratelimits; /* struct ratelimit_in */
};
struct identity_create_out {
    struct f_str identity_id;
};
/* Of several limits with one name a single one is made, with the last one's values. */
enum status identity_svc_create(struct ctx *c, const struct identity_create_in *in,
                                struct identity_create_out *out) MUST_USE;

enum status identity_svc_get(struct ctx *c, struct str identity, struct identity_out *out) MUST_USE;

struct identity_list_in {
    struct f_int limit;
    struct f_str cursor, search;
};
/* At most limit (default 100) identities; *next is the id of the first one of the next page, or
 * empty. Fails when the caller may not read one of them. */
enum status identity_svc_list(struct ctx *c, const struct identity_list_in *in, struct f_list *out,
                              struct str *next) MUST_USE;

struct identity_update_in {
    struct f_str identity;
    struct f_map meta;
    struct f_list ratelimits; /* struct ratelimit_in */
};
/* Metadata and limits that are given replace those there are; limits keep their ids by name.
 * *out has the limits as they are now, but only the metadata of this request. */
enum status identity_svc_update(struct ctx *c, const struct identity_update_in *in,
                                struct identity_out *out) MUST_USE;

/* Keys stay as they are, with an identity that is not there any more. */
enum status identity_svc_delete(struct ctx *c, struct str identity) MUST_USE;

#endif
