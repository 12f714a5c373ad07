/* The SQL of what keys hold. */
#include "store/rbac_store.h"

#include "store/blocks.h"

enum {
    LINK_PERMISSIONS,
    LINK_ROLES = LINK_PERMISSIONS + BLOCKS_SIZES,
    UNLINK_PERMISSIONS = LINK_ROLES + BLOCKS_SIZES,
    UNLINK_ROLES,
    PERMISSIONS_OF_KEY,
    ROLES_OF_KEY,
    COPY_PERMISSIONS,
    COPY_ROLES,
    MARK_KEY,
    MAX
};

static const struct db_stmt sql[MAX] = {
    BLOCKS_STMTS("INSERT INTO lk_key_permission (key_id, permission_id, created_at)", "(?, ?, ?)",
                 BLOCKS_KEEP("key_id")),
    BLOCKS_STMTS("INSERT INTO lk_key_role (key_id, role_id, created_at)", "(?, ?, ?)",
                 BLOCKS_KEEP("key_id")),
    [UNLINK_PERMISSIONS] = {"DELETE FROM lk_key_permission "
                            "WHERE key_id = ? AND permission_id IN " BLOCKS_LIST,
                            false},
    [UNLINK_ROLES] = {"DELETE FROM lk_key_role WHERE key_id = ? AND role_id IN " BLOCKS_LIST,
                      false},
    [PERMISSIONS_OF_KEY] = {"SELECT " PERMISSION_COLUMNS " FROM lk_key_permission kp "
                            "JOIN lk_permission p ON p.id = kp.permission_id "
                            "WHERE kp.key_id = ? ORDER BY p.slug",
                            false},
    [ROLES_OF_KEY] = {"SELECT " ROLE_COLUMNS " FROM lk_key_role kr "
                      "JOIN lk_role r ON r.id = kr.role_id WHERE kr.key_id = ? ORDER BY r.name",
                      false},
    [COPY_PERMISSIONS] = {"INSERT INTO lk_key_permission (key_id, permission_id, created_at) "
                          "SELECT ?, p.id, ? FROM lk_key_permission kp "
                          "JOIN lk_permission p ON p.id = kp.permission_id WHERE kp.key_id = ? "
                          "LOCK IN SHARE MODE",
                          false},
    [COPY_ROLES] = {"INSERT INTO lk_key_role (key_id, role_id, created_at) "
                    "SELECT ?, r.id, ? FROM lk_key_role kr JOIN lk_role r ON r.id = kr.role_id "
                    "WHERE kr.key_id = ? LOCK IN SHARE MODE",
                    false},
    [MARK_KEY] = {"UPDATE lk_key SET may_have_grants = 1 WHERE id = ? AND may_have_grants = 0",
                  false},
};
const struct db_stmt_list rbac_store_stmts = DB_STMT_LIST("rbac_store", sql);

enum status
rbac_store_permissions_of_key(struct ctx *c, struct str key_id, struct permission_row **rows,
                              size_t *n)
{
    return permission_store_query(c, &sql[PERMISSIONS_OF_KEY], DB_ARGS(db_str(key_id)), rows, n);
}

enum status
rbac_store_roles_of_key(struct ctx *c, struct str key_id, struct role_row **rows, size_t *n)
{
    return role_store_query(c, &sql[ROLES_OF_KEY], DB_ARGS(db_str(key_id)), rows, n);
}

static enum status
link_pairs(struct ctx *c, int stmts, const struct rbac_link *links, size_t n)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, n * 3 + 1, struct db_arg), *a = args;

    for (size_t i = 0; i < n; i++) {
        *a++ = db_str(links[i].key_id);
        *a++ = db_str(links[i].id);
        *a++ = db_int(c->now_ms);
    }
    return blocks_insert(c, &sql[stmts], args, 3, n);
}

static enum status
link_all(struct ctx *c, int stmts, struct str key_id, const struct str *ids, size_t n)
{
    struct rbac_link *links = ARENA_ARRAY(c->mem, n + 1, struct rbac_link);
    enum status st = n ? db_exec(c, &sql[MARK_KEY], DB_ARGS(db_str(key_id)), NULL) : ST_OK;

    for (size_t i = 0; i < n; i++)
        links[i] = (struct rbac_link){key_id, ids[i]};
    return st == ST_OK ? link_pairs(c, stmts, links, n) : st;
}

static enum status
unlink_all(struct ctx *c, int stmt, struct str key_id, const struct str *ids, size_t n)
{
    struct db_arg args[1 + BLOCKS_LIST_SIZE] = {db_str(key_id)};
    enum status st = ST_OK;

    while (n > 0 && st == ST_OK) {
        size_t took = blocks_list(args + 1, ids, n);

        st = db_exec(c, &sql[stmt], (struct db_args){args, 1 + BLOCKS_LIST_SIZE}, NULL);
        ids += took;
        n -= took;
    }
    return st;
}

enum status
rbac_store_link_permissions(struct ctx *c, struct str key_id, const struct str *permission_ids,
                            size_t n)
{
    return link_all(c, LINK_PERMISSIONS, key_id, permission_ids, n);
}

enum status
rbac_store_unlink_permissions(struct ctx *c, struct str key_id, const struct str *permission_ids,
                              size_t n)
{
    return unlink_all(c, UNLINK_PERMISSIONS, key_id, permission_ids, n);
}

enum status
rbac_store_link_roles(struct ctx *c, struct str key_id, const struct str *role_ids, size_t n)
{
    return link_all(c, LINK_ROLES, key_id, role_ids, n);
}

enum status
rbac_store_unlink_roles(struct ctx *c, struct str key_id, const struct str *role_ids, size_t n)
{
    return unlink_all(c, UNLINK_ROLES, key_id, role_ids, n);
}

enum status
rbac_store_unlink_permission(struct ctx *c, struct str key_id, struct str permission_id)
{
    return rbac_store_unlink_permissions(c, key_id, &permission_id, 1);
}

enum status
rbac_store_unlink_role(struct ctx *c, struct str key_id, struct str role_id)
{
    return rbac_store_unlink_roles(c, key_id, &role_id, 1);
}

enum status
rbac_store_copy_grants(struct ctx *c, struct str from_key_id, struct str to_key_id)
{
    struct db_args args = DB_ARGS(db_str(to_key_id), db_int(c->now_ms), db_str(from_key_id));
    enum status st = db_exec(c, &sql[COPY_ROLES], args, NULL);

    return st == ST_OK ? db_exec(c, &sql[COPY_PERMISSIONS], args, NULL) : st;
}

enum status
rbac_store_link_permission_pairs(struct ctx *c, const struct rbac_link *links, size_t n)
{
    return link_pairs(c, LINK_PERMISSIONS, links, n);
}

enum status
rbac_store_link_role_pairs(struct ctx *c, const struct rbac_link *links, size_t n)
{
    return link_pairs(c, LINK_ROLES, links, n);
}
