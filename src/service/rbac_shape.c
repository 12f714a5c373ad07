/* Rows of permissions and roles to the objects of answers. */
#include "service/rbac_shape.h"

struct permission_out
rbac_shape_permission(const struct permission_row *p)
{
    return (struct permission_out){f_str(p->id), f_str(p->name), f_str(p->slug),
                                   f_str_nonempty(p->description)};
}

struct permission_out *
rbac_shape_permissions(struct arena *mem, const struct permission_row *rows, size_t n)
{
    struct permission_out *out = ARENA_ARRAY(mem, n + 1, struct permission_out);

    for (size_t i = 0; i < n; i++)
        out[i] = rbac_shape_permission(&rows[i]);
    return out;
}

struct role_out
rbac_shape_role(const struct role_row *r, struct f_list permissions)
{
    return (struct role_out){f_str(r->id), f_str(r->name), f_str_nonempty(r->description),
                             permissions};
}
