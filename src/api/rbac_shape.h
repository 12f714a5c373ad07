/* rbac_shape.h: field tables of permissions and roles (service/rbac_shape.h). */
#ifndef LATCHKEY_API_RBAC_SHAPE_H
#define LATCHKEY_API_RBAC_SHAPE_H

#include "schema/field.h"

extern const struct field rbac_shape_permission_body; /* struct permission_out */
extern const struct field rbac_shape_role_body;       /* struct role_out */
/* Lists of these as the whole of `data`. */
extern const struct field rbac_shape_permission_list, rbac_shape_role_list;
extern const struct field rbac_shape_list_body; /* request of the lists: struct rbac_list_in */

#endif
