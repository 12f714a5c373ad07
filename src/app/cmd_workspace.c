/* latchkey workspace create, list, get, update, delete. */
#include "app/command.h"
#include "api/shape.h"
#include "service/workspace_svc.h"

struct out {
    struct f_str id, name, slug;
    struct f_bool enabled, delete_protection;
    struct f_int created_at, requests_per_minute, audit_days, analytics_days, query_quota;
    struct f_int window_s, window_execution_s, query_execution_s, query_memory_bytes, result_rows;
};

#define NAMES                                                                                      \
    F_STR(struct out, id, "workspaceId", F_REQUIRED, 0, F_NO_MAX, .text = "Id."),                  \
        F_STR(struct out, name, "name", F_REQUIRED, 0, F_NO_MAX, .text = "Name."),                 \
        F_STR(struct out, slug, "slug", F_REQUIRED, 0, F_NO_MAX, .text = "Slug.")

static const struct field out_fields[] = {
    NAMES,
    F_BOOL(struct out, enabled, "enabled", F_REQUIRED, .text = "Whether it may be used."),
    F_INT(struct out, created_at, "createdAt", F_REQUIRED, F_NO_MIN, F_NO_MAX, .text = "Unix ms."),
    F_INT(struct out, requests_per_minute, "requestsPerMinute", F_REQUIRED | F_NULLABLE, F_NO_MIN,
          F_NO_MAX, .text = "API request limit; null: none."),
    F_BOOL(struct out, delete_protection, "deleteProtection", F_REQUIRED,
           .text = "Whether it can be deleted."),
    F_INT(struct out, audit_days, "auditRetentionDays", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Days of audit history that may be seen."),
    F_INT(struct out, analytics_days, "analyticsRetentionDays", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Days of analytics history that may be queried."),
    F_INT(struct out, query_quota, "analyticsQueryQuota", F_REQUIRED | F_NULLABLE, F_NO_MIN,
          F_NO_MAX, .text = "Analytics queries per window; null: the default."),
    F_INT(struct out, window_s, "analyticsWindowSeconds", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Length of the windows in which they are counted."),
    F_INT(struct out, window_execution_s, "analyticsWindowExecutionSeconds", F_REQUIRED, F_NO_MIN,
          F_NO_MAX, .text = "Execution time of all analytics queries of a window."),
    F_INT(struct out, query_execution_s, "analyticsQueryExecutionSeconds", F_REQUIRED, F_NO_MIN,
          F_NO_MAX, .text = "Execution time of one analytics query."),
    F_INT(struct out, query_memory_bytes, "analyticsQueryMemoryBytes", F_REQUIRED, F_NO_MIN,
          F_NO_MAX, .text = "Memory of one analytics query."),
    F_INT(struct out, result_rows, "analyticsQueryResultRows", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Rows of the result of one analytics query."),
    F_END,
};
static const struct field out_body = F_BODY(0, out_fields, struct out);
static const struct field out_list = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &out_body};

static struct out
out_of(const struct workspace_row *w)
{
    return (struct out){
        .id = f_str(w->id),
        .name = f_str(w->name),
        .slug = f_str(w->slug),
        .enabled = f_bool(w->enabled),
        .created_at = f_int(w->created_at),
        .requests_per_minute = {w->has_request_limit ? F_SET : F_NULL, w->requests_per_minute},
        .delete_protection = f_bool(w->delete_protection),
        .audit_days = f_int(w->audit_retention_days),
        .analytics_days = f_int(w->analytics_retention_days),
        .query_quota = {w->has_query_quota ? F_SET : F_NULL, w->analytics_query_quota},
        .window_s = f_int(w->analytics.window_s),
        .window_execution_s = f_int(w->analytics.window_execution_s),
        .query_execution_s = f_int(w->analytics.query_execution_s),
        .query_memory_bytes = f_int(w->analytics.query_memory_bytes),
        .result_rows = f_int(w->analytics.result_rows),
    };
}

/* create */

struct create_in {
    struct f_str name, slug;
};
static const struct field create_fields[] = {
    F_STR(struct create_in, name, "name", F_REQUIRED, 3, 100, .text = "Name for people."),
    F_STR(struct create_in, slug, "slug", 0, 1, 64,
          .text = "Unique name for URLs; made from the name when absent."),
    F_END,
};
static const struct field create_body = F_BODY(0, create_fields, struct create_in);
static const struct field created_fields[] = {NAMES, F_END};
static const struct field created_body = F_BODY(0, created_fields, struct out);

static enum status
create(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct create_in *in = pin;
    struct workspace_row *w;
    enum status st = workspace_svc_create(c, in->name.v, f_str_or_empty(in->slug), &w);

    if (st == ST_OK)
        *(struct out *)r->data = out_of(w);
    return st;
}

const struct command cmd_workspace_create = {
    .summary = "create a workspace",
    .in = &create_body,
    .out = &created_body,
    .run = create,
};

/* list */

static const struct field no_fields[] = {F_END};
static const struct field no_body = F_BODY(0, no_fields, struct f_bool);

static enum status
list(struct ctx *c, const void *in, struct command_result *r)
{
    struct workspace_row *rows;
    struct out *out;
    size_t n;
    enum status st = workspace_store_list(c, &rows, &n);

    (void)in;
    out = ARENA_ARRAY(c->mem, n + 1, struct out);
    for (size_t i = 0; i < n; i++)
        out[i] = out_of(&rows[i]);
    *(struct f_list *)r->data = f_list(out, n);
    return st;
}

const struct command cmd_workspace_list = {
    .summary = "list all workspaces",
    .in = &no_body,
    .out = &out_list,
    .run = list,
};

/* get */

struct get_in {
    struct f_str workspace;
};
static const struct field get_fields[] = {
    F_STR(struct get_in, workspace, "workspace", F_REQUIRED, 1, 48, .text = "Id of the workspace."),
    F_END,
};
static const struct field get_body = F_BODY(0, get_fields, struct get_in);

static enum status
get(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct get_in *in = pin;
    struct workspace_row *w;
    enum status st = workspace_svc_load(c, in->workspace.v, &w);

    if (st == ST_OK)
        *(struct out *)r->data = out_of(w);
    return st;
}

const struct command cmd_workspace_get = {
    .summary = "show a workspace",
    .in = &get_body,
    .out = &out_body,
    .run = get,
};

/* update */

static const struct field update_fields[] = {
    F_STR(struct workspace_update_in, workspace, "workspace", F_REQUIRED, 1, 48,
          .text = "Id of the workspace."),
    F_STR(struct workspace_update_in, name, "name", 0, 3, 100, .text = "Name for people."),
    F_BOOL(struct workspace_update_in, enabled, "enabled", 0,
           .text = "false: its root keys are refused and its keys do not verify."),
    F_INT(struct workspace_update_in, requests_per_minute, "requestsPerMinute", F_NULLABLE, 0,
          F_NO_MAX, .text = "API requests of all its root keys together."),
    F_INT(struct workspace_update_in, audit_retention_days, "auditRetentionDays", 0, 1, 3650,
          .text = "Days of audit history that may be seen; 90 are kept in any case."),
    F_INT(struct workspace_update_in, analytics_retention_days, "analyticsRetentionDays", 0, 1,
          3650, .text = "Days of analytics history that may be queried."),
    F_INT(struct workspace_update_in, analytics_query_quota, "analyticsQueryQuota", F_NULLABLE, 0,
          F_NO_MAX, .text = "Analytics queries per window."),
    F_INT(struct workspace_update_in, window_s, "analyticsWindowSeconds", 0, 1, 2678400,
          .text = "Length of the windows in which they are counted."),
    F_INT(struct workspace_update_in, window_execution_s, "analyticsWindowExecutionSeconds", 0, 0,
          1000000000, .text = "Execution time of all analytics queries of a window."),
    F_INT(struct workspace_update_in, query_execution_s, "analyticsQueryExecutionSeconds", 0, 1, 30,
          .text = "Execution time of one analytics query."),
    F_INT(struct workspace_update_in, query_memory_bytes, "analyticsQueryMemoryBytes", 0, 1048576,
          INT64_C(1000000000000), .text = "Memory of one analytics query."),
    F_INT(struct workspace_update_in, result_rows, "analyticsQueryResultRows", 0, 1, 10000000,
          .text = "Rows of the result of one analytics query."),
    F_BOOL(struct workspace_update_in, delete_protection, "deleteProtection", 0,
           .text = "true: it cannot be deleted."),
    F_END,
};
static const struct field update_body = F_BODY(0, update_fields, struct workspace_update_in);

static enum status
update(struct ctx *c, const void *in, struct command_result *r)
{
    struct workspace_row *w;
    enum status st = workspace_svc_update(c, in, &w);

    if (st == ST_OK)
        *(struct out *)r->data = out_of(w);
    return st;
}

const struct command cmd_workspace_update = {
    .summary = "change a workspace",
    .in = &update_body,
    .out = &out_body,
    .run = update,
};

/* delete */

struct delete_in {
    struct f_str workspace;
    struct f_bool yes;
};
static const struct field delete_fields[] = {
    F_STR(struct delete_in, workspace, "workspace", F_REQUIRED, 1, 48,
          .text = "Id of the workspace."),
    F_BOOL(struct delete_in, yes, "yes", F_REQUIRED, .text = "Confirms: this cannot be undone."),
    F_END,
};
static const struct field delete_body = F_BODY(0, delete_fields, struct delete_in);

static enum status
delete_one(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct delete_in *in = pin;

    (void)r;
    if (!in->yes.v)
        return err_set(c, ST_INVALID_INPUT, "Not deleted: --yes is needed to confirm.");
    return workspace_svc_delete(c, in->workspace.v);
}

const struct command cmd_workspace_delete = {
    .summary = "delete a workspace that is not protected",
    .in = &delete_body,
    .out = &shape_empty,
    .run = delete_one,
};
