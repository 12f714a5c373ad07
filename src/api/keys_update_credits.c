/* POST /v2/keys.updateCredits: set, add or subtract credits. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/key_credits_svc.h"

static const char *const operations[] = {"set", "increment", "decrement", NULL};

static const struct field in_fields[] = {
    F_STR(struct key_credits_in, key_id, "keyId", F_REQUIRED, 3, F_NO_MAX,
          .text = "Id of the key."),
    F_STR(struct key_credits_in, operation, "operation", F_REQUIRED, 0, F_NO_MAX, .set = operations,
          .text = "What to do with the value."),
    F_INT(struct key_credits_in, value, "value", F_NULLABLE, 0, F_NO_MAX,
          .text = "How many; null with set for unlimited."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct key_credits_in);
static const struct field out_body = F_BODY(0, shape_credits_out_fields, struct credits_out);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return key_credits_svc_run(c, in, r->data);
}

const struct endpoint ep_keys_update_credits = {
    .summary = "Change the credits of a key",
    .example = "{\"keyId\": \"key_1234abcd\", \"operation\": \"increment\", \"value\": 100}",
    .in = &in_body,
    .out = &out_body,
    .handle = handle,
};
