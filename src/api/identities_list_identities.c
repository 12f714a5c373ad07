/* POST /v2/identities.listIdentities: the identities of the workspace, page by page. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/identity_svc.h"

static const struct field in_fields[] = {
    F_INT(struct identity_list_in, limit, "limit", 0, 1, 100, .dflt = "100",
          .text = "Identities per page."),
    F_STR(struct identity_list_in, cursor, "cursor", 0, 0, F_NO_MAX,
          .text = "Where to go on: the cursor of the previous page."),
    F_STR(struct identity_list_in, search, "search", 0, 0, 256,
          .text = "Only identities whose id or external id contains this, letter case ignored."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct identity_list_in);
static const struct field identity = F_BODY(0, shape_identity_out_fields, struct identity_out);
static const struct field out_body = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &identity};

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return identity_svc_list(c, in, r->data, &r->next);
}

const struct endpoint ep_identities_list_identities = {
    .summary = "List identities",
    .example = "{\"limit\": 50, \"search\": \"acme\"}",
    .in = &in_body,
    .out = &out_body,
    .flags = EP_PAGED,
    .handle = handle,
};
