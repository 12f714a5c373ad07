/* namespace_store.h: rate-limit namespaces and the overrides in them. */
#ifndef LATCHKEY_STORE_NAMESPACE_STORE_H
#define LATCHKEY_STORE_NAMESPACE_STORE_H

#include "store/caller_store.h"
#include "store/db.h"

struct namespace_row {
    struct str id, workspace_id, name;
    bool deleted;
    int64_t created_at;
    bool has_wildcards; /* some live override contains * */
    bool may_have_overrides;
};

struct override_row {
    struct str id, identifier;
    int64_t limit, duration_ms;
};

/* The namespace with this id or name (an id wins), deleted ones included, and the live override
 * whose identifier is exactly `identifier`. Either is NULL when there is none. */
enum status namespace_store_find(struct ctx *c, struct str workspace_id, struct str id_or_name,
                                 struct str identifier, struct namespace_row **ns,
                                 struct override_row **exact) MUST_USE;
/* The same and the caller in one round trip: the hot path of ratelimit.limit. */
enum status namespace_store_with_caller(struct ctx *c, struct str root_hash, struct str id_or_name,
                                        struct str identifier, struct caller **caller,
                                        struct namespace_row **ns,
                                        struct override_row **exact) MUST_USE;
/* ST_DB_DUPLICATE when the name is taken, also by a deleted namespace. */
enum status namespace_store_insert(struct ctx *c, const struct namespace_row *ns) MUST_USE;
/* Live overrides of the namespace that contain *. */
enum status namespace_store_wildcards(struct ctx *c, struct str namespace_id,
                                      struct override_row **rows, size_t *n) MUST_USE;

/* All namespaces of a workspace, by id. */
enum status namespace_store_list(struct ctx *c, struct str workspace_id,
                                 struct namespace_row **rows, size_t *n) MUST_USE;
/* Sets or clears deleted_at; *done says whether it was the other way before. */
enum status namespace_store_set_deleted(struct ctx *c, struct str id, bool deleted,
                                        bool *done) MUST_USE;
/* In a transaction: waits for a deletion of the namespace that is under way and holds off others
 * until the transaction ends. *live is false when it has been deleted. */
enum status namespace_store_hold(struct ctx *c, struct str id, bool *live) MUST_USE;

/* Says that the namespace, if it is live, has overrides from now on. Call it in the transaction
 * that adds one, before the namespace is held. */
enum status namespace_store_mark(struct ctx *c, const struct namespace_row *ns) MUST_USE;

/* All live overrides of a namespace, by id. */
enum status namespace_store_overrides(struct ctx *c, struct str namespace_id,
                                      struct override_row **rows, size_t *n) MUST_USE;
/* Those with id >= cursor, ascending, at most limit. */
enum status namespace_store_override_page(struct ctx *c, struct str namespace_id, struct str cursor,
                                          int64_t limit, struct override_row **rows,
                                          size_t *n) MUST_USE;
/* Adds an override, or changes the one of that identifier, which lives again if it was deleted. *id
 * is its id: o's for a new one. Call it in a transaction. */
enum status namespace_store_override_put(struct ctx *c, const struct namespace_row *ns,
                                         const struct override_row *o, struct str *id) MUST_USE;
/* *done says whether it was live. */
enum status namespace_store_override_delete(struct ctx *c, struct str override_id,
                                            bool *done) MUST_USE;

extern const struct db_stmt_list namespace_store_stmts;

#endif
