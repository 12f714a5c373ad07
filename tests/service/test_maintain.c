/* service/maintain_svc, credit_svc and the operator's use cases */
#include "support/test.h"

#include "service/api_svc.h"
#include "service/maintain_svc.h"
#include "service/namespace_svc.h"
#include "service/workspace_svc.h"
#include "store/audit_store.h"

#include <stdio.h>
#include <string.h>

#define DAY 86400000LL

static struct maintain_counts
maintain(int64_t now, unsigned parts)
{
    struct ctx *c = fx_ctx();
    struct maintain_counts n = {0};

    c->now_ms = now;
    c->actor = (struct actor){S("user"), S("tester"), S("tester")};
    CHECK_INT(maintain_svc_run(c, parts, &n), ST_OK);
    return n;
}

/* Keys made on 2026-01-30 (day 20483), by refill day; credits after maintenance on later days. */
static void
refill_calendar(void)
{
    static const struct {
        const char *refill;
        int64_t day; /* of maintenance */
        int refilled;
    } rows[] = {
        {"{\"interval\":\"daily\",\"amount\":5}", 20483, 0},
        {"{\"interval\":\"daily\",\"amount\":5}", 20484, 1},
        {"{\"interval\":\"monthly\",\"amount\":5,\"refillDay\":31}", 20484, 1}, /* 31 January */
        {"{\"interval\":\"monthly\",\"amount\":5,\"refillDay\":30}", 20484, 0}, /* was yesterday */
        {"{\"interval\":\"monthly\",\"amount\":5,\"refillDay\":30}", 20511, 0}, /* 27 February */
        {"{\"interval\":\"monthly\",\"amount\":5,\"refillDay\":30}", 20512,
         1}, /* the 28th is the last */
        {"{\"interval\":\"monthly\",\"amount\":5,\"refillDay\":1}", 20485, 1}, /* 1 February */
    };
    const char *api;

    fx_clock(20483 * DAY + 3600000);
    api = at_str(fx_ok("apis.createApi", "{\"name\":\"abc\"}"), "data.apiId");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer k = fx_ok("keys.createKey",
                                "{\"apiId\":\"%s\",\"credits\":{\"remaining\":1,\"refill\":%s}}",
                                api, rows[i].refill);
        const char *id = at_str(k, "data.keyId");

        test_row("%s on day %lld", rows[i].refill, (long long)rows[i].day);
        CHECK_INT(maintain(rows[i].day * DAY, MAINTAIN_REFILL).refilled_keys, rows[i].refilled);
        CHECK_INT(fx_sql_int("SELECT remaining FROM lk_key WHERE id = '%s'", id),
                  rows[i].refilled ? 5 : 1);
        /* a second run changes nothing, even after spending */
        fx_sql("UPDATE lk_key SET remaining = 0 WHERE id = '%s'", id);
        CHECK_INT(maintain(rows[i].day * DAY + 1000, MAINTAIN_REFILL).refilled_keys, 0);
        fx_sql("DELETE FROM lk_key");
    }
}

static void
refill_rules(void)
{
    static const struct {
        const char *set;
        const char *after; /* remaining */
        int refilled;
    } rows[] = {
        {"remaining = 3", "10", 1},
        {"remaining = 10", "10", 0},
        {"remaining = 12", "12", 0},   /* a larger balance is left alone */
        {"remaining = NULL", "10", 1}, /* unlimited with a refill becomes limited */
        {"remaining = 1, enabled = 0", "10", 1},
        {"remaining = 1, expires_at = 1", "10", 1},
        {"remaining = 1, deleted_at = 1", "1", 0},
    };
    const char *api;

    fx_clock(20000 * DAY);
    api = at_str(fx_ok("apis.createApi", "{\"name\":\"abc\"}"), "data.apiId");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fx_ok("keys.createKey",
              "{\"apiId\":\"%s\",\"name\":\"k\",\"credits\":{\"remaining\":1,\"refill\":{"
              "\"interval\":\"daily\",\"amount\":10}}}",
              api);
        fx_sql("UPDATE lk_key SET %s", rows[i].set);
        fx_audit_clear();
        test_row("%s", rows[i].set);
        CHECK_INT(maintain(20001 * DAY, MAINTAIN_REFILL).refilled_keys, rows[i].refilled);
        CHECK_STR(fx_sql_str("SELECT remaining FROM lk_key"), rows[i].after);
        CHECK_INT(fx_audit_count("key.update"), rows[i].refilled);
        if (rows[i].refilled)
            CHECK(fx_sql_int("SELECT updated_at FROM lk_key") > 0);
        fx_sql("DELETE FROM lk_key");
    }
}

