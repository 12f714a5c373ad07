/* rbac_svc.h: resolving permission slugs and role names (contract keys.md section 8). */
#ifndef LATCHKEY_SERVICE_RBAC_SVC_H
#define LATCHKEY_SERVICE_RBAC_SVC_H

#include "base/value.h"
#include "domain/access.h"
#include "store/rbac_store.h"

/* A list without a maximum of its own may have so many slugs (after that: ST_INVALID_INPUT). */
enum { RBAC_SVC_SLUGS_MAX = 10000 };

/* Permissions for the slugs of a request, in request order, duplicates (letter case ignored) left
 * out. Those that do not exist are not in it. */
struct rbac_permissions {
    struct permission_row *rows;
    struct str *requested; /* the slug as the request spells it; as rows */
    bool *created;         /* just now, in this transaction; as rows */
    size_t n;
    struct str *missing; /* slugs that do not exist, in request order */
    size_t n_missing;
};
/* In a transaction, what is found here cannot be deleted until it ends. */
enum status rbac_svc_permissions(struct ctx *c, struct str workspace_id, struct f_list slugs,
                                 struct rbac_permissions *out) MUST_USE;
/* The same, creating what is missing: name = slug, and the description's prefix with the slug
 * unless it is empty. In a transaction. */
enum status rbac_svc_permissions_ensure(struct ctx *c, struct str workspace_id, struct f_list slugs,
                                        struct str description_prefix,
                                        struct rbac_permissions *out) MUST_USE;
/* The same without description; when something is missing the caller must meet `need` (which has no
 * placeholders), else ST_INSUFFICIENT_PERMISSIONS. */
enum status rbac_svc_permissions_permitted(struct ctx *c, struct str workspace_id,
                                           struct f_list slugs, enum access need,
                                           struct rbac_permissions *out) MUST_USE;
/* Ids of n permissions, for linking. */
struct str *rbac_svc_permission_ids(struct ctx *c, const struct permission_row *rows, size_t n);
/* Those of n permissions that are not among the others, in order. */
struct permission_row *rbac_svc_permissions_without(struct ctx *c,
                                                    const struct permission_row *rows, size_t n,
                                                    const struct permission_row *others,
                                                    size_t n_others, size_t *kept);

/* Roles for the names of a request, in request order, duplicates left out. Names are compared
 * exactly. ST_ROLE_NOT_FOUND names the first unknown one. In a transaction they cannot be deleted
 * until it ends. */
enum status rbac_svc_roles(struct ctx *c, struct str workspace_id, struct f_list names,
                           struct role_row **rows, size_t *n) MUST_USE;
/* The same, creating what is missing, without description. In a transaction. ST_ROLE_NOT_FOUND when
 * a role of almost the same name, but for letter case, accents or trailing spaces, stands in the
 * way of one. */
enum status rbac_svc_roles_ensure(struct ctx *c, struct str workspace_id, struct f_list names,
                                  struct role_row **rows, size_t *n) MUST_USE;
struct str *rbac_svc_role_ids(struct ctx *c, const struct role_row *rows, size_t n);
struct role_row *rbac_svc_roles_without(struct ctx *c, const struct role_row *rows, size_t n,
                                        const struct role_row *others, size_t n_others,
                                        size_t *kept);

#endif
