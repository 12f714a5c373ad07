/* POST /v2/apis.deleteApi: delete an API; its keys stop verifying at once. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/api_svc.h"

struct in {
    struct f_str api_id;
};

static const struct field in_fields[] = {
    F_STR(struct in, api_id, "apiId", F_REQUIRED, 8, 255, .pattern = &pattern_id,
          .text = "Id of the API."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);

static enum status
handle(struct ctx *c, const void *pin, struct reply *r)
{
    const struct in *in = pin;

    (void)r;
    return api_svc_delete(c, in->api_id.v);
}

const struct endpoint ep_apis_delete_api = {
    .summary = "Delete an API",
    .example = "{\"apiId\": \"api_1234abcd\"}",
    .in = &in_body,
    .out = &shape_empty,
    .errors = {412},
    .handle = handle,
};
