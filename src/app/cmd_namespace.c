/* latchkey namespace list, delete, restore. */
#include "app/command.h"
#include "api/shape.h"
#include "service/namespace_svc.h"

struct out {
    struct f_str id, name;
    struct f_bool deleted;
    struct f_int created_at;
};
static const struct field out_fields[] = {
    F_STR(struct out, id, "namespaceId", F_REQUIRED, 0, F_NO_MAX, .text = "Id."),
    F_STR(struct out, name, "name", F_REQUIRED, 0, F_NO_MAX, .text = "Name."),
    F_BOOL(struct out, deleted, "deleted", F_REQUIRED, .text = "Whether the API answers 410."),
    F_INT(struct out, created_at, "createdAt", F_REQUIRED, F_NO_MIN, F_NO_MAX, .text = "Unix ms."),
    F_END,
};
static const struct field item = F_BODY(0, out_fields, struct out);
static const struct field out_list = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &item};

struct in {
    struct f_str workspace, namespace;
};
static const struct field list_fields[] = {
    F_STR(struct in, workspace, "workspace", F_REQUIRED, 1, 48, .text = "Id of the workspace."),
    F_END,
};
static const struct field one_fields[] = {
    F_STR(struct in, workspace, "workspace", F_REQUIRED, 1, 48, .text = "Id of the workspace."),
    F_STR(struct in, namespace, "namespace", F_REQUIRED, 1, 512,
          .text = "Name or id of the namespace."),
    F_END,
};
static const struct field list_body = F_BODY(0, list_fields, struct in);
static const struct field one_body = F_BODY(0, one_fields, struct in);

static enum status
list(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct in *in = pin;
    struct namespace_row *rows;
    struct out *out;
    size_t n;
    enum status st = namespace_svc_list(c, in->workspace.v, &rows, &n);

    out = ARENA_ARRAY(c->mem, n + 1, struct out);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct out){f_str(rows[i].id), f_str(rows[i].name), f_bool(rows[i].deleted),
                              f_int(rows[i].created_at)};
    *(struct f_list *)r->data = f_list(out, n);
    return st;
}

const struct command cmd_namespace_list = {
    .summary = "list the rate-limit namespaces of a workspace",
    .in = &list_body,
    .out = &out_list,
    .run = list,
};

static enum status
delete_one(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct in *in = pin;

    (void)r;
    return namespace_svc_delete(c, in->workspace.v, in->namespace.v);
}

const struct command cmd_namespace_delete = {
    .summary = "delete a namespace: limits in it answer 410",
    .in = &one_body,
    .out = &shape_empty,
    .run = delete_one,
};

static enum status
restore(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct in *in = pin;

    (void)r;
    return namespace_svc_restore(c, in->workspace.v, in->namespace.v);
}

const struct command cmd_namespace_restore = {
    .summary = "restore a deleted namespace (not its overrides)",
    .in = &one_body,
    .out = &shape_empty,
    .run = restore,
};
