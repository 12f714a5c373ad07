/* POST /v2/ratelimit.limit: check and consume one limit. A refusal is an answer with status 200. */
#include "api/endpoint.h"
#include "api/ratelimit_shape.h"
#include "service/ratelimit_svc.h"

static const struct field out_fields[] = {
    F_BOOL(struct limit_out, success, "success", F_REQUIRED,
           .text = "Whether to let the request through."),
    F_INT(struct limit_out, limit, "limit", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "The limit applied, that of an override if there is one."),
    F_INT(struct limit_out, remaining, "remaining", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "What is left in the window."),
    F_INT(struct limit_out, reset, "reset", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "When the window ends, Unix ms."),
    F_STR(struct limit_out, override_id, "overrideId", 0, 0, F_NO_MAX,
          .text = "Id of the override applied."),
    F_END,
};
static const struct field out_body = F_BODY(0, out_fields, struct limit_out);

static enum status
identify(struct ctx *c, const void *in, struct str token_hash)
{
    return ratelimit_svc_identify(c, in, token_hash);
}

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return ratelimit_svc_limit(c, in, r->data);
}

const struct endpoint ep_ratelimit_limit = {
    .summary = "Check and consume a rate limit",
    .example = "{\"namespace\": \"email.send\", \"identifier\": \"user_1\", \"limit\": 10, "
               "\"duration\": 60000}",
    .in = &ratelimit_shape_limit,
    .out = &out_body,
    .errors = {410},
    .identify = identify,
    .handle = handle,
};
