/* The SQL of analytics records. */
#include "store/event_store.h"

#include "store/blocks.h"

enum {
    VERIFICATION_INSERT,
    VERIFICATION_QUEUE = VERIFICATION_INSERT + BLOCKS_SIZES,
    DECISION_INSERT = VERIFICATION_QUEUE + BLOCKS_SIZES,
    DECISION_QUEUE = DECISION_INSERT + BLOCKS_SIZES,
    PRUNE = DECISION_QUEUE + BLOCKS_SIZES,
    MAX = PRUNE + EVENT_KINDS
};
enum { VERIFICATION_COLS = 15, VERIFICATION_KEY = 3, DECISION_COLS = 13, DECISION_KEY = 4 };

/* The first columns of a record are its key, which also goes into the queue. */
static const struct db_stmt sql[MAX] = {
    BLOCKS_STMTS("INSERT INTO lk_verification (workspace_id, time, request_id, api_id, "
                 "keyspace_id, key_id, identity_id, external_id, outcome, region, source, app_id, "
                 "tags, spent_credits, latency_ms)",
                 "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ""),
    BLOCKS_STMTS("INSERT INTO lk_verification_queue (workspace_id, time, request_id)", "(?, ?, ?)",
                 ""),
    BLOCKS_STMTS("INSERT INTO lk_ratelimit_decision (workspace_id, time, request_id, position, "
                 "namespace_id, identifier, passed, override_id, max_count, remaining, resets_at, "
                 "tokens, latency_ms)",
                 "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ""),
    BLOCKS_STMTS("INSERT INTO lk_ratelimit_queue (workspace_id, time, request_id, position)",
                 "(?, ?, ?, ?)", ""),
    [PRUNE +
        EVENT_VERIFICATION] = {"DELETE FROM lk_verification WHERE workspace_id = ? AND time < ? "
                               "ORDER BY time LIMIT ?",
                               false},
    [PRUNE +
        EVENT_DECISION] = {"DELETE FROM lk_ratelimit_decision WHERE workspace_id = ? AND time < ? "
                           "ORDER BY time LIMIT ?",
                           false},
};
const struct db_stmt_list event_store_stmts = DB_STMT_LIST("event_store", sql);

/* Runs an _INSERT and the _QUEUE behind it. */
static enum status
insert_and_queue(struct ctx *c, int insert, const struct db_arg *args, size_t cols, size_t key,
                 size_t n)
{
    struct db_arg *keys = ARENA_ARRAY(c->mem, n * key + 1, struct db_arg);
    enum status st = blocks_insert(c, &sql[insert], args, cols, n);

    for (size_t i = 0; i < n * key; i++)
        keys[i] = args[i / key * cols + i % key];
    return st == ST_OK ? blocks_insert(c, &sql[insert + BLOCKS_SIZES], keys, key, n) : st;
}

enum status
event_store_verifications(struct ctx *c, const struct verification_event *v, size_t n)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, n * VERIFICATION_COLS + 1, struct db_arg), *a = args;

    for (size_t i = 0; i < n; i++, v++) {
        *a++ = db_str(v->workspace_id);
        *a++ = db_int(v->time);
        *a++ = db_str(v->request_id);
        *a++ = db_str(v->api_id);
        *a++ = db_str(v->keyspace_id);
        *a++ = db_str(v->key_id);
        *a++ = db_str(v->identity_id);
        *a++ = db_bin(v->external_id);
        *a++ = db_str(v->outcome);
        *a++ = db_str(v->region);
        *a++ = db_str(v->source);
        *a++ = db_str(v->app_id);
        *a++ = db_str(v->tags);
        *a++ = db_int(v->spent_credits);
        *a++ = db_int(v->latency_ms);
    }
    return insert_and_queue(c, VERIFICATION_INSERT, args, VERIFICATION_COLS, VERIFICATION_KEY, n);
}

enum status
event_store_decisions(struct ctx *c, const struct decision_event *d, size_t n)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, n * DECISION_COLS + 1, struct db_arg), *a = args;

    for (size_t i = 0; i < n; i++, d++) {
        *a++ = db_str(d->workspace_id);
        *a++ = db_int(d->time);
        *a++ = db_str(d->request_id);
        *a++ = db_int(d->position);
        *a++ = db_str(d->namespace_id);
        *a++ = db_bin(d->identifier);
        *a++ = db_int(d->passed);
        *a++ = db_str(d->override_id);
        *a++ = db_int(d->limit);
        *a++ = db_int(d->remaining);
        *a++ = db_int(d->resets_at);
        *a++ = db_int(d->tokens);
        *a++ = db_int(d->latency_ms);
    }
    return insert_and_queue(c, DECISION_INSERT, args, DECISION_COLS, DECISION_KEY, n);
}

enum status
event_store_prune(struct ctx *c, enum event_kind kind, struct str workspace_id, int64_t before_ms,
                  int64_t limit, int64_t *n)
{
    struct db_result r = {0, 0};
    enum status st = db_exec(c, &sql[PRUNE + (int)kind],
                             DB_ARGS(db_str(workspace_id), db_int(before_ms), db_int(limit)), &r);

    *n = r.affected;
    return st;
}
