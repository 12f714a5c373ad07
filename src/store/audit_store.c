/* The SQL of audit records. */
#include "store/audit_store.h"

#include "store/blocks.h"

enum {
    EVENT_INSERT,
    TARGET_INSERT = EVENT_INSERT + BLOCKS_SIZES,
    LIST = TARGET_INSERT + BLOCKS_SIZES,
    LIST_OF_RESOURCE,
    TARGETS,
    PRUNE_TARGETS,
    PRUNE,
    MAX
};

enum { EVENT_COLS = 13, TARGET_COLS = 7, NAMES = 8 };

#define EVENT_COLUMNS                                                                              \
    "e.time, e.id, e.event, e.description, e.actor_type, e.actor_id, e.actor_name, e.remote_ip, "  \
    "e.user_agent, e.correlation_id"
/* An empty filter admits everything. Event names come in a fixed number, the last one repeated. */
#define FILTER                                                                                     \
    "e.workspace_id = ? AND e.time >= ? AND e.time <= ? AND e.time <= ? "                          \
    "AND (e.time < ? OR e.id < ?) AND (? = '' OR e.actor_id = ?) "                                 \
    "AND (? = '' OR e.event IN (?, ?, ?, ?, ?, ?, ?, ?)) "                                         \
    "ORDER BY e.time DESC, e.id DESC LIMIT ?"

static const struct db_stmt sql[MAX] = {
    BLOCKS_STMTS("INSERT INTO lk_audit_event (workspace_id, time, id, bucket, source, event, "
                 "description, actor_type, actor_id, actor_name, remote_ip, user_agent, "
                 "correlation_id)",
                 "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ""),
    BLOCKS_STMTS("INSERT INTO lk_audit_target (event_id, position, workspace_id, type, id, name, "
                 "meta)",
                 "(?, ?, ?, ?, ?, ?, ?)", ""),
    [LIST] = {"SELECT " EVENT_COLUMNS " FROM lk_audit_event e WHERE " FILTER, false},
    [LIST_OF_RESOURCE] = {"SELECT DISTINCT " EVENT_COLUMNS " FROM lk_audit_target t "
                          "JOIN lk_audit_event e ON e.id = t.event_id "
                          "WHERE t.workspace_id = ? AND t.id = ? AND " FILTER,
                          false},
    [TARGETS] = {"SELECT type, id, name, meta FROM lk_audit_target WHERE event_id = ? "
                 "ORDER BY position",
                 false},
    [PRUNE_TARGETS] = {"DELETE t FROM (SELECT id FROM lk_audit_event WHERE workspace_id = ? "
                       "AND time < ? ORDER BY time, id LIMIT ?) old "
                       "JOIN lk_audit_target t ON t.event_id = old.id",
                       false},
    [PRUNE] = {"DELETE FROM lk_audit_event WHERE workspace_id = ? AND time < ? "
               "ORDER BY time, id LIMIT ?",
               false},
};
const struct db_stmt_list audit_store_stmts = DB_STMT_LIST("audit_store", sql);

static void
event_args(struct db_arg *a, struct str workspace_id, const struct audit_event *e)
{
    const struct db_arg v[EVENT_COLS] = {
        db_str(workspace_id),
        db_int(e->time),
        db_str(e->id),
        db_str(S("unkey_mutations")),
        db_str(S("platform")),
        db_str(e->event),
        db_str(str_utf8_clip(e->description, 65535)),
        db_str(e->actor_type),
        db_str(str_utf8_clip(e->actor_id, 256)),
        db_str(str_utf8_clip(e->actor_name, 256)),
        db_str(str_utf8_clip(e->remote_ip, 64)),
        db_str(str_utf8_clip(e->user_agent, 512)),
        db_str(e->correlation_id),
    };

    for (size_t i = 0; i < EVENT_COLS; i++)
        a[i] = v[i];
}

static void
target_args(struct db_arg *a, struct str workspace_id, const struct audit_event *e, size_t i)
{
    const struct audit_target *t = &e->targets[i];

    a[0] = db_str(e->id);
    a[1] = db_int((int64_t)i);
    a[2] = db_str(workspace_id);
    a[3] = db_str(t->type);
    a[4] = db_str(t->id);
    a[5] = db_bin(t->name);
    a[6] = db_str_if(t->meta.n, t->meta);
}

enum status
audit_store_insert(struct ctx *c, struct str workspace_id, const struct audit_event *events,
                   size_t n)
{
    struct db_arg *ev = ARENA_ARRAY(c->mem, n * EVENT_COLS + 1, struct db_arg);
    struct db_arg *tg = ARENA_ARRAY(c->mem, n * AUDIT_MAX_TARGETS * TARGET_COLS + 1, struct db_arg);
    size_t n_targets = 0;
    enum status st;

    for (size_t i = 0; i < n; i++) {
        event_args(ev + i * EVENT_COLS, workspace_id, &events[i]);
        for (size_t t = 0; t < events[i].n_targets; t++)
            target_args(tg + TARGET_COLS * n_targets++, workspace_id, &events[i], t);
    }
    st = blocks_insert(c, &sql[EVENT_INSERT], ev, EVENT_COLS, n);
    if (st == ST_OK)
        st = blocks_insert(c, &sql[TARGET_INSERT], tg, TARGET_COLS, n_targets);
    return st;
}

static enum status
targets_read(struct ctx *c, struct audit_event *e)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[TARGETS], DB_ARGS(db_str(e->id)), &rows);

    for (size_t i = 0; i < rows.n && i < AUDIT_MAX_TARGETS; i++) {
        struct db_cursor cur = db_row(&rows, i);
        struct audit_target *t = &e->targets[e->n_targets++];

        t->type = db_next_str(&cur);
        t->id = db_next_str(&cur);
        t->name = db_next_str(&cur);
        t->meta = db_next_str(&cur);
    }
    return st;
}

