/* POST /v2/keys.rerollKey: a new key with the settings of an old one, which expires. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/key_reroll_svc.h"

static const struct field in_fields[] = {
    F_STR(struct key_reroll_in, key_id, "keyId", F_REQUIRED, 3, 255, .pattern = &pattern_id,
          .text = "Id of the key to replace."),
    F_INT(struct key_reroll_in, expiration, "expiration", F_REQUIRED, 0, SHAPE_EXPIRES_MAX,
          .text = "Milliseconds that the old key goes on working; 0: it expires at once."),
    F_END,
};
static const struct field in_body = F_BODY(F_OPEN, in_fields, struct key_reroll_in);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return key_reroll_svc_run(c, in, r->data);
}

const struct endpoint ep_keys_reroll_key = {
    .summary = "Replace a key by a new one with the same settings",
    .example = "{\"keyId\": \"key_1234abcd\", \"expiration\": 86400000}",
    .in = &in_body,
    .out = &shape_new_key,
    .errors = {412},
    .handle = handle,
};
