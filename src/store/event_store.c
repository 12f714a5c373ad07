/* The SQL of analytics records. */
#include "store/event_store.h"

#include "store/blocks.h"

enum { VERIFICATION_INSERT, DECISION_INSERT = BLOCKS_SIZES, MAX = 2 * BLOCKS_SIZES };
enum { VERIFICATION_COLS = 15, DECISION_COLS = 13 };

/* A batch whose COMMIT got lost is written again: rows that did arrive are kept as they are. */
static const struct db_stmt sql[MAX] = {
    BLOCKS_STMTS("INSERT INTO lk_verification (workspace_id, time, request_id, api_id, "
                 "keyspace_id, key_id, identity_id, external_id, outcome, region, source, app_id, "
                 "tags, spent_credits, latency_ms)",
                 "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", BLOCKS_KEEP("time")),
    BLOCKS_STMTS("INSERT INTO lk_ratelimit_decision (workspace_id, time, request_id, position, "
                 "namespace_id, identifier, passed, override_id, max_count, remaining, resets_at, "
                 "tokens, latency_ms)",
                 "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", BLOCKS_KEEP("time")),
};
const struct db_stmt_list event_store_stmts = DB_STMT_LIST("event_store", sql);

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
    return blocks_insert(c, &sql[VERIFICATION_INSERT], args, VERIFICATION_COLS, n);
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
    return blocks_insert(c, &sql[DECISION_INSERT], args, DECISION_COLS, n);
}