static enum status
events_select(struct ctx *c, const struct audit_filter *f, struct db_rows *rows)
{
    struct db_arg a[21];
    size_t n = 0;
    struct str last = S("");

    if (f->resource_id.n) {
        a[n++] = db_str(f->workspace_id);
        a[n++] = db_str(f->resource_id);
    }
    a[n++] = db_str(f->workspace_id);
    a[n++] = db_int(f->since_ms);
    a[n++] = db_int(f->until_ms);
    a[n++] = db_int(f->before_ms);
    a[n++] = db_int(f->before_ms);
    a[n++] = db_str(f->before_id);
    a[n++] = db_str(f->actor_id);
    a[n++] = db_str(f->actor_id);
    a[n++] = db_str(f->n_event_names ? f->event_names[0] : S(""));
    for (size_t i = 0; i < NAMES; i++) {
        if (i < f->n_event_names)
            last = f->event_names[i];
        a[n++] = db_str(last);
    }
    a[n++] = db_int(f->limit);
    return db_select(c, &sql[f->resource_id.n ? LIST_OF_RESOURCE : LIST], (struct db_args){a, n},
                     rows);
}

enum status
audit_store_list(struct ctx *c, const struct audit_filter *f, struct audit_event **events,
                 size_t *n)
{
    struct db_rows rows = {0};
    enum status st = events_select(c, f, &rows);

    *n = rows.n;
    *events = ARENA_ARRAY(c->mem, rows.n + 1, struct audit_event);
    for (size_t i = 0; i < rows.n && st == ST_OK; i++) {
        struct db_cursor cur = db_row(&rows, i);
        struct audit_event *e = &(*events)[i];

        e->time = db_next_int(&cur);
        e->id = db_next_str(&cur);
        e->event = db_next_str(&cur);
        e->description = db_next_str(&cur);
        e->actor_type = db_next_str(&cur);
        e->actor_id = db_next_str(&cur);
        e->actor_name = db_next_str(&cur);
        e->remote_ip = db_next_str(&cur);
        e->user_agent = db_next_str(&cur);
        e->correlation_id = db_next_str(&cur);
        st = targets_read(c, e);
    }
    return st;
}

enum status
audit_store_prune(struct ctx *c, struct str workspace_id, int64_t before_ms, int64_t limit,
                  int64_t *n)
{
    struct db_args args = DB_ARGS(db_str(workspace_id), db_int(before_ms), db_int(limit));
    struct db_result r = {0, 0};
    enum status st = db_exec(c, &sql[PRUNE_TARGETS], args, NULL);

    if (st == ST_OK)
        st = db_exec(c, &sql[PRUNE], args, &r);
    *n = r.affected;
    return st;
}
