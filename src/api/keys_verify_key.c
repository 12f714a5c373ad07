/* POST /v2/keys.verifyKey: may this key be used now? A refused key is an answer (valid false and a
 * code), not an error. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/verify_svc.h"

static const struct field credits_fields[] = {
    F_INT(struct verify_credits_in, cost, "cost", F_REQUIRED, 0, INT64_C(1000000000000),
          .text = "Credits this use takes; 0 only looks."),
    F_END,
};
static const struct field limit_fields[] = {
    F_STR(struct verify_limit_in, name, "name", F_REQUIRED, 3, 255,
          .text = "Name of a limit of the key or its identity, or of a one-off limit."),
    F_INT(struct verify_limit_in, cost, "cost", 0, 0, F_NO_MAX, .dflt = "1",
          .text = "How much of the limit this use takes."),
    F_INT(struct verify_limit_in, limit, "limit", 0, 0, F_NO_MAX,
          .text = "With duration: a one-off limit instead of the stored one."),
    F_INT(struct verify_limit_in, duration, "duration", 0, 0, F_NO_MAX,
          .text = "With limit: window of the one-off limit in milliseconds."),
    F_END,
};
static const struct field limit_item = F_BODY(F_OPEN, limit_fields, struct verify_limit_in);
static const struct field tag = F_ITEM_STR(1, 512, NULL);

static const struct field in_fields[] = {
    F_STR(struct verify_in, key, "key", F_REQUIRED | F_SECRET, 1, 512,
          .text = "The key as presented, prefix included."),
    F_LIST(struct verify_in, tags, "tags", 0, F_NO_MIN, 20, &tag,
           .text = "Labels for analytics, such as path=/users."),
    F_STR(struct verify_in, permissions, "permissions", 0, 1, 1000,
          .text = "Permissions the key must hold, with AND, OR and parentheses."),
    F_OBJ(struct verify_in, credits, "credits", 0, credits_fields, struct verify_credits_in,
          .text = "Credits to take; 1 when absent."),
    F_LIST(struct verify_in, ratelimits, "ratelimits", 0, F_NO_MIN, F_NO_MAX, &limit_item,
           .text = "Limits to check besides those that apply automatically."),
    F_STR(struct verify_in, migration_id, "migrationId", 0, 0, 256,
          .text = "Import to convert the key from, when it is not known yet."),
    F_END,
};

static const struct field limit_out_fields[] = {
    F_BOOL(struct verify_limit_out, exceeded, "exceeded", F_REQUIRED,
           .text = "Whether this limit refused."),
    F_STR(struct verify_limit_out, id, "id", F_REQUIRED, 0, F_NO_MAX,
          .text = "Id of the limit; empty for a one-off limit."),
    F_STR(struct verify_limit_out, name, "name", F_REQUIRED, 0, F_NO_MAX, .text = "Its name."),
    F_INT(struct verify_limit_out, limit, "limit", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "How much may be used per window."),
    F_INT(struct verify_limit_out, duration, "duration", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Length of the window in milliseconds."),
    F_INT(struct verify_limit_out, reset, "reset", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "When the window ends, Unix ms."),
    F_INT(struct verify_limit_out, remaining, "remaining", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "What is left in the window."),
    F_BOOL(struct verify_limit_out, auto_apply, "autoApply", F_REQUIRED,
           .text = "Whether every verification checks it."),
    F_END,
};
static const struct field limit_out_item = F_BODY(0, limit_out_fields, struct verify_limit_out);

static const struct field out_fields[] = {
    F_BOOL(struct verify_out, valid, "valid", F_REQUIRED, .text = "Whether to let the caller in."),
    F_STR(struct verify_out, code, "code", F_REQUIRED, 0, F_NO_MAX,
          .text = "VALID, NOT_FOUND, FORBIDDEN, INSUFFICIENT_PERMISSIONS, USAGE_EXCEEDED, "
                  "RATE_LIMITED, DISABLED or EXPIRED."),
    F_STR(struct verify_out, key_id, "keyId", 0, 0, F_NO_MAX, .text = "Id of the key."),
    F_STR(struct verify_out, name, "name", 0, 0, F_NO_MAX, .text = "Its name."),
    F_MAP(struct verify_out, meta, "meta", 0, F_NO_MAX, .text = "Its metadata."),
    F_INT(struct verify_out, expires, "expires", 0, F_NO_MIN, F_NO_MAX,
          .text = "When it expires, Unix ms."),
    F_INT(struct verify_out, credits, "credits", 0, F_NO_MIN, F_NO_MAX,
          .text = "Credits left; absent when unlimited."),
    F_BOOL(struct verify_out, enabled, "enabled", 0, .text = "Whether it is enabled."),
    F_LIST(struct verify_out, permissions, "permissions", 0, F_NO_MIN, F_NO_MAX, &shape_string,
           .text = "Permission slugs it holds, directly or through roles."),
    F_LIST(struct verify_out, roles, "roles", 0, F_NO_MIN, F_NO_MAX, &shape_string,
           .text = "Names of its roles."),
    F_OBJ(struct verify_out, identity, "identity", 0, shape_identity_out_fields,
          struct identity_out, .text = "Who holds it."),
    F_LIST(struct verify_out, ratelimits, "ratelimits", 0, F_NO_MIN, F_NO_MAX, &limit_out_item,
           .text = "Limits that were checked."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct verify_in);
static const struct field out_body = F_BODY(0, out_fields, struct verify_out);

static enum status
identify(struct ctx *c, const void *in, struct str token_hash)
{
    return verify_svc_identify(c, in, token_hash);
}

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return verify_svc_check(c, in, r->data);
}

const struct endpoint ep_keys_verify_key = {
    .summary = "Verify a key",
    .example = "{\"key\": \"prod_2cGKbMxRyIzhCxo1Idjz8q\", \"tags\": [\"path=/users\"]}",
    .in = &in_body,
    .out = &out_body,
    .errors = {412},
    .identify = identify,
    .handle = handle,
};
