/* workspace_store.h: workspaces and root keys as the operator manages them. */
#ifndef LATCHKEY_STORE_WORKSPACE_STORE_H
#define LATCHKEY_STORE_WORKSPACE_STORE_H

#include "store/db.h"

/* What analytics queries of a workspace may take. */
struct analytics_limits {
    int64_t window_s, window_execution_s;
    int64_t query_execution_s, query_memory_bytes, result_rows;
};

struct workspace_row {
    struct str id, name, slug;
    bool enabled, delete_protection;
    bool has_request_limit, has_query_quota;
    int64_t requests_per_minute, analytics_query_quota;
    int64_t audit_retention_days, analytics_retention_days;
    struct analytics_limits analytics;
    int64_t created_at;
};

/* Live workspaces only; *out is NULL when there is none. */
enum status workspace_store_by_id(struct ctx *c, struct str id,
                                  struct workspace_row **out) MUST_USE;
/* The same, and locks it until the end of the transaction. */
enum status workspace_store_lock(struct ctx *c, struct str id, struct workspace_row **out) MUST_USE;
enum status workspace_store_list(struct ctx *c, struct workspace_row **rows, size_t *n) MUST_USE;
/* Deleted ones too. */
enum status workspace_store_list_all(struct ctx *c, struct workspace_row **rows,
                                     size_t *n) MUST_USE;
/* ST_DB_DUPLICATE when the slug is taken. */
enum status workspace_store_insert(struct ctx *c, const struct workspace_row *w) MUST_USE;
enum status workspace_store_update(struct ctx *c, const struct workspace_row *w) MUST_USE;
/* The limits of its analytics queries; workspace_store_update() leaves them alone. */
enum status workspace_store_set_analytics(struct ctx *c, const struct workspace_row *w) MUST_USE;
enum status workspace_store_soft_delete(struct ctx *c, struct str id) MUST_USE;

struct root_key_row {
    struct str id, workspace_id, hash, start, name, permissions; /* one permission per line */
    bool enabled, has_expiry;
    int64_t expires_at, created_at;
};

/* Live root keys only; *out is NULL when there is none. Locks the row until the end of the
 * transaction. */
enum status workspace_store_root_key_lock(struct ctx *c, struct str id,
                                          struct root_key_row **out) MUST_USE;
enum status workspace_store_root_keys(struct ctx *c, struct str workspace_id,
                                      struct root_key_row **rows, size_t *n) MUST_USE;
enum status workspace_store_root_key_insert(struct ctx *c, const struct root_key_row *k) MUST_USE;
enum status workspace_store_root_key_update(struct ctx *c, const struct root_key_row *k) MUST_USE;
enum status workspace_store_root_key_delete(struct ctx *c, struct str id) MUST_USE;

/* The database's clock into c->now_ms, for commands that have no lookup of their own. */
enum status workspace_store_now(struct ctx *c) MUST_USE;

extern const struct db_stmt_list workspace_store_stmts;

#endif
