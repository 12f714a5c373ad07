/* identities.listIdentities: pages, search, who may. */
#include "support/test.h"

#include <string.h>

#define LIST "identities.listIdentities"

/* n identities in_000, in_001, … with external ids user0, user1, …; every third one has limits. */
static void
insert(const char *workspace, int n)
{
    for (int i = 0; i < n; i++) {
        fx_sql("INSERT INTO lk_identity (id, workspace_id, external_id, meta, created_at) "
               "VALUES ('%.6s_%03d', '%s', 'user%d', '{\"i\":%d}', 1)",
               workspace, i, workspace, i, i);
        for (int limit = 0; limit < i % 3; limit++)
            fx_sql("INSERT INTO lk_ratelimit VALUES ('%.6s_%03d', 'limit%d', 'rl_%.6s_%d_%d', "
                   "'%s', %d, 1000, 1, 1, NULL)",
                   workspace, i, limit, workspace, i, limit, workspace, 100 * i + limit);
    }
}

static const char *
external_ids(struct answer a)
{
    const char *all = "";

    for (size_t i = 0; i < at_len(a, "data"); i++)
        all = fx_fmt("%s%s%s", all, i ? " " : "", at_str(a, fx_fmt("data.%zu.externalId", i)));
    return all;
}

static void
lists_whole_identities(void)
{
    struct answer a;

    insert(fx_workspace, 3);
    fx_sql("UPDATE lk_identity SET meta = '{}' WHERE external_id = 'user1'");
    fx_audit_clear();
    a = fx_ok(LIST, "{}");
    CHECK_STR(external_ids(a), "user0 user1 user2");
    CHECK_INT(at_int(a, "data.0.meta.i"), 0);
    CHECK(!at_has(a, "data.0.ratelimits"));
    CHECK(!at_has(a, "data.1.meta"));
    CHECK_INT(at_len(a, "data.1.ratelimits"), 1);
    CHECK_INT(at_len(a, "data.2.ratelimits"), 2);
    CHECK_STR(at_str(a, "data.2.ratelimits.1.name"), "limit1");
    CHECK_INT(at_int(a, "data.2.ratelimits.1.limit"), 201);
    CHECK_INT(at_int(a, "data.2.ratelimits.1.duration"), 1000);
    CHECK(at_true(a, "data.2.ratelimits.1.autoApply"));
    CHECK(at_has(a, "pagination.hasMore") && !at_true(a, "pagination.hasMore"));
    CHECK(!at_has(a, "pagination.cursor"));
    CHECK_STR(fx_audit_names(), "");
}

static void
nothing_is_an_empty_list(void)
{
    struct answer a = fx_ok(LIST, "{}");

    CHECK(json_object_is_type(at(a, "data"), json_type_array));
    CHECK_INT(at_len(a, "data"), 0);
    CHECK(!at_true(a, "pagination.hasMore"));
    CHECK(!at_has(a, "pagination.cursor"));
}

/* 106 identities: one default page, and the rest. Limits of all are those that were stored. */
static void
a_page_has_a_hundred(void)
{
    struct answer a;

    insert(fx_workspace, 106);
    insert(fx_new_workspace(), 2);
    a = fx_ok(LIST, "{\"cursor\":\"\"}");
    CHECK_INT(at_len(a, "data"), 100);
    CHECK(at_true(a, "pagination.hasMore"));
    for (size_t i = 0; i < 100; i++) {
        test_row("identity %zu", i);
        CHECK_INT(at_int(a, fx_fmt("data.%zu.meta.i", i)), i);
        CHECK_INT(at_len(a, fx_fmt("data.%zu.ratelimits", i)), i % 3);
        if (i % 3)
            CHECK_INT(at_int(a, fx_fmt("data.%zu.ratelimits.0.limit", i)), 100 * i);
    }
    test_row("%s", "second page");
    CHECK_STR(at_str(a, "pagination.cursor"),
              fx_sql_str("SELECT id FROM lk_identity WHERE workspace_id = '%s' AND external_id = "
                         "'user100'",
                         fx_workspace));
    a = fx_ok(LIST, "{\"cursor\":\"%s\"}", at_str(a, "pagination.cursor"));
    CHECK_STR(external_ids(a), "user100 user101 user102 user103 user104 user105");
    CHECK(!at_true(a, "pagination.hasMore"));
    CHECK(!at_has(a, "pagination.cursor"));
}