/* More keys than a batch, none of them due twice. */
static void
refill_many(void)
{
    fx_clock(20000 * DAY);
    fx_ok("apis.createApi", "{\"name\":\"abc\"}");
    fx_sql("INSERT INTO lk_key (id, workspace_id, api_id, hash, start, created_at, remaining, "
           "refill_amount, refill_day, refill_settled_at) WITH RECURSIVE s AS (SELECT 1 AS n UNION "
           "ALL SELECT n + 1 FROM s WHERE n < 350) SELECT CONCAT('key_', n), '%s', (SELECT id FROM "
           "lk_api), n, 's', 1, 0, 5, IF(n %% 2, NULL, 20), %lld FROM s",
           fx_workspace, 20000 * DAY);
    CHECK_INT(maintain(20001 * DAY, MAINTAIN_ALL).refilled_keys, 175);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_key WHERE refill_settled_at < %lld", 20001 * DAY),
              0);
    CHECK_INT(maintain(20001 * DAY, MAINTAIN_ALL).refilled_keys, 0);
}

static void
pruning(void)
{
    struct maintain_counts n;

    fx_sql("INSERT INTO lk_counter (scope_id, name_hash, duration_ms, resets_at, used) WITH "
           "RECURSIVE d AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM d WHERE i < 49), "
           "s AS (SELECT a.i * 50 + b.i + 1 AS n FROM d a, d b) SELECT n, "
           "UNHEX(LEFT(SHA2(n, 256), 32)), 1000, IF(n <= 2400, 1000, %lld), 1 FROM s",
           20000 * DAY);
    fx_sql(
        "INSERT INTO lk_audit_event (workspace_id, time, id, bucket, source, event, description, "
        "actor_type, actor_id, actor_name, remote_ip, user_agent, correlation_id) SELECT '%s', "
        "%lld - d * %lld, CONCAT('log_', d), '', '', 'x', '', '', '', '', '', '', '' FROM (SELECT "
        "1 d UNION SELECT 89 UNION SELECT 91 UNION SELECT 400) days",
        fx_workspace, 20000 * DAY, DAY);
    fx_sql("INSERT INTO lk_audit_target (event_id, position, workspace_id, type, id, name) SELECT "
           "id, 0, workspace_id, 'key', 'k', '' FROM lk_audit_event");
    n = maintain(20000 * DAY, MAINTAIN_PRUNE);
    CHECK_INT(n.pruned_counters, 2400);
    CHECK_INT(n.pruned_audit_events, 2); /* kept at least 90 days */
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_target"), 2);
    fx_sql("UPDATE lk_workspace SET audit_retention_days = 1000");
    CHECK_INT(maintain(20300 * DAY, MAINTAIN_PRUNE).pruned_audit_events, 0);
}

/* Operator's use cases */

static struct ctx *
operator(void)
{
    struct ctx *c = fx_ctx();

    c->actor = (struct actor){S("user"), S("tester"), S("tester")};
    return c;
}

static void
workspaces(void)
{
    static const struct {
        const char *name, *slug, *want;
        enum status st;
    } rows[] = {
        {"My Company, Inc.", "", "my-company-inc", ST_OK},
        {"***", "", "workspace", ST_OK},
        {"abc", "chosen-one", "chosen-one", ST_OK},
        {"abc", "chosen-one", "", ST_INVALID_INPUT},
        {"abc", "-bad", "", ST_INVALID_INPUT},
        {"abc", "bad-", "", ST_INVALID_INPUT},
        {"abc", "ba--d", "", ST_INVALID_INPUT},
        {"abc", "Bad", "", ST_INVALID_INPUT},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx *c = operator();
        struct workspace_row *w = NULL;

        test_row("%s %s", rows[i].name, rows[i].slug);
        CHECK_INT(workspace_svc_create(c, str_of(rows[i].name), str_of(rows[i].slug), &w),
                  rows[i].st);
        if (w) {
            CHECK_STR(w->slug.p, rows[i].want);
            CHECK_INT(
                fx_sql_int("SELECT COUNT(*) FROM lk_audit_event WHERE workspace_id = '%s' AND "
                           "event = 'workspace.create' AND actor_type = 'user' AND actor_id = "
                           "'tester'",
                           w->id.p),
                1);
        }
    }
    {
        struct ctx *c = operator();
        struct workspace_row *w = NULL;

        CHECK_INT(workspace_svc_create(c, S("My Company Inc"), S(""), &w), ST_OK);
        CHECK(w && str_starts(w->slug, S("my-company-inc-"))); /* taken: numbered */
        CHECK_INT(workspace_svc_delete(c, w->id), ST_PROTECTED_RESOURCE);
        err_clear(c);
        CHECK_INT(
            workspace_svc_update(c,
                                 &(struct workspace_update_in){.workspace = f_str(w->id),
                                                               .delete_protection = f_bool(false)},
                                 &w),
            ST_OK);
        CHECK_INT(workspace_svc_delete(c, w->id), ST_OK);
        CHECK_INT(workspace_svc_load(c, w->id, &w), ST_WORKSPACE_NOT_FOUND);
    }
}

