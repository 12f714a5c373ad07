/* rollup_store.h: counts of analytics records per minute, hour, day and month.
 *
 * A record is in the queue from the transaction that writes it until the one that adds it to the
 * four rollups. One consistent read of a rollup and the queue together is therefore exact up to the
 * last record written, however late that came, whoever rolls up, and whatever was interrupted.
 *
 * What a rollup holds for a workspace is the rows of
 *
 *   SELECT time, keyspace_id, key_id, identity_id, external_id, outcome, source, app_id, tags,
 *          count, spent_credits, latency_sum, ge_1, ge_2, ... ge_6226
 *   FROM lk_verification_hour WHERE workspace_id = ? AND time >= ? AND time < ?
 *   UNION ALL
 *   SELECT ROLLUP_HOUR, v.keyspace_id, v.key_id, v.identity_id, v.external_id, v.outcome, v.source,
 *          v.app_id, v.tags, 1, v.spent_credits, v.latency_ms,
 *          v.latency_ms >= 1, v.latency_ms >= 2, ... v.latency_ms >= 6226
 *   FROM lk_verification_queue q JOIN lk_verification v
 *     ON v.workspace_id = q.workspace_id AND v.time = q.time AND v.request_id = q.request_id
 *   WHERE q.workspace_id = ? AND q.slice = 0 AND q.time >= ? AND q.time < ?
 *
 * and, for rate limits (the columns between latency_sum and the end as above),
 *
 *   SELECT time, namespace_id, identifier, passed, total, total_tokens, passed_tokens, latency_sum
 *   FROM lk_ratelimit_hour WHERE workspace_id = ? AND time >= ? AND time < ?
 *   UNION ALL
 *   SELECT ROLLUP_HOUR, v.namespace_id, v.identifier, v.passed, 1, v.tokens,
 *          IF(v.passed, v.tokens, 0), v.latency_ms
 *   FROM lk_ratelimit_queue q JOIN lk_ratelimit_decision v
 *     ON v.workspace_id = q.workspace_id AND v.time = q.time AND v.request_id = q.request_id
 *     AND v.position = q.position
 *   WHERE q.workspace_id = ? AND q.slice = 0 AND q.time >= ? AND q.time < ?
 *
 * time is the start of the bucket in Unix ms. Both bounds must be starts of buckets, the same in
 * both halves, or buckets get cut. As what the contract calls it:
 *
 *   DateTime      TIMESTAMP '1970-01-01 00:00:00' + INTERVAL (time DIV 1000) SECOND
 *   Date          DATE '1970-01-01' + INTERVAL (time DIV 86400000) DAY
 *   latency_avg   (latency_sum + 0e0) / count            (count: total for rate limits)
 *   latency_p75   0e0 + 1 * COALESCE(ge_1 > FLOOR(0.25 * count), 0)
 *                     + 1 * COALESCE(ge_2 > FLOOR(0.25 * count), 0) + ...
 *                     + 2542 * COALESCE(ge_6226 > FLOOR(0.25 * count), 0)
 *   latency_p99   the same with 0.01
 *
 * where bounds and steps are those of domain/latency.h; a single latency is latency_sum. Over many
 * rows, SUM(x) stands for each x. A group may have several rows, one in the rollup and one for each
 * of its records in the queue, which have the same group_hash (domain/rollup.h). */
#ifndef LATCHKEY_STORE_ROLLUP_STORE_H
#define LATCHKEY_STORE_ROLLUP_STORE_H

#include "store/event_store.h"

/* The start of the bucket that a record v belongs to, in Unix ms. */
#define ROLLUP_MINUTE "v.time - MOD(v.time, 60000)"
#define ROLLUP_HOUR "v.time - MOD(v.time, 3600000)"
#define ROLLUP_DAY "v.time - MOD(v.time, 86400000)"
#define ROLLUP_MONTH                                                                               \
    "(v.time DIV 86400000 + 1 - "                                                                  \
    "DAYOFMONTH(DATE '1970-01-01' + INTERVAL (v.time DIV 86400000) DAY)) * 86400000"

enum rollup_grain { ROLLUP_MINUTES, ROLLUP_HOURS, ROLLUP_DAYS, ROLLUP_MONTHS, ROLLUP_GRAINS };

/* The first workspace behind `after` that has records in the queue; empty when there is none. */
enum status rollup_store_next(struct ctx *c, enum event_kind kind, struct str after,
                              struct str *workspace_id) MUST_USE;
/* The time of the oldest record of a workspace in the queue; INT64_MAX when there is none. */
enum status rollup_store_oldest(struct ctx *c, enum event_kind kind, struct str workspace_id,
                                int64_t *time) MUST_USE;

/* Part of a workspace's queue. */
struct rollup_slice {
    enum event_kind kind;
    struct str workspace_id;
    int64_t from_ms, limit; /* the oldest records from from_ms on, at most limit */
    int64_t n, last_ms;     /* out: how many there were; the time of the last one */
};
/* Moves a slice from the queue into the rollups. Call it in a transaction: one of several at the
 * same time waits until the one before has ended. Nobody who writes or reads records waits. */
enum status rollup_store_slice(struct ctx *c, struct rollup_slice *s) MUST_USE;

/* Removes up to limit rows of a workspace's rollup that begin before before_ms. */
enum status rollup_store_prune(struct ctx *c, enum event_kind kind, enum rollup_grain grain,
                               struct str workspace_id, int64_t before_ms, int64_t limit,
                               int64_t *n) MUST_USE;

extern const struct db_stmt_list rollup_store_stmts;

#endif
