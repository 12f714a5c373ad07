/* Analytics events and queries. */
#include "support/events.h"

#include "base/sb.h"
#include "support/records.h"

#include <stdio.h>
#include <string.h>

static const char *
or_else(const char *text, const char *dflt)
{
    return text ? text : dflt;
}

/* In SQL, whatever the text. */
static const char *
hex(const char *text)
{
    struct sb b;

    sb_init(&b, fx_ctx()->mem, 64);
    sb_puts(&b, "x'");
    for (; *text; text++)
        sb_addf(&b, "%02x", (unsigned char)*text);
    sb_putc(&b, '\'');
    return sb_str(&b).p;
}

void
events_add_verification(const struct events_verification *e)
{
    static unsigned long count;

    fx_sql("INSERT INTO lk_verification (workspace_id, time, request_id, api_id, keyspace_id, "
           "key_id, identity_id, external_id, outcome, region, source, app_id, tags, "
           "spent_credits, latency_ms) VALUES ('%s', %lld, '%s', 'api_x', '%s', '%s', '%s', %s, "
           "'%s', '%s', '%s', '%s', CONVERT(%s USING utf8mb4), %lld, %lld)",
           or_else(e->workspace, fx_workspace), (long long)e->time,
           or_else(e->request_id, fx_fmt("req_seq%lu", ++count)), or_else(e->key_space_id, "ks_1"),
           or_else(e->key_id, "key_1"), or_else(e->identity_id, ""),
           hex(or_else(e->external_id, "")), or_else(e->outcome, "VALID"), or_else(e->region, ""),
           or_else(e->source, "api"), or_else(e->app_id, ""), hex(or_else(e->tags, "[]")),
           (long long)e->spent_credits, (long long)e->latency);
    record_queue_all();
}

void
events_add_decision(const struct events_decision *d)
{
    static unsigned long count;

    fx_sql("INSERT INTO lk_ratelimit_decision (workspace_id, time, request_id, position, "
           "namespace_id, identifier, passed, override_id, max_count, remaining, resets_at, "
           "tokens, latency_ms) VALUES ('%s', %lld, '%s', 0, '%s', %s, %d, '%s', %lld, %lld, "
           "%lld, %lld, %lld)",
           or_else(d->workspace, fx_workspace), (long long)d->time,
           or_else(d->request_id, fx_fmt("req_seq%lu", ++count)),
           or_else(d->namespace_id, "rlns_1"), hex(or_else(d->identifier, "a")), d->passed,
           or_else(d->override_id, ""), (long long)d->limit, (long long)d->remaining,
           (long long)d->reset_at, (long long)d->tokens, (long long)d->latency);
    record_queue_all();
}

struct answer
events_query(const char *root, const char *operation, const char *query)
{
    struct sb b;

    sb_init(&b, fx_ctx()->mem, 256);
    sb_json_str(&b, str_of(query));
    return fx_call(root, fx_fmt("analytics.%s", operation), "{\"query\":%s}", sb_str(&b).p);
}

const char *
events_data(const char *query)
{
    struct answer a = events_query(NULL, "getVerifications", query);
    struct json_object *data = at(a, "data");

    if (a.status != 200)
        fprintf(stderr, "%s: %s\n", query, a.text);
    CHECK_INT(a.status, 200);
    return data ? json_object_to_json_string_ext(data, JSON_C_TO_STRING_PLAIN |
                                                           JSON_C_TO_STRING_NOSLASHESCAPE)
                : "";
}