static void
root_keys(void)
{
    struct ctx *c = operator();
    struct f_str grants[] = {f_str(S("api.*.create_api")), f_str(S("api.*.create_api"))};
    struct f_str bad[] = {f_str(S("api.*.fly"))};
    struct root_key_create_in in = {.workspace = f_str(str_of(fx_workspace)),
                                    .name = f_str(S("ci")),
                                    .permission = f_list(grants, 2)};
    struct root_key_row *k;
    struct str id, secret;

    CHECK_INT(workspace_svc_root_key_create(c, &in, &id, &secret), ST_OK);
    CHECK(str_starts(secret, S("latchkey_")));
    CHECK_INT(fx_call(secret.p, "apis.createApi", "{\"name\":\"abc\"}").status, 200);
    CHECK_STR(fx_sql_str("SELECT permissions FROM lk_root_key WHERE id = '%s'", id.p),
              "api.*.create_api");
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event WHERE actor_type = 'rootkey' AND "
                         "actor_name = 'ci' AND actor_id = '%s'",
                         id.p),
              1);
    CHECK_INT(
        workspace_svc_root_key_update(
            c, &(struct root_key_update_in){.key_id = f_str(id), .enabled = f_bool(false)}, &k),
        ST_OK);
    CHECK_INT(fx_call(secret.p, "apis.createApi", "{\"name\":\"abc\"}").status, 403);
    CHECK_INT(workspace_svc_root_key_update(
                  c,
                  &(struct root_key_update_in){.key_id = f_str(id),
                                               .remove_permission = f_list(grants, 1)},
                  &k),
              ST_INVALID_INPUT); /* one permission has to stay */
    err_clear(c);
    CHECK_INT(workspace_svc_root_key_revoke(c, id), ST_OK);
    CHECK_INT(fx_call(secret.p, "apis.createApi", "{\"name\":\"abc\"}").status, 401);
    CHECK_INT(workspace_svc_root_key_revoke(c, id), ST_KEY_NOT_FOUND);
    err_clear(c);
    in.permission = f_list(bad, 1);
    CHECK_INT(workspace_svc_root_key_create(c, &in, &id, &secret), ST_INVALID_INPUT);
    CHECK(str_has(c->err.detail, S("api.*.verify_key")));
    err_clear(c);
    in.permission = f_list(NULL, 0);
    CHECK_INT(workspace_svc_root_key_create(c, &in, &id, &secret), ST_INVALID_INPUT);
    err_clear(c);
    in.all_permissions = f_bool(true);
    CHECK_INT(workspace_svc_root_key_create(c, &in, &id, &secret), ST_OK);
}

