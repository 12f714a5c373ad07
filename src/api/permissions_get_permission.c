/* POST /v2/permissions.getPermission: a permission by id or slug. */
#include "api/endpoint.h"
#include "api/rbac_shape.h"
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

    return permission_svc_get(c, in->permission.v, r->data);
}

const struct endpoint ep_permissions_get_permission = {
    .summary = "Get a permission",
    .example = "{\"permission\": \"documents.read\"}",
    .in = &in_body,
    .out = &rbac_shape_permission_body,
    .handle = handle,
};