static void
pages_join_without_gap(void)
{
    static const struct {
        int limit, sizes[4];
    } rows[] = {
        {7, {7, 7, 1}}, {5, {5, 5, 5}}, {15, {15}}, {14, {14, 1}}, {100, {15}}, {16, {15}},
    };

    insert(fx_workspace, 15);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *cursor = "";
        int seen = 0;

        for (int page = 0; page < 4 && rows[i].sizes[page]; page++) {
            bool more = page < 3 && rows[i].sizes[page + 1];
            struct answer a =
                fx_ok(LIST, "{\"limit\":%d,\"cursor\":\"%s\"}", rows[i].limit, cursor);

            test_row("limit %d, page %d", rows[i].limit, page);
            CHECK_INT(at_len(a, "data"), rows[i].sizes[page]);
            CHECK_INT(at_int(a, "data.0.meta.i"), seen);
            CHECK_INT(at_true(a, "pagination.hasMore"), more);
            CHECK_INT(at_has(a, "pagination.cursor"), more);
            seen += rows[i].sizes[page];
            cursor = at_str(a, "pagination.cursor");
        }
    }
}

static void
a_cursor_outlives_its_row(void)
{
    struct answer a;
    const char *cursor;

    insert(fx_workspace, 5);
    cursor = at_str(fx_ok(LIST, "{\"limit\":2}"), "pagination.cursor");
    fx_sql("UPDATE lk_identity SET live = NULL WHERE external_id = 'user2'");
    a = fx_ok(LIST, "{\"limit\":2,\"cursor\":\"%s\"}", cursor);
    CHECK_STR(external_ids(a), "user3 user4");
    CHECK_STR(external_ids(fx_ok(LIST, "{}")), "user0 user1 user3 user4");
    CHECK_STR(external_ids(fx_ok(LIST, "{\"cursor\":\"zzz\"}")), "");
    CHECK_STR(external_ids(fx_ok(LIST, "{\"cursor\":\"%% ' \\\\u0000 \xc3\xa9\"}")),
              "user0 user1 user3 user4");
}

static void
searches(void)
{
    static const char *const names[] = {"acme_alice", "Acme_Bob", "other.carol", "100pct", "b-b"};
    static const struct {
        const char *search, *found;
    } rows[] = {
        {"acme", "acme_alice Acme_Bob"},
        {"ACME_ALICE", "acme_alice"},
        {"Acme", "acme_alice Acme_Bob"},
        {"alice", "acme_alice"},
        {"e_", "acme_alice Acme_Bob"},
        {"e_c", ""},
        {"b_b", ""},
        {"b-b", "b-b"},
        {"%", "100%"},
        {"100%", "100%"},
        {"a%e", ""},
        {"100", "100pct 100%"},
        {".", "other.carol"},
        {"\\\\", "back\\slash"},
        {"k\\\\s", "back\\slash"},
        {"'", ""},
        {"\\u0000", ""},
        {"nobody", ""},
        {"  carol\\t\\n", "other.carol"},
        {"\\u00a0carol\\u3000", "other.carol"},
        {"acme alice", ""},
        {"  \\t ", "acme_alice Acme_Bob other.carol 100pct b-b 100% back\\slash \xc3\x84rger"},
        {"", "acme_alice Acme_Bob other.carol 100pct b-b 100% back\\slash \xc3\x84rger"},
        {"ID_ID_3", "100pct"},
        {"id_id_", "acme_alice Acme_Bob other.carol 100pct b-b 100% back\\slash \xc3\x84rger"},
        {"\xc3\xa4rger", "\xc3\x84rger"},
        {"arger", ""},
    };

    for (size_t i = 0; i < 5; i++)
        fx_sql("INSERT INTO lk_identity (id, workspace_id, external_id, created_at) VALUES "
               "('id_id_%zu', '%s', '%s', 1)",
               i, fx_workspace, names[i]);
    fx_sql("INSERT INTO lk_identity (id, workspace_id, external_id, created_at) VALUES "
           "('id_id_5', '%s', '100%%', 1), ('id_id_6', '%s', 'back\\\\slash', 1), "
           "('id_id_7', '%s', '\xc3\x84rger', 1)",
           fx_workspace, fx_workspace, fx_workspace);
    fx_sql("INSERT INTO lk_identity (id, workspace_id, external_id, live, created_at) VALUES "
           "('id_id_8', '%s', 'acme_gone', NULL, 1)",
           fx_workspace);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("'%s'", rows[i].search);
        CHECK_STR(external_ids(fx_ok(LIST, "{\"search\":\"%s\"}", rows[i].search)), rows[i].found);
    }
}

