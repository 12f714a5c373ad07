/* Long lists, page by page, while others insert and delete rows: whatever is there the whole time
 * is listed exactly once, in the order of ids. */
#include "support/test.h"

#include "base/id.h"
#include "base/sb.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROWS = 2500, BATCH = 500, MOVING = 40 };

static const char *owner; /* the API of keys, the namespace of overrides */

static const char *
key_row(const char *id)
{
    return fx_fmt("('%s', '%s', '%s', '%s', '', 1)", id, fx_workspace, owner, id);
}

static const char *
identity_row(const char *id)
{
    return fx_fmt("('%s', '%s', '%s', 1)", id, fx_workspace, id);
}

static const char *
permission_row(const char *id)
{
    /* slugs are compared without regard to letter case, so ids in hexadecimal */
    return fx_fmt("('%s', '%s', HEX('%s'), 'name', 1)", id, fx_workspace, id);
}

static const char *
role_row(const char *id)
{
    return fx_fmt("('%s', '%s', HEX('%s'), 1)", id, fx_workspace, id);
}

static const char *
override_row(const char *id)
{
    return fx_fmt("('%s', '%s', '%s', '%s', 0, 1, 1000, 1)", id, fx_workspace, owner, id);
}

static const struct list {
    const char *operation, *body, *id_member, *prefix, *table, *columns;
    const char *(*row)(const char *id);
} lists[] = {
    {"apis.listKeys", "\"apiId\":\"api_1\",", "keyId", "key", "lk_key",
     "id, workspace_id, api_id, hash, start, created_at", key_row},
    {"identities.listIdentities", "", "id", "id", "lk_identity",
     "id, workspace_id, external_id, created_at", identity_row},
    {"permissions.listPermissions", "", "id", "perm", "lk_permission",
     "id, workspace_id, slug, name, created_at", permission_row},
    {"permissions.listRoles", "", "id", "role", "lk_role", "id, workspace_id, name, created_at",
     role_row},
    {"ratelimit.listOverrides", "\"namespace\":\"rlns_1\",", "overrideId", "rlor", "lk_override",
     "id, workspace_id, namespace_id, identifier, wildcard, max_count, duration_ms, created_at",
     override_row},
};
static const struct list *list; /* the one at hand */

static void
insert(const char *const *ids, size_t n)
{
    struct sb sql;

    for (size_t from = 0; from < n; from += BATCH) {
        sb_init(&sql, fx_ctx()->mem, 65536);
        sb_addf(&sql, "INSERT INTO %s (%s) VALUES ", list->table, list->columns);
        for (size_t i = from; i < n && i < from + BATCH; i++)
            sb_addf(&sql, "%s%s", i > from ? "," : "", list->row(ids[i]));
        fx_sql("%s", sb_str(&sql).p);
    }
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **
new_ids(size_t n)
{
    struct arena *mem = fx_ctx()->mem;
    const char **ids = ARENA_ARRAY(mem, n, const char *);

    for (size_t i = 0; i < n; i++)
        ids[i] = id_new(mem, list->prefix).p;
    qsort(ids, n, sizeof(*ids), by_text);
    return ids;
}

/* The list with ROWS rows; their ids in order. */
static const char **
fill(const struct list *l)
{
    const char **ids;

    list = l;
    owner = strcmp(l->prefix, "rlor") == 0 ? "rlns_1" : "api_1";
    fx_sql("DELETE FROM %s", l->table);
    fx_sql("DELETE FROM lk_api");
    fx_sql("DELETE FROM lk_namespace");
    fx_sql("INSERT INTO lk_api (id, workspace_id, name, keyspace_id, created_at) "
           "VALUES ('api_1', '%s', 'api', 'ks_1', 1)",
           fx_workspace);
    fx_sql("INSERT INTO lk_namespace (id, workspace_id, name, created_at) "
           "VALUES ('rlns_1', '%s', 'space', 1)",
           fx_workspace);
    ids = new_ids(ROWS);
    insert(ids, ROWS);
    return ids;
}

/* A page; checks what holds for each. */
static struct answer
page(int limit, const char *cursor)
{
    struct answer a =
        fx_ok(list->operation, "{%s\"limit\":%d,\"cursor\":\"%s\"}", list->body, limit, cursor);
    bool more = at_true(a, "pagination.hasMore");
    size_t n = at_len(a, "data");

    CHECK(json_object_is_type(at(a, "pagination.hasMore"), json_type_boolean));
    CHECK_INT(at_has(a, "pagination.cursor"), more);
    CHECK(more ? n == (size_t)limit : n <= (size_t)limit);
    return a;
}

static const char *
id_at(struct answer a, size_t i)
{
    return at_str(a, fx_fmt("data.%zu.%s", i, list->id_member));
}

/* Nothing else happens: pages are exact, and a cursor is the first id of the next page. */
static void
whole_pages(void)
{
    static const int limits[] = {100, 50, 99, 13};

    for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++) {
        const char **ids = fill(&lists[l]);

        for (size_t k = 0; k < sizeof(limits) / sizeof(limits[0]); k++) {
            const char *cursor = "";
            size_t seen = 0, pages = 0;
            bool same = true;

            test_row("%s by %d", list->operation, limits[k]);
            for (bool more = true; more; pages++) {
                struct answer a = page(limits[k], cursor);

                more = at_true(a, "pagination.hasMore");
                for (size_t i = 0; i < at_len(a, "data") && seen < ROWS; i++)
                    same = strcmp(id_at(a, i), ids[seen++]) == 0 && same;
                cursor = at_str(a, "pagination.cursor");
                if (more)
                    CHECK_STR(cursor, ids[seen]);
            }
            CHECK(same);
            CHECK_INT(seen, ROWS);
            CHECK_INT(pages, (ROWS + limits[k] - 1) / limits[k]);
        }
    }
}

