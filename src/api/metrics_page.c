/* Counters and their names. */
#include "api/metrics_page.h"

#include "base/digest.h"
#include "base/sb.h"
#include "base/utc.h"
#include "domain/netmask.h"
#include "domain/verdict.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

_Static_assert((int)VERDICT__MAX <= (int)METRIC_OUTCOMES_MAX, "more outcomes than counters");

/* The last one: all others. */
static const int statuses[] = {200, 400, 401, 403, 404, 408, 409, 410,
                               412, 413, 415, 422, 429, 500, 503, 0};
enum { STATUSES = sizeof(statuses) / sizeof(statuses[0]) };

static struct str
layout(struct arena *mem)
{
    struct sb b;

    sb_init(&b, mem, 4096);
    for (int v = 0; v < VERDICT__MAX; v++)
        sb_addf(&b, "%.*s ", STR_ARG(verdict_outcome((enum verdict)v)));
    for (int s = 0; s < STATUSES; s++)
        sb_addf(&b, "%d ", statuses[s]);
    for (size_t i = 0; i < METRIC_LATENCIES; i++)
        sb_addf(&b, "%" PRId64 " ", metrics_latency_bound(i));
    for (size_t e = 0; e < endpoint_count; e++)
        sb_addf(&b, "%s ", endpoints[e].path);
    return sb_str(&b);
}

struct str
metrics_page_fault(struct arena *mem, const struct conf *conf)
{
    struct str folder = str_of(conf->metrics_file);
    struct stat s;

    if (!conf->metrics)
        return S("");
    if (!*conf->metrics_allow && !*conf->metrics_token)
        return S("metrics = on needs metrics_allow or metrics_token");
    if (*conf->metrics_allow && !netmask_is_list(str_of(conf->metrics_allow)))
        return S("metrics_allow must be addresses or networks, separated by commas");
    while (folder.n > 1 && folder.p[folder.n - 1] != '/')
        folder.n--;
    if (stat(arena_cstr(mem, folder), &s) != 0)
        return arena_fmt(mem, "metrics_file: %.*s: %s", STR_ARG(folder), strerror(errno));
    return S("");
}

struct metrics *
metrics_page_open(struct arena *mem, const struct conf *conf, struct str *why)
{
    struct metrics *m;

    *why = metrics_page_fault(mem, conf);
    if (!conf->metrics || why->n)
        return NULL;
    m = metrics_open(mem, conf->metrics_file, METRIC_REQUEST + endpoint_count * STATUSES,
                     layout(mem), why);
    if (!m)
        *why = arena_fmt(mem, "metrics_file: %.*s", STR_ARG(*why));
    return m;
}

static size_t
status_index(int status)
{
    size_t i = 0;

    while (i + 1 < STATUSES && statuses[i] != status)
        i++;
    return i;
}

void
metrics_page_count(struct ctx *c, const struct route *route, int status)
{
    metrics_add(c->metrics,
                METRIC_REQUEST + (size_t)(route - endpoints) * STATUSES + status_index(status), 1);
    metrics_latency(c->metrics, utc_mono_us() - c->started_us);
}

/* Whether it is the token, in a time that says nothing of how much of it is right. */
static bool
is_token(struct str authorization, struct str token)
{
    unsigned char a[SHA256_BYTES], b[SHA256_BYTES], differ = 0;

    if (!str_starts(authorization, S("Bearer ")))
        return false;
    digest_sha256(str_from(authorization, 7), a);
    digest_sha256(token, b);
    for (size_t i = 0; i < SHA256_BYTES; i++)
        differ |= a[i] ^ b[i];
    return differ == 0;
}

bool
metrics_page_hidden(struct ctx *c, const struct http_req *req)
{
    const struct conf *conf = c->conf;

    if (!c->metrics)
        return true;
    if (*conf->metrics_allow && !netmask_in_list(str_of(conf->metrics_allow), req->peer))
        return true;
    return *conf->metrics_token && !is_token(req->authorization, str_of(conf->metrics_token));
}

