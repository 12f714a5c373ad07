/* The SQL of rollups. Records are grouped by the server; nothing of them travels. */
#include "store/rollup_store.h"

#include "domain/latency.h"
#include "domain/rollup.h"
#include "store/maintain_store.h"

/* What a slice adds to a row has names that begin with d_. */
#define GE_COLUMN(bound, step) ", ge_" #bound
#define GE_VALUE(bound, step) ", NULLIF(SUM(v.latency_ms >= " #bound "), 0) AS d_" #bound
#define GE_SUM(bound, step)                                                                        \
    ", ge_" #bound " = COALESCE(ge_" #bound " + d_" #bound ", ge_" #bound ", d_" #bound ")"
#define LATENCY_COLUMNS ", latency_sum" LATENCY_BOUNDS(GE_COLUMN)
#define LATENCY_VALUES ", SUM(v.latency_ms) AS d_latency" LATENCY_BOUNDS(GE_VALUE)
#define GE_ADDED(bound, step) ", d_" #bound
#define LATENCY_ADDED ", d_latency" LATENCY_BOUNDS(GE_ADDED)
#define LATENCY_SUMS ", latency_sum = latency_sum + d_latency" LATENCY_BOUNDS(GE_SUM)

/* Sums of what callers choose freely stop at the largest BIGINT. */
#define CAP ", 9223372036854775807)"

/* Groups are made without their texts, which would make each of them wide: those are fetched from
 * one of its records, whose key is d_one (no request id has a space). */
#define ONE                                                                                        \
    "v.workspace_id = d.workspace_id AND v.time = CAST(SUBSTRING_INDEX(d.d_one, ' ', 1) AS "       \
    "SIGNED) AND v.request_id = SUBSTRING_INDEX(d.d_one, ' ', -1)"

#define VERIFICATION_TEXTS                                                                         \
    "keyspace_id, key_id, identity_id, outcome, source, app_id, tags, external_id"
#define VERIFICATION_COLUMNS "count, spent_credits" LATENCY_COLUMNS
#define VERIFICATION_VALUES                                                                        \
    ROLLUP_VERIFICATION_HASH                                                                       \
    " AS d_hash, MIN(CONCAT_WS(' ', v.time, v.request_id)) AS d_one, COUNT(*) AS d_count, "        \
    "LEAST(SUM(v.spent_credits)" CAP " AS d_credits" LATENCY_VALUES                                \
    " FROM lk_verification_queue q JOIN lk_verification v ON v.workspace_id = q.workspace_id "     \
    "AND v.time = q.time AND v.request_id = q.request_id"
#define VERIFICATION_ADDED "d_count, d_credits" LATENCY_ADDED
#define VERIFICATION_ONE "lk_verification v ON " ONE
#define VERIFICATION_SUMS(table)                                                                   \
    "count = count + d_count, "                                                                    \
    "spent_credits = LEAST(" table ".spent_credits + d_credits" CAP LATENCY_SUMS

#define RATELIMIT_TEXTS "namespace_id, identifier"
#define RATELIMIT_COLUMNS "passed, total, total_tokens, passed_tokens" LATENCY_COLUMNS
#define RATELIMIT_VALUES                                                                           \
    ROLLUP_RATELIMIT_HASH                                                                          \
    " AS d_hash, MIN(CONCAT_WS(' ', v.time, v.position, v.request_id)) AS d_one, "                 \
    "SUM(v.passed) AS d_passed, COUNT(*) AS d_total, "                                             \
    "LEAST(SUM(v.tokens)" CAP " AS d_tokens, "                                                     \
    "LEAST(SUM(IF(v.passed, v.tokens, 0))" CAP " AS d_passed_tokens" LATENCY_VALUES                \
    " FROM lk_ratelimit_queue q JOIN lk_ratelimit_decision v ON v.workspace_id = "                 \
    "q.workspace_id "                                                                              \
    "AND v.time = q.time AND v.request_id = q.request_id AND v.position = q.position"
#define RATELIMIT_ADDED "d_passed, d_total, d_tokens, d_passed_tokens" LATENCY_ADDED
#define RATELIMIT_ONE                                                                              \
    "lk_ratelimit_decision v ON " ONE " AND v.position = CAST(SUBSTRING_INDEX("                    \
    "SUBSTRING_INDEX(d.d_one, ' ', 2), ' ', -1) AS SIGNED)"
#define RATELIMIT_SUMS(table)                                                                      \
    "passed = " table ".passed + d_passed, total = total + d_total, "                              \
    "total_tokens = LEAST(total_tokens + d_tokens" CAP ", "                                        \
    "passed_tokens = LEAST(passed_tokens + d_passed_tokens" CAP LATENCY_SUMS

/* Taking a slice moves it within the queue's key, so that the statements after it look at nothing
 * but the slice and never meet a row that somebody is about to commit. */
#define TAKE(queue, order)                                                                         \
    "UPDATE " queue " SET slice = 1 WHERE workspace_id = ? AND slice = 0 AND time >= ? "           \
    "ORDER BY " order " LIMIT ?"
#define ADD(table, bucket, texts, columns, values, added, one, sums)                               \
    "INSERT INTO " table " (workspace_id, time, group_hash, " columns ", " texts ") "              \
    "SELECT v.workspace_id, d.d_time, d.d_hash, " added ", " texts " FROM "                        \
    "(SELECT v.workspace_id, " bucket " AS d_time, " values                                        \
    " WHERE q.workspace_id = ? AND q.slice = 1 GROUP BY v.workspace_id, d_time, d_hash) d "        \
    "JOIN " one " ON DUPLICATE KEY UPDATE " sums(table)
