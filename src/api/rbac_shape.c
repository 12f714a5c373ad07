/* Tables of permissions and roles. */
#include "api/rbac_shape.h"

#include "service/rbac_shape.h"

static const struct field permission_fields[] = {
    F_STR(struct permission_out, id, "id", F_REQUIRED, 0, F_NO_MAX,
          .text = "Id of the permission."),
    F_STR(struct permission_out, name, "name", F_REQUIRED, 0, F_NO_MAX, .text = "Name for people."),
    F_STR(struct permission_out, slug, "slug", F_REQUIRED, 0, F_NO_MAX,
          .text = "What keys hold and verifications ask for."),
    F_STR(struct permission_out, description, "description", 0, 0, F_NO_MAX,
          .text = "What it is for."),
    F_END,
};
const struct field rbac_shape_permission_body = F_BODY(0, permission_fields, struct permission_out);
const struct field rbac_shape_permission_list = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &rbac_shape_permission_body};

static const struct field role_fields[] = {
    F_STR(struct role_out, id, "id", F_REQUIRED, 0, F_NO_MAX, .text = "Id of the role."),
    F_STR(struct role_out, name, "name", F_REQUIRED, 0, F_NO_MAX, .text = "Its name."),
    F_STR(struct role_out, description, "description", 0, 0, F_NO_MAX, .text = "What it is for."),
    F_LIST(struct role_out, permissions, "permissions", 0, F_NO_MIN, F_NO_MAX,
           &rbac_shape_permission_body,
           .text = "The permissions in it; absent when there are none."),
    F_END,
};
const struct field rbac_shape_role_body = F_BODY(0, role_fields, struct role_out);
const struct field rbac_shape_role_list = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &rbac_shape_role_body};

static const struct field list_fields[] = {
    F_INT(struct rbac_list_in, limit, "limit", 0, 1, 100, .dflt = "100", .text = "Items per page."),
    F_STR(struct rbac_list_in, cursor, "cursor", 0, 0, 1024,
          .text = "Where to go on: the cursor of the previous page."),
    F_STR(struct rbac_list_in, search, "search", 0, 0, 256,
          .text = "Only items that have this in id, name, slug or description, in whatever letter "
                  "case."),
    F_END,
};
const struct field rbac_shape_list_body = F_BODY(0, list_fields, struct rbac_list_in);
