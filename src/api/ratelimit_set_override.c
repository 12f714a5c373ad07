/* POST /v2/ratelimit.setOverride: another limit for one identifier, or for a pattern of them. */
#include "api/endpoint.h"
#include "service/override_svc.h"

static const struct field in_fields[] = {
    F_STR(struct override_set_in, namespace, "namespace", F_REQUIRED, 1, 512,
          .text = "Name or id of the namespace."),
    F_STR(struct override_set_in, identifier, "identifier", F_REQUIRED, 1, 512,
          .text = "Who or what is limited; * stands for any characters but newlines."),
    F_INT(struct override_set_in, limit, "limit", F_REQUIRED, 0, F_NO_MAX,
          .text = "How much may be used per window; 0 blocks."),
    F_INT(struct override_set_in, duration, "duration", F_REQUIRED, 1000, F_NO_MAX,
          .text = "Length of the window in milliseconds."),
    F_END,
};
static const struct field out_fields[] = {
    F_STR(struct override_set_out, override_id, "overrideId", F_REQUIRED, 0, F_NO_MAX,
          .text = "Id of the override."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct override_set_in);
static const struct field out_body = F_BODY(0, out_fields, struct override_set_out);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return override_svc_set(c, in, r->data);
}

const struct endpoint ep_ratelimit_set_override = {
    .summary = "Set an override",
    .example = "{\"namespace\": \"email.send\", \"identifier\": \"premium_*\", \"limit\": 1000, "
               "\"duration\": 60000}",
    .in = &in_body,
    .out = &out_body,
    .handle = handle,
};
