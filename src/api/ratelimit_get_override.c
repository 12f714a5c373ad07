/* POST /v2/ratelimit.getOverride: the override that applies to an identifier. */
#include "api/endpoint.h"
#include "api/ratelimit_shape.h"
#include "service/override_svc.h"

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return override_svc_get(c, in, r->data);
}

const struct endpoint ep_ratelimit_get_override = {
    .summary = "Get the override that applies to an identifier",
    .example = "{\"namespace\": \"email.send\", \"identifier\": \"premium_user_1\"}",
    .in = &ratelimit_shape_override_in,
    .out = &ratelimit_shape_override,
    .handle = handle,
};
