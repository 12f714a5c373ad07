/* POST /v2/identities.createIdentity: somebody or something that holds keys. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/identity_svc.h"

static const struct field in_fields[] = {
    F_STR(struct identity_create_in, external_id, "externalId", F_REQUIRED, 1, 255,
          .pattern = &pattern_external, .text = "Its id in your application."),
    F_MAP(struct identity_create_in, meta, "meta", 0, SHAPE_META_MEMBERS,
          .text = "Metadata that verifications of its keys return."),
    F_LIST(struct identity_create_in, ratelimits, "ratelimits", 0, F_NO_MIN, 50,
           &shape_ratelimit_in, .text = "Limits shared by all its keys."),
    F_END,
};
static const struct field out_fields[] = {
    F_STR(struct identity_create_out, identity_id, "identityId", F_REQUIRED, 0, F_NO_MAX,
          .text = "Id of the identity."),
    F_END,
};
static const struct field in_body = F_BODY(F_OPEN, in_fields, struct identity_create_in);
static const struct field out_body = F_BODY(0, out_fields, struct identity_create_out);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return identity_svc_create(c, in, r->data);
}

const struct endpoint ep_identities_create_identity = {
    .summary = "Create an identity",
    .example = "{\"externalId\": \"user_123\", \"meta\": {\"plan\": \"pro\"}, \"ratelimits\": "
               "[{\"name\": \"requests\", \"limit\": 100, \"duration\": 60000, "
               "\"autoApply\": true}]}",
    .in = &in_body,
    .out = &out_body,
    .errors = {409},
    .handle = handle,
};
