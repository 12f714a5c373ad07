/* caller_store.h: root keys as credentials: what one lookup says of the caller. */
#ifndef LATCHKEY_STORE_CALLER_STORE_H
#define LATCHKEY_STORE_CALLER_STORE_H

#include "domain/access.h"
#include "store/db.h"

struct caller {
    struct str id, name, workspace_id;
    bool enabled, deleted, has_expiry;
    int64_t expires_at;
    bool workspace_exists, workspace_enabled;
    bool has_request_limit;
    int64_t requests_per_minute;
    struct str permissions; /* as stored, one per line */
    struct access_grants grants;
};

/* What every lookup that includes the caller selects first, from lk_root_key r and lk_workspace w,
 * and how it is read. Also sets c->now_ms from the database's clock. */
#define CALLER_COLUMNS                                                                             \
    "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED), r.id, r.name, r.workspace_id, r.permissions, " \
    "r.enabled, r.deleted_at, r.expires_at, w.enabled, w.requests_per_minute"
#define CALLER_TABLES                                                                              \
    "lk_root_key r LEFT JOIN lk_workspace w ON w.id = r.workspace_id AND w.deleted_at IS NULL"
struct caller *caller_store_read(struct ctx *c, struct db_cursor *cur);
/* Stored permissions as a list; its strings are parts of `lines`. */
struct access_grants caller_store_grants(struct arena *mem, struct str lines);

/* The root key with this hash; *out is NULL when there is none. */
enum status caller_store_by_hash(struct ctx *c, struct str hash, struct caller **out) MUST_USE;

/* An ordinary key presented as a root key. */
struct caller_ordinary {
    bool found, enabled, deleted, has_expiry, workspace_enabled;
    int64_t expires_at;
};
enum status caller_store_ordinary(struct ctx *c, struct str hash,
                                  struct caller_ordinary *out) MUST_USE;

extern const struct db_stmt_list caller_store_stmts;

#endif
