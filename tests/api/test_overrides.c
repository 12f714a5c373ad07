/* ratelimit.setOverride, getOverride, listOverrides, deleteOverride: what is stored, who may, audit
 * records. */
#include "support/test.h"

#include <string.h>

#define SET "ratelimit.setOverride"
#define GET "ratelimit.getOverride"
#define LIST "ratelimit.listOverrides"
#define DELETE "ratelimit.deleteOverride"

#define NO_NAMESPACE "unkey/data/ratelimit_namespace_not_found"
#define NO_OVERRIDE "unkey/data/ratelimit_override_not_found"

/* The namespace "ns"; its id. */
static const char *
made(void)
{
    fx_sql("INSERT INTO lk_namespace (id, workspace_id, name, created_at) "
           "VALUES ('rlns_%s', '%s', 'ns', 1)",
           fx_workspace, fx_workspace);
    return fx_fmt("rlns_%s", fx_workspace);
}

/* Sets an override of namespace "ns"; its id. */
static const char *
set(const char *identifier, int limit, int duration)
{
    return at_str(fx_ok(SET,
                        "{\"namespace\":\"ns\",\"identifier\":\"%s\",\"limit\":%d,"
                        "\"duration\":%d}",
                        identifier, limit, duration),
                  "data.overrideId");
}

static struct answer
call(const char *root, const char *operation, const char *namespace, const char *identifier)
{
    if (strcmp(operation, SET) == 0)
        return fx_call(root, SET,
                       "{\"namespace\":\"%s\",\"identifier\":\"%s\",\"limit\":7,\"duration\":1000}",
                       namespace, identifier);
    if (strcmp(operation, LIST) == 0)
        return fx_call(root, LIST, "{\"namespace\":\"%s\"}", namespace);
    return fx_call(root, operation, "{\"namespace\":\"%s\",\"identifier\":\"%s\"}", namespace,
                   identifier);
}

static void
stores_by_name_and_by_id(void)
{
    const char *ns = made(), *id = set("user", 0, 1000);
    struct answer a = fx_ok(SET,
                            "{\"namespace\":\"%s\",\"identifier\":\"*\",\"limit\":"
                            "9223372036854775807,\"duration\":9223372036854775807}",
                            ns);

    CHECK(str_starts(str_of(id), S("rlor_")));
    CHECK_INT(strlen(id), 14);
    CHECK_INT(json_object_object_length(at(a, "data")), 1);
    for (int by_id = 0; by_id < 2; by_id++) {
        a = call(NULL, GET, by_id ? ns : "ns", "user");
        CHECK_INT(a.status, 200);
        CHECK_INT(json_object_object_length(at(a, "data")), 4);
        CHECK_STR(at_str(a, "data.overrideId"), id);
        CHECK_STR(at_str(a, "data.identifier"), "user");
        CHECK_INT(at_int(a, "data.limit"), 0);
        CHECK_INT(at_int(a, "data.duration"), 1000);
        CHECK_INT(at_len(call(NULL, LIST, by_id ? ns : "ns", ""), "data"), 2);
    }
    a = call(NULL, GET, "ns", "somebody");
    CHECK_STR(at_str(a, "data.identifier"), "*");
    CHECK_INT(at_int(a, "data.limit"), INT64_MAX);
    CHECK_INT(at_int(a, "data.duration"), INT64_MAX);
    CHECK_INT(fx_sql_int("SELECT SUM(wildcard) FROM lk_override"), 1);
}

static void
setting_again_changes_in_place(void)
{
    const char *id;
    struct answer a;

    made();
    id = set("user", 5, 1000);
    set("User", 6, 1000);
    set("user ", 7, 1000);
    CHECK_STR(set("user", 8, 2000), id);
    a = call(NULL, GET, "ns", "user");
    CHECK_STR(at_str(a, "data.overrideId"), id);
    CHECK_INT(at_int(a, "data.limit"), 8);
    CHECK_INT(at_int(a, "data.duration"), 2000);
    CHECK_INT(at_int(call(NULL, GET, "ns", "User"), "data.limit"), 6);
    CHECK_INT(at_int(call(NULL, GET, "ns", "user "), "data.limit"), 7);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_override"), 3);
}

