/* audit_store.h: audit records: who changed what. */
#ifndef LATCHKEY_STORE_AUDIT_STORE_H
#define LATCHKEY_STORE_AUDIT_STORE_H

#include "store/db.h"

struct audit_target {
    struct str type, id, name;
    struct str meta; /* JSON object; empty: none */
};

enum { AUDIT_MAX_TARGETS = 3 };

struct audit_event {
    struct str id, event, description, correlation_id;
    int64_t time;
    struct str actor_type, actor_id, actor_name, remote_ip, user_agent;
    struct audit_target targets[AUDIT_MAX_TARGETS];
    size_t n_targets;
};

/* Writes events of one workspace. Call it in the transaction of the change. */
enum status audit_store_insert(struct ctx *c, struct str workspace_id,
                               const struct audit_event *events, size_t n) MUST_USE;

struct audit_filter {
    struct str workspace_id, actor_id, resource_id; /* empty: any */
    const struct str *event_names;                  /* any of these; none: any */
    size_t n_event_names;
    int64_t since_ms, until_ms; /* inclusive */
    /* Only events before this place: older, or as old with a smaller id. */
    int64_t before_ms;
    struct str before_id;
    int64_t limit;
};

/* Newest first (time, then id, descending), at most limit, with their targets. */
enum status audit_store_list(struct ctx *c, const struct audit_filter *f,
                             struct audit_event **events, size_t *n) MUST_USE;
/* Removes up to limit events of the workspace older than before_ms, with their targets. */
enum status audit_store_prune(struct ctx *c, struct str workspace_id, int64_t before_ms,
                              int64_t limit, int64_t *n) MUST_USE;

extern const struct db_stmt_list audit_store_stmts;

#endif
