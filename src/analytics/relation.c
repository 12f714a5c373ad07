/* Public tables as derived tables over the records and their rollups. */
#include "analytics/relation.h"

#include "base/utc.h"
#include "domain/latency.h"
#include "domain/rollup.h"

#include <string.h>
#include <strings.h>

enum column_role {
    COLUMN_TIME,
    COLUMN_KEY,     /* of a rollup: what it groups by */
    COLUMN_SUM,     /* of a rollup: a sum of integers */
    COLUMN_COUNT,   /* of a rollup: the number of events */
    COLUMN_AVERAGE, /* of a rollup: latency */
    COLUMN_P75,
    COLUMN_P99,
    COLUMN_PLAIN, /* of a table of events */
};

/* Sums and counts have the same names in rollups as in public. */
struct column_source {
    enum column_role role;
    const char *physical; /* a plain column, where there is one */
    const char *sql;      /* one event's value; of COLUMN_KEY a rollup row's as well */
};

#define BIN(column) "CAST(" column " AS BINARY)"
#define FLOAT(column) "(" column " + 0e0)"
#define T(k)                                                                                       \
    {                                                                                              \
        .kind = TYPE_##k                                                                           \
    }
#define ARRAY                                                                                      \
    {                                                                                              \
        .kind = TYPE_ARRAY, .item = TYPE_TEXT, .canonical = true                                   \
    }

/* The columns of a table: name, type, role, physical column, SQL of one event's value. */
#define VERIFICATIONS(X)                                                                           \
    X("request_id", T(TEXT), PLAIN, "request_id", BIN("request_id"))                               \
    X("time", T(MS), TIME, NULL, "time")                                                           \
    X("workspace_id", T(TEXT), PLAIN, "workspace_id", BIN("workspace_id"))                         \
    X("key_space_id", T(TEXT), PLAIN, "keyspace_id", BIN("keyspace_id"))                           \
    X("identity_id", T(TEXT), PLAIN, "identity_id", BIN("identity_id"))                            \
    X("external_id", T(TEXT), PLAIN, "external_id", "external_id")                                 \
    X("key_id", T(TEXT), PLAIN, "key_id", BIN("key_id"))                                           \
    X("region", T(TEXT), PLAIN, "region", BIN("region"))                                           \
    X("source", T(TEXT), PLAIN, "source", BIN("source"))                                           \
    X("app_id", T(TEXT), PLAIN, "app_id", BIN("app_id"))                                           \
    X("outcome", T(TEXT), PLAIN, "outcome", BIN("outcome"))                                        \
    X("tags", ARRAY, PLAIN, NULL, "tags")                                                          \
    X("spent_credits", T(INT), PLAIN, NULL, "spent_credits")                                       \
    X("latency", T(FLOAT), PLAIN, NULL, FLOAT("latency_ms"))

#define VERIFICATION_ROLLUP(X, TIMETYPE)                                                           \
    X("time", TIMETYPE, TIME, NULL, NULL)                                                          \
    X("workspace_id", T(TEXT), KEY, "workspace_id", BIN("workspace_id"))                           \
    X("key_space_id", T(TEXT), KEY, "keyspace_id", BIN("keyspace_id"))                             \
    X("identity_id", T(TEXT), KEY, "identity_id", BIN("identity_id"))                              \
    X("external_id", T(TEXT), KEY, "external_id", "external_id")                                   \
    X("key_id", T(TEXT), KEY, "key_id", BIN("key_id"))                                             \
    X("outcome", T(TEXT), KEY, "outcome", BIN("outcome"))                                          \
    X("tags", ARRAY, KEY, NULL, "tags")                                                            \
    X("source", T(TEXT), KEY, "source", BIN("source"))                                             \
    X("app_id", T(TEXT), KEY, "app_id", BIN("app_id"))                                             \
    X("count", T(INT), COUNT, NULL, "1")                                                           \
    X("spent_credits", T(INT), SUM, NULL, "spent_credits")                                         \
    LATENCIES(X)

#define LATENCIES(X)                                                                               \
    X("latency_avg", T(FLOAT), AVERAGE, NULL, FLOAT("latency_ms"))                                 \
    X("latency_p75", T(FLOAT), P75, NULL, FLOAT("latency_ms"))                                     \
    X("latency_p99", T(FLOAT), P99, NULL, FLOAT("latency_ms"))

