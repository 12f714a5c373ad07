/* permission_svc.h: permissions (contract apis-identities-permissions.md section 3). */
#ifndef LATCHKEY_SERVICE_PERMISSION_SVC_H
#define LATCHKEY_SERVICE_PERMISSION_SVC_H

#include "service/rbac_shape.h"

struct permission_create_in {
    struct f_str name, slug, description;
};
/* ST_PERMISSION_EXISTS when the slug is taken, in whatever letter case. */
enum status permission_svc_create(struct ctx *c, const struct permission_create_in *in,
                                  struct str *id) MUST_USE;

/* By id, else by slug in any letter case; ST_PERMISSION_NOT_FOUND. */
enum status permission_svc_get(struct ctx *c, struct str id_or_slug,
                               struct permission_out *out) MUST_USE;
/* The same; roles and keys lose it. */
enum status permission_svc_delete(struct ctx *c, struct str id_or_slug) MUST_USE;

/* *out: struct permission_out; *next: the id of the first one of the next page, or empty. */
enum status permission_svc_list(struct ctx *c, const struct rbac_list_in *in, struct f_list *out,
                                struct str *next) MUST_USE;

#endif
