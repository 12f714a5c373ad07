/* The steps of an analytics query, in the contract's order of checks. */
#include "service/analytics_svc.h"

#include "analytics/query.h"
#include "analytics/retention.h"
#include "base/conf.h"
#include "base/utc.h"
#include "service/access_svc.h"
#include "service/limit_svc.h"
#include "service/workspace_svc.h"
#include "store/api_store.h"
#include "store/db_query.h"

enum { QUOTA_DEFAULT = 1000 };

static const struct family {
    enum access all;
    const char *resource; /* of permissions for single APIs or namespaces */
    bool by_api;          /* which mean the keyspaces of these APIs */
} families[] = {
    [FAMILY_VERIFICATIONS] = {ACCESS_query_verifications, "api", true},
    [FAMILY_RATELIMITS] = {ACCESS_query_ratelimits, "ratelimit", false},
};

/* What the caller may see */

/* The id in the middle of resource.id.read_analytics. */
static bool
is_scoped(struct str permission, const char *resource, struct str *id)
{
    struct str rest = permission, first = str_cut(&rest, '.');

    *id = rest.p ? str_cut(&rest, '.') : S("");
    return rest.p && str_eq(first, str_of(resource)) && str_eq(rest, S("read_analytics"));
}

/* What permissions say; their ids in scope->spaces. */
static enum status
read_permissions(struct ctx *c, const struct family *f, struct scope *scope)
{
    const struct access_grants *g = &c->who->grants;
    struct str *ids = ARENA_ARRAY(c->mem, g->n + 1, struct str);

    scope->workspace = c->who->workspace_id;
    scope->all_spaces = access_svc_allows(c, f->all, (struct access_scope){0});
    if (scope->all_spaces)
        return ST_OK;
    for (size_t i = 0; i < g->n; i++)
        if (is_scoped(g->held[i], f->resource, &ids[scope->n_spaces]))
            scope->n_spaces++;
    scope->spaces = ids;
    return scope->n_spaces ? ST_OK : access_svc_require(c, f->all, (struct access_scope){0});
}

/* Running it */

static enum status
spend_query(struct ctx *c, const struct workspace_row *w)
{
    struct limit_item items[] = {
        {.scope_id = w->id,
         .name = S("analytics_queries"),
         .duration_ms = w->analytics.window_s * 1000,
         .limit = w->has_query_quota ? w->analytics_query_quota : QUOTA_DEFAULT,
         .cost = 1},
        /* execution time is counted when it is over; here one has to be left */
        {.scope_id = w->id,
         .name = S("analytics_ms"),
         .duration_ms = w->analytics.window_s * 1000,
         .limit = w->analytics.window_execution_s * 1000 - 1,
         .cost = 0},
    };
    bool passed = false;
    enum status st =
        limit_svc_charge(c, items, 2, c->now_ms, (struct limit_then){NULL, NULL}, &passed);

    if (st != ST_OK || passed)
        return st;
    return err_set(c, ST_ANALYTICS_QUOTA,
                   "The query quota of the workspace is exceeded for the current time window, "
                   "please try again later.");
}

/* Counts execution time, also that of failed queries. The answer does not depend on it. */
static void
spend_time(struct ctx *c, const struct workspace_row *w, int64_t ms)
{
    struct limit_item item = {.scope_id = w->id,
                              .name = S("analytics_ms"),
                              .duration_ms = w->analytics.window_s * 1000,
                              .limit = INT64_MAX / 2,
                              .cost = ms};
    const struct err before = c->err;
    bool passed;

    if (limit_svc_charge(c, &item, 1, c->now_ms, (struct limit_then){NULL, NULL}, &passed) != ST_OK)
        ctx_log(c, LOG_ERROR, "analytics_time_not_counted", log_s("workspace", w->id));
    c->err = before;
}