#define RATELIMITS(X)                                                                              \
    X("request_id", T(TEXT), PLAIN, "request_id", BIN("request_id"))                               \
    X("time", T(MS), TIME, NULL, "time")                                                           \
    X("workspace_id", T(TEXT), PLAIN, "workspace_id", BIN("workspace_id"))                         \
    X("namespace_id", T(TEXT), PLAIN, "namespace_id", BIN("namespace_id"))                         \
    X("identifier", T(TEXT), PLAIN, "identifier", "identifier")                                    \
    X("passed", T(BOOL), PLAIN, NULL, "passed")                                                    \
    X("latency", T(FLOAT), PLAIN, NULL, FLOAT("latency_ms"))                                       \
    X("override_id", T(TEXT), PLAIN, "override_id", BIN("override_id"))                            \
    X("limit", T(INT), PLAIN, NULL, "max_count")                                                   \
    X("remaining", T(INT), PLAIN, NULL, "remaining")                                               \
    X("reset_at", T(MS), PLAIN, NULL, "resets_at")                                                 \
    X("tokens", T(INT), PLAIN, NULL, "tokens")

#define RATELIMIT_ROLLUP(X, TIMETYPE)                                                              \
    X("time", TIMETYPE, TIME, NULL, NULL)                                                          \
    X("workspace_id", T(TEXT), KEY, "workspace_id", BIN("workspace_id"))                           \
    X("namespace_id", T(TEXT), KEY, "namespace_id", BIN("namespace_id"))                           \
    X("identifier", T(TEXT), KEY, "identifier", "identifier")                                      \
    X("passed", T(INT), SUM, NULL, "passed")                                                       \
    X("total", T(INT), COUNT, NULL, "1")                                                           \
    X("total_tokens", T(INT), SUM, NULL, "tokens")                                                 \
    X("passed_tokens", T(INT), SUM, NULL, "passed * tokens")                                       \
    LATENCIES(X)

#define VERIFICATION_BY_TIME(X) VERIFICATION_ROLLUP(X, T(DATETIME))
#define VERIFICATION_BY_DATE(X) VERIFICATION_ROLLUP(X, T(DATE))
#define RATELIMIT_BY_TIME(X) RATELIMIT_ROLLUP(X, T(DATETIME))
#define RATELIMIT_BY_DATE(X) RATELIMIT_ROLLUP(X, T(DATE))

#define PUBLIC(name, type, role, physical, sql) {name, type},
#define SOURCE(name, type, role, physical, sql) {COLUMN_##role, physical, sql},
#define TABLE(id, LIST)                                                                            \
    static const struct relation_column id##_columns[] = {LIST(PUBLIC)};                           \
    static const struct column_source id##_sources[] = {LIST(SOURCE)};
TABLE(verifications, VERIFICATIONS)
TABLE(verifications_time, VERIFICATION_BY_TIME)
TABLE(verifications_date, VERIFICATION_BY_DATE)
TABLE(ratelimits, RATELIMITS)
TABLE(ratelimits_time, RATELIMIT_BY_TIME)
TABLE(ratelimits_date, RATELIMIT_BY_DATE)

enum grain { GRAIN_EVENT, GRAIN_MINUTE, GRAIN_HOUR, GRAIN_DAY, GRAIN_MONTH };

#define MONTH_OF(days)                                                                             \
    "TO_DAYS(DATE_ADD(DATE'1970-01-01', INTERVAL TIMESTAMPDIFF(MONTH, DATE'1970-01-01', "          \
    "DATE_ADD(DATE'1970-01-01', INTERVAL " days " DAY)) MONTH)) - 719528"

/* The start of the bucket that an event falls into, typed as the column `time`. */
static const char *const buckets[] = {
    [GRAIN_EVENT] = "time",
    [GRAIN_MINUTE] = "time DIV 60000 * 60",
    [GRAIN_HOUR] = "time DIV 3600000 * 3600",
    [GRAIN_DAY] = "time DIV 86400000",
    [GRAIN_MONTH] = MONTH_OF("time DIV 86400000"),
};

