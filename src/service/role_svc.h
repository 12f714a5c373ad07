/* role_svc.h: roles (contract apis-identities-permissions.md section 3). */
#ifndef LATCHKEY_SERVICE_ROLE_SVC_H
#define LATCHKEY_SERVICE_ROLE_SVC_H

#include "service/rbac_shape.h"

struct role_create_in {
    struct f_str name, description;
    struct f_list permissions; /* slugs; those that do not exist are created */
};
/* ST_ROLE_EXISTS when the name is taken, in whatever letter case. */
enum status role_svc_create(struct ctx *c, const struct role_create_in *in,
                            struct str *id) MUST_USE;

/* By id, else by name in any letter case; ST_ROLE_NOT_FOUND. */
enum status role_svc_get(struct ctx *c, struct str id_or_name, struct role_out *out) MUST_USE;
/* The same; keys lose it. */
enum status role_svc_delete(struct ctx *c, struct str id_or_name) MUST_USE;

/* *out: struct role_out; *next: the id of the first one of the next page, or empty. */
enum status role_svc_list(struct ctx *c, const struct rbac_list_in *in, struct f_list *out,
                          struct str *next) MUST_USE;

struct role_permissions_in {
    struct f_str role_id;
    struct f_list permissions; /* slugs; those that do not exist are created */
};
/* Replaces the permissions in a role; *out: what it has then, struct permission_out, in the order
 * of the requested slugs. */
enum status role_svc_set_permissions(struct ctx *c, const struct role_permissions_in *in,
                                     struct f_list *out) MUST_USE;

/* n roles with their permissions: a list of struct role_out. */
enum status role_svc_describe(struct ctx *c, const struct role_row *roles, size_t n,
                              struct f_list *out) MUST_USE;

#endif
