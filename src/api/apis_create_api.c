/* POST /v2/apis.createApi: an API, which is a group of keys, with its keyspace. */
#include "api/endpoint.h"
#include "service/api_svc.h"

struct in {
    struct f_str name;
};
struct out {
    struct f_str api_id;
};

static const struct field in_fields[] = {
    F_STR(struct in, name, "name", F_REQUIRED, 3, 256, .text = "Name for people; not unique."),
    F_END,
};
static const struct field out_fields[] = {
    F_STR(struct out, api_id, "apiId", F_REQUIRED, 0, F_NO_MAX, .text = "Id of the new API."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);
static const struct field out_body = F_BODY(0, out_fields, struct out);

static enum status
handle(struct ctx *c, const void *pin, struct reply *r)
{
    const struct in *in = pin;
    struct out *out = r->data;

    out->api_id.state = F_SET;
    return api_svc_create(c, in->name.v, &out->api_id.v);
}

const struct endpoint ep_apis_create_api = {
    .summary = "Create an API",
    .example = "{\"name\": \"payment-service\"}",
    .in = &in_body,
    .out = &out_body,
    .handle = handle,
};
