/* Limits of keys and identities. */
#include "store/ratelimit_store.h"

#include "store/blocks.h"

enum {
    INSERT,
    OF_OWNER = INSERT + BLOCKS_SIZES,
    OF_OWNERS,
    UPDATE,
    PUT,
    MARK_KEY,
    MARK_IDENTITY,
    DELETE_ONE,
    DELETE_ALL,
    MAX
};

/* How many owners one lookup takes; the last one is repeated to fill up. */
enum { OWNERS = 16, INSERT_COLS = 8 };

#define COLUMNS "id, name, max_count, duration_ms, auto_apply"

static const struct db_stmt sql[MAX] = {
    BLOCKS_STMTS("INSERT INTO lk_ratelimit (owner_id, name, id, workspace_id, max_count, "
                 "duration_ms, auto_apply, created_at)",
                 "(?, ?, ?, ?, ?, ?, ?, ?)", ""),
    [OF_OWNER] = {"SELECT " COLUMNS " FROM lk_ratelimit WHERE owner_id = ? ORDER BY name", false},
    [OF_OWNERS] = {"SELECT owner_id, " COLUMNS " FROM lk_ratelimit WHERE owner_id IN "
                   "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ORDER BY owner_id, name",
                   false},
    [UPDATE] = {"UPDATE lk_ratelimit SET max_count = ?, duration_ms = ?, auto_apply = ?, "
                "updated_at = ? WHERE owner_id = ? AND name = ?",
                false},
    [PUT] = {"INSERT INTO lk_ratelimit (owner_id, name, id, workspace_id, max_count, duration_ms, "
             "auto_apply, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
             "ON DUPLICATE KEY UPDATE max_count = ?, duration_ms = ?, auto_apply = ?, "
             "updated_at = ?",
             false},
    [MARK_KEY] = {"UPDATE lk_key SET may_have_limits = 1 WHERE id = ? AND may_have_limits = 0",
                  false},
    [MARK_IDENTITY] = {"UPDATE lk_identity SET may_have_limits = 1 "
                       "WHERE id = ? AND may_have_limits = 0",
                       false},
    [DELETE_ONE] = {"DELETE FROM lk_ratelimit WHERE owner_id = ? AND name = ?", false},
    [DELETE_ALL] = {"DELETE FROM lk_ratelimit WHERE owner_id = ?", false},
};
const struct db_stmt_list ratelimit_store_stmts = DB_STMT_LIST("ratelimit_store", sql);

struct ratelimit_row
ratelimit_store_read(struct db_cursor *cur)
{
    struct ratelimit_row r;

    r.id = db_next_str(cur);
    r.name = db_next_str(cur);
    r.limit = db_next_int(cur);
    r.duration_ms = db_next_int(cur);
    r.auto_apply = db_next_int(cur);
    return r;
}

enum status
ratelimit_store_of(struct ctx *c, struct str owner_id, struct ratelimit_row **out, size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[OF_OWNER], DB_ARGS(db_str(owner_id)), &rows);

    *n = rows.n;
    *out = ARENA_ARRAY(c->mem, rows.n + 1, struct ratelimit_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);

        (*out)[i] = ratelimit_store_read(&cur);
    }
    return st;
}

static size_t
index_of(const struct str *ids, size_t n, struct str id)
{
    size_t i = 0;

    while (i + 1 < n && !str_eq(ids[i], id))
        i++;
    return i;
}

/* Limits of n (1 to OWNERS) owners. The rows of an owner come one after the other. */
static enum status
of_some(struct ctx *c, const struct str *owner_ids, size_t n, struct ratelimit_list *lists)
{
    struct db_arg args[OWNERS];
    struct db_rows rows = {0};
    struct ratelimit_row *r;
    enum status st;

    for (size_t i = 0; i < OWNERS; i++)
        args[i] = db_str(owner_ids[i < n ? i : n - 1]);
    st = db_select(c, &sql[OF_OWNERS], (struct db_args){args, OWNERS}, &rows);
    r = ARENA_ARRAY(c->mem, rows.n + 1, struct ratelimit_row);
    for (size_t i = 0; i < rows.n; i++) {
        struct db_cursor cur = db_row(&rows, i);
        struct ratelimit_list *l = &lists[index_of(owner_ids, n, db_next_str(&cur))];

        r[i] = ratelimit_store_read(&cur);
        if (l->n++ == 0)
            l->rows = &r[i];
    }
    return st;
}

