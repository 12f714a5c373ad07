/* migration_store.h: imports of keys from other systems. */
#ifndef LATCHKEY_STORE_MIGRATION_STORE_H
#define LATCHKEY_STORE_MIGRATION_STORE_H

#include "store/db.h"

struct migration_row {
    struct str id, workspace_id, name, algorithm;
    int64_t created_at;
};

/* *out is NULL when there is none. */
enum status migration_store_by_id(struct ctx *c, struct str id,
                                  struct migration_row **out) MUST_USE;
/* Those of a workspace, by id. */
enum status migration_store_list(struct ctx *c, struct str workspace_id,
                                 struct migration_row **rows, size_t *n) MUST_USE;
enum status migration_store_insert(struct ctx *c, const struct migration_row *m) MUST_USE;

extern const struct db_stmt_list migration_store_stmts;

#endif