/* Writing */

static void
head(struct sb *b, const char *name, const char *type, const char *help)
{
    sb_addf(b, "# HELP latchkey_%s %s\n# TYPE latchkey_%s %s\n", name, help, name, type);
}

static void
single(struct sb *b, const char *name, const char *type, const char *help, int64_t value)
{
    head(b, name, type, help);
    sb_addf(b, "latchkey_%s %" PRId64 "\n", name, value);
}

static void
requests(struct sb *b, const struct metrics *m)
{
    head(b, "requests_total", "counter", "API requests by operation and HTTP status.");
    for (size_t e = 0; e < endpoint_count; e++)
        for (size_t s = 0; s < STATUSES; s++) {
            int64_t n = metrics_get(m, METRIC_REQUEST + e * STATUSES + s);

            if (n == 0)
                continue;
            sb_addf(b, "latchkey_requests_total{operation=\"%s\",status=\"", endpoints[e].path + 4);
            if (statuses[s])
                sb_addf(b, "%d", statuses[s]);
            else
                sb_puts(b, "other");
            sb_addf(b, "\"} %" PRId64 "\n", n);
        }
}

static void
verifications(struct sb *b, const struct metrics *m)
{
    head(b, "verifications_total", "counter", "Verifications by outcome.");
    for (int v = 0; v < VERDICT__MAX; v++)
        sb_addf(b, "latchkey_verifications_total{outcome=\"%.*s\"} %" PRId64 "\n",
                STR_ARG(verdict_outcome((enum verdict)v)),
                metrics_get(m, METRIC_OUTCOME + (size_t)v));
}

static void
seconds(struct sb *b, int64_t us)
{
    sb_addf(b, "%" PRId64 ".%06" PRId64, us / 1000000, us % 1000000);
}

static void
latency(struct sb *b, const struct metrics *m)
{
    int64_t n = 0;

    head(b, "request_duration_seconds", "histogram", "Time from request to answer.");
    for (size_t i = 0; i < METRIC_LATENCIES; i++) {
        n += metrics_get(m, METRIC_LATENCY + i);
        sb_puts(b, "latchkey_request_duration_seconds_bucket{le=\"");
        if (metrics_latency_bound(i))
            seconds(b, metrics_latency_bound(i));
        else
            sb_puts(b, "+Inf");
        sb_addf(b, "\"} %" PRId64 "\n", n);
    }
    sb_puts(b, "latchkey_request_duration_seconds_sum ");
    seconds(b, metrics_get(m, METRIC_LATENCY_US));
    sb_addf(b, "\nlatchkey_request_duration_seconds_count %" PRId64 "\n", n);
}

void
metrics_page_show(struct ctx *c, struct http_res *res)
{
    const struct metrics *m = c->metrics;
    int64_t taken = metrics_get(m, METRIC_RECORDS);
    int64_t written = metrics_get(m, METRIC_RECORDS_WRITTEN);
    int64_t dropped = metrics_get(m, METRIC_RECORDS_DROPPED);
    struct sb b;

    sb_init(&b, c->mem, 8192);
    requests(&b, m);
    verifications(&b, m);
    latency(&b, m);
    single(&b, "database_errors_total", "counter", "Statements that failed for good.",
           metrics_get(m, METRIC_DB_ERRORS));
    single(&b, "database_retries_total", "counter",
           "Transactions that were run again after a conflict or a lost connection.",
           metrics_get(m, METRIC_DB_RETRIES));
    single(&b, "records_written_total", "counter", "Analytics records written.", written);
    single(&b, "records_dropped_total", "counter", "Analytics records given up.", dropped);
    single(&b, "records_waiting", "gauge",
           "Analytics records that wait in workers, or were lost with one that was killed.",
           taken - written - dropped);
    res->status = 200;
    res->content_type = S("text/plain; version=0.0.4; charset=utf-8");
    res->body = sb_str(&b);
}
