/* ctx.h: what one request, or one operator command, carries. Upper layers' types stay opaque. */
#ifndef LATCHKEY_BASE_CTX_H
#define LATCHKEY_BASE_CTX_H

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"

struct conf;
struct db;
struct caller;
struct premises;
struct recorder;
struct metrics;

/* Who did it, as audit records tell it. */
struct actor {
    struct str type, id, name; /* type: rootkey, user, system */
};

struct ctx {
    struct arena *mem;
    struct err err; /* first failure wins */
    const struct log *log;
    const struct conf *conf;
    struct db *db;
    struct db *reader;         /* for composed queries, see store/db_query.h */
    struct recorder *recorder; /* analytics records wait here until the answer is out */
    struct premises *premises; /* what former requests found out; NULL: nothing is kept */
    struct metrics *metrics;   /* NULL: nothing is counted */

    /* UTC, taken from the database once per request so that every step, and every host, agrees;
     * 0 until the first lookup. */
    int64_t now_ms;
    int64_t started_us;  /* monotonic */
    int64_t deadline_us; /* monotonic; no statement starts after it; 0: none */

    struct str request_id;
    struct str remote_ip, user_agent; /* empty when unknown */
    struct actor actor;               /* audit records name this one */
    const struct caller *who;         /* the root key, once authenticated */
    void *prefetched;                 /* what an endpoint's own lookup read beside the caller */
    bool metrics_off;                 /* X-Unkey-Metrics: disabled */
    int64_t test_time_ms;             /* X-Test-Time in test mode; 0: none */
};

/* log_event with the request's id and client address. */
#define ctx_log(c, level, event, ...)                                                              \
    log_event((c)->log, (level), (event), log_s("request_id", (c)->request_id), __VA_ARGS__)

#endif
