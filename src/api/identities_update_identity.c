/* POST /v2/identities.updateIdentity: replace the metadata or the limits of an identity. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/identity_svc.h"

static const struct field in_fields[] = {
    F_STR(struct identity_update_in, identity, "identity", F_REQUIRED, 1, F_NO_MAX,
          .text = "Id or external id of the identity."),
    F_MAP(struct identity_update_in, meta, "meta", 0, SHAPE_META_MEMBERS,
          .text = "Replaces the metadata entirely; {} clears it."),
    F_LIST(struct identity_update_in, ratelimits, "ratelimits", 0, F_NO_MIN, 50,
           &shape_ratelimit_in, .text = "Replaces the limits; [] removes all."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct identity_update_in);
static const struct field out_body = F_BODY(0, shape_identity_out_fields, struct identity_out);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return identity_svc_update(c, in, r->data);
}

const struct endpoint ep_identities_update_identity = {
    .summary = "Update an identity",
    .example = "{\"identity\": \"user_123\", \"meta\": {\"plan\": \"enterprise\"}}",
    .in = &in_body,
    .out = &out_body,
    .handle = handle,
};
