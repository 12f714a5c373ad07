/* Public tables as derived tables over the records. */
#include "analytics/relation.h"

#include "base/utc.h"

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

struct column_source {
    enum column_role role;
    const char *physical; /* a plain column, where there is one */
    const char *sql;      /* one event's value */
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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROW(id, family, name, grain, space, table, columns)                                        \
    [RELATION_##id] = {FAMILY_##family,                                                            \
                       name,                                                                       \
                       GRAIN_##grain,                                                              \
                       space,                                                                      \
                       table,                                                                      \
                       columns##_columns,                                                          \
                       columns##_sources,                                                          \
                       COUNT(columns##_columns)}

static const struct table {
    enum relation_family family;
    const char *name;
    enum grain grain;
    const char *space; /* the physical column that permissions are about */
    const char *physical;
    const struct relation_column *columns;
    const struct column_source *sources;
    size_t n;
} tables[RELATION__MAX] = {
    ROW(VERIFICATIONS, VERIFICATIONS, "key_verifications_v1", EVENT, "keyspace_id",
        "lk_verification", verifications),
    ROW(VERIFICATIONS_MINUTE, VERIFICATIONS, "key_verifications_per_minute_v1", MINUTE,
        "keyspace_id", "lk_verification", verifications_time),
    ROW(VERIFICATIONS_HOUR, VERIFICATIONS, "key_verifications_per_hour_v1", HOUR, "keyspace_id",
        "lk_verification", verifications_time),
    ROW(VERIFICATIONS_DAY, VERIFICATIONS, "key_verifications_per_day_v1", DAY, "keyspace_id",
        "lk_verification", verifications_date),
    ROW(VERIFICATIONS_MONTH, VERIFICATIONS, "key_verifications_per_month_v1", MONTH, "keyspace_id",
        "lk_verification", verifications_date),
    ROW(RATELIMITS, RATELIMITS, "ratelimits_v1", EVENT, "namespace_id", "lk_ratelimit_decision",
        ratelimits),
    ROW(RATELIMITS_MINUTE, RATELIMITS, "ratelimits_per_minute_v1", MINUTE, "namespace_id",
        "lk_ratelimit_decision", ratelimits_time),
    ROW(RATELIMITS_HOUR, RATELIMITS, "ratelimits_per_hour_v1", HOUR, "namespace_id",
        "lk_ratelimit_decision", ratelimits_time),
    ROW(RATELIMITS_DAY, RATELIMITS, "ratelimits_per_day_v1", DAY, "namespace_id",
        "lk_ratelimit_decision", ratelimits_date),
    ROW(RATELIMITS_MONTH, RATELIMITS, "ratelimits_per_month_v1", MONTH, "namespace_id",
        "lk_ratelimit_decision", ratelimits_date),
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

/* The workspace, its retention and permitted spaces: never left out. Then what the query wants. */
static void
put_where(struct sb *sql, struct params *p, const struct table *t, const struct scope *s)
{
    int64_t from = s->since_ms > s->from_ms ? s->since_ms : s->from_ms;

    sb_addf(sql, " FROM %s WHERE workspace_id = ?", t->physical);
    params_add(p, s->workspace, false);
    sb_puts(sql, " AND time >= ");
    sb_i64(sql, round_up(t->grain, from));
    if (s->to_ms < INT64_MAX) {
        sb_puts(sql, " AND time < ");
        sb_i64(sql, round_up(t->grain, s->to_ms));
    }
    if (!s->all_spaces)
        put_texts(sql, p, t->space, s->spaces, s->n_spaces);
    for (size_t i = 0; i < s->n_picks; i++)
        if (t->sources[s->picks[i].column].physical)
            put_texts(sql, p, t->sources[s->picks[i].column].physical, s->picks[i].values,
                      s->picks[i].n);
}

static void
put_keys(struct sb *sql, const struct table *t)
{
    sb_puts(sql, buckets[t->grain]);
    for (size_t i = 0; i < t->n; i++)
        if (t->sources[i].role == COLUMN_KEY)
            sb_addf(sql, ", %s",
                    t->sources[i].physical ? t->sources[i].physical : t->sources[i].sql);
}

/* The quantile p of a group whose events carry their rank and number: between two events, linear.
 */
static void
put_quantile(struct sb *sql, const char *value, const char *p)
{
    sb_addf(sql,
            "SUM(CASE latency_rank - 1 - FLOOR(%s * (latency_of - 1)) "
            "WHEN 0 THEN %s * (1 - MOD(%s * (latency_of - 1), 1)) "
            "WHEN 1 THEN %s * MOD(%s * (latency_of - 1), 1) END)",
            p, value, p, value, p);
}

static void
put_column(struct sb *sql, const struct table *t, size_t i, bool grouped)
{
    const struct column_source *c = &t->sources[i];

    if (c->role == COLUMN_TIME)
        sb_puts(sql, buckets[t->grain]);
    else if (!grouped || c->role == COLUMN_KEY)
        sb_puts(sql, c->sql);
    else if (c->role == COLUMN_SUM)
        sb_addf(sql, "CAST(SUM(%s) AS SIGNED)", c->sql);
    else if (c->role == COLUMN_COUNT)
        sb_puts(sql, "COUNT(*)");
    else if (c->role == COLUMN_AVERAGE)
        sb_addf(sql, "AVG(%s)", c->sql);
    else
        put_quantile(sql, c->sql, c->role == COLUMN_P75 ? "0.75e0" : "0.99e0");
    sb_addf(sql, " AS `%s`", t->columns[i].name);
}

static bool
uses_role(const struct table *t, const struct scope *s, enum column_role role)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->sources[i].role == role && (s->used >> i & 1))
            return true;
    return false;
}

/* The events of a rollup with their rank within the group. */
static void
put_ranked(struct sb *sql, struct params *p, const struct table *t, const struct scope *s)
{
    sb_addf(sql, " FROM (SELECT %s.*, ROW_NUMBER() OVER (PARTITION BY ", t->physical);
    put_keys(sql, t);
    sb_puts(sql, " ORDER BY latency_ms) AS latency_rank, COUNT(*) OVER (PARTITION BY ");
    put_keys(sql, t);
    sb_puts(sql, ") AS latency_of");
    put_where(sql, p, t, s);
    sb_puts(sql, ") ranked");
}

void
relation_put(struct sb *sql, struct params *p, enum relation r, const struct scope *s)
{
    const struct table *t = &tables[r];
    bool grouped = t->grain != GRAIN_EVENT && !s->per_event, any = false;

    sb_puts(sql, "(SELECT ");
    for (size_t i = 0; i < t->n; i++) {
        if (!(s->used >> i & 1))
            continue;
        sb_puts(sql, any ? ", " : "");
        put_column(sql, t, i, grouped);
        any = true;
    }
    sb_puts(sql, any ? "" : "1 AS one");
    if (grouped && (uses_role(t, s, COLUMN_P75) || uses_role(t, s, COLUMN_P99)))
        put_ranked(sql, p, t, s);
    else
        put_where(sql, p, t, s);
    if (grouped) {
        sb_puts(sql, " GROUP BY ");
        put_keys(sql, t);
    }
    sb_putc(sql, ')');
}
