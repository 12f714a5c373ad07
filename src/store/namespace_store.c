/* The SQL of namespaces and overrides. */
#include "store/namespace_store.h"

#include "domain/pattern.h"

enum {
    BY_NAME,
    BY_ID,
    CALLER_AND_NAME,
    CALLER_AND_ID,
    INSERT,
    WILDCARDS,
    LIST,
    SET_DELETED,
    CLEAR_DELETED,
    MARK,
    HOLD,
    OVERRIDES,
    OVERRIDE_PAGE,
    OVERRIDE_PUT,
    OVERRIDE_ID,
    OVERRIDE_DELETE,
    MAX
};

#define NAMESPACE_COLUMNS                                                                          \
    "n.id, n.workspace_id, n.name, n.deleted_at, n.created_at, "                                   \
    "EXISTS(SELECT 1 FROM lk_override x WHERE x.namespace_id = n.id AND x.wildcard = 1 "           \
    "AND x.deleted_at IS NULL), n.may_have_overrides"
#define OVERRIDE_COLUMNS "o.id, o.identifier, o.max_count, o.duration_ms"
#define OVERRIDE_JOIN                                                                              \
    "LEFT JOIN lk_override o ON o.namespace_id = n.id AND o.identifier = ? "                       \
    "AND o.deleted_at IS NULL "
#define CALLER_AND(column)                                                                         \
    "SELECT " CALLER_COLUMNS ", " NAMESPACE_COLUMNS ", " OVERRIDE_COLUMNS " FROM " CALLER_TABLES   \
    " LEFT JOIN lk_namespace n ON n.workspace_id = r.workspace_id AND " column                     \
    " = ? " OVERRIDE_JOIN "WHERE r.hash = ?"
#define FIND_BY(column)                                                                            \
    "SELECT " NAMESPACE_COLUMNS ", " OVERRIDE_COLUMNS " FROM lk_namespace n " OVERRIDE_JOIN        \
    "WHERE n.workspace_id = ? AND " column " = ?"

static const struct db_stmt sql[MAX] = {
    [BY_NAME] = {FIND_BY("n.name"), false},
    [BY_ID] = {FIND_BY("n.id"), false},
    [CALLER_AND_NAME] = {CALLER_AND("n.name"), false},
    [CALLER_AND_ID] = {CALLER_AND("n.id"), false},
    [INSERT] = {"INSERT INTO lk_namespace (id, workspace_id, name, created_at) "
                "VALUES (?, ?, ?, ?)",
                false},
    [WILDCARDS] = {"SELECT " OVERRIDE_COLUMNS " FROM lk_override o "
                   "WHERE o.namespace_id = ? AND o.wildcard = 1 AND o.deleted_at IS NULL",
                   false},
    [LIST] = {"SELECT " NAMESPACE_COLUMNS " FROM lk_namespace n "
              "WHERE n.workspace_id = ? ORDER BY n.id",
              false},
    [SET_DELETED] = {"UPDATE lk_namespace SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL",
                     false},
    [CLEAR_DELETED] = {"UPDATE lk_namespace SET deleted_at = NULL, updated_at = ? "
                       "WHERE id = ? AND deleted_at IS NOT NULL",
                       false},
    [MARK] = {"UPDATE lk_namespace SET may_have_overrides = 1 "
              "WHERE id = ? AND may_have_overrides = 0 AND deleted_at IS NULL",
              false},
    [HOLD] = {"SELECT id FROM lk_namespace WHERE id = ? AND deleted_at IS NULL "
              "LOCK IN SHARE MODE",
              false},
    [OVERRIDES] = {"SELECT " OVERRIDE_COLUMNS " FROM lk_override o "
                   "WHERE o.namespace_id = ? AND o.deleted_at IS NULL ORDER BY o.id",
                   false},
    /* left to itself, the optimizer may walk all namespaces along the primary key */
    [OVERRIDE_PAGE] = {"SELECT " OVERRIDE_COLUMNS " FROM lk_override o "
                       "FORCE INDEX (override_namespace) "
                       "WHERE o.namespace_id = ? AND o.id >= ? AND o.deleted_at IS NULL "
                       "ORDER BY o.id LIMIT ?",
                       false},
    [OVERRIDE_PUT] = {"INSERT INTO lk_override (id, workspace_id, namespace_id, identifier, "
                      "wildcard, max_count, duration_ms, created_at) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE max_count = ?, "
                      "duration_ms = ?, updated_at = ?, deleted_at = NULL",
                      false},
    [OVERRIDE_ID] = {"SELECT id FROM lk_override WHERE namespace_id = ? AND identifier = ?", false},
    [OVERRIDE_DELETE] = {"UPDATE lk_override SET deleted_at = ? "
                         "WHERE id = ? AND deleted_at IS NULL",
                         false},
};
const struct db_stmt_list namespace_store_stmts = DB_STMT_LIST("namespace_store", sql);

