/* The counting statement. Assignments are carried out from left to right (session sql_mode sees to
 * that), so `used` still sees the old window's end. */
#include "store/counter_store.h"

#include <string.h>

enum { TAKE, TAKE_IF, READ, PRUNE, MAX };

#define COUNT "INSERT INTO lk_counter (scope_id, name_hash, duration_ms, resets_at, used) "
#define COUNT_ON                                                                                   \
    "ON DUPLICATE KEY UPDATE used = IF(IF(resets_at >= ?, used, 0) <= ?, "                         \
    "LAST_INSERT_ID(IF(resets_at >= ?, used, 0) + ?), "                                            \
    "IF(resets_at >= ?, used, 0) + LAST_INSERT_ID(0)), resets_at = GREATEST(resets_at, ?)"

static const struct db_stmt sql[MAX] = {
    [TAKE] = {COUNT "VALUES (?, ?, ?, ?, LAST_INSERT_ID(?)) " COUNT_ON, false},
    [TAKE_IF] =
        {COUNT
         "SELECT ?, ?, ?, ?, LAST_INSERT_ID(?) FROM lk_root_key r "
         "JOIN lk_workspace w ON w.id = r.workspace_id "
         "JOIN lk_namespace n ON n.workspace_id = r.workspace_id AND n.name = ? "
         "WHERE r.hash = ? AND r.permissions = ? AND r.enabled = 1 "
         "AND r.deleted_at IS NULL AND r.expires_at IS NULL AND w.enabled = 1 "
         "AND w.deleted_at IS NULL AND w.requests_per_minute IS NULL AND n.id = ? "
         "AND n.deleted_at IS NULL AND n.may_have_overrides = 0 "
         "AND UNIX_TIMESTAMP(NOW(3)) * 1000 >= ? AND UNIX_TIMESTAMP(NOW(3)) * 1000 < ? " COUNT_ON,
         false},
    [READ] = {"SELECT IF(resets_at >= ?, used, 0) FROM lk_counter "
              "WHERE scope_id = ? AND name_hash = ? AND duration_ms = ?",
              false},
    [PRUNE] = {"DELETE FROM lk_counter WHERE resets_at < ? ORDER BY resets_at LIMIT ?", false},
};
const struct db_stmt_list counter_store_stmts = DB_STMT_LIST("counter_store", sql);

static struct str
hash_of(const struct counter *k)
{
    return (struct str){(const char *)k->name_hash, COUNTER_HASH_BYTES};
}

int
counter_store_compare(const struct counter *a, const struct counter *b)
{
    int d = str_cmp(a->scope_id, b->scope_id);

    if (d == 0)
        d = memcmp(a->name_hash, b->name_hash, COUNTER_HASH_BYTES);
    if (d == 0)
        d = (a->duration_ms > b->duration_ms) - (a->duration_ms < b->duration_ms);
    return d;
}

enum status
counter_store_take(struct ctx *c, const struct counter *k, int64_t cost, int64_t bound, bool *taken,
                   int64_t *count)
{
    struct db_result r = {0, 0};
    enum status st = db_exec(c, &sql[TAKE],
                             DB_ARGS(db_str(k->scope_id), db_bin(hash_of(k)),
                                     db_int(k->duration_ms), db_int(k->resets_at), db_int(cost),
                                     db_int(k->resets_at), db_int(bound), db_int(k->resets_at),
                                     db_int(cost), db_int(k->resets_at), db_int(k->resets_at)),
                             &r);

    *taken = r.insert_id != 0; /* the count after is at least cost, hence not 0 */
    *count = r.insert_id;
    return st;
}

enum status
counter_store_take_if(struct ctx *c, const struct counter *k, int64_t cost, int64_t bound,
                      const struct counter_premise *p, bool *holds, bool *taken, int64_t *count)
{
    struct db_result r = {0, 0};
    enum status st =
        db_exec(c, &sql[TAKE_IF],
                DB_ARGS(db_str(k->scope_id), db_bin(hash_of(k)), db_int(k->duration_ms),
                        db_int(k->resets_at), db_int(cost), db_bin(p->namespace_name),
                        db_str(p->root_hash), db_str(p->permissions), db_str(p->namespace_id),
                        db_int(k->resets_at - k->duration_ms), db_int(k->resets_at),
                        db_int(k->resets_at), db_int(bound), db_int(k->resets_at), db_int(cost),
                        db_int(k->resets_at), db_int(k->resets_at)),
                &r);

    *holds = r.affected > 0; /* a refusal matches the counter's row without changing it */
    *taken = *holds && r.insert_id != 0;
    *count = r.insert_id;
    return st;
}

enum status
counter_store_read(struct ctx *c, const struct counter *k, int64_t *count)
{
    struct db_rows rows;
    enum status st = db_select(c, &sql[READ],
                               DB_ARGS(db_int(k->resets_at), db_str(k->scope_id),
                                       db_bin(hash_of(k)), db_int(k->duration_ms)),
                               &rows);

    *count = st == ST_OK && rows.n ? rows.rows[0][0].i : 0;
    return st;
}

enum status
counter_store_prune(struct ctx *c, int64_t before, int64_t limit, int64_t *n)
{
    struct db_result r = {0, 0};
    enum status st = db_exec(c, &sql[PRUNE], DB_ARGS(db_int(before), db_int(limit)), &r);

    *n = r.affected;
    return st;
}
