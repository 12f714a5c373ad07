/* POST /v2/keys.whoami: a key's settings by the key itself; nothing is charged. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/key_svc.h"

struct in {
    struct f_str key;
};

static const struct field in_fields[] = {
    F_STR(struct in, key, "key", F_REQUIRED | F_SECRET, 1, 512,
          .text = "The key, prefix included."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);
static const struct field out_body = F_BODY(0, shape_key_out_fields, struct key_out);

static enum status
handle(struct ctx *c, const void *pin, struct reply *r)
{
    const struct in *in = pin;

    return key_svc_whoami(c, in->key.v, r->data);
}

const struct endpoint ep_keys_whoami = {
    .summary = "Look a key up by its plaintext",
    .example = "{\"key\": \"prod_2cGKbMxRyIzhCxo1Idjz8q\"}",
    .in = &in_body,
    .out = &out_body,
    .handle = handle,
};