static struct namespace_row
namespace_read(struct db_cursor *cur)
{
    struct namespace_row n;
    int64_t ignored;

    n.id = db_next_str(cur);
    n.workspace_id = db_next_str(cur);
    n.name = db_next_str(cur);
    n.deleted = db_next_int_opt(cur, &ignored);
    n.created_at = db_next_int(cur);
    n.has_wildcards = db_next_int(cur);
    n.may_have_overrides = db_next_int(cur);
    return n;
}

static struct override_row
override_read(struct db_cursor *cur)
{
    struct override_row o;

    o.id = db_next_str(cur);
    o.identifier = db_next_str(cur);
    o.limit = db_next_int(cur);
    o.duration_ms = db_next_int(cur);
    return o;
}

/* A namespace and, where there is one, its exact override. */
static void
pair_read(struct ctx *c, struct db_cursor *cur, struct namespace_row **ns,
          struct override_row **exact)
{
    *ns = ARENA_NEW(c->mem, struct namespace_row);
    **ns = namespace_read(cur);
    if (cur->cell->null)
        return;
    *exact = ARENA_NEW(c->mem, struct override_row);
    **exact = override_read(cur);
}

static bool
like_id(struct str s)
{
    return str_starts(s, S("rlns_"));
}

/* By id (column BY_ID) or by name (BY_NAME). */
static enum status
find_by(struct ctx *c, int column, struct str workspace_id, struct str value, struct str identifier,
        struct namespace_row **ns, struct override_row **exact)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[column],
                               DB_ARGS(db_bin(identifier), db_str(workspace_id),
                                       column == BY_ID ? db_str(value) : db_bin(value)),
                               &rows);
    struct db_cursor cur;

    if (st != ST_OK || rows.n == 0)
        return st;
    cur = db_row(&rows, 0);
    pair_read(c, &cur, ns, exact);
    /* text columns ignore trailing spaces */
    if (column == BY_ID && !str_eq((*ns)->id, value))
        *ns = NULL;
    return ST_OK;
}

enum status
namespace_store_find(struct ctx *c, struct str workspace_id, struct str id_or_name,
                     struct str identifier, struct namespace_row **ns, struct override_row **exact)
{
    enum status st = ST_OK;

    *ns = NULL;
    *exact = NULL;
    if (like_id(id_or_name))
        st = find_by(c, BY_ID, workspace_id, id_or_name, identifier, ns, exact);
    if (st == ST_OK && !*ns)
        st = find_by(c, BY_NAME, workspace_id, id_or_name, identifier, ns, exact);
    return st;
}

enum status
namespace_store_with_caller(struct ctx *c, struct str root_hash, struct str id_or_name,
                            struct str identifier, struct caller **caller,
                            struct namespace_row **ns, struct override_row **exact)
{
    bool by_id = like_id(id_or_name);
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[by_id ? CALLER_AND_ID : CALLER_AND_NAME],
                               DB_ARGS(by_id ? db_str(id_or_name) : db_bin(id_or_name),
                                       db_bin(identifier), db_str(root_hash)),
                               &rows);
    struct db_cursor cur;

    *caller = NULL;
    *ns = NULL;
    *exact = NULL;
    if (st != ST_OK || rows.n == 0)
        return st;
    cur = db_row(&rows, 0);
    *caller = caller_store_read(c, &cur);
    if (!cur.cell->null)
        pair_read(c, &cur, ns, exact);
    if (by_id && (!*ns || !str_eq((*ns)->id, id_or_name))) {
        *ns = NULL;
        st = find_by(c, BY_NAME, (*caller)->workspace_id, id_or_name, identifier, ns, exact);
    }
    return st;
}

