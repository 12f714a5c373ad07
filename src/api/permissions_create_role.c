/* POST /v2/permissions.createRole: a role, with permissions if there are any to put into it. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/role_svc.h"

struct out {
    struct f_str role_id;
};

static const struct field in_fields[] = {
    F_STR(struct role_create_in, name, "name", F_REQUIRED, 1, 128,
          .text = "Its name; unique, whatever the letter case."),
    F_STR(struct role_create_in, description, "description", 0, 0, 512, .text = "What it is for."),
    F_LIST(struct role_create_in, permissions, "permissions", 0, F_NO_MIN, F_NO_MAX, &shape_slug,
           .text = "Slugs of the permissions in it; those that do not exist are created."),
    F_END,
};
static const struct field out_fields[] = {
    F_STR(struct out, role_id, "roleId", F_REQUIRED, 0, F_NO_MAX, .text = "Id of the new role."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct role_create_in);
static const struct field out_body = F_BODY(0, out_fields, struct out);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    struct out *out = r->data;

    out->role_id.state = F_SET;
    return role_svc_create(c, in, &out->role_id.v);
}

const struct endpoint ep_permissions_create_role = {
    .summary = "Create a role",
    .example = "{\"name\": \"editor\", \"permissions\": [\"documents.read\", \"documents.write\"]}",
    .in = &in_body,
    .out = &out_body,
    .errors = {409},
    .handle = handle,
};
