/* The SQL of permissions. */
#include "store/permission_store.h"

#include "store/blocks.h"
#include "store/search.h"

#include <string.h>

enum {
    INSERT_MISSING,
    INSERT = INSERT_MISSING + BLOCKS_SIZES,
    BY_SLUG,
    FIND,
    LIST,
    SEARCH,
    DETACH_ROLES,
    DETACH_KEYS,
    LOCK,
    DELETE,
    MAX
};

#define INSERT_HEAD                                                                                \
    "INSERT INTO lk_permission (id, workspace_id, slug, name, description, created_at)"
#define SELECT_FROM "SELECT " PERMISSION_COLUMNS " FROM lk_permission p "
#define PAGE "ORDER BY p.id LIMIT ?"

static const struct db_stmt sql[MAX] = {
    BLOCKS_STMTS(INSERT_HEAD, "(?, ?, ?, ?, ?, ?)", BLOCKS_KEEP("slug")),
    [INSERT] = {INSERT_HEAD " VALUES (?, ?, ?, ?, ?, ?)", false},
    [BY_SLUG] = {SELECT_FROM "WHERE p.workspace_id = ? AND p.slug IN " BLOCKS_LIST
                             " LOCK IN SHARE MODE",
                 false},
    [FIND] = {SELECT_FROM "WHERE p.id = ? AND p.workspace_id = ? UNION ALL " SELECT_FROM
                          "WHERE p.workspace_id = ? AND p.slug = ?",
              false},
    [LIST] = {SELECT_FROM "WHERE p.workspace_id = ? AND p.id >= ? " PAGE, false},
    [SEARCH] =
        {SELECT_FROM
         "WHERE p.workspace_id = ? AND p.id >= ? AND (" SEARCH_IN("p.id") " OR " SEARCH_IN(
             "p.slug") " OR " SEARCH_IN("p.name") " OR " SEARCH_IN("p.description") ") " PAGE,
         false},
    [DETACH_ROLES] = {"DELETE FROM lk_role_permission WHERE permission_id = ? LIMIT ?", false},
    [DETACH_KEYS] = {"DELETE FROM lk_key_permission WHERE permission_id = ? LIMIT ?", false},
    [LOCK] = {"SELECT id FROM lk_permission WHERE id = ? FOR UPDATE", false},
    [DELETE] = {"DELETE FROM lk_permission WHERE id = ?", false},
};
const struct db_stmt_list permission_store_stmts = DB_STMT_LIST("permission_store", sql);

struct permission_row
permission_store_read(struct db_cursor *cur)
{
    struct permission_row p;

    p.id = db_next_str(cur);
    p.slug = db_next_str(cur);
    p.name = db_next_str(cur);
    p.description = db_next_str(cur);
    return p;
}

static void
read_all(struct ctx *c, const struct db_rows *rows, struct permission_row **out, size_t *n)
{
    *n = rows->n;
    *out = ARENA_ARRAY(c->mem, rows->n + 1, struct permission_row);
    for (size_t i = 0; i < rows->n; i++) {
        struct db_cursor cur = db_row(rows, i);

        (*out)[i] = permission_store_read(&cur);
    }
}

enum status
permission_store_query(struct ctx *c, const struct db_stmt *s, struct db_args args,
                       struct permission_row **out, size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, s, args, &rows);

    read_all(c, &rows, out, n);
    return st;
}

enum status
permission_store_by_slug(struct ctx *c, struct str workspace_id, const struct str *slugs, size_t n,
                         struct permission_row **out, size_t *found)
{
    struct db_rows rows;
    enum status st =
        blocks_select(c, &sql[BY_SLUG], DB_ARGS(db_str(workspace_id)), db_str, slugs, n, &rows);

    read_all(c, &rows, out, found);
    return st;
}

enum status
permission_store_find(struct ctx *c, struct str workspace_id, struct str id_or_slug,
                      struct permission_row **out)
{
    struct permission_row *rows;
    size_t n;
    enum status st = permission_store_query(
        c, &sql[FIND],
        DB_ARGS(db_str(id_or_slug), db_str(workspace_id), db_str(workspace_id), db_str(id_or_slug)),
        &rows, &n);

    *out = NULL;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || str_eq(rows[i].id, id_or_slug))
            *out = &rows[i];
    return st;
}

enum status
permission_store_list(struct ctx *c, struct str workspace_id, struct str search, struct str cursor,
                      int64_t limit, struct permission_row **rows, size_t *n)
{
    if (search.n)
        return permission_store_query(c, &sql[SEARCH],
                                      DB_ARGS(db_str(workspace_id), db_str(cursor), db_str(search),
                                              db_str(search), db_str(search), db_str(search),
                                              db_int(limit)),
                                      rows, n);
    return permission_store_query(
        c, &sql[LIST], DB_ARGS(db_str(workspace_id), db_str(cursor), db_int(limit)), rows, n);
}

static void
insert_args(struct ctx *c, struct db_arg *a, struct str workspace_id,
            const struct permission_row *p)
{
    a[0] = db_str(p->id);
    a[1] = db_str(workspace_id);
    a[2] = db_str(p->slug);
    a[3] = db_bin(p->name);
    a[4] = db_bin(p->description);
    a[5] = db_int(c->now_ms);
}

enum status
permission_store_insert(struct ctx *c, struct str workspace_id, const struct permission_row *p)
{
    struct db_arg args[6];

    insert_args(c, args, workspace_id, p);
    return db_exec(c, &sql[INSERT], (struct db_args){args, 6}, NULL);
}

enum status
permission_store_insert_missing(struct ctx *c, struct str workspace_id,
                                const struct permission_row *p, size_t n)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, n * 6 + 1, struct db_arg);

    for (size_t i = 0; i < n; i++)
        insert_args(c, args + i * 6, workspace_id, &p[i]);
    return blocks_insert(c, &sql[INSERT_MISSING], args, 6, n);
}

enum status
permission_store_detach(struct ctx *c, struct str id)
{
    enum status st = blocks_delete(c, &sql[DETACH_ROLES], id);

    return st == ST_OK ? blocks_delete(c, &sql[DETACH_KEYS], id) : st;
}

enum status
permission_store_lock(struct ctx *c, struct str id, bool *there)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[LOCK], DB_ARGS(db_str(id)), &rows);

    *there = rows.n > 0;
    return st;
}

enum status
permission_store_delete(struct ctx *c, struct str id)
{
    return db_exec(c, &sql[DELETE], DB_ARGS(db_str(id)), NULL);
}
