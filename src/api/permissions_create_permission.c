/* POST /v2/permissions.createPermission: a permission that roles and keys can be given. */
#include "api/endpoint.h"
#include "service/permission_svc.h"

struct out {
    struct f_str permission_id;
};

static const struct field in_fields[] = {
    F_STR(struct permission_create_in, name, "name", F_REQUIRED, 1, 512,
          .text = "Name for people; not unique."),
    F_STR(struct permission_create_in, slug, "slug", F_REQUIRED, 1, 128, .pattern = &pattern_slug,
          .text = "What keys hold and verifications ask for; unique, whatever the letter case."),
    F_STR(struct permission_create_in, description, "description", 0, 0, 512,
          .text = "What it is for."),
    F_END,
};
static const struct field out_fields[] = {
    F_STR(struct out, permission_id, "permissionId", F_REQUIRED, 0, F_NO_MAX,
          .text = "Id of the new permission."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct permission_create_in);
static const struct field out_body = F_BODY(0, out_fields, struct out);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    struct out *out = r->data;

    out->permission_id.state = F_SET;
    return permission_svc_create(c, in, &out->permission_id.v);
}

const struct endpoint ep_permissions_create_permission = {
    .summary = "Create a permission",
    .example = "{\"name\": \"Read documents\", \"slug\": \"documents.read\"}",
    .in = &in_body,
    .out = &out_body,
    .errors = {409},
    .handle = handle,
};
