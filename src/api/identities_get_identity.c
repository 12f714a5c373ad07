/* POST /v2/identities.getIdentity: an identity by its id or its external id. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/identity_svc.h"

struct in {
    struct f_str identity;
};

static const struct field in_fields[] = {
    F_STR(struct in, identity, "identity", F_REQUIRED, 1, F_NO_MAX,
          .text = "Id or external id of the identity."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);
static const struct field out_body = F_BODY(0, shape_identity_out_fields, struct identity_out);

static enum status
handle(struct ctx *c, const void *pin, struct reply *r)
{
    const struct in *in = pin;

    return identity_svc_get(c, in->identity.v, r->data);
}

const struct endpoint ep_identities_get_identity = {
    .summary = "Get an identity",
    .example = "{\"identity\": \"user_123\"}",
    .in = &in_body,
    .out = &out_body,
    .handle = handle,
};
