/* The SQL of encrypted copies and data keys. */
#include "store/vault_store.h"

#include "store/blocks.h"

enum {
    NEWEST,
    LOCK,
    DATA_KEY_INSERT,
    COPY_INSERT,
    HAS_COPY,
    COPIES,
    WORKSPACES,
    DATA_KEYS,
    COPIES_OF,
    REWRAP,
    RESEAL,
    MAX
};

#define DATA_KEY_COLUMNS "d.id, d.workspace_id, d.master_key_id, d.sealed, d.created_at"
#define COPY_COLUMNS "s.key_id, s.sealed, " DATA_KEY_COLUMNS
#define COPY_TABLES "lk_key_secret s LEFT JOIN lk_data_key d ON d.id = s.data_key_id"

static const struct db_stmt sql[MAX] = {
    [NEWEST] = {"SELECT " DATA_KEY_COLUMNS " FROM lk_data_key d WHERE d.workspace_id = ? "
                "ORDER BY d.created_at DESC, d.id DESC LIMIT 1",
                false},
    [LOCK] = {"SELECT id FROM lk_workspace WHERE id = ? FOR UPDATE", false},
    [DATA_KEY_INSERT] = {"INSERT INTO lk_data_key (id, workspace_id, master_key_id, sealed, "
                         "created_at) VALUES (?, ?, ?, ?, ?)",
                         false},
    [COPY_INSERT] = {"INSERT INTO lk_key_secret (key_id, workspace_id, sealed, data_key_id, "
                     "created_at) VALUES (?, ?, ?, ?, ?)",
                     false},
    [HAS_COPY] = {"SELECT 1 FROM lk_key_secret WHERE key_id = ?", false},
    [COPIES] = {"SELECT " COPY_COLUMNS " FROM " COPY_TABLES " WHERE s.key_id IN " BLOCKS_LIST,
                false},
    [WORKSPACES] = {"SELECT DISTINCT workspace_id FROM lk_data_key WHERE workspace_id > ? "
                    "ORDER BY workspace_id LIMIT ?",
                    false},
    [DATA_KEYS] = {"SELECT " DATA_KEY_COLUMNS " FROM lk_data_key d WHERE d.id > ? "
                   "ORDER BY d.id LIMIT ?",
                   false},
    [COPIES_OF] = {"SELECT " COPY_COLUMNS " FROM " COPY_TABLES " WHERE s.data_key_id = ? "
                   "AND s.key_id > ? ORDER BY s.key_id LIMIT ?",
                   false},
    [REWRAP] = {"UPDATE lk_data_key SET master_key_id = ?, sealed = ? WHERE id = ? AND sealed = ?",
                false},
    [RESEAL] = {"UPDATE lk_key_secret SET data_key_id = ?, sealed = ? WHERE key_id = ? "
                "AND sealed = ?",
                false},
};
const struct db_stmt_list vault_store_stmts = DB_STMT_LIST("vault_store", sql);

static struct data_key_row
data_key_read(struct db_cursor *cur)
{
    struct data_key_row k;

    k.id = db_next_str(cur);
    k.workspace_id = db_next_str(cur);
    k.master_key_id = db_next_str(cur);
    k.sealed = db_next_str(cur);
    k.created_at = db_next_int(cur);
    return k;
}

static void
copies_read(struct ctx *c, const struct db_rows *rows, struct copy_row **out, size_t *n)
{
    *n = rows->n;
    *out = ARENA_ARRAY(c->mem, rows->n + 1, struct copy_row);
    for (size_t i = 0; i < rows->n; i++) {
        struct db_cursor cur = db_row(rows, i);

        (*out)[i].key_id = db_next_str(&cur);
        (*out)[i].sealed = db_next_str(&cur);
        (*out)[i].data_key = data_key_read(&cur);
    }
}

