/* service/gate_svc, store/gate_store: what the gate charges and records, once for each request */
#include "support/gate.h"

#include "service/maintain_svc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long long
remaining(void)
{
    return fx_sql_int("SELECT remaining FROM lk_key WHERE id = '%s'", gate_key_id);
}

static long long
records(void)
{
    fx_flush();
    return fx_sql_int("SELECT COUNT(*) FROM lk_verification");
}

static void
records_once(void)
{
    gate_begin("\"externalId\":\"user_1\",\"credits\":{\"remaining\":5}");
    gate_policies("[p]\napi = %s\ncost = 3\n", gate_api);
    CHECK_INT(gate_ask(&(struct gate_ask){.method = "PUT", .uri = "/a%20b?key=x", .key = gate_key})
                  .status,
              200);
    CHECK_INT(records(), 1);
    CHECK_STR(fx_sql_str("SELECT CONCAT_WS(' ', source, app_id, outcome, spent_credits, "
                         "external_id, tags) FROM lk_verification"),
              "gateway p VALID 3 user_1 [\"method=PUT\",\"path=/a b\"]");
    CHECK(fx_sql_int("SELECT last_used_at FROM lk_key WHERE id = '%s'", gate_key_id) > 0);
    CHECK_INT(gate_status(gate_key), 429);
    CHECK_INT(records(), 2);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_verification WHERE outcome = 'USAGE_EXCEEDED'"),
              1);
}

/* All of a section's limits and credits, or none of them. */
static void
charges_together(void)
{
    struct answer a;

    gate_begin("\"credits\":{\"remaining\":9},\"ratelimits\":[{\"name\":\"requests\",\"limit\":5,"
               "\"duration\":3600000,\"autoApply\":true}]");
    gate_policies("[p]\napi = %s\nlimit = 2/1h by address, 100/1h\n", gate_api);
    CHECK_INT(gate_status(gate_key), 200);
    a = gate_ask(&(struct gate_ask){.key = gate_key});
    CHECK_INT(a.status, 200);
    CHECK_STR(gate_header(a, "RateLimit-Limit"), "2");
    CHECK_STR(gate_header(a, "RateLimit-Remaining"), "0");
    a = gate_ask(&(struct gate_ask){.key = gate_key});
    CHECK_INT(a.status, 429);
    CHECK_STR(gate_header(a, "X-Latchkey-Denied"), "rate_limited");
    CHECK_STR(gate_header(a, "RateLimit-Limit"), "2");
    CHECK_STR(gate_header(a, "Retry-After"), gate_header(a, "RateLimit-Reset"));
    CHECK(atoi(gate_header(a, "Retry-After")) > 1);
    CHECK_INT(remaining(), 7);
    CHECK_INT(fx_sql_int("SELECT used FROM lk_counter WHERE scope_id = '%s'", gate_key_id), 2);
    /* another address has room */
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .peer = "192.0.2.2"}).status, 200);
    CHECK_INT(remaining(), 6);
    CHECK_INT(records(), 4);
}