static void
a_deleted_override_comes_back(void)
{
    const char *id;

    made();
    id = set("a*", 5, 1000);
    CHECK_INT(call(NULL, DELETE, "ns", "a*").status, 200);
    fx_check_error(call(NULL, GET, "ns", "abc"), 404, NO_OVERRIDE);
    CHECK_STR(set("a*", 6, 2000), id);
    CHECK_STR(at_str(call(NULL, GET, "ns", "abc"), "data.overrideId"), id);
    CHECK_INT(at_int(call(NULL, GET, "ns", "abc"), "data.limit"), 6);
    CHECK_INT(at_len(call(NULL, LIST, "ns", ""), "data"), 1);
}

static void
deletes_exactly(void)
{
    const char *id;
    struct answer a;

    made();
    id = set("pre*", 5, 1000);
    set("prefix", 6, 1000);
    fx_check_error(call(NULL, DELETE, "ns", "prefer"), 404, NO_OVERRIDE);
    fx_check_error(call(NULL, DELETE, "ns", "Prefix"), 404, NO_OVERRIDE);
    fx_check_error(call(NULL, DELETE, "ns", "prefix "), 404, NO_OVERRIDE);
    a = call(NULL, DELETE, "ns", "prefix");
    CHECK_INT(a.status, 200);
    CHECK(json_object_is_type(at(a, "data"), json_type_object));
    CHECK_INT(json_object_object_length(at(a, "data")), 0);
    fx_check_error(call(NULL, DELETE, "ns", "prefix"), 404, NO_OVERRIDE);
    CHECK_STR(at_str(call(NULL, GET, "ns", "prefix"), "data.overrideId"), id);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_override WHERE identifier = 'prefix' "
                         "AND deleted_at > 0"),
              1);
}

static void
audits_changes(void)
{
    const char *ns = made(), *id = set("u*", 5, 1000);

    CHECK_STR(fx_audit_names(), "ratelimit.set_override");
    CHECK_STR(fx_audit_targets("ratelimit.set_override"), fx_fmt("ratelimitOverride %s u*", id));
    fx_audit_clear();
    set("u*", 5, 1000);
    CHECK_STR(fx_audit_targets("ratelimit.set_override"), fx_fmt("ratelimitOverride %s u*", id));
    fx_audit_clear();
    call(NULL, GET, "ns", "u1");
    call(NULL, LIST, "ns", "");
    call(NULL, DELETE, "ns", "u1");
    call(NULL, DELETE, "other", "u*");
    call(NULL, SET, "other", "u*");
    call(fx_key_with("ratelimit.*.limit"), SET, "ns", "u*");
    call(fx_key_with("ratelimit.*.limit"), DELETE, "ns", "u*");
    CHECK_STR(fx_audit_names(), "");
    call(NULL, DELETE, ns, "u*");
    CHECK_STR(fx_audit_names(), "ratelimit.delete_override");
    CHECK_STR(fx_audit_targets("ratelimit.delete_override"),
              fx_fmt("ratelimitOverride %s u*, ratelimitNamespace %s ns", id, ns));
    CHECK_INT(fx_audit_correlations(), 0);
}

static void
lists_page_by_page(void)
{
    struct answer a;
    const char *cursor = "";
    int seen = 0;

    made();
    for (int i = 0; i < 106; i++)
        fx_sql("INSERT INTO lk_override (id, workspace_id, namespace_id, identifier, wildcard, "
               "max_count, duration_ms, created_at, deleted_at) "
               "VALUES ('rlor_%03d', '%s', 'rlns_%s', 'u%d', 0, %d, 1000, 1, %s)",
               i, fx_workspace, fx_workspace, i, i, i == 50 ? "2" : "NULL");
    a = fx_ok(LIST, "{\"namespace\":\"ns\"}");
    CHECK_INT(at_len(a, "data"), 50);
    CHECK_STR(at_str(a, "pagination.cursor"), "rlor_051");
    CHECK_INT(at_len(fx_ok(LIST, "{\"namespace\":\"ns\",\"limit\":100,\"cursor\":\"\"}"), "data"),
              100);
    for (int page = 0; page < 4; page++) {
        a = fx_ok(LIST, "{\"namespace\":\"ns\",\"limit\":30,\"cursor\":\"%s\"}", cursor);
        test_row("page %d", page);
        CHECK_INT(at_len(a, "data"), page < 3 ? 30 : 15);
        CHECK_INT(at_int(a, "data.0.limit"), seen < 50 ? seen : seen + 1);
        CHECK_STR(at_str(a, "data.0.identifier"), fx_fmt("u%lld", at_int(a, "data.0.limit")));
        CHECK_INT(at_int(a, "data.0.duration"), 1000);
        CHECK(str_starts(str_of(at_str(a, "data.0.overrideId")), S("rlor_")));
        CHECK_INT(at_true(a, "pagination.hasMore"), page < 3);
        CHECK_INT(at_has(a, "pagination.cursor"), page < 3);
        seen += (int)at_len(a, "data");
        cursor = at_str(a, "pagination.cursor");
    }
    CHECK_INT(seen, 105);
    a = fx_ok(LIST, "{\"namespace\":\"ns\",\"cursor\":\"zzz\"}");
    CHECK(json_object_is_type(at(a, "data"), json_type_array));
    CHECK_INT(at_len(a, "data"), 0);
    CHECK(at_has(a, "pagination.hasMore") && !at_true(a, "pagination.hasMore"));
    CHECK(!at_has(a, "pagination.cursor"));
}