static void
data_keys_read(struct ctx *c, const struct db_rows *rows, struct data_key_row **out, size_t *n)
{
    *n = rows->n;
    *out = ARENA_ARRAY(c->mem, rows->n + 1, struct data_key_row);
    for (size_t i = 0; i < rows->n; i++) {
        struct db_cursor cur = db_row(rows, i);

        (*out)[i] = data_key_read(&cur);
    }
}

enum status
vault_store_newest(struct ctx *c, struct str workspace_id, struct data_key_row **out)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[NEWEST], DB_ARGS(db_str(workspace_id)), &rows);
    size_t n;

    data_keys_read(c, &rows, out, &n);
    if (n == 0)
        *out = NULL;
    return st;
}

enum status
vault_store_lock(struct ctx *c, struct str workspace_id)
{
    struct db_rows rows;

    return db_select(c, &sql[LOCK], DB_ARGS(db_str(workspace_id)), &rows);
}

enum status
vault_store_data_key_insert(struct ctx *c, const struct data_key_row *k)
{
    return db_exec(c, &sql[DATA_KEY_INSERT],
                   DB_ARGS(db_str(k->id), db_str(k->workspace_id), db_str(k->master_key_id),
                           db_str(k->sealed), db_int(k->created_at)),
                   NULL);
}

enum status
vault_store_copy_insert(struct ctx *c, struct str key_id, const struct data_key_row *data_key,
                        struct str sealed)
{
    return db_exec(c, &sql[COPY_INSERT],
                   DB_ARGS(db_str(key_id), db_str(data_key->workspace_id), db_str(sealed),
                           db_str(data_key->id), db_int(c->now_ms)),
                   NULL);
}

enum status
vault_store_has_copy(struct ctx *c, struct str key_id, bool *out)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[HAS_COPY], DB_ARGS(db_str(key_id)), &rows);

    *out = rows.n > 0;
    return st;
}

enum status
vault_store_copies(struct ctx *c, const struct str *key_ids, size_t n, struct copy_row **out,
                   size_t *found)
{
    struct db_rows rows;
    enum status st =
        blocks_select(c, &sql[COPIES], (struct db_args){NULL, 0}, db_str, key_ids, n, &rows);

    copies_read(c, &rows, out, found);
    return st;
}

enum status
vault_store_workspaces(struct ctx *c, struct str after, int64_t limit, struct db_rows *ids)
{
    return db_select(c, &sql[WORKSPACES], DB_ARGS(db_str(after), db_int(limit)), ids);
}

enum status
vault_store_data_keys(struct ctx *c, struct str after, int64_t limit, struct data_key_row **out,
                      size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[DATA_KEYS], DB_ARGS(db_str(after), db_int(limit)), &rows);

    data_keys_read(c, &rows, out, n);
    return st;
}

enum status
vault_store_copies_of(struct ctx *c, struct str data_key_id, struct str after, int64_t limit,
                      struct copy_row **out, size_t *n)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[COPIES_OF],
                               DB_ARGS(db_str(data_key_id), db_str(after), db_int(limit)), &rows);

    copies_read(c, &rows, out, n);
    return st;
}

enum status
vault_store_rewrap(struct ctx *c, const struct data_key_row *old, const struct data_key_row *fresh,
                   bool *done)
{
    struct db_result r = {0, 0};
    enum status st = db_exec(c, &sql[REWRAP],
                             DB_ARGS(db_str(fresh->master_key_id), db_str(fresh->sealed),
                                     db_str(old->id), db_str(old->sealed)),
                             &r);

    *done = r.affected == 1;
    return st;
}

enum status
vault_store_reseal(struct ctx *c, const struct copy_row *old, const struct data_key_row *data_key,
                   struct str sealed, bool *done)
{
    struct db_result r = {0, 0};
    enum status st = db_exec(
        c, &sql[RESEAL],
        DB_ARGS(db_str(data_key->id), db_str(sealed), db_str(old->key_id), db_str(old->sealed)),
        &r);

    *done = r.affected == 1;
    return st;
}
