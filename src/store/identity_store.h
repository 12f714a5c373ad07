/* identity_store.h: identities: who holds keys. */
#ifndef LATCHKEY_STORE_IDENTITY_STORE_H
#define LATCHKEY_STORE_IDENTITY_STORE_H

#include "store/db.h"

struct identity_row {
    struct str id, workspace_id, external_id, meta;
};

/* The live identity with this external id; *out is NULL when there is none. */
enum status identity_store_by_external_id(struct ctx *c, struct str workspace_id,
                                          struct str external_id,
                                          struct identity_row **out) MUST_USE;
/* The live identities that exist among n external ids, in no order. */
enum status identity_store_by_external_ids(struct ctx *c, struct str workspace_id,
                                           const struct str *external_ids, size_t n,
                                           struct identity_row **rows, size_t *found) MUST_USE;
/* The live identity with this id, else the one with this external id; *out is NULL when there is
 * neither. */
enum status identity_store_find(struct ctx *c, struct str workspace_id, struct str id_or_external,
                                struct identity_row **out) MUST_USE;
/* Reads a live identity and locks its row until the transaction ends; *out is NULL when it is not
 * there, or not any more. */
enum status identity_store_lock(struct ctx *c, struct str id, struct identity_row **out) MUST_USE;
/* Live identities with id >= cursor, ascending, at most limit. search, unless empty, has to be part
 * of the id or the external id, letter case ignored. */
enum status identity_store_list(struct ctx *c, struct str workspace_id, struct str cursor,
                                struct str search, int64_t limit, struct identity_row **rows,
                                size_t *n) MUST_USE;

/* ST_DB_DUPLICATE when a live identity has the external id. */
enum status identity_store_insert(struct ctx *c, const struct identity_row *i) MUST_USE;
/* Inserts identities in the order given (sort them: others may do the same); one whose external id
 * is taken is left out silently. */
enum status identity_store_insert_missing(struct ctx *c, const struct identity_row *rows,
                                          size_t n) MUST_USE;
enum status identity_store_set_meta(struct ctx *c, struct str id, struct str meta) MUST_USE;
/* Deletes a live identity; its row and its limits stay. */
enum status identity_store_soft_delete(struct ctx *c, struct str id) MUST_USE;
/* Removes what earlier deletions left of identities with this external id, limits included. */
enum status identity_store_erase_deleted(struct ctx *c, struct str workspace_id,
                                         struct str external_id) MUST_USE;

extern const struct db_stmt_list identity_store_stmts;

#endif