static void
namespaces(void)
{
    struct ctx *c = operator();

    fx_ok("ratelimit.limit", "{\"namespace\":\"n\",\"identifier\":\"u\",\"limit\":1,"
                             "\"duration\":1000}");
    fx_sql(
        "INSERT INTO lk_override (id, workspace_id, namespace_id, identifier, wildcard, "
        "max_count, duration_ms, created_at) SELECT 'rlor_1', workspace_id, id, 'u', 0, 9, 1000, "
        "1 FROM lk_namespace");
    fx_audit_clear();
    CHECK_INT(namespace_svc_delete(c, str_of(fx_workspace), S("n")), ST_OK);
    CHECK_STR(fx_audit_names(), "ratelimit.delete_override ratelimitNamespace.delete");
    CHECK_INT(fx_sql_int("SELECT COUNT(DISTINCT correlation_id) FROM lk_audit_event WHERE "
                         "correlation_id <> ''"),
              1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_override WHERE deleted_at IS NULL"), 0);
    CHECK_INT(namespace_svc_delete(c, str_of(fx_workspace), S("n")), ST_NAMESPACE_NOT_FOUND);
    err_clear(c);
    CHECK_INT(namespace_svc_restore(c, str_of(fx_workspace),
                                    str_of(fx_sql_str("SELECT id FROM lk_namespace"))),
              ST_OK);
    CHECK_INT(fx_call(NULL, "ratelimit.limit",
                      "{\"namespace\":\"n\",\"identifier\":\"u\",\"limit\":1,\"duration\":1000}")
                  .status,
              200);
    CHECK_INT(namespace_svc_restore(c, str_of(fx_workspace), S("n")), ST_NAMESPACE_NOT_FOUND);
}

static void
api_settings(void)
{
    const char *api = at_str(fx_ok("apis.createApi", "{\"name\":\"abc\"}"), "data.apiId");
    struct ctx *c = operator();
    struct api_settings_in in = {.delete_protection = f_bool(true),
                                 .default_prefix = f_str(S("pre"))};
    struct api_row *a;

    fx_audit_clear();
    CHECK_INT(api_svc_settings(c, str_of(api), &in, &a), ST_OK);
    CHECK(a->delete_protection);
    CHECK_STR(fx_audit_names(), "api.update");
    CHECK_STR(fx_sql_str("SELECT default_prefix FROM lk_api"), "pre");
    in = (struct api_settings_in){.default_prefix = {F_NULL, {"", 0}}};
    CHECK_INT(api_svc_settings(c, str_of(api), &in, &a), ST_OK);
    CHECK(a->delete_protection); /* absent: stays */
    CHECK_STR(fx_sql_str("SELECT default_prefix FROM lk_api"), "");
    in = (struct api_settings_in){.default_prefix = f_str(S("ninechars"))};
    CHECK_INT(api_svc_settings(c, str_of(api), &in, &a), ST_INVALID_INPUT);
    err_clear(c);
    in = (struct api_settings_in){.default_bytes = f_int(15)};
    CHECK_INT(api_svc_settings(c, str_of(api), &in, &a), ST_INVALID_INPUT);
    err_clear(c);
    CHECK_INT(api_svc_settings(c, S("api_unknown"), NULL, &a), ST_API_NOT_FOUND);
}

static size_t
listed(struct audit_filter f, struct audit_event **rows)
{
    struct ctx *c = fx_ctx();
    size_t n;

    f.workspace_id = str_of(fx_workspace);
    f.until_ms = f.until_ms ? f.until_ms : INT64_MAX;
    f.before_ms = f.before_ms ? f.before_ms : INT64_MAX;
    f.limit = f.limit ? f.limit : 100;
    CHECK_INT(audit_store_list(c, &f, rows, &n), ST_OK);
    return n;
}

static void
audit_filters(void)
{
    const char *api, *key;
    struct str names[] = {S("key.create"), S("key.delete")};
    struct audit_event *rows;
    size_t n;

    fx_clock(1000);
    api = at_str(fx_ok("apis.createApi", "{\"name\":\"abc\"}"), "data.apiId");
    fx_clock(2000);
    key = at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\"}", api), "data.keyId");
    fx_clock(3000);
    fx_ok("keys.deleteKey", "{\"keyId\":\"%s\"}", key);
    n = listed((struct audit_filter){0}, &rows);
    CHECK_INT(n, 3);
    CHECK_STR(rows[0].event.p, "key.delete");
    CHECK_STR(rows[2].event.p, "api.create");
    CHECK_STR(rows[0].targets[0].id.p, key);
    CHECK_INT(listed((struct audit_filter){.event_names = names, .n_event_names = 2}, &rows), 2);
    CHECK_INT(listed((struct audit_filter){.resource_id = str_of(api)}, &rows), 2);
    CHECK_INT(listed((struct audit_filter){.resource_id = S("nothing")}, &rows), 0);
    CHECK_INT(listed((struct audit_filter){.actor_id = S("nobody")}, &rows), 0);
    CHECK_INT(listed((struct audit_filter){.since_ms = 2000}, &rows), 2);
    CHECK_INT(listed((struct audit_filter){.until_ms = 2000}, &rows), 2);
    CHECK_INT(listed((struct audit_filter){.since_ms = 2000, .until_ms = 2000}, &rows), 1);
    CHECK_INT(listed((struct audit_filter){.limit = 2}, &rows), 2);
    CHECK_INT(
        listed((struct audit_filter){.before_ms = rows[1].time, .before_id = rows[1].id}, &rows),
        1);
    CHECK_STR(rows[0].event.p, "api.create");
}

CU_TestInfo suite_service_maintain[] = {
    {"refill calendar", refill_calendar}, {"refill rules", refill_rules},
    {"refill many", refill_many},         {"pruning", pruning},
    {"workspaces", workspaces},           {"root keys", root_keys},
    {"namespaces", namespaces},           {"api settings", api_settings},
    {"audit filters", audit_filters},     CU_TEST_INFO_NULL,
};