/* Permissions of set, list and delete: 403, and 404 for a namespace that is not there. */
static void
who_may(void)
{
    static const struct {
        const char *operation, *action;
    } operations[] = {
        {SET, "set_override"},
        {LIST, "read_override"},
        {DELETE, "delete_override"},
    };
    const char *ns = made();

    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        const char *op = operations[i].operation, *action = operations[i].action;
        const struct {
            const char *permission;
            bool may;
        } rows[] = {
            {fx_fmt("ratelimit.*.%s", action), true},
            {fx_fmt("ratelimit.%s.%s", ns, action), true},
            {fx_fmt("ratelimit.ns.%s", action), false},
            {fx_fmt("ratelimit.rlns_other.%s", action), false},
            {fx_fmt("ratelimit.%s", action), false},
            {fx_fmt("RATELIMIT.*.%s", action), false},
            {"ratelimit.*.limit", false},
            {"ratelimit.*.list_overrides", false},
            {fx_fmt("ratelimits/namespaces/%s#%s", ns, action), false},
            {fx_fmt("ratelimits/namespaces/*/overrides/*#%s", action), false},
            {"**#*", false},
            {"", false},
        };

        for (size_t j = 0; j < sizeof(rows) / sizeof(rows[0]); j++) {
            const char *root = fx_key_with(rows[j].permission);
            struct answer a;

            set("u", 1, 1000);
            a = call(root, op, "ns", "u");
            test_row("%s %s", op, rows[j].permission);
            fx_check_error(call(root, op, "missing", "u"), 404, NO_NAMESPACE);
            if (rows[j].may) {
                CHECK_INT(a.status, 200);
                continue;
            }
            fx_check_error(a, 403, "unkey/authorization/insufficient_permissions");
            CHECK_STR(at_str(a, "error.detail"),
                      fx_fmt("Missing one of these permissions: ratelimit.%s.%s or ratelimit.*.%s",
                             ns, action, action));
            /* before the override is looked for */
            CHECK_INT(call(root, op, "ns", "missing").status, 403);
        }
    }
}

static const char *
without_request_id(struct answer a)
{
    json_object_object_del(a.body, "meta");
    return json_object_to_json_string(a.body);
}

static void
who_may_get(void)
{
    const char *ns = made(), *id = set("u", 1, 1000);
    const struct {
        const char *permission;
        bool may;
    } rows[] = {
        {"ratelimit.*.read_override", true},
        {fx_fmt("ratelimit.%s.read_override", ns), true},
        {fx_fmt("ratelimits/namespaces/%s/overrides/%s#read_override", ns, id), true},
        {fx_fmt("ratelimits/namespaces/%s/overrides/*#read_override", ns), true},
        {fx_fmt("ratelimits/namespaces/%s/**#read_override", ns), true},
        {"ratelimits/**#read_override", true},
        {"ratelimits/namespaces/*/overrides/*#read_override", true},
        {"**#*", true},
        {"ratelimits/namespaces/rlns_other/overrides/*#read_override", false},
        {fx_fmt("ratelimits/namespaces/%s/overrides/%s#delete_override", ns, id), false},
        {fx_fmt("unkey:v1:ws_other:ratelimits/namespaces/%s/overrides/%s#read_override", ns, id),
         false},
        {fx_fmt("ratelimits/namespaces/%s#read_override", ns), false},
        {"ratelimit.ns.read_override", false},
        {"ratelimit.*.list_overrides", false},
        {"ratelimit.*.limit", false},
        {"", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *root = fx_key_with(rows[i].permission);
        struct answer a = call(root, GET, "ns", "u"), missing = call(root, GET, "ns", "nobody");

        test_row("%s", rows[i].permission);
        fx_check_error(call(root, GET, "missing", "u"), 404, NO_NAMESPACE);
        fx_check_error(missing, 404, NO_OVERRIDE);
        if (rows[i].may) {
            CHECK_INT(a.status, 200);
            continue;
        }
        fx_check_error(a, 404, NO_OVERRIDE);
        CHECK_STR(without_request_id(a), without_request_id(missing));
    }
}

static void
workspaces_are_apart(void)
{
    static const char *const operations[] = {SET, GET, LIST, DELETE};
    const char *ns = made(), *id = set("u", 1, 1000);
    const char *root = fx_root_key(fx_new_workspace(), "ratelimit.*.set_override\n"
                                                       "ratelimit.*.read_override\n"
                                                       "ratelimit.*.delete_override");

    fx_audit_clear();
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        test_row("%s", operations[i]);
        fx_check_error(call(root, operations[i], "ns", "u"), 404, NO_NAMESPACE);
        fx_check_error(call(root, operations[i], ns, "u"), 404, NO_NAMESPACE);
    }
    CHECK_STR(at_str(call(NULL, GET, "ns", "u"), "data.overrideId"), id);
    CHECK_INT(at_int(call(NULL, GET, "ns", "u"), "data.limit"), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_namespace"), 1);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_audit_event"), 0);
}

