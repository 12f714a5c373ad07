/* POST /v2/keys.setRoles: replace the roles of a key. */
#include "api/endpoint.h"
#include "api/rbac_shape.h"
#include "api/shape.h"
#include "service/key_grants_svc.h"

static const struct field in_fields[] = {
    F_STR(struct key_roles_in, key_id, "keyId", F_REQUIRED, 3, 255, .pattern = &pattern_id,
          .text = "Id of the key."),
    F_LIST(struct key_roles_in, roles, "roles", F_REQUIRED, F_NO_MIN, 100, &shape_role_name,
           .text = "Names of all roles it is to hold; [] for none."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct key_roles_in);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return key_grants_svc_set_roles(c, in, r->data);
}

const struct endpoint ep_keys_set_roles = {
    .summary = "Replace the roles of a key",
    .example = "{\"keyId\": \"key_1234abcd\", \"roles\": [\"editor\"]}",
    .in = &in_body,
    .out = &rbac_shape_role_list,
    .handle = handle,
};
