/* vault_store.h: encrypted copies of keys, and the data keys of workspaces they are sealed with. */
#ifndef LATCHKEY_STORE_VAULT_STORE_H
#define LATCHKEY_STORE_VAULT_STORE_H

#include "store/db.h"

struct data_key_row {
    struct str id, workspace_id, master_key_id, sealed;
    int64_t created_at;
};

struct copy_row {
    struct str key_id, sealed;
    struct data_key_row data_key; /* ids are empty when it is gone */
};

/* The newest data key of a workspace; *out is NULL when it has none. */
enum status vault_store_newest(struct ctx *c, struct str workspace_id,
                               struct data_key_row **out) MUST_USE;
/* Lets one transaction at a time make the workspace's data keys. */
enum status vault_store_lock(struct ctx *c, struct str workspace_id) MUST_USE;
enum status vault_store_data_key_insert(struct ctx *c, const struct data_key_row *k) MUST_USE;

enum status vault_store_copy_insert(struct ctx *c, struct str key_id,
                                    const struct data_key_row *data_key,
                                    struct str sealed) MUST_USE;
/* Whether the key has an encrypted copy. */
enum status vault_store_has_copy(struct ctx *c, struct str key_id, bool *out) MUST_USE;
/* The copies that exist among n keys, in no order. */
enum status vault_store_copies(struct ctx *c, const struct str *key_ids, size_t n,
                               struct copy_row **rows, size_t *found) MUST_USE;

/* For rotation. Lists are by id, of ids greater than `after`, at most limit; changes are made only
 * if the row is still as it was read. */
/* The ids of workspaces that have data keys. */
enum status vault_store_workspaces(struct ctx *c, struct str after, int64_t limit,
                                   struct db_rows *ids) MUST_USE;
enum status vault_store_data_keys(struct ctx *c, struct str after, int64_t limit,
                                  struct data_key_row **rows, size_t *n) MUST_USE;
enum status vault_store_copies_of(struct ctx *c, struct str data_key_id, struct str after,
                                  int64_t limit, struct copy_row **rows, size_t *n) MUST_USE;
enum status vault_store_rewrap(struct ctx *c, const struct data_key_row *old,
                               const struct data_key_row *fresh, bool *done) MUST_USE;
enum status vault_store_reseal(struct ctx *c, const struct copy_row *old,
                               const struct data_key_row *data_key, struct str sealed,
                               bool *done) MUST_USE;

extern const struct db_stmt_list vault_store_stmts;

#endif
