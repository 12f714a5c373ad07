/* POST /v2/keys.addPermissions: give a key permissions besides those it holds. */
#include "api/endpoint.h"
#include "api/rbac_shape.h"
#include "api/shape.h"
#include "service/key_grants_svc.h"

static const struct field in_fields[] = {
    F_STR(struct key_permissions_in, key_id, "keyId", F_REQUIRED, 3, 255, .pattern = &pattern_id,
          .text = "Id of the key."),
    F_LIST(struct key_permissions_in, permissions, "permissions", F_REQUIRED, 1, 1000, &shape_slug,
           .text = "Permission slugs; those that do not exist are created."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct key_permissions_in);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return key_grants_svc_add_permissions(c, in, r->data);
}

const struct endpoint ep_keys_add_permissions = {
    .summary = "Add permissions to a key",
    .example = "{\"keyId\": \"key_1234abcd\", \"permissions\": [\"documents.read\"]}",
    .in = &in_body,
    .out = &rbac_shape_permission_list,
    .handle = handle,
};