/* Where the events of a family are, and how to tell those that no rollup counts yet. */
static const struct events {
    const char *table, *queue, *queued, *is_queued, *group;
    const char *space; /* the column that permissions are about */
} events[] = {
    [FAMILY_VERIFICATIONS] = {"lk_verification", "lk_verification_queue",
                              "time AS queued_time, request_id AS queued_id",
                              " AND time = queued_time AND request_id = queued_id",
                              ROLLUP_VERIFICATION_HASH, "keyspace_id"},
    [FAMILY_RATELIMITS] = {"lk_ratelimit_decision", "lk_ratelimit_queue",
                           "time AS queued_time, request_id AS queued_id, "
                           "position AS queued_position",
                           " AND time = queued_time AND request_id = queued_id AND position = "
                           "queued_position",
                           ROLLUP_RATELIMIT_HASH, "namespace_id"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROW(id, family, name, grain, rollup, columns)                                              \
    [RELATION_##id] = {FAMILY_##family,         name,                                              \
                       GRAIN_##grain,           rollup,                                            \
                       columns##_columns,       columns##_sources,                                 \
                       COUNT(columns##_columns)}

static const struct table {
    enum relation_family family;
    const char *name;
    enum grain grain;
    const char *rollup; /* NULL: one of events */
    const struct relation_column *columns;
    const struct column_source *sources;
    size_t n;
} tables[RELATION__MAX] = {
    ROW(VERIFICATIONS, VERIFICATIONS, "key_verifications_v1", EVENT, NULL, verifications),
    ROW(VERIFICATIONS_MINUTE, VERIFICATIONS, "key_verifications_per_minute_v1", MINUTE,
        "lk_verification_minute", verifications_time),
    ROW(VERIFICATIONS_HOUR, VERIFICATIONS, "key_verifications_per_hour_v1", HOUR,
        "lk_verification_hour", verifications_time),
    ROW(VERIFICATIONS_DAY, VERIFICATIONS, "key_verifications_per_day_v1", DAY,
        "lk_verification_day", verifications_date),
    ROW(VERIFICATIONS_MONTH, VERIFICATIONS, "key_verifications_per_month_v1", MONTH,
        "lk_verification_month", verifications_date),
    ROW(RATELIMITS, RATELIMITS, "ratelimits_v1", EVENT, NULL, ratelimits),
    ROW(RATELIMITS_MINUTE, RATELIMITS, "ratelimits_per_minute_v1", MINUTE, "lk_ratelimit_minute",
        ratelimits_time),
    ROW(RATELIMITS_HOUR, RATELIMITS, "ratelimits_per_hour_v1", HOUR, "lk_ratelimit_hour",
        ratelimits_time),
    ROW(RATELIMITS_DAY, RATELIMITS, "ratelimits_per_day_v1", DAY, "lk_ratelimit_day",
        ratelimits_date),
    ROW(RATELIMITS_MONTH, RATELIMITS, "ratelimits_per_month_v1", MONTH, "lk_ratelimit_month",
        ratelimits_date),
};

bool
relation_of(enum relation_family f, struct str name, enum relation *out)
{
    for (int r = 0; r < RELATION__MAX; r++) {
        if (tables[r].family != f || !str_eq(name, str_of(tables[r].name)))
            continue;
        *out = (enum relation)r;
        return true;
    }
    return false;
}

bool
relation_is_name(enum relation_family f, struct str name)
{
    for (int r = 0; r < RELATION__MAX; r++)
        if (tables[r].family == f && strlen(tables[r].name) == name.n &&
            strncasecmp(tables[r].name, name.p, name.n) == 0)
            return true;
    return false;
}

const char *
relation_name(enum relation r)
{
    return tables[r].name;
}

struct relation_columns
relation_columns(enum relation r)
{
    return (struct relation_columns){tables[r].columns, tables[r].n};
}

size_t
relation_counter(enum relation r)
{
    size_t i = 0;

    while (i < tables[r].n && tables[r].sources[i].role != COLUMN_COUNT)
        i++;
    return i;
}

/* Time */

static int64_t
month_start(int64_t day, int more)
{
    int64_t year;
    int month, mday;

    utc_civil(day, &year, &month, &mday);
    return utc_day_of(year + (month - 1 + more) / 12, (month - 1 + more) % 12 + 1, 1);
}

/* The first start of a bucket that is not before ms. */
static int64_t
round_up(enum grain grain, int64_t ms)
{
    static const int64_t size[] = {
        [GRAIN_EVENT] = 1,
        [GRAIN_MINUTE] = UTC_MINUTE_MS,
        [GRAIN_HOUR] = 60 * UTC_MINUTE_MS,
        [GRAIN_DAY] = UTC_DAY_MS,
    };

    if (ms <= 0 || ms > INT64_MAX - 32 * UTC_DAY_MS)
        return ms;
    if (grain == GRAIN_MONTH)
        return month_start(utc_day(ms - 1), 1) * UTC_DAY_MS;
    return (ms + size[grain] - 1) / size[grain] * size[grain];
}

/* Writing */

static void
put_texts(struct sb *sql, struct params *p, const char *column, const struct str *v, size_t n)
{
    if (n == 0) {
        sb_puts(sql, " AND 1 = 0");
        return;
    }
    sb_addf(sql, " AND %s IN (", column);
    for (size_t i = 0; i < n; i++) {
        sb_puts(sql, i ? ", ?" : "?");
        params_add(p, v[i], false);
    }
    sb_putc(sql, ')');
}

static void
put_time(struct sb *sql, const struct table *t, const struct scope *s)
{
    int64_t from = s->since_ms > s->from_ms ? s->since_ms : s->from_ms;

    sb_puts(sql, " AND time >= ");
    sb_i64(sql, round_up(t->grain, from));
    if (s->to_ms < INT64_MAX) {
        sb_puts(sql, " AND time < ");
        sb_i64(sql, round_up(t->grain, s->to_ms));
    }
}

/* The workspace, its retention and permitted spaces: never left out. Then what the query wants. */
static void
put_where(struct sb *sql, struct params *p, const struct table *t, const struct scope *s)
{
    sb_puts(sql, " WHERE workspace_id = ?");
    params_add(p, s->workspace, false);
    put_time(sql, t, s);
    if (!s->all_spaces)
        put_texts(sql, p, events[t->family].space, s->spaces, s->n_spaces);
    for (size_t i = 0; i < s->n_picks; i++)
        if (t->sources[s->picks[i].column].physical)
            put_texts(sql, p, t->sources[s->picks[i].column].physical, s->picks[i].values,
                      s->picks[i].n);
}

/* The used columns. */
static void
put_used(struct sb *sql, const struct table *t, const struct scope *s,
         void (*put)(struct sb *sql, const struct table *t, size_t i))
{
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++)
        if (s->used >> i & 1) {
            sb_puts(sql, n++ ? ", " : "");
            put(sql, t, i);
        }
    sb_puts(sql, n ? "" : "1 AS one");
}

/* Events */

static void
put_event_column(struct sb *sql, const struct table *t, size_t i)
{
    const struct column_source *c = &t->sources[i];

    sb_addf(sql, "%s AS `%s`", c->role == COLUMN_TIME ? buckets[t->grain] : c->sql,
            t->columns[i].name);
}

static void
put_events(struct sb *sql, struct params *p, const struct table *t, const struct scope *s)
{
    sb_puts(sql, "(SELECT ");
    put_used(sql, t, s, put_event_column);
    sb_addf(sql, " FROM %s", events[t->family].table);
    put_where(sql, p, t, s);
    sb_putc(sql, ')');
}

/* Rollups: the rows of one and those of the events that it does not count yet, added up. */

#define GE_COLUMN(bound, step) ", ge_" #bound
#define GE_EVENT(bound, step) ", latency_ms >= " #bound
/* f: SUM over the rows of a group, or nothing for a row that is the whole group. */
#define GE_STEP(f, bound, step, share)                                                             \
    " + " #step " * COALESCE(" f "(ge_" #bound ") > FLOOR(" share " * " f "(events)), 0)"
#define GE_SUM_P75(bound, step) GE_STEP("SUM", bound, step, "0.25")
#define GE_SUM_P99(bound, step) GE_STEP("SUM", bound, step, "0.01")
#define GE_ONE_P75(bound, step) GE_STEP("", bound, step, "0.25")
#define GE_ONE_P99(bound, step) GE_STEP("", bound, step, "0.01")
#define QUANTILE(f, STEP) "IF(" f "(events) = 1, " f "(latency_sum), 0e0" LATENCY_BOUNDS(STEP) ")"

static bool
uses_latency(const struct table *t, const struct scope *s, enum column_role least)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->sources[i].role >= least && t->sources[i].role <= COLUMN_P99 && (s->used >> i & 1))
            return true;
    return false;
}

/* Of either half of the union: keys, sums and counts; the parts of latencies come last. */
static void
put_half(struct sb *sql, const struct table *t, const struct scope *s, bool rolled_up)
{
    sb_addf(sql, "%s AS `time`, %s AS group_hash", buckets[t->grain],
            rolled_up ? "group_hash" : events[t->family].group);
    for (size_t i = 0; i < t->n; i++) {
        const struct column_source *c = &t->sources[i];

        if (c->role == COLUMN_COUNT)
            sb_addf(sql, ", %s AS events", rolled_up ? t->columns[i].name : c->sql);
        else if (c->role == COLUMN_KEY && (s->used >> i & 1))
            sb_addf(sql, ", %s AS `%s`", c->sql, t->columns[i].name);
        else if (c->role == COLUMN_SUM && (s->used >> i & 1))
            sb_addf(sql, ", %s AS `%s`", rolled_up ? t->columns[i].name : c->sql,
                    t->columns[i].name);
    }
    if (uses_latency(t, s, COLUMN_AVERAGE))
        sb_puts(sql, rolled_up ? ", latency_sum" : ", latency_ms");
    if (uses_latency(t, s, COLUMN_P75))
        sb_puts(sql, rolled_up ? LATENCY_BOUNDS(GE_COLUMN) : LATENCY_BOUNDS(GE_EVENT));
}

/* A column of several rows with the same group, or of a row that is alone. */
static void
put_merged(struct sb *sql, const struct table *t, size_t i, bool several)
{
    const char *name = t->columns[i].name, *sum = several ? "SUM" : "";

    switch (t->sources[i].role) {
    case COLUMN_KEY:
        sb_addf(sql, "%s(`%s`)", several ? "MIN" : "", name);
        break;
    case COLUMN_SUM:
        sb_addf(sql, "CAST(%s(`%s`) AS SIGNED)", sum, name);
        break;
    case COLUMN_COUNT:
        sb_addf(sql, "CAST(%s(events) AS SIGNED)", sum);
        break;
    case COLUMN_AVERAGE:
        sb_addf(sql, "(%s(latency_sum) + 0e0) / %s(events)", sum, sum);
        break;
    case COLUMN_P75:
        sb_puts(sql, several ? QUANTILE("SUM", GE_SUM_P75) : QUANTILE("", GE_ONE_P75));
        break;
    case COLUMN_P99:
        sb_puts(sql, several ? QUANTILE("SUM", GE_SUM_P99) : QUANTILE("", GE_ONE_P99));
        break;
    default:
        sb_addf(sql, "`%s`", name);
        break;
    }
    sb_addf(sql, " AS `%s`", name);
}

static void
put_one(struct sb *sql, const struct table *t, size_t i)
{
    put_merged(sql, t, i, false);
}

static void
put_total(struct sb *sql, const struct table *t, size_t i)
{
    put_merged(sql, t, i, true);
}

/* Rows of the rollup whose bucket ended before the oldest event that it does not count, or the
 * others. */
static void
put_rolled_up(struct sb *sql, struct params *p, const struct table *t, const struct scope *s,
              const char *side)
{
    static const int64_t longest[] = {
        [GRAIN_MINUTE] = UTC_MINUTE_MS,
        [GRAIN_HOUR] = 60 * UTC_MINUTE_MS,
        [GRAIN_DAY] = UTC_DAY_MS,
        [GRAIN_MONTH] = 31 * UTC_DAY_MS,
    };

    put_half(sql, t, s, true);
    sb_addf(sql, " FROM %s", t->rollup);
    put_where(sql, p, t, s);
    sb_addf(
        sql,
        " AND time %s COALESCE((SELECT MIN(time) FROM %s WHERE workspace_id = ? AND slice = 0), "
        "9223372036854775807) - ",
        side, events[t->family].queue);
    params_add(p, s->workspace, false);
    sb_i64(sql, longest[t->grain]);
}

/* Most rows of a rollup are final: only those of the buckets that queued events may fall into are
 * grouped with these. */
static void
put_rollup(struct sb *sql, struct params *p, const struct table *t, const struct scope *s)
{
    const struct events *e = &events[t->family];

    sb_puts(sql, "(SELECT ");
    put_used(sql, t, s, put_one);
    sb_puts(sql, " FROM (SELECT ");
    put_rolled_up(sql, p, t, s, "<=");
    sb_puts(sql, ") f UNION ALL SELECT ");
    put_used(sql, t, s, put_total);
    sb_puts(sql, " FROM (SELECT ");
    put_rolled_up(sql, p, t, s, ">");
    sb_puts(sql, " UNION ALL SELECT STRAIGHT_JOIN ");
    put_half(sql, t, s, false);
    sb_addf(sql, " FROM (SELECT %s FROM %s WHERE workspace_id = ? AND slice = 0", e->queued,
            e->queue);
    params_add(p, s->workspace, false);
    put_time(sql, t, s);
    sb_addf(sql, ") q JOIN %s v", e->table);
    put_where(sql, p, t, s);
    sb_addf(sql, "%s) r GROUP BY `time`, group_hash)", e->is_queued);
}

void
relation_put(struct sb *sql, struct params *p, enum relation r, const struct scope *s)
{
    const struct table *t = &tables[r];

    if (t->rollup && !s->per_event)
        put_rollup(sql, p, t, s);
    else
        put_events(sql, p, t, s);
}
