/* POST /v2/permissions.listRoles: the roles of the workspace, page by page. */
#include "api/endpoint.h"
#include "api/rbac_shape.h"
#include "service/role_svc.h"

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return role_svc_list(c, in, r->data, &r->next);
}

const struct endpoint ep_permissions_list_roles = {
    .summary = "List roles",
    .example = "{\"limit\": 50, \"search\": \"admin\"}",
    .in = &rbac_shape_list_body,
    .out = &rbac_shape_role_list,
    .flags = EP_PAGED,
    .handle = handle,
};
