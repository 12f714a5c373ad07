/* The SQL of roles. */
#include "store/role_store.h"

#include "store/blocks.h"
#include "store/search.h"

#include <string.h>

enum {
    LINK,
    INSERT_MISSING = LINK + BLOCKS_SIZES,
    UNLINK = INSERT_MISSING + BLOCKS_SIZES,
    BY_NAME,
    FIND,
    LIST,
    SEARCH,
    LOCK,
    INSERT,
    DETACH_PERMISSIONS,
    DETACH_KEYS,
    DELETE,
    PERMISSIONS,
    COUNT_PERMISSIONS,
    MAX
};

#define SELECT_FROM "SELECT " ROLE_COLUMNS " FROM lk_role r "
#define INSERT_HEAD "INSERT INTO lk_role (id, workspace_id, name, description, created_at)"
#define PAGE "ORDER BY r.id LIMIT ?"

static const struct db_stmt sql[MAX] = {
    BLOCKS_STMTS("INSERT INTO lk_role_permission (role_id, permission_id, created_at)", "(?, ?, ?)",
                 BLOCKS_KEEP("role_id")),
    BLOCKS_STMTS(INSERT_HEAD, "(?, ?, ?, ?, ?)", BLOCKS_KEEP("name")),
    [UNLINK] = {"DELETE FROM lk_role_permission "
                "WHERE role_id = ? AND permission_id IN " BLOCKS_LIST,
                false},
    [BY_NAME] = {SELECT_FROM "WHERE r.workspace_id = ? AND r.name IN " BLOCKS_LIST
                             " LOCK IN SHARE MODE",
                 false},
    [FIND] = {SELECT_FROM "WHERE r.id = ? AND r.workspace_id = ? UNION ALL " SELECT_FROM
                          "WHERE r.workspace_id = ? AND r.name = ?",
              false},
    [LIST] = {SELECT_FROM "WHERE r.workspace_id = ? AND r.id >= ? " PAGE, false},
    [SEARCH] = {SELECT_FROM "WHERE r.workspace_id = ? AND r.id >= ? AND (" SEARCH_IN(
                    "r.id") " OR " SEARCH_IN("r.name") " OR " SEARCH_IN("r.description") ") " PAGE,
                false},
    [LOCK] = {SELECT_FROM "WHERE r.id = ? AND r.workspace_id = ? FOR UPDATE", false},
    [INSERT] = {INSERT_HEAD " VALUES (?, ?, ?, ?, ?)", false},
    [DETACH_PERMISSIONS] = {"DELETE FROM lk_role_permission WHERE role_id = ? LIMIT ?", false},
    [DETACH_KEYS] = {"DELETE FROM lk_key_role WHERE role_id = ? LIMIT ?", false},
    [DELETE] = {"DELETE FROM lk_role WHERE id = ?", false},
    [PERMISSIONS] =
        {"SELECT rp.role_id, " PERMISSION_COLUMNS " FROM lk_role_permission rp "
         "JOIN lk_permission p ON p.id = rp.permission_id WHERE rp.role_id IN " BLOCKS_LIST
         " ORDER BY rp.role_id, p.slug",
         false},
    [COUNT_PERMISSIONS] = {"SELECT role_id, COUNT(*) FROM lk_role_permission "
                           "WHERE role_id IN " BLOCKS_LIST " GROUP BY role_id",
                           false},
};
const struct db_stmt_list role_store_stmts = DB_STMT_LIST("role_store", sql);

static struct role_row
row_read(struct db_cursor *cur)
{
    struct role_row r;

    r.id = db_next_str(cur);
    r.name = db_next_str(cur);
    r.description = db_next_str(cur);
    return r;
}

static void
read_all(struct ctx *c, const struct db_rows *rows, struct role_row **out, size_t *n)
{
    *n = rows->n;
    *out = ARENA_ARRAY(c->mem, rows->n + 1, struct role_row);
    for (size_t i = 0; i < rows->n; i++) {
        struct db_cursor cur = db_row(rows, i);

        (*out)[i] = row_read(&cur);
    }
}

enum status
role_store_query(struct ctx *c, const struct db_stmt *s, struct db_args args, struct role_row **out,
                 size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, s, args, &rows);

    read_all(c, &rows, out, n);
    return st;
}

enum status
role_store_by_name(struct ctx *c, struct str workspace_id, const struct str *names, size_t n,
                   struct role_row **out, size_t *found)
{
    struct db_rows rows;
    enum status st =
        blocks_select(c, &sql[BY_NAME], DB_ARGS(db_str(workspace_id)), db_str, names, n, &rows);

    read_all(c, &rows, out, found);
    return st;
}

/* The column ignores trailing spaces. */
static size_t
trailing_spaces(struct str s)
{
    size_t n = 0;

    while (n < s.n && s.p[s.n - 1 - n] == ' ')
        n++;
    return n;
}

enum status
role_store_find(struct ctx *c, struct str workspace_id, struct str id_or_name,
                struct role_row **out)
{
    struct role_row *rows;
    size_t n;
    enum status st = role_store_query(
        c, &sql[FIND],
        DB_ARGS(db_str(id_or_name), db_str(workspace_id), db_str(workspace_id), db_str(id_or_name)),
        &rows, &n);

    *out = NULL;
    for (size_t i = 0; i < n; i++) {
        if (str_eq(rows[i].id, id_or_name)) {
            *out = &rows[i];
            return st;
        }
        if (trailing_spaces(rows[i].name) == trailing_spaces(id_or_name))
            *out = &rows[i];
    }
    return st;
}

