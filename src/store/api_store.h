/* api_store.h: APIs, each with its keyspace. */
#ifndef LATCHKEY_STORE_API_STORE_H
#define LATCHKEY_STORE_API_STORE_H

#include "store/db.h"

struct api_row {
    struct str id, workspace_id, keyspace_id, name, ip_whitelist, default_prefix;
    int64_t default_bytes; /* 0: not set */
    bool store_encrypted_keys, delete_protection, deleted;
    int64_t created_at;
};

/* Also finds deleted APIs; *out is NULL when there is no row. */
enum status api_store_by_id(struct ctx *c, struct str id, struct api_row **out) MUST_USE;
/* As above, and locks the row until the end of the transaction. */
enum status api_store_lock(struct ctx *c, struct str id, struct api_row **out) MUST_USE;
enum status api_store_insert(struct ctx *c, const struct api_row *a) MUST_USE;
/* Writes the settings, the name and updated_at. */
enum status api_store_update(struct ctx *c, const struct api_row *a) MUST_USE;
/* Marks it deleted unless it is, or is protected; *done says whether it did. */
enum status api_store_soft_delete(struct ctx *c, struct str id, bool *done) MUST_USE;

/* The keyspaces of those of these APIs that are live and belong to the workspace. */
enum status api_store_keyspaces(struct ctx *c, struct str workspace_id, const struct str *ids,
                                size_t n, const struct str **keyspaces, size_t *found) MUST_USE;

extern const struct db_stmt_list api_store_stmts;

#endif
