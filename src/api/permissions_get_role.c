/* POST /v2/permissions.getRole: a role by id or name, with its permissions. */
#include "api/endpoint.h"
#include "api/rbac_shape.h"
#include "service/role_svc.h"

struct in {
    struct f_str role;
};

static const struct field in_fields[] = {
    F_STR(struct in, role, "role", F_REQUIRED, 1, 128, .text = "Id or name of the role."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);

static enum status
handle(struct ctx *c, const void *pin, struct reply *r)
{
    const struct in *in = pin;

    return role_svc_get(c, in->role.v, r->data);
}

const struct endpoint ep_permissions_get_role = {
    .summary = "Get a role",
    .example = "{\"role\": \"editor\"}",
    .in = &in_body,
    .out = &rbac_shape_role_body,
    .handle = handle,
};
