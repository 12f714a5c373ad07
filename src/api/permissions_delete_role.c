/* POST /v2/permissions.deleteRole: delete a role; keys lose it at once. */
#include "api/endpoint.h"
#include "api/shape.h"
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

    (void)r;
    return role_svc_delete(c, in->role.v);
}

const struct endpoint ep_permissions_delete_role = {
    .summary = "Delete a role",
    .example = "{\"role\": \"editor\"}",
    .in = &in_body,
    .out = &shape_empty,
    .handle = handle,
};