enum status
role_store_list(struct ctx *c, struct str workspace_id, struct str search, struct str cursor,
                int64_t limit, struct role_row **rows, size_t *n)
{
    if (search.n)
        return role_store_query(c, &sql[SEARCH],
                                DB_ARGS(db_str(workspace_id), db_str(cursor), db_str(search),
                                        db_str(search), db_str(search), db_int(limit)),
                                rows, n);
    return role_store_query(c, &sql[LIST],
                            DB_ARGS(db_str(workspace_id), db_str(cursor), db_int(limit)), rows, n);
}

enum status
role_store_lock(struct ctx *c, struct str workspace_id, struct str id, struct role_row **out)
{
    struct role_row *rows;
    size_t n;
    enum status st =
        role_store_query(c, &sql[LOCK], DB_ARGS(db_str(id), db_str(workspace_id)), &rows, &n);

    /* the id is compared again: text columns ignore trailing spaces */
    *out = n > 0 && str_eq(rows[0].id, id) ? &rows[0] : NULL;
    return st;
}

enum status
role_store_insert(struct ctx *c, struct str workspace_id, const struct role_row *r)
{
    return db_exec(c, &sql[INSERT],
                   DB_ARGS(db_str(r->id), db_str(workspace_id), db_str(r->name),
                           db_bin(r->description), db_int(c->now_ms)),
                   NULL);
}

enum status
role_store_insert_missing(struct ctx *c, struct str workspace_id, const struct role_row *r,
                          size_t n)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, n * 5 + 1, struct db_arg), *a = args;

    for (size_t i = 0; i < n; i++, r++) {
        *a++ = db_str(r->id);
        *a++ = db_str(workspace_id);
        *a++ = db_str(r->name);
        *a++ = db_bin(r->description);
        *a++ = db_int(c->now_ms);
    }
    return blocks_insert(c, &sql[INSERT_MISSING], args, 5, n);
}

enum status
role_store_detach(struct ctx *c, struct str id)
{
    enum status st = blocks_delete(c, &sql[DETACH_PERMISSIONS], id);

    return st == ST_OK ? blocks_delete(c, &sql[DETACH_KEYS], id) : st;
}

enum status
role_store_delete(struct ctx *c, struct str id)
{
    return db_exec(c, &sql[DELETE], DB_ARGS(db_str(id)), NULL);
}

/* Permissions */

enum status
role_store_permissions(struct ctx *c, const struct str *role_ids, size_t n,
                       struct permission_row **rows, struct str **of, size_t *found)
{
    size_t parts = (n + BLOCKS_LIST_SIZE - 1) / BLOCKS_LIST_SIZE, total = 0;
    struct db_rows *part = ARENA_ARRAY(c->mem, parts + 1, struct db_rows);
    struct db_arg args[BLOCKS_LIST_SIZE];
    enum status st = ST_OK;

    for (size_t i = 0; i < parts && st == ST_OK; i++) {
        size_t took = blocks_list(args, role_ids, n);

        st = db_select(c, &sql[PERMISSIONS], (struct db_args){args, BLOCKS_LIST_SIZE}, &part[i]);
        total += part[i].n;
        role_ids += took;
        n -= took;
    }
    *rows = ARENA_ARRAY(c->mem, total + 1, struct permission_row);
    *of = ARENA_ARRAY(c->mem, total + 1, struct str);
    *found = 0;
    for (size_t i = 0; i < parts; i++)
        for (size_t j = 0; j < part[i].n; j++, (*found)++) {
            struct db_cursor cur = db_row(&part[i], j);

            (*of)[*found] = db_next_str(&cur);
            (*rows)[*found] = permission_store_read(&cur);
        }
    return st;
}

enum status
role_store_link(struct ctx *c, struct str role_id, const struct str *permission_ids, size_t n)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, n * 3 + 1, struct db_arg), *a = args;

    for (size_t i = 0; i < n; i++) {
        *a++ = db_str(role_id);
        *a++ = db_str(permission_ids[i]);
        *a++ = db_int(c->now_ms);
    }
    return blocks_insert(c, &sql[LINK], args, 3, n);
}

enum status
role_store_unlink(struct ctx *c, struct str role_id, const struct str *permission_ids, size_t n)
{
    struct db_arg args[1 + BLOCKS_LIST_SIZE] = {db_str(role_id)};
    enum status st = ST_OK;

    while (n > 0 && st == ST_OK) {
        size_t took = blocks_list(args + 1, permission_ids, n);

        st = db_exec(c, &sql[UNLINK], (struct db_args){args, 1 + BLOCKS_LIST_SIZE}, NULL);
        permission_ids += took;
        n -= took;
    }
    return st;
}

enum status
role_store_count_permissions(struct ctx *c, const struct str *role_ids, size_t n, int64_t *counts)
{
    struct db_rows rows;
    enum status st = blocks_select(c, &sql[COUNT_PERMISSIONS], (struct db_args){NULL, 0}, db_str,
                                   role_ids, n, &rows);

    for (size_t i = 0; i < n; i++)
        counts[i] = 0;
    for (size_t j = 0; st == ST_OK && j < rows.n; j++) {
        struct db_cursor cur = db_row(&rows, j);
        struct str id = db_next_str(&cur);
        int64_t count = db_next_int(&cur);

        for (size_t i = 0; i < n; i++)
            if (str_eq(role_ids[i], id))
                counts[i] = count;
    }
    return st;
}