static enum status
take_row(void *arg, const struct cell *row, bool *done)
{
    struct query *q = arg;
    enum status st = query_row(q, row);

    *done = q->result.done;
    return st;
}

static struct db_args
args_of(struct ctx *c, const struct params *p)
{
    struct db_arg *args = ARENA_ARRAY(c->mem, p->n + 1, struct db_arg);

    for (size_t i = 0; i < p->n; i++)
        args[i] = p->v[i].bytes ? db_bin(p->v[i].s) : db_str(p->v[i].s);
    return (struct db_args){args, p->n};
}

static enum status
execute(struct ctx *c, const struct workspace_row *w, struct query *q)
{
    const struct db_query dq = {
        .sql = q->sql,
        .args = args_of(c, &q->params),
        .cells = q->cells,
        .n_cells = q->n_cells,
        .timeout_ms = w->analytics.query_execution_s * 1000,
        .memory_bytes = w->analytics.query_memory_bytes,
        .value_max = RESULT_BYTES_MAX,
    };
    int64_t start = utc_mono_us();
    enum status st = db_query_run(c, c->reader, &dq, take_row, q);

    spend_time(c, w, (utc_mono_us() - start) / 1000 + 1);
    return st == ST_OK ? query_end(q) : st;
}

static struct f_list
rows_of(struct ctx *c, const struct result *r)
{
    struct f_map *rows = ARENA_ARRAY(c->mem, r->rows + 1, struct f_map);

    for (size_t i = 0; i < r->rows; i++)
        rows[i] = (struct f_map){F_SET, result_row(r, i), r->n_order};
    return f_list(rows, r->rows);
}

/* From the text to rows. */
static enum status
run(struct ctx *c, const struct workspace_row *w, enum relation_family f, struct scope *scope,
    struct str text, bool operator, struct f_list * rows)
{
    struct query q;
    bool mariadb = true;
    enum status st;

    if (!c->conf->analytics)
        return err_set(c, ST_ANALYTICS_NOT_CONFIGURED,
                       "Analytics is not configured for this instance.");
    st = db_query_ready(c, c->reader, &mariadb);
    if (st == ST_OK)
        st = query_check(c, text, f, w->analytics_retention_days, &q);
    if (st != ST_OK)
        return st;
    scope->since_ms = retention_since(c->now_ms, w->analytics_retention_days);
    st = query_plan(c, &q, scope, w->analytics.result_rows,
                    mariadb ? DIALECT_MARIADB : DIALECT_MYSQL);
    if (st == ST_OK && !operator)
        st = spend_query(c, w);
    if (st == ST_OK && operator)
        result_as_selected(&q.result);
    if (st == ST_OK)
        st = execute(c, w, &q);
    if (st == ST_OK)
        *rows = rows_of(c, &q.result);
    return st;
}

enum status
analytics_svc_query(struct ctx *c, enum relation_family f, struct str text, struct f_list *rows)
{
    struct scope scope = {0};
    struct workspace_row *w;
    enum status st = read_permissions(c, &families[f], &scope);

    if (st == ST_OK && families[f].by_api && !scope.all_spaces)
        st = api_store_keyspaces(c, scope.workspace, scope.spaces, scope.n_spaces, &scope.spaces,
                                 &scope.n_spaces);
    if (st == ST_OK)
        st = workspace_svc_load(c, scope.workspace, &w);
    return st == ST_OK ? run(c, w, f, &scope, text, false, rows) : st;
}

enum status
analytics_svc_query_all(struct ctx *c, struct str workspace_id, enum relation_family f,
                        struct str text, struct f_list *rows)
{
    struct scope scope = {.all_spaces = true};
    struct workspace_row *w;
    enum status st = workspace_store_now(c);

    if (st == ST_OK)
        st = workspace_svc_load(c, workspace_id, &w);
    if (st != ST_OK)
        return st;
    scope.workspace = w->id;
    return run(c, w, f, &scope, text, true, rows);
}
