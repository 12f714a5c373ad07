/* POST /v2/keys.setPermissions: replace the direct permissions of a key. */
#include "api/endpoint.h"
#include "api/rbac_shape.h"
#include "api/shape.h"
#include "service/key_grants_svc.h"

static const struct field in_fields[] = {
    F_STR(struct key_permissions_in, key_id, "keyId", F_REQUIRED, 3, 255, .pattern = &pattern_id,
          .text = "Id of the key."),
    F_LIST(struct key_permissions_in, permissions, "permissions", F_REQUIRED, F_NO_MIN, F_NO_MAX,
           &shape_slug,
           .text = "Slugs of all permissions it is to hold directly; those that do not exist are "
                   "created; [] for none."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct key_permissions_in);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return key_grants_svc_set_permissions(c, in, r->data);
}

const struct endpoint ep_keys_set_permissions = {
    .summary = "Replace the permissions of a key",
    .example = "{\"keyId\": \"key_1234abcd\", \"permissions\": [\"documents.read\"]}",
    .in = &in_body,
    .out = &rbac_shape_permission_list,
    .handle = handle,
};
