/* ratelimit_store.h: limits configured on keys and identities (not their counters). */
#ifndef LATCHKEY_STORE_RATELIMIT_STORE_H
#define LATCHKEY_STORE_RATELIMIT_STORE_H

#include "store/db.h"

struct ratelimit_row {
    struct str id, name;
    int64_t limit, duration_ms;
    bool auto_apply;
};

/* Reads id, name, max_count, duration_ms, auto_apply. */
struct ratelimit_row ratelimit_store_read(struct db_cursor *cur);

/* Limits of a key or identity, by name in byte order. */
enum status ratelimit_store_of(struct ctx *c, struct str owner_id, struct ratelimit_row **rows,
                               size_t *n) MUST_USE;
/* The same of n owners: limits[i] are those of owner_ids[i]. */
struct ratelimit_list {
    struct ratelimit_row *rows;
    size_t n;
};
enum status ratelimit_store_of_each(struct ctx *c, const struct str *owner_ids, size_t n,
                                    struct ratelimit_list **limits) MUST_USE;

/* Adds n limits of names that owner does not have. */
enum status ratelimit_store_insert(struct ctx *c, struct str owner_id, struct str workspace_id,
                                   const struct ratelimit_row *rows, size_t n) MUST_USE;
/* The same for any number of owners, whose rows say already that they may have limits. */
struct ratelimit_of {
    struct str owner_id;
    struct ratelimit_row row;
};
enum status ratelimit_store_insert_marked(struct ctx *c, struct str workspace_id,
                                          const struct ratelimit_of *l, size_t n) MUST_USE;
/* Changes the limit of that name, whose id stays. */
enum status ratelimit_store_update(struct ctx *c, struct str owner_id,
                                   const struct ratelimit_row *r) MUST_USE;
/* Adds a limit to owner, or changes the one of that name, whose id stays. */
enum status ratelimit_store_put(struct ctx *c, struct str owner_id, struct str workspace_id,
                                const struct ratelimit_row *r) MUST_USE;
enum status ratelimit_store_delete(struct ctx *c, struct str owner_id, struct str name) MUST_USE;
enum status ratelimit_store_delete_all(struct ctx *c, struct str owner_id) MUST_USE;

extern const struct db_stmt_list ratelimit_store_stmts;

#endif
