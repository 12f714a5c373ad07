/* POST /v2/apis.listKeys: the keys of an API, page by page. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/key_svc.h"

static const struct field in_fields[] = {
    F_STR(struct key_list_in, api_id, "apiId", F_REQUIRED, 1, F_NO_MAX, .text = "Id of the API."),
    F_INT(struct key_list_in, limit, "limit", 0, 1, 100, .dflt = "100", .text = "Keys per page."),
    F_STR(struct key_list_in, cursor, "cursor", 0, 0, F_NO_MAX,
          .text = "Where to go on: the cursor of the previous page."),
    F_STR(struct key_list_in, external_id, "externalId", 0, 1, F_NO_MAX,
          .text = "Only keys of the identity with this external id."),
    F_BOOL(struct key_list_in, decrypt, "decrypt", 0, .dflt = "false",
           .text = "Also return the plaintext of recoverable keys."),
    F_BOOL(struct key_list_in, revalidate, "revalidateKeysCache", 0, .dflt = "false",
           .text = "Accepted for compatibility: answers are never cached."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct key_list_in);
static const struct field key = F_BODY(0, shape_key_out_fields, struct key_out);
static const struct field out_body = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &key};

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return key_svc_list(c, in, r->data, &r->next);
}

const struct endpoint ep_apis_list_keys = {
    .summary = "List the keys of an API",
    .example = "{\"apiId\": \"api_1234abcd\", \"limit\": 50}",
    .in = &in_body,
    .out = &out_body,
    .flags = EP_PAGED,
    .errors = {412},
    .handle = handle,
};
