/* POST /v2/apis.getApi: an API by id. */
#include "api/endpoint.h"
#include "service/api_svc.h"

struct in {
    struct f_str api_id;
};
struct out {
    struct f_str id, name;
};

static const struct field in_fields[] = {
    F_STR(struct in, api_id, "apiId", F_REQUIRED, 8, 255, .pattern = &pattern_id,
          .text = "Id of the API."),
    F_END,
};
static const struct field out_fields[] = {
    F_STR(struct out, id, "id", F_REQUIRED, 0, F_NO_MAX, .text = "Id of the API."),
    F_STR(struct out, name, "name", F_REQUIRED, 0, F_NO_MAX, .text = "Its name."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);
static const struct field out_body = F_BODY(0, out_fields, struct out);

static enum status
handle(struct ctx *c, const void *pin, struct reply *r)
{
    const struct in *in = pin;
    struct out *out = r->data;
    struct api_row *a;
    enum status st = api_svc_get(c, in->api_id.v, &a);

    if (st != ST_OK)
        return st;
    *out = (struct out){f_str(a->id), f_str(a->name)};
    return ST_OK;
}

const struct endpoint ep_apis_get_api = {
    .summary = "Get an API",
    .example = "{\"apiId\": \"api_1234abcd\"}",
    .in = &in_body,
    .out = &out_body,
    .handle = handle,
};