enum status
namespace_store_insert(struct ctx *c, const struct namespace_row *ns)
{
    return db_exec(
        c, &sql[INSERT],
        DB_ARGS(db_str(ns->id), db_str(ns->workspace_id), db_bin(ns->name), db_int(c->now_ms)),
        NULL);
}

static enum status
overrides(struct ctx *c, const struct db_stmt *s, struct db_args args, struct override_row **out,
          size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, s, args, &rows);

    *n = rows.n;
    *out = ARENA_ARRAY(c->mem, rows.n + 1, struct override_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);

        (*out)[i] = override_read(&cur);
    }
    return st;
}

enum status
namespace_store_wildcards(struct ctx *c, struct str namespace_id, struct override_row **rows,
                          size_t *n)
{
    return overrides(c, &sql[WILDCARDS], DB_ARGS(db_str(namespace_id)), rows, n);
}

enum status
namespace_store_overrides(struct ctx *c, struct str namespace_id, struct override_row **rows,
                          size_t *n)
{
    return overrides(c, &sql[OVERRIDES], DB_ARGS(db_str(namespace_id)), rows, n);
}

enum status
namespace_store_override_page(struct ctx *c, struct str namespace_id, struct str cursor,
                              int64_t limit, struct override_row **rows, size_t *n)
{
    return overrides(c, &sql[OVERRIDE_PAGE],
                     DB_ARGS(db_str(namespace_id), db_str(cursor), db_int(limit)), rows, n);
}

enum status
namespace_store_list(struct ctx *c, struct str workspace_id, struct namespace_row **out, size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[LIST], DB_ARGS(db_str(workspace_id)), &rows);

    *n = rows.n;
    *out = ARENA_ARRAY(c->mem, rows.n + 1, struct namespace_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);

        (*out)[i] = namespace_read(&cur);
    }
    return st;
}

enum status
namespace_store_set_deleted(struct ctx *c, struct str id, bool deleted, bool *done)
{
    struct db_result r = {0, 0};
    enum status st = db_exec(c, &sql[deleted ? SET_DELETED : CLEAR_DELETED],
                             DB_ARGS(db_int(c->now_ms), db_str(id)), &r);

    *done = r.affected == 1;
    return st;
}

enum status
namespace_store_mark(struct ctx *c, const struct namespace_row *ns)
{
    return ns->may_have_overrides ? ST_OK : db_exec(c, &sql[MARK], DB_ARGS(db_str(ns->id)), NULL);
}

enum status
namespace_store_hold(struct ctx *c, struct str id, bool *live)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[HOLD], DB_ARGS(db_str(id)), &rows);

    *live = rows.n == 1;
    return st;
}

enum status
namespace_store_override_put(struct ctx *c, const struct namespace_row *ns,
                             const struct override_row *o, struct str *id)
{
    struct db_rows rows = {0};
    struct db_cursor cur;
    enum status st =
        db_exec(c, &sql[OVERRIDE_PUT],
                DB_ARGS(db_str(o->id), db_str(ns->workspace_id), db_str(ns->id),
                        db_bin(o->identifier), db_int(pattern_is_wildcard(o->identifier)),
                        db_int(o->limit), db_int(o->duration_ms), db_int(c->now_ms),
                        db_int(o->limit), db_int(o->duration_ms), db_int(c->now_ms)),
                NULL);

    if (st == ST_OK)
        st = db_select(c, &sql[OVERRIDE_ID], DB_ARGS(db_str(ns->id), db_bin(o->identifier)), &rows);
    if (st != ST_OK)
        return st;
    if (rows.n == 0)
        return ST_DB_RETRY; /* the new id was taken, so that another row was changed */
    cur = db_row(&rows, 0);
    *id = db_next_str(&cur);
    return ST_OK;
}

enum status
namespace_store_override_delete(struct ctx *c, struct str override_id, bool *done)
{
    struct db_result r = {0, 0};
    enum status st =
        db_exec(c, &sql[OVERRIDE_DELETE], DB_ARGS(db_int(c->now_ms), db_str(override_id)), &r);

    *done = r.affected == 1;
    return st;
}
