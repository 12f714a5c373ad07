/* The SQL of permissions and roles. */
#include "store/rbac_store.h"

#include "store/blocks.h"

#include <string.h>

enum {
    PERMISSIONS_INSERT,
    LINK_PERMISSIONS = PERMISSIONS_INSERT + BLOCKS_SIZES,
    LINK_ROLES = LINK_PERMISSIONS + BLOCKS_SIZES,
    PERMISSIONS_BY_SLUG = LINK_ROLES + BLOCKS_SIZES,
    ROLES_BY_NAME,
    PERMISSIONS_OF_KEY,
    ROLES_OF_KEY,
    UNLINK_PERMISSION,
    UNLINK_ROLE,
    MARK_KEY,
    MAX
};

/* How many values one lookup by slug or name takes; the last one is repeated to fill up. */
enum { LOOKUP = 16 };
#define LOOKUP_LIST "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

#define PERMISSION_COLUMNS "p.id, p.slug, p.name, p.description"
#define ROLE_COLUMNS "r.id, r.name, r.description"

static const struct db_stmt sql[MAX] = {
    BLOCKS_STMTS("INSERT INTO lk_permission (id, workspace_id, slug, name, description, "
                 "created_at)",
                 "(?, ?, ?, ?, ?, ?)", BLOCKS_KEEP("slug")),
    BLOCKS_STMTS("INSERT INTO lk_key_permission (key_id, permission_id, created_at)", "(?, ?, ?)",
                 BLOCKS_KEEP("key_id")),
    BLOCKS_STMTS("INSERT INTO lk_key_role (key_id, role_id, created_at)", "(?, ?, ?)",
                 BLOCKS_KEEP("key_id")),
    [PERMISSIONS_BY_SLUG] = {"SELECT " PERMISSION_COLUMNS " FROM lk_permission p "
                             "WHERE p.workspace_id = ? AND p.slug IN " LOOKUP_LIST,
                             false},
    [ROLES_BY_NAME] = {"SELECT " ROLE_COLUMNS " FROM lk_role r "
                       "WHERE r.workspace_id = ? AND r.name IN " LOOKUP_LIST,
                       false},
    [PERMISSIONS_OF_KEY] = {"SELECT " PERMISSION_COLUMNS " FROM lk_key_permission kp "
                            "JOIN lk_permission p ON p.id = kp.permission_id "
                            "WHERE kp.key_id = ? ORDER BY p.slug",
                            false},
    [ROLES_OF_KEY] = {"SELECT " ROLE_COLUMNS " FROM lk_key_role kr "
                      "JOIN lk_role r ON r.id = kr.role_id WHERE kr.key_id = ? ORDER BY r.name",
                      false},
    [UNLINK_PERMISSION] = {"DELETE FROM lk_key_permission WHERE key_id = ? AND permission_id = ?",
                           false},
    [UNLINK_ROLE] = {"DELETE FROM lk_key_role WHERE key_id = ? AND role_id = ?", false},
    [MARK_KEY] = {"UPDATE lk_key SET may_have_grants = 1 WHERE id = ? AND may_have_grants = 0",
                  false},
};
const struct db_stmt_list rbac_store_stmts = DB_STMT_LIST("rbac_store", sql);

static struct permission_row
permission_read(struct db_cursor *cur)
{
    struct permission_row p;

    p.id = db_next_str(cur);
    p.slug = db_next_str(cur);
    p.name = db_next_str(cur);
    p.description = db_next_str(cur);
    return p;
}

static struct role_row
role_read(struct db_cursor *cur)
{
    struct role_row r;

    r.id = db_next_str(cur);
    r.name = db_next_str(cur);
    r.description = db_next_str(cur);
    return r;
}

static enum status
permissions(struct ctx *c, const struct db_stmt *s, struct db_args args,
            struct permission_row **out, size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, s, args, &rows);

    *n = rows.n;
    *out = ARENA_ARRAY(c->mem, rows.n + 1, struct permission_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);

        (*out)[i] = permission_read(&cur);
    }
    return st;
}

static enum status
roles(struct ctx *c, const struct db_stmt *s, struct db_args args, struct role_row **out, size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, s, args, &rows);

    *n = rows.n;
    *out = ARENA_ARRAY(c->mem, rows.n + 1, struct role_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);

        (*out)[i] = role_read(&cur);
    }
    return st;
}

