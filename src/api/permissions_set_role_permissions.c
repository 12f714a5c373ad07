/* POST /v2/permissions.setRolePermissions: replace the permissions in a role. */
#include "api/endpoint.h"
#include "api/rbac_shape.h"
#include "api/shape.h"
#include "service/role_svc.h"

static const struct field in_fields[] = {
    F_STR(struct role_permissions_in, role_id, "roleId", F_REQUIRED, 3, 255,
          .pattern = &pattern_dashed, .text = "Id of the role; not its name."),
    F_LIST(struct role_permissions_in, permissions, "permissions", F_REQUIRED, F_NO_MIN, F_NO_MAX,
           &shape_slug,
           .text = "Slugs of all permissions it is to have; those that do not exist are created; "
                   "[] for none."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct role_permissions_in);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return role_svc_set_permissions(c, in, r->data);
}

const struct endpoint ep_permissions_set_role_permissions = {
    .summary = "Replace the permissions of a role",
    .example = "{\"roleId\": \"role_1234abcd\", \"permissions\": [\"documents.read\"]}",
    .in = &in_body,
    .out = &rbac_shape_permission_list,
    .handle = handle,
};
