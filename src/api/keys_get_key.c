/* POST /v2/keys.getKey: a key's settings by id. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/key_svc.h"

struct in {
    struct f_str key_id;
    struct f_bool decrypt;
};

static const struct field in_fields[] = {
    F_STR(struct in, key_id, "keyId", F_REQUIRED, 3, 255, .pattern = &pattern_id,
          .text = "Id of the key."),
    F_BOOL(struct in, decrypt, "decrypt", 0, .dflt = "false",
           .text = "Also return the plaintext of a recoverable key."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);
static const struct field out_body = F_BODY(0, shape_key_out_fields, struct key_out);

static enum status
handle(struct ctx *c, const void *pin, struct reply *r)
{
    const struct in *in = pin;

    return key_svc_get(c, in->key_id.v, f_bool_or(in->decrypt, false), r->data);
}

const struct endpoint ep_keys_get_key = {
    .summary = "Get a key",
    .example = "{\"keyId\": \"key_1234abcd\"}",
    .in = &in_body,
    .out = &out_body,
    .errors = {412},
    .handle = handle,
};
