/* event_store.h: analytics records: one per verification and per rate-limit decision. */
#ifndef LATCHKEY_STORE_EVENT_STORE_H
#define LATCHKEY_STORE_EVENT_STORE_H

#include "store/db.h"

enum event_kind { EVENT_VERIFICATION, EVENT_DECISION, EVENT_KINDS };

struct verification_event {
    struct str workspace_id, request_id, api_id, keyspace_id, key_id, identity_id, external_id;
    struct str outcome, region, source, app_id, tags; /* tags: JSON array */
    int64_t time, spent_credits, latency_ms;
};

struct decision_event {
    struct str workspace_id, request_id, namespace_id, identifier, override_id;
    int64_t time, position, limit, remaining, resets_at, tokens, latency_ms;
    bool passed;
};

/* Write records and put them into the queue of those that the rollups do not count yet. Call them
 * in a transaction. ST_DB_DUPLICATE when one of them is there already. */
enum status event_store_verifications(struct ctx *c, const struct verification_event *v,
                                      size_t n) MUST_USE;
enum status event_store_decisions(struct ctx *c, const struct decision_event *d, size_t n) MUST_USE;

/* Removes up to limit records of a workspace that are older than before_ms, the oldest first. */
enum status event_store_prune(struct ctx *c, enum event_kind kind, struct str workspace_id,
                              int64_t before_ms, int64_t limit, int64_t *n) MUST_USE;

extern const struct db_stmt_list event_store_stmts;

#endif
