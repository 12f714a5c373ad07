/* POST /v2/ratelimit.multiLimit: several limits at once: all are consumed or none. */
#include "api/endpoint.h"
#include "api/ratelimit_shape.h"
#include "service/ratelimit_svc.h"

static const struct field item_fields[] = {
    F_STR(struct multi_item_out, namespace, "namespace", F_REQUIRED, 0, F_NO_MAX,
          .text = "The namespace as sent."),
    F_STR(struct multi_item_out, identifier, "identifier", F_REQUIRED, 0, F_NO_MAX,
          .text = "The identifier as sent."),
    F_BOOL(struct multi_item_out, passed, "passed", F_REQUIRED,
           .text = "Whether this limit alone lets the request through."),
    F_INT(struct multi_item_out, limit, "limit", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "The limit applied, that of an override if there is one."),
    F_INT(struct multi_item_out, remaining, "remaining", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "What is left in the window."),
    F_INT(struct multi_item_out, reset, "reset", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "When the window ends, Unix ms."),
    F_STR(struct multi_item_out, override_id, "overrideId", 0, 0, F_NO_MAX,
          .text = "Id of the override applied."),
    F_END,
};
static const struct field item = F_BODY(0, item_fields, struct multi_item_out);
static const struct field out_fields[] = {
    F_BOOL(struct multi_out, passed, "passed", F_REQUIRED,
           .text = "Whether all limits let the request through."),
    F_LIST(struct multi_out, limits, "limits", F_REQUIRED, F_NO_MIN, F_NO_MAX, &item,
           .text = "One entry per limit, in the order of the request."),
    F_END,
};
static const struct field in_body = {.type = FT_LIST,
                                     .min = 1,
                                     .max = 100,
                                     .item = &ratelimit_shape_limit,
                                     .cli = "limits-json",
                                     .text = "The limits to check."};
static const struct field out_body = F_BODY(0, out_fields, struct multi_out);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return ratelimit_svc_multi(c, in, r->data);
}

const struct endpoint ep_ratelimit_multi_limit = {
    .summary = "Check and consume several rate limits together",
    .example = "[{\"namespace\": \"email.send\", \"identifier\": \"user_1\", \"limit\": 10, "
               "\"duration\": 60000}]",
    .in = &in_body,
    .out = &out_body,
    .errors = {410},
    .handle = handle,
};
