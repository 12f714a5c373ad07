/* POST /v2/permissions.listPermissions: the permissions of the workspace, page by page. */
#include "api/endpoint.h"
#include "api/rbac_shape.h"
#include "service/permission_svc.h"

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return permission_svc_list(c, in, r->data, &r->next);
}

const struct endpoint ep_permissions_list_permissions = {
    .summary = "List permissions",
    .example = "{\"limit\": 50, \"search\": \"documents.\"}",
    .in = &rbac_shape_list_body,
    .out = &rbac_shape_permission_list,
    .flags = EP_PAGED,
    .handle = handle,
};