/* A request is charged once, however often the server asks. */
static void
once(void)
{
    struct answer a;

    gate_begin("\"credits\":{\"remaining\":2},\"ratelimits\":[{\"name\":\"requests\",\"limit\":50,"
               "\"duration\":3600000,\"autoApply\":true}]");
    gate_policies("[p]\napi = %s\n[q]\napi = %s\n[l]\nlimit = 2/1h\n", gate_api, gate_api);
    for (int i = 0; i < 7; i++) {
        a = gate_ask(&(struct gate_ask){.key = gate_key, .unique_id = "one"});
        CHECK_INT(a.status, 200);
        CHECK_STR(gate_variable(a, "LATCHKEY_CREDITS"), "1");
        CHECK_STR(gate_header(a, "RateLimit-Remaining"), "49");
    }
    CHECK_INT(remaining(), 1);
    CHECK_INT(records(), 1);
    for (int i = 0; i < 3; i++) /* the last credit */
        CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .unique_id = "two"}).status, 200);
    CHECK_INT(remaining(), 0);
    /* another policy is another charge, and so is no id at all; credits are out */
    CHECK_INT(
        gate_ask(&(struct gate_ask){.policy = "q", .key = gate_key, .unique_id = "two"}).status,
        429);
    CHECK_INT(gate_status(gate_key), 429);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .unique_id = "three"}).status, 429);
    /* nobody passes with the id of somebody else's request */
    CHECK_INT(gate_ask(&(struct gate_ask){.key = "wrong", .unique_id = "two"}).status, 401);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_new_key("\"credits\":{\"remaining\":0}"),
                                          .unique_id = "two"})
                  .status,
              429);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(gate_ask(&(struct gate_ask){.policy = "l", .unique_id = "a"}).status, 200);
        CHECK_INT(gate_ask(&(struct gate_ask){.policy = "l", .unique_id = "b"}).status, 200);
        CHECK_INT(gate_ask(&(struct gate_ask){.policy = "l", .unique_id = "c"}).status, 429);
    }
}

/* Limits stay charged when credits are out (contract), but only once. */
static void
once_exceeded(void)
{
    gate_begin("\"credits\":{\"remaining\":1},\"ratelimits\":[{\"name\":\"requests\",\"limit\":50,"
               "\"duration\":3600000,\"autoApply\":true}]");
    gate_policies("[p]\napi = %s\ncost = 2\n", gate_api);
    for (int i = 0; i < 3; i++)
        CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .unique_id = "one"}).status, 429);
    CHECK_INT(fx_sql_int("SELECT used FROM lk_counter WHERE scope_id = '%s'", gate_key_id), 1);
    CHECK_INT(remaining(), 1);
}

static int
same_request(int i)
{
    (void)i;
    return gate_ask(&(struct gate_ask){.key = gate_key, .unique_id = "same"}).status == 200;
}

static int
own_request(int i)
{
    int n = 0;

    for (int k = 0; k < 10; k++)
        n += gate_ask(&(struct gate_ask){.key = gate_key, .unique_id = fx_fmt("%d.%d", i, k / 2)})
                 .status == 200;
    return n;
}

static void
at_the_same_time(void)
{
    gate_begin("\"credits\":{\"remaining\":1}");
    gate_policies("[p]\napi = %s\n", gate_api);
    CHECK_INT(fx_sum(8, same_request), 8);
    CHECK_INT(remaining(), 0);
    /* 8 clients, 5 requests each, asked twice: 40 charges wanted, 17 credits */
    gate_key = gate_new_key("\"credits\":{\"remaining\":17},\"ratelimits\":[{\"name\":\"requests\","
                            "\"limit\":50,\"duration\":3600000,\"autoApply\":true}]");
    CHECK_INT(fx_sum(8, own_request), 34);
    CHECK_INT(remaining(), 0);
}

static void
prunes(void)
{
    struct ctx *c = fx_ctx();
    struct maintain_counts n;

    gate_begin("\"credits\":{\"remaining\":9}");
    gate_policies("[p]\napi = %s\n", gate_api);
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .unique_id = "a"}).status, 200);
    fx_sql("UPDATE lk_gate_charge SET charged_at = charged_at - 3600001");
    CHECK_INT(gate_ask(&(struct gate_ask){.key = gate_key, .unique_id = "b"}).status, 200);
    c->now_ms = fx_sql_int("SELECT MAX(charged_at) FROM lk_gate_charge");
    CHECK_INT(maintain_svc_run(c, MAINTAIN_PRUNE, &n), ST_OK);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_gate_charge"), 1);
    CHECK_INT(n.pruned_gate_charges, 1);
}

CU_TestInfo suite_api_gate_charge[] = {
    {"records once", records_once},
    {"charges together", charges_together},
    {"once", once},
    {"once, exceeded", once_exceeded},
    {"at the same time", at_the_same_time},
    {"prunes", prunes},
    CU_TEST_INFO_NULL,
};
