/* POST /v2/permissions.deletePermission: delete a permission; roles and keys lose it at once. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/permission_svc.h"

struct in {
    struct f_str permission;
};

static const struct field in_fields[] = {
    F_STR(struct in, permission, "permission", F_REQUIRED, 1, 128, .pattern = &pattern_slug,
          .text = "Id or slug of the permission."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);

static enum status
handle(struct ctx *c, const void *pin, struct reply *r)
{
    const struct in *in = pin;

    (void)r;
    return permission_svc_delete(c, in->permission.v);
}

const struct endpoint ep_permissions_delete_permission = {
    .summary = "Delete a permission",
    .example = "{\"permission\": \"documents.read\"}",
    .in = &in_body,
    .out = &shape_empty,
    .handle = handle,
};
