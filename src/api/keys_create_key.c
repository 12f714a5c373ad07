/* POST /v2/keys.createKey: a new key; its plaintext is in the answer and nowhere else. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/key_create_svc.h"

static const struct field in_fields[] = {
    F_STR(struct key_create_in, api_id, "apiId", F_REQUIRED, 3, 255, .pattern = &pattern_id,
          .text = "Id of the API the key is for."),
    F_STR(struct key_create_in, prefix, "prefix", 0, 1, 16, .pattern = &pattern_id,
          .text = "What the key begins with; the API's default prefix when absent."),
    F_STR(struct key_create_in, name, "name", 0, 1, 255, .text = "Name for people."),
    F_INT(struct key_create_in, byte_length, "byteLength", 0, 16, 255, .dflt = "16",
          .text = "Random bytes in the key."),
    F_STR(struct key_create_in, external_id, "externalId", 0, 1, 255, .pattern = &pattern_external,
          .text = "Id of the holder in your application; an identity is made when there is none."),
    F_MAP(struct key_create_in, meta, "meta", 0, SHAPE_META_MEMBERS,
          .text = "Any JSON object, returned by every verification."),
    F_LIST(struct key_create_in, roles, "roles", 0, F_NO_MIN, 100, &shape_role_name,
           .text = "Names of existing roles."),
    F_LIST(struct key_create_in, permissions, "permissions", 0, F_NO_MIN, 1000, &shape_slug,
           .text = "Permission slugs; those that do not exist are created."),
    F_INT(struct key_create_in, expires, "expires", 0, 0, SHAPE_EXPIRES_MAX,
          .text = "When the key expires, Unix ms; never when absent."),
    F_OBJ(struct key_create_in, credits, "credits", 0, shape_credits_in_fields, struct credits_in,
          .text = "Number of uses; unlimited when absent."),
    F_LIST(struct key_create_in, ratelimits, "ratelimits", 0, F_NO_MIN, 50, &shape_ratelimit_in,
           .text = "Limits of this key."),
    F_BOOL(struct key_create_in, enabled, "enabled", 0, .dflt = "true",
           .text = "Whether it may be used at once."),
    F_BOOL(struct key_create_in, recoverable, "recoverable", 0, .dflt = "false",
           .text = "Keep an encrypted copy that can be decrypted later."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct key_create_in);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return key_create_svc_run(c, in, r->data);
}

const struct endpoint ep_keys_create_key = {
    .summary = "Create a key",
    .example = "{\"apiId\": \"api_1234abcd\", \"name\": \"Production key\", \"prefix\": \"prod\"}",
    .in = &in_body,
    .out = &shape_new_key,
    .errors = {412},
    .handle = handle,
};
