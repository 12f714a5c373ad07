/* Random analytics queries: what a key may not see changes no answer. Each query is asked twice,
 * without and with hidden events: those of another workspace, of APIs and namespaces without
 * permission, and from before the retention. $LATCHKEY_TEST_QUERIES says how many, and
 * $LATCHKEY_TEST_SEED where to begin. */
#include "support/events.h"
#include "support/random_query.h"

#include "base/digest.h"
#include "base/sb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW INT64_C(1795610096789) /* 2026-11-25T12:34:56.789Z */
#define DAY_MS INT64_C(86400000)

enum { QUERIES = 500 };

/* Events */

static void
add_events(const char *workspace, const char *mark, int64_t newest, int n)
{
    for (int i = 0; i < n; i++) {
        events_add_verification(&(struct events_verification){
            .workspace = workspace,
            .time = newest - i * DAY_MS / 3,
            .key_space_id = fx_fmt("ks_%s", mark),
            .external_id = fx_fmt("%s%d", mark, i % 3),
            .key_id = fx_fmt("key_%s", mark),
            .identity_id = fx_fmt("id_%s", mark),
            .region = mark,
            .app_id = mark,
            .outcome = i % 2 ? "VALID" : "EXPIRED",
            .tags = fx_fmt("[\"a\",\"path=/%s\"]", mark),
            .spent_credits = i % 4,
            .latency = i % 7,
        });
        events_add_decision(&(struct events_decision){
            .workspace = workspace,
            .time = newest - i * DAY_MS / 3,
            .namespace_id = fx_fmt("rlns_%s", mark),
            .identifier = fx_fmt("%s%d", mark, i % 3),
            .override_id = mark,
            .passed = i % 3 > 0,
            .tokens = i % 5,
            .latency = i % 7,
            .limit = 10,
        });
    }
}

static void
add_hidden(void)
{
    add_events(fx_new_workspace(), RANDOM_QUERY_MARK, NOW, 30);
    add_events(fx_workspace, RANDOM_QUERY_MARK, NOW, 20);
    add_events(fx_workspace, "seen", NOW - 40 * DAY_MS, 10);
    /* in the caller's spaces, but of another workspace */
    add_events(fx_new_workspace(), "seen", NOW, 15);
}

/* Answers */

static int
by_bytes(const void *a, const void *b)
{
    return *(const unsigned char *)a - *(const unsigned char *)b;
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What does not depend on an order that was left open. */
static void
canonical(struct answer a, bool arrays, unsigned char out[SHA256_BYTES])
{
    struct json_object *data = at(a, "data");
    size_t n = at_len(a, "data");
    char **rows = ARENA_ARRAY(fx_ctx()->mem, n + 1, char *);
    struct sb all;

    sb_init(&all, fx_ctx()->mem, 1024);
    sb_i64(&all, a.status);
    for (size_t i = 0; i < n; i++) {
        rows[i] = (char *)(uintptr_t)fx_fmt(
            "%s", json_object_to_json_string(json_object_array_get_idx(data, i)));
        if (arrays)
            qsort(rows[i], strlen(rows[i]), 1, by_bytes);
    }
    qsort(rows, n, sizeof(*rows), by_text);
    for (size_t i = 0; i < n; i++)
        sb_puts(&all, rows[i]);
    digest_sha256(sb_str(&all), out);
}

static int
ask(uint32_t seed, const char *root, bool hidden, unsigned char out[SHA256_BYTES])
{
    struct arena_mark mark = arena_mark(fx_ctx()->mem);
    const char *operation, *text;
    struct answer a;
    bool arrays;
    int status;

    text = random_query(seed, &operation, &arrays);
    a = events_query(root, operation, text);
    status = a.status;
    test_row("%u: %s", (unsigned)seed, text);
    if (getenv("LATCHKEY_TEST_SHOW"))
        fprintf(stderr, "%s\n  %.900s\n", text, a.text);
    if (status != 200 && status != 400 && status != 422)
        CHECK_STR(a.text, "200, 400 or 422");
    /* MySQL does not see out of two table functions */
    if (status == 400 && strcmp(at_str(a, "error.detail"), "Invalid analytics query.") == 0 &&
        strstr(db_server_version(fx_ctx()->reader), "MariaDB"))
        CHECK_STR(text, "SQL that the database takes");
    if (hidden && status == 200)
        CHECK(strstr(a.text, RANDOM_QUERY_MARK) == NULL || strstr(text, RANDOM_QUERY_MARK) != NULL);
    canonical(a, arrays, out);
    arena_release(fx_ctx()->mem, mark);
    return status;
}

static void
hidden_events_change_nothing(void)
{
    const char *wanted = getenv("LATCHKEY_TEST_QUERIES"), *first = getenv("LATCHKEY_TEST_SEED");
    uint32_t n = wanted ? (uint32_t)strtoul(wanted, NULL, 10) : QUERIES;
    uint32_t seed = first ? (uint32_t)strtoul(first, NULL, 10) : 1;
    unsigned char *before = calloc(n, SHA256_BYTES), after[SHA256_BYTES];
    const char *root;
    uint32_t good = 0;

    fx_clock(NOW);
    fx_sql("UPDATE lk_workspace SET analytics_query_quota = 1000000");
    fx_sql("INSERT INTO lk_api (id, workspace_id, keyspace_id, name, created_at) VALUES "
           "('api_seen', '%s', 'ks_seen', 'x', 1)",
           fx_workspace);
    root = fx_root_key(fx_workspace,
                       "api.api_seen.read_analytics\nratelimit.rlns_seen.read_analytics");
    add_events(fx_workspace, "seen", NOW, 15);
    for (uint32_t i = 0; i < n; i++)
        good += ask(seed + i, root, false, before + i * SHA256_BYTES) == 200;
    add_hidden();
    for (uint32_t i = 0; i < n; i++) {
        ask(seed + i, root, true, after);
        CHECK(memcmp(before + i * SHA256_BYTES, after, SHA256_BYTES) == 0);
    }
    test_row("%u of %u queries answered", (unsigned)good, (unsigned)n);
    CHECK(good > n / 2);
    if (wanted)
        fprintf(stderr, "%u of %u queries answered\n", (unsigned)good, (unsigned)n);
    free(before);
}

CU_TestInfo suite_api_analytics_random[] = {
    {"hidden events change nothing", hidden_events_change_nothing},
    CU_TEST_INFO_NULL,
};
