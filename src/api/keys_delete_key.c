/* POST /v2/keys.deleteKey: revoke a key, or erase it for good. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/key_delete_svc.h"

struct in {
    struct f_str key_id;
    struct f_bool permanent;
};

static const struct field in_fields[] = {
    F_STR(struct in, key_id, "keyId", F_REQUIRED, 3, 255, .pattern = &pattern_id,
          .text = "Id of the key."),
    F_BOOL(struct in, permanent, "permanent", 0, .dflt = "false",
           .text = "Erase it and everything that hangs on it, instead of marking it deleted."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);

static enum status
handle(struct ctx *c, const void *pin, struct reply *r)
{
    const struct in *in = pin;

    (void)r;
    return key_delete_svc_run(c, in->key_id.v, f_bool_or(in->permanent, false));
}

const struct endpoint ep_keys_delete_key = {
    .summary = "Delete a key",
    .example = "{\"keyId\": \"key_1234abcd\"}",
    .in = &in_body,
    .out = &shape_empty,
    .handle = handle,
};