/* Whatever a cursor is, the page begins with the first id that is not before it. */
static void
any_cursor(void)
{
    for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++) {
        const char **ids = fill(&lists[l]);
        const char *between = fx_fmt("%s0", ids[1000]); /* behind one, before the next */
        const struct {
            const char *cursor;
            const char *first;
        } rows[] = {
            {"", ids[0]},
            {"!", ids[0]},
            {"%", ids[0]},
            {"A", ids[0]},
            {ids[2400], ids[2400]},
            {ids[2499], ids[2499]},
            {between, ids[1001]},
            {"zzzz", "(none)"},
            {"\\u00e9\\ud83d\\udd11", "(none)"},
            {"\\\\' OR 1=1 --", ids[0]},
            {"\\u0000", ids[0]},
        };

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            test_row("%s from %s", list->operation, rows[i].cursor);
            CHECK_STR(id_at(page(100, rows[i].cursor), 0), rows[i].first);
        }
        test_row("%s, the last hundred", list->operation);
        CHECK(!at_true(page(100, ids[2400]), "pagination.hasMore"));
        CHECK(at_true(page(100, ids[2399]), "pagination.hasMore"));
    }
}

/* Rows that come and go */

static volatile int *stop;

static int
churn(int unused)
{
    (void)unused;
    for (int round = 0; !*stop && round < 20000; round++) {
        const char **ids = new_ids(MOVING);

        insert(ids, MOVING);
        for (size_t i = 0; i < MOVING; i++)
            fx_sql("DELETE FROM %s WHERE id = '%s'", list->table, ids[i]);
    }
    return 0;
}

static bool
is_among(const char *const *ids, const char *id)
{
    return bsearch(&id, ids, ROWS, sizeof(*ids), by_text) != NULL;
}

/* Goes through the list; returns how many of ids were seen, each after the one before. */
static size_t
walk(const char *const *ids, int limit)
{
    const char *cursor = "", *last = "";
    size_t seen = 0;

    for (bool more = true; more;) {
        struct answer a = page(limit, cursor);

        for (size_t i = 0; i < at_len(a, "data"); i++) {
            const char *id = id_at(a, i);

            CHECK(strcmp(last, id) < 0);
            seen += is_among(ids, id);
            last = id;
        }
        more = at_true(a, "pagination.hasMore");
        cursor = at_str(a, "pagination.cursor");
        if (more && !is_among(ids, cursor)) /* the row that the cursor names goes away */
            fx_sql("DELETE FROM %s WHERE id = '%s'", list->table, cursor);
    }
    return seen;
}

static void
among_others(void)
{
    static const int limits[] = {100, 37, 10};

    stop = mmap(NULL, sizeof(*stop), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(stop != MAP_FAILED);
    for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++) {
        const char **ids = fill(&lists[l]);
        int other;

        insert(new_ids(MOVING), MOVING); /* some that only the cursor removes */
        *stop = 0;
        other = fx_fork(churn, 0);
        for (size_t k = 0; k < sizeof(limits) / sizeof(limits[0]); k++) {
            test_row("%s by %d", list->operation, limits[k]);
            CHECK_INT(walk(ids, limits[k]), ROWS);
        }
        *stop = 1;
        CHECK_INT(fx_join(other), 0);
    }
    munmap((void *)(uintptr_t)stop, sizeof(*stop));
}

CU_TestInfo suite_api_pages[] = {
    {"whole pages", whole_pages},
    {"any cursor", any_cursor},
    {"among others", among_others},
    CU_TEST_INFO_NULL,
};
