/* POST /v2/ratelimit.listOverrides: the overrides of a namespace, page by page. */
#include "api/endpoint.h"
#include "api/ratelimit_shape.h"
#include "service/override_svc.h"

static const struct field in_fields[] = {
    F_STR(struct override_list_in, namespace, "namespace", F_REQUIRED, 1, 512,
          .text = "Name or id of the namespace."),
    F_INT(struct override_list_in, limit, "limit", 0, 1, 100, .dflt = "50",
          .text = "Overrides per page."),
    F_STR(struct override_list_in, cursor, "cursor", 0, 0, F_NO_MAX,
          .text = "Where to go on: the cursor of the previous page."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct override_list_in);
static const struct field out_body = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &ratelimit_shape_override};

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return override_svc_list(c, in, r->data, &r->next);
}

const struct endpoint ep_ratelimit_list_overrides = {
    .summary = "List the overrides of a namespace",
    .example = "{\"namespace\": \"email.send\", \"limit\": 50}",
    .in = &in_body,
    .out = &out_body,
    .flags = EP_PAGED,
    .handle = handle,
};
