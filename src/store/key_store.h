/* key_store.h: API keys: rows of lk_key with their API and identity, and what hangs on them. */
#ifndef LATCHKEY_STORE_KEY_STORE_H
#define LATCHKEY_STORE_KEY_STORE_H

#include "store/caller_store.h"
#include "store/db.h"
#include "store/gate_store.h"
#include "store/ratelimit_store.h"

struct key_row {
    struct str id, workspace_id, api_id, hash, start, name, meta;
    bool enabled, deleted;
    bool has_expiry, limited, has_refill, has_refill_day, ever_updated, ever_used;
    int64_t expires_at;    /* has_expiry */
    int64_t remaining;     /* limited */
    int64_t refill_amount; /* has_refill */
    int64_t refill_day;    /* has_refill_day */
    int64_t refill_settled_at, created_at;
    int64_t updated_at;   /* ever_updated */
    int64_t last_used_at; /* ever_used */
    struct str pending_migration_id;
    struct str stored_identity_id; /* also that of a deleted identity */
    /* its API */
    struct str keyspace_id, ip_whitelist, default_prefix;
    bool api_live, store_encrypted_keys;
    int64_t default_bytes; /* 0: the usual number */
    /* its live identity; ids are empty when there is none */
    struct str identity_id, external_id, identity_meta;
    bool may_have_limits, may_have_grants; /* false: key_store_extras() would find none */
    const struct key_extras *with;         /* limits that were read with the row; NULL: were not */
};

/* What hangs on a key. */
struct key_extras {
    const struct ratelimit_row *key_limits, *identity_limits;
    size_t n_key_limits, n_identity_limits;
    const struct str *permissions; /* slugs, direct and through roles, ascending, once each */
    size_t n_permissions;
    const struct str *roles; /* names */
    size_t n_roles;
};

/* Lookups also see deleted keys and keys of deleted APIs; *out is NULL when there is no row. */
enum status key_store_by_id(struct ctx *c, struct str id, struct key_row **out) MUST_USE;
enum status key_store_by_hash(struct ctx *c, struct str hash, struct key_row **out) MUST_USE;
/* The caller, the key and its limits in one round trip: the hot path of keys.verifyKey. *caller is
 * NULL when there is no such root key; then nothing is said about the key. */
enum status key_store_with_caller(struct ctx *c, struct str root_hash, struct str key_hash,
                                  struct caller **caller, struct key_row **key) MUST_USE;
/* A key as the gate meets it: with its workspace and what was charged before under charge_id, in
 * one round trip. Also sets c->now_ms. */
struct key_presented {
    struct key_row *key; /* NULL: there is none */
    bool workspace_enabled;
    const struct gate_charge *charge; /* NULL: nothing */
};
enum status key_store_presented(struct ctx *c, struct str key_hash, struct str charge_id,
                                struct key_presented *out) MUST_USE;
/* The same by the key's id, for looking without a key. */
enum status key_store_presented_id(struct ctx *c, struct str id, struct str charge_id,
                                   struct key_presented *out) MUST_USE;
/* Reads the row again and locks it until the transaction ends. */
enum status key_store_lock(struct ctx *c, struct str id, struct key_row **out) MUST_USE;
/* Live keys of an API with id >= cursor, ascending, at most limit; identity_id empty: of all. */
enum status key_store_list(struct ctx *c, struct str api_id, struct str identity_id,
                           struct str cursor, int64_t limit, struct key_row **rows,
                           size_t *n) MUST_USE;
enum status key_store_extras(struct ctx *c, const struct key_row *k,
                             struct key_extras *out) MUST_USE;

/* Inserts n new keys; ST_DB_DUPLICATE when an id or hash is taken. */
enum status key_store_insert(struct ctx *c, const struct key_row *keys, size_t n) MUST_USE;
/* Which of n hashes are taken by keys of any workspace, deleted ones included: one row of one
 * column for each. Hashes that differ in trailing spaces only are the same to the database. */
enum status key_store_hashes(struct ctx *c, const struct str *hashes, size_t n,
                             struct db_rows *taken) MUST_USE;
/* Writes name, identity, meta, enabled, expiry, credits, refill, hash, start, pending migration and
 * updated_at. */
enum status key_store_update(struct ctx *c, const struct key_row *k) MUST_USE;
/* Takes cost (> 0) credits if there are as many; *remaining is what is left. One statement, exact
 * under any concurrency; *taken is false, and nothing is changed, when there are fewer. */
enum status key_store_spend(struct ctx *c, struct str id, int64_t cost, bool *taken,
                            int64_t *remaining) MUST_USE;
/* The credits now: false in *limited for unlimited. */
enum status key_store_credits(struct ctx *c, struct str id, bool *limited,
                              int64_t *remaining) MUST_USE;
enum status key_store_soft_delete(struct ctx *c, struct str id) MUST_USE;
/* Removes the key, its links, limits, counters and encrypted copy. */
enum status key_store_erase(struct ctx *c, struct str id) MUST_USE;
/* Keys with a refill whose settled time is before `before`, at most limit ids. */
enum status key_store_refillable(struct ctx *c, int64_t before, int64_t limit,
                                 struct db_rows *ids) MUST_USE;
/* Marks n (1..KEY_USED_BLOCK) keys as used in the minute at_ms, unless they were used later. */
enum { KEY_USED_BLOCK = 64 };
enum status key_store_mark_used(struct ctx *c, const struct str *ids, size_t n,
                                int64_t at_ms) MUST_USE;

extern const struct db_stmt_list key_store_stmts;

#endif