/* The arguments of one lookup: workspace and the next up to LOOKUP values. */
static size_t
lookup_args(struct db_arg args[LOOKUP + 1], struct str workspace_id, const struct str *v, size_t n)
{
    args[0] = db_str(workspace_id);
    for (size_t i = 0; i < LOOKUP; i++)
        args[1 + i] = db_str(v[i < n ? i : n - 1]);
    return n < LOOKUP ? n : LOOKUP;
}

enum status
rbac_store_permissions_by_slug(struct ctx *c, struct str workspace_id, const struct str *slugs,
                               size_t n, struct permission_row **out, size_t *found)
{
    struct db_arg args[LOOKUP + 1];
    enum status st = ST_OK;

    *found = 0;
    *out = ARENA_ARRAY(c->mem, n + 1, struct permission_row);
    while (n > 0 && st == ST_OK) {
        size_t some, took = lookup_args(args, workspace_id, slugs, n);
        struct permission_row *rows;

        st = permissions(c, &sql[PERMISSIONS_BY_SLUG], (struct db_args){args, LOOKUP + 1}, &rows,
                         &some);
        memcpy(*out + *found, rows, some * sizeof(*rows));
        *found += some;
        slugs += took;
        n -= took;
    }
    return st;
}

enum status
rbac_store_permissions_insert(struct ctx *c, struct str workspace_id,
                              const struct permission_row *p, size_t n)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, n * 6 + 1, struct db_arg), *a = args;

    for (size_t i = 0; i < n; i++, p++) {
        *a++ = db_str(p->id);
        *a++ = db_str(workspace_id);
        *a++ = db_str(p->slug);
        *a++ = db_bin(p->name);
        *a++ = db_bin(p->description);
        *a++ = db_int(c->now_ms);
    }
    return blocks_insert(c, &sql[PERMISSIONS_INSERT], args, 6, n);
}

enum status
rbac_store_roles_by_name(struct ctx *c, struct str workspace_id, const struct str *names, size_t n,
                         struct role_row **out, size_t *found)
{
    struct db_arg args[LOOKUP + 1];
    enum status st = ST_OK;

    *found = 0;
    *out = ARENA_ARRAY(c->mem, n + 1, struct role_row);
    while (n > 0 && st == ST_OK) {
        size_t some, took = lookup_args(args, workspace_id, names, n);
        struct role_row *rows;

        st = roles(c, &sql[ROLES_BY_NAME], (struct db_args){args, LOOKUP + 1}, &rows, &some);
        memcpy(*out + *found, rows, some * sizeof(*rows));
        *found += some;
        names += took;
        n -= took;
    }
    return st;
}

enum status
rbac_store_permissions_of_key(struct ctx *c, struct str key_id, struct permission_row **rows,
                              size_t *n)
{
    return permissions(c, &sql[PERMISSIONS_OF_KEY], DB_ARGS(db_str(key_id)), rows, n);
}

enum status
rbac_store_roles_of_key(struct ctx *c, struct str key_id, struct role_row **rows, size_t *n)
{
    return roles(c, &sql[ROLES_OF_KEY], DB_ARGS(db_str(key_id)), rows, n);
}

static enum status
link_all(struct ctx *c, int stmts, struct str key_id, const struct str *ids, size_t n)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, n * 3 + 1, struct db_arg), *a = args;
    enum status st =
        n ? db_exec(c, &sql[MARK_KEY], DB_ARGS(db_str(key_id)), NULL) : ST_OK;

    for (size_t i = 0; i < n; i++) {
        *a++ = db_str(key_id);
        *a++ = db_str(ids[i]);
        *a++ = db_int(c->now_ms);
    }
    return st == ST_OK ? blocks_insert(c, &sql[stmts], args, 3, n) : st;
}

enum status
rbac_store_link_permissions(struct ctx *c, struct str key_id, const struct str *permission_ids,
                            size_t n)
{
    return link_all(c, LINK_PERMISSIONS, key_id, permission_ids, n);
}

enum status
rbac_store_unlink_permission(struct ctx *c, struct str key_id, struct str permission_id)
{
    return db_exec(c, &sql[UNLINK_PERMISSION], DB_ARGS(db_str(key_id), db_str(permission_id)),
                   NULL);
}

enum status
rbac_store_link_roles(struct ctx *c, struct str key_id, const struct str *role_ids, size_t n)
{
    return link_all(c, LINK_ROLES, key_id, role_ids, n);
}

enum status
rbac_store_unlink_role(struct ctx *c, struct str key_id, struct str role_id)
{
    return db_exec(c, &sql[UNLINK_ROLE], DB_ARGS(db_str(key_id), db_str(role_id)), NULL);
}