static void
failures_change_nothing(void)
{
    unsigned n = 4; /* after the caller and the namespace were found and the transaction begun */

    made();
    set("u", 1, 1000);
    fx_audit_clear();
    for (; n < 20; n++) {
        struct answer a;

        fx_fail_after(n, 1142);
        a = call(NULL, SET, "ns", "u");
        fx_fail_after(0, 0);
        test_row("statement %u", n);
        if (a.status == 200)
            break;
        CHECK_INT(a.status, 500);
        CHECK_STR(fx_audit_names(), "");
        CHECK_INT(at_int(call(NULL, GET, "ns", "u"), "data.limit"), 1);
    }
    CHECK(n > 8 && n < 20);
    CHECK_INT(at_int(call(NULL, GET, "ns", "u"), "data.limit"), 7);
}

static int
set_the_same(int i)
{
    return fx_call(NULL, SET,
                   "{\"namespace\":\"ns\",\"identifier\":\"u\",\"limit\":%d,\"duration\":1000}", i)
               .status != 200;
}

static void
sets_at_once_end_up_on_one(void)
{
    int pids[10], failed = 0;

    made();
    for (int i = 0; i < 10; i++)
        pids[i] = fx_fork(set_the_same, i);
    for (int i = 0; i < 10; i++)
        failed += fx_join(pids[i]) != 0;
    CHECK_INT(failed, 0);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_override"), 1);
    CHECK_INT(fx_audit_count("ratelimit.set_override"), 10);
    CHECK_INT(fx_sql_int("SELECT COUNT(DISTINCT id) FROM lk_audit_target"), 1);
}

static int
set_in_deleted(int i)
{
    struct answer a = call(NULL, SET, "ns", "u");

    (void)i;
    return a.status == 404 && strstr(a.text, NO_NAMESPACE) ? 0 : 1;
}

/* A request has found the namespace when the operator deletes it. */
static void
no_override_in_a_deleted_namespace(void)
{
    int pid;

    made();
    fx_sql("START TRANSACTION");
    fx_sql("UPDATE lk_namespace SET deleted_at = 1");
    pid = fx_fork(set_in_deleted, 0);
    fx_await_lock();
    fx_sql("COMMIT");
    CHECK_INT(fx_join(pid), 0);
    CHECK_INT(fx_sql_int("SELECT COUNT(*) FROM lk_override"), 0);
    CHECK_STR(fx_audit_names(), "");
}

CU_TestInfo suite_api_overrides[] = {
    {"stores by name and by id", stores_by_name_and_by_id},
    {"setting again changes in place", setting_again_changes_in_place},
    {"a deleted override comes back", a_deleted_override_comes_back},
    {"deletes exactly", deletes_exactly},
    {"audits changes", audits_changes},
    {"lists page by page", lists_page_by_page},
    {"who may", who_may},
    {"who may get", who_may_get},
    {"workspaces are apart", workspaces_are_apart},
    {"failures change nothing", failures_change_nothing},
    {"sets at once end up on one", sets_at_once_end_up_on_one},
    {"no override in a deleted namespace", no_override_in_a_deleted_namespace},
    CU_TEST_INFO_NULL,
};
