/* Events, and queries on them. */
#include "support/analytics.h"

#include "support/isolation.h"
#include "support/records.h"
#include "support/test.h"
#include "store/db_query.h"

static void
verification(const char *workspace, const char *request, const char *at, const char *rest)
{
    fx_sql("INSERT INTO lk_verification (workspace_id, request_id, time, api_id, keyspace_id, "
           "key_id, identity_id, external_id, outcome, region, source, app_id, tags, "
           "spent_credits, latency_ms) VALUES ('%s', '%s', 1000 * UNIX_TIMESTAMP('%s'), 'api_1', "
           "%s)",
           workspace, request, at, rest);
}

static void
decision(const char *workspace, const char *request, const char *at, const char *rest)
{
    fx_sql("INSERT INTO lk_ratelimit_decision (workspace_id, request_id, time, position, "
           "namespace_id, identifier, passed, override_id, max_count, remaining, resets_at, "
           "tokens, latency_ms) VALUES ('%s', '%s', 1000 * UNIX_TIMESTAMP('%s'), 0, %s)",
           workspace, request, at, rest);
}

void
analytics_seed(void)
{
    static const struct {
        const char *request, *at, *rest;
    } keys[] = {
        {"req_1", "2026-11-24 10:30:15.123",
         "'ks_1', 'key_1', 'id_1', 'user_\xc3\x84', 'VALID', 'eu-west', 'api', '', "
         "'[\"path=/a\",\"env=prod\",\"x\"]', 5, 12"},
        {"req_2", "2026-11-24 10:40:00.000",
         "'ks_1', 'key_1', 'id_1', 'user_\xc3\x84', 'VALID', 'eu-west', 'api', '', "
         "'[\"path=/b\",\"env=prod\"]', 7, 20"},
        {"req_3", "2026-11-24 11:10:00.000",
         "'ks_1', 'key_2', '', '', 'RATE_LIMITED', 'us-east', 'api', '', '[]', 0, 31"},
        {"req_4", "2026-11-22 00:00:00.000",
         "'ks_2', 'key_3', 'id_2', 'b', 'VALID', 'eu-west', 'gateway', 'app_1', '[\"x\"]', 1, 4"},
        {"req_5", "2026-11-01 23:59:59.999",
         "'ks_2', 'key_3', 'id_2', 'b', 'DISABLED', 'eu-west', 'api', '', '[]', 0, 9"},
    };
    static const struct {
        const char *request, *at, *rest;
    } limits[] = {
        {"req_11", "2026-11-24 10:30:15.000",
         "'rlns_1', 'alice', 1, '', 10, 9, 1795516260000, 1, 3"},
        {"req_12", "2026-11-24 10:30:16.000",
         "'rlns_1', 'alice', 0, 'ovr_1', 5, 0, 1795516260000, 7, 5"},
        {"req_13", "2026-11-24 10:31:00.000", "'rlns_2', 'bob', 1, '', 10, 8, 1795516320000, 2, 4"},
    };
    const char *other = fx_new_workspace();

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        verification(fx_workspace, keys[i].request, keys[i].at, keys[i].rest);
        verification(other, fx_fmt("other_%zu", i), keys[i].at,
                     "'other', 'other', 'other', 'other', 'other', 'other', 'other', 'other', "
                     "'[\"other\"]', 1000000, 1000000");
    }
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        decision(fx_workspace, limits[i].request, limits[i].at, limits[i].rest);
        decision(other, fx_fmt("other_%zu", i), limits[i].at,
                 "'other', 'other', 1, 'other', 1000000, 1000000, 1000000, 1000000, 1000000");
    }
    record_queue_all();
}

static enum status
take_row(void *arg, const struct cell *row, bool *done)
{
    struct query *q = arg;
    enum status st = query_row(q, row);

    *done = q->result.done;
    return st;
}

static enum status
run(struct ctx *c, struct query *q)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, q->params.n + 1, struct db_arg);
    const struct db_query dq = {
        .sql = q->sql,
        .args = {args, q->params.n},
        .cells = q->cells,
        .n_cells = q->n_cells,
        .timeout_ms = 30000,
        .memory_bytes = 1000000000,
        .value_max = RESULT_BYTES_MAX,
    };
    enum status st;

    for (size_t i = 0; i < q->params.n; i++)
        args[i] = q->params.v[i].bytes ? db_bin(q->params.v[i].s) : db_str(q->params.v[i].s);
    st = db_query_run(c, c->reader, &dq, take_row, q);
    return st == ST_OK ? query_end(q) : st;
}

static const char *
rows_of(struct ctx *c, const struct query *q)
{
    struct sb b;

    sb_init(&b, c->mem, 1024);
    sb_putc(&b, '[');
    for (size_t i = 0; i < q->result.rows; i++) {
        sb_puts(&b, i ? "," : "");
        sb_put(&b, result_row(&q->result, i));
    }
    sb_putc(&b, ']');
    return sb_str(&b).p;
}

const char *
analytics_answer(enum relation_family f, const char *query)
{
    struct ctx *c = fx_ctx();
    struct scope scope = {.workspace = str_of(fx_workspace), .all_spaces = true};
    bool mariadb = true;
    const char *fault;
    struct query q;

    c->now_ms = ANALYTICS_NOW;
    if (db_query_ready(c, c->reader, &mariadb) == ST_OK &&
        isolation_plan(c, str_of(query), f, &scope, mariadb ? DIALECT_MARIADB : DIALECT_MYSQL,
                       &q) == ST_OK) {
        fault = isolation_fault(&q, &scope);
        CHECK_STR(fault ? fault : "", "");
        if (run(c, &q) == ST_OK)
            return rows_of(c, &q);
    }
    return fx_fmt("%.*s %.*s", STR_ARG(c->err.detail), STR_ARG(c->err.cause));
}
