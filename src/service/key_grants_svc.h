/* key_grants_svc.h: giving permissions and roles to a key and taking them from it (contract keys.md
 * sections 9.10 to 9.15). Each is one transaction with the key locked, and does nothing, without
 * audit events, when there is nothing to do. */
#ifndef LATCHKEY_SERVICE_KEY_GRANTS_SVC_H
#define LATCHKEY_SERVICE_KEY_GRANTS_SVC_H

#include "service/rbac_shape.h"

struct key_permissions_in {
    struct f_str key_id;
    struct f_list permissions; /* slugs */
};
struct key_roles_in {
    struct f_str key_id;
    struct f_list roles; /* names */
};

/* *out: the direct permissions of the key afterwards, struct permission_out. Adding and setting
 * create permissions that do not exist; removing one is ST_PERMISSION_NOT_FOUND. */
enum status key_grants_svc_add_permissions(struct ctx *c, const struct key_permissions_in *in,
                                           struct f_list *out) MUST_USE;
enum status key_grants_svc_set_permissions(struct ctx *c, const struct key_permissions_in *in,
                                           struct f_list *out) MUST_USE;
enum status key_grants_svc_remove_permissions(struct ctx *c, const struct key_permissions_in *in,
                                              struct f_list *out) MUST_USE;

/* *out: the roles of the key afterwards, struct role_out. ST_ROLE_NOT_FOUND for unknown ones. */
enum status key_grants_svc_add_roles(struct ctx *c, const struct key_roles_in *in,
                                     struct f_list *out) MUST_USE;
enum status key_grants_svc_set_roles(struct ctx *c, const struct key_roles_in *in,
                                     struct f_list *out) MUST_USE;
enum status key_grants_svc_remove_roles(struct ctx *c, const struct key_roles_in *in,
                                        struct f_list *out) MUST_USE;

#endif