static void
search_and_pages_combine(void)
{
    struct answer a;

    insert(fx_workspace, 25);
    a = fx_ok(LIST, "{\"search\":\"USER1\",\"limit\":4}");
    CHECK_STR(external_ids(a), "user1 user10 user11 user12");
    a = fx_ok(LIST, "{\"search\":\"USER1\",\"limit\":100,\"cursor\":\"%s\"}",
              at_str(a, "pagination.cursor"));
    CHECK_STR(external_ids(a), "user13 user14 user15 user16 user17 user18 user19");
    CHECK(!at_true(a, "pagination.hasMore"));
}

/* 256 characters before trimming, whatever they are. */
static void
bounds_search(void)
{
    char text[258];

    memset(text, 'x', sizeof(text));
    text[256] = '\0';
    CHECK_INT(fx_call(NULL, LIST, "{\"search\":\"%s\"}", text).status, 200);
    memset(text, ' ', 257);
    text[257] = '\0';
    CHECK_STR(at_str(fx_call(NULL, LIST, "{\"search\":\"%s\"}", text), "error.errors.0.location"),
              "/properties/search/maxLength");
}

static void
every_row_needs_permission(void)
{
    static const struct {
        const char *permission;
        int status;
    } rows[] = {
        {"identity.*.read_identity", 200},
        {"projects/*/identities/*#read_identity", 200},
        {"**#*", 200},
        {"api.*.read_api", 403},
        {"projects/p/identities/*#read_identity", 403},
        {"unkey:v1:ws_other:**#*", 403},
    };
    const char *id, *one;
    struct answer a;

    CHECK_INT(fx_call(fx_key_with("api.*.read_api"), LIST, "{}").status, 200);
    insert(fx_workspace, 3);
    id = fx_sql_str("SELECT id FROM lk_identity WHERE external_id = 'user1'");
    one = fx_key_with(fx_fmt("identity.%s.read_identity", id));
    a = fx_call(one, LIST, "{}");
    fx_check_error(a, 403, "unkey/authorization/insufficient_permissions");
    CHECK(str_starts(str_of(at_str(a, "error.detail")), S("Missing one of these permissions: ")));
    CHECK(strstr(at_str(a, "error.detail"), id) == NULL);
    a = fx_call(one, LIST, "{\"search\":\"user1\"}");
    CHECK_INT(a.status, 200);
    CHECK_STR(external_ids(a), "user1");
    /* the row that only tells that there is a next page is not returned */
    a = fx_call(one, LIST, "{\"limit\":1,\"cursor\":\"%s\"}", id);
    CHECK_INT(a.status, 200);
    CHECK(at_true(a, "pagination.hasMore"));
    CHECK_INT(fx_call(one, LIST, "{\"search\":\"nobody\"}").status, 200);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s", rows[i].permission);
        CHECK_INT(fx_call(fx_key_with(rows[i].permission), LIST, "{}").status, rows[i].status);
    }
}

static void
other_workspaces_are_not_listed(void)
{
    const char *theirs = fx_new_workspace();
    const char *root = fx_root_key(theirs, "identity.*.read_identity");

    insert(fx_workspace, 3);
    CHECK_INT(at_len(fx_call(root, LIST, "{}"), "data"), 0);
    CHECK_INT(at_len(fx_call(root, LIST, "{\"search\":\"user1\"}"), "data"), 0);
}

CU_TestInfo suite_api_identities_list[] = {
    {"lists whole identities", lists_whole_identities},
    {"nothing is an empty list", nothing_is_an_empty_list},
    {"a page has a hundred", a_page_has_a_hundred},
    {"pages join without gap", pages_join_without_gap},
    {"a cursor outlives its row", a_cursor_outlives_its_row},
    {"searches", searches},
    {"search and pages combine", search_and_pages_combine},
    {"bounds search", bounds_search},
    {"every row needs permission", every_row_needs_permission},
    {"other workspaces are not listed", other_workspaces_are_not_listed},
    CU_TEST_INFO_NULL,
};