#define PRUNE_OF(table)                                                                            \
    "DELETE FROM " table " WHERE workspace_id = ? AND time < ? ORDER BY time LIMIT ?"

/* Of each kind; those of ROLLUP_GRAINS in the order of enum rollup_grain. */
enum {
    NEXT,
    OLDEST,
    SLICE_TAKE,
    SLICE_LAST,
    SLICE_ADD,
    SLICE_DROP = SLICE_ADD + ROLLUP_GRAINS,
    PRUNE,
    KIND_STMTS = PRUNE + ROLLUP_GRAINS,
    MAX = EVENT_KINDS * KIND_STMTS
};
#define KIND(queue, order, rollup, texts, columns, values, added, one, sums)                       \
    {"SELECT MIN(workspace_id) FROM " queue " WHERE workspace_id > ?", false},                     \
        {"SELECT MIN(time) FROM " queue " WHERE workspace_id = ? AND slice = 0", false},           \
        {TAKE(queue, order), false},                                                               \
        {"SELECT MAX(time) FROM " queue " WHERE workspace_id = ? AND slice = 1", false},           \
        {ADD(rollup "_minute", ROLLUP_MINUTE, texts, columns, values, added, one, sums), false},   \
        {ADD(rollup "_hour", ROLLUP_HOUR, texts, columns, values, added, one, sums), false},       \
        {ADD(rollup "_day", ROLLUP_DAY, texts, columns, values, added, one, sums), false},         \
        {ADD(rollup "_month", ROLLUP_MONTH, texts, columns, values, added, one, sums), false},     \
        {"DELETE FROM " queue " WHERE workspace_id = ? AND slice = 1", false},                     \
        {PRUNE_OF(rollup "_minute"), false}, {PRUNE_OF(rollup "_hour"), false},                    \
        {PRUNE_OF(rollup "_day"), false},                                                          \
    {                                                                                              \
        PRUNE_OF(rollup "_month"), false                                                           \
    }

static const struct db_stmt sql[MAX] = {
    KIND("lk_verification_queue", "time, request_id", "lk_verification", VERIFICATION_TEXTS,
         VERIFICATION_COLUMNS, VERIFICATION_VALUES, VERIFICATION_ADDED, VERIFICATION_ONE,
         VERIFICATION_SUMS),
    KIND("lk_ratelimit_queue", "time, request_id, position", "lk_ratelimit", RATELIMIT_TEXTS,
         RATELIMIT_COLUMNS, RATELIMIT_VALUES, RATELIMIT_ADDED, RATELIMIT_ONE, RATELIMIT_SUMS),
};
const struct db_stmt_list rollup_store_stmts = DB_STMT_LIST("rollup_store", sql);

static const struct db_stmt *
stmt_of(enum event_kind kind, int which)
{
    return &sql[(int)kind * KIND_STMTS + which];
}

enum status
rollup_store_next(struct ctx *c, enum event_kind kind, struct str after, struct str *workspace_id)
{
    struct db_rows rows;
    enum status st = db_select(c, stmt_of(kind, NEXT), DB_ARGS(db_str(after)), &rows);

    *workspace_id = st == ST_OK ? rows.rows[0][0].s : S("");
    return st;
}

enum status
rollup_store_oldest(struct ctx *c, enum event_kind kind, struct str workspace_id, int64_t *time)
{
    struct db_rows rows;
    enum status st = db_select(c, stmt_of(kind, OLDEST), DB_ARGS(db_str(workspace_id)), &rows);

    *time = st == ST_OK && !rows.rows[0][0].null ? rows.rows[0][0].i : INT64_MAX;
    return st;
}

enum status
rollup_store_slice(struct ctx *c, struct rollup_slice *s)
{
    struct str name = s->kind == EVENT_VERIFICATION ? S("verification") : S("ratelimit");
    struct db_args of_slice = DB_ARGS(db_str(s->workspace_id));
    struct db_result taken;
    struct db_rows rows;
    enum status st = maintain_store_touch(c, name);

    if (st == ST_OK)
        st =
            db_exec(c, stmt_of(s->kind, SLICE_TAKE),
                    DB_ARGS(db_str(s->workspace_id), db_int(s->from_ms), db_int(s->limit)), &taken);
    if (st == ST_OK)
        st = db_select(c, stmt_of(s->kind, SLICE_LAST), of_slice, &rows);
    for (int grain = 0; grain < ROLLUP_GRAINS && st == ST_OK; grain++)
        st = db_exec(c, stmt_of(s->kind, SLICE_ADD + grain), of_slice, NULL);
    if (st == ST_OK)
        st = db_exec(c, stmt_of(s->kind, SLICE_DROP), of_slice, NULL);
    if (st == ST_OK)
        st = maintain_store_count(c, name, taken.affected);
    if (st != ST_OK)
        return st;
    s->n = taken.affected;
    s->last_ms = rows.rows[0][0].i;
    return ST_OK;
}

enum status
rollup_store_prune(struct ctx *c, enum event_kind kind, enum rollup_grain grain,
                   struct str workspace_id, int64_t before_ms, int64_t limit, int64_t *n)
{
    struct db_result r = {0, 0};
    enum status st = db_exec(c, stmt_of(kind, PRUNE + (int)grain),
                             DB_ARGS(db_str(workspace_id), db_int(before_ms), db_int(limit)), &r);

    *n = r.affected;
    return st;
}
