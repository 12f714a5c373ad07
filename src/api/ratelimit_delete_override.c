/* POST /v2/ratelimit.deleteOverride: delete the override of exactly this identifier or pattern. */
#include "api/endpoint.h"
#include "api/ratelimit_shape.h"
#include "api/shape.h"
#include "service/override_svc.h"

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    (void)r;
    return override_svc_delete(c, in);
}

const struct endpoint ep_ratelimit_delete_override = {
    .summary = "Delete an override",
    .example = "{\"namespace\": \"email.send\", \"identifier\": \"premium_*\"}",
    .in = &ratelimit_shape_override_in,
    .out = &shape_empty,
    .handle = handle,
};