enum status
ratelimit_store_of_each(struct ctx *c, const struct str *owner_ids, size_t n,
                        struct ratelimit_list **limits)
{
    enum status st = ST_OK;

    *limits = ARENA_ARRAY(c->mem, n + 1, struct ratelimit_list);
    for (size_t i = 0; i < n && st == ST_OK; i += OWNERS)
        st = of_some(c, owner_ids + i, n - i < OWNERS ? n - i : OWNERS, *limits + i);
    return st;
}

/* Tells verifications that a key or an identity may have limits. */
static enum status
mark(struct ctx *c, struct str owner_id)
{
    bool of_key = str_starts(owner_id, S("key_"));

    return db_exec(c, &sql[of_key ? MARK_KEY : MARK_IDENTITY], DB_ARGS(db_str(owner_id)), NULL);
}

enum status
ratelimit_store_insert_marked(struct ctx *c, struct str workspace_id, const struct ratelimit_of *l,
                              size_t n)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, n * INSERT_COLS + 1, struct db_arg), *a = args;

    for (size_t i = 0; i < n; i++, l++) {
        *a++ = db_str(l->owner_id);
        *a++ = db_bin(l->row.name);
        *a++ = db_str(l->row.id);
        *a++ = db_str(workspace_id);
        *a++ = db_int(l->row.limit);
        *a++ = db_int(l->row.duration_ms);
        *a++ = db_int(l->row.auto_apply);
        *a++ = db_int(c->now_ms);
    }
    return blocks_insert(c, &sql[INSERT], args, INSERT_COLS, n);
}

enum status
ratelimit_store_insert(struct ctx *c, struct str owner_id, struct str workspace_id,
                       const struct ratelimit_row *rows, size_t n)
{
    struct ratelimit_of *l = ARENA_ARRAY(c->mem, n + 1, struct ratelimit_of);
    enum status st = n > 0 ? mark(c, owner_id) : ST_OK;

    for (size_t i = 0; i < n; i++)
        l[i] = (struct ratelimit_of){owner_id, rows[i]};
    return st == ST_OK ? ratelimit_store_insert_marked(c, workspace_id, l, n) : st;
}

enum status
ratelimit_store_update(struct ctx *c, struct str owner_id, const struct ratelimit_row *r)
{
    return db_exec(c, &sql[UPDATE],
                   DB_ARGS(db_int(r->limit), db_int(r->duration_ms), db_int(r->auto_apply),
                           db_int(c->now_ms), db_str(owner_id), db_bin(r->name)),
                   NULL);
}

enum status
ratelimit_store_put(struct ctx *c, struct str owner_id, struct str workspace_id,
                    const struct ratelimit_row *r)
{
    enum status st = mark(c, owner_id);

    if (st != ST_OK)
        return st;
    return db_exec(c, &sql[PUT],
                   DB_ARGS(db_str(owner_id), db_bin(r->name), db_str(r->id), db_str(workspace_id),
                           db_int(r->limit), db_int(r->duration_ms), db_int(r->auto_apply),
                           db_int(c->now_ms), db_int(r->limit), db_int(r->duration_ms),
                           db_int(r->auto_apply), db_int(c->now_ms)),
                   NULL);
}

enum status
ratelimit_store_delete(struct ctx *c, struct str owner_id, struct str name)
{
    return db_exec(c, &sql[DELETE_ONE], DB_ARGS(db_str(owner_id), db_bin(name)), NULL);
}

enum status
ratelimit_store_delete_all(struct ctx *c, struct str owner_id)
{
    return db_exec(c, &sql[DELETE_ALL], DB_ARGS(db_str(owner_id)), NULL);
}
