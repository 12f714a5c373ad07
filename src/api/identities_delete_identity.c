/* POST /v2/identities.deleteIdentity: forget who holds keys; the keys stay valid. */
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

static enum status
handle(struct ctx *c, const void *pin, struct reply *r)
{
    const struct in *in = pin;

    (void)r;
    return identity_svc_delete(c, in->identity.v);
}

const struct endpoint ep_identities_delete_identity = {
    .summary = "Delete an identity",
    .example = "{\"identity\": \"user_123\"}",
    .in = &in_body,
    .out = &shape_empty,
    .flags = EP_NO_DATA,
    .handle = handle,
};
