/* event_store.h: analytics records: one per verification and per rate-limit decision. */
#ifndef LATCHKEY_STORE_EVENT_STORE_H
#define LATCHKEY_STORE_EVENT_STORE_H

#include "store/db.h"

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

enum status event_store_verifications(struct ctx *c, const struct verification_event *v,
                                      size_t n) MUST_USE;
enum status event_store_decisions(struct ctx *c, const struct decision_event *d, size_t n) MUST_USE;

extern const struct db_stmt_list event_store_stmts;

#endif
