/* POST /v2/keys.updateKey: change parts of a key. Absent: unchanged; null: cleared. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/key_update_svc.h"

static const struct field in_fields[] = {
    F_STR(struct key_update_in, key_id, "keyId", F_REQUIRED, 3, 255, .pattern = &pattern_id,
          .text = "Id of the key."),
    F_STR(struct key_update_in, name, "name", F_NULLABLE, 1, 255, .text = "Name for people."),
    F_STR(struct key_update_in, external_id, "externalId", F_NULLABLE, 1, 255,
          .pattern = &pattern_external,
          .text = "Id of the holder in your application; null detaches the identity."),
    F_MAP(struct key_update_in, meta, "meta", F_NULLABLE, SHAPE_META_MEMBERS,
          .text = "Replaces the metadata entirely."),
    F_INT(struct key_update_in, expires, "expires", F_NULLABLE, 0, SHAPE_EXPIRES_MAX,
          .text = "When the key expires, Unix ms; null for never."),
    F_OBJ(struct key_update_in, credits, "credits", F_NULLABLE, shape_credits_update_fields,
          struct credits_in, .text = "Credits and refill; null for unlimited without refill."),
    F_LIST(struct key_update_in, ratelimits, "ratelimits", 0, F_NO_MIN, 50, &shape_ratelimit_in,
           .text = "Replaces the key's own limits; [] removes all."),
    F_BOOL(struct key_update_in, enabled, "enabled", 0, .text = "Whether it may be used."),
    F_LIST(struct key_update_in, roles, "roles", 0, F_NO_MIN, 100, &shape_role_name,
           .text = "Replaces the roles; [] removes all."),
    F_LIST(struct key_update_in, permissions, "permissions", 0, F_NO_MIN, 1000, &shape_slug,
           .text = "Replaces the direct permissions; those that do not exist are created."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct key_update_in);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    (void)r;
    return key_update_svc_run(c, in);
}

const struct endpoint ep_keys_update_key = {
    .summary = "Update a key",
    .example = "{\"keyId\": \"key_1234abcd\", \"name\": \"New name\", \"enabled\": true}",
    .in = &in_body,
    .out = &shape_empty,
    .handle = handle,
};
