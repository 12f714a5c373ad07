/* rbac_shape.h: permissions and roles in requests and answers (contract
 * apis-identities-permissions.md section 0.7). Their tables are in api/rbac_shape.c. */
#ifndef LATCHKEY_SERVICE_RBAC_SHAPE_H
#define LATCHKEY_SERVICE_RBAC_SHAPE_H

#include "base/value.h"
#include "store/role_store.h"

struct permission_out {
    struct f_str id, name, slug, description;
};

struct role_out {
    struct f_str id, name, description;
    struct f_list permissions; /* struct permission_out */
};

/* One page of permissions or roles. */
struct rbac_list_in {
    struct f_int limit;
    struct f_str cursor, search;
};
enum { RBAC_SHAPE_PAGE = 100 }; /* items of a page, when the request does not say */

struct permission_out rbac_shape_permission(const struct permission_row *p);
/* An array for a list. */
struct permission_out *rbac_shape_permissions(struct arena *mem, const struct permission_row *rows,
                                              size_t n);
struct role_out rbac_shape_role(const struct role_row *r, struct f_list permissions);

#endif
