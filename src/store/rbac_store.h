/* rbac_store.h: permissions, roles, and who holds them. */
#ifndef LATCHKEY_STORE_RBAC_STORE_H
#define LATCHKEY_STORE_RBAC_STORE_H

#include "store/db.h"

struct permission_row {
    struct str id, slug, name, description;
};
struct role_row {
    struct str id, name, description;
};

/* The permissions that exist among n slugs, letter case ignored, in no order. */
enum status rbac_store_permissions_by_slug(struct ctx *c, struct str workspace_id,
                                           const struct str *slugs, size_t n,
                                           struct permission_row **rows, size_t *found) MUST_USE;
/* Inserts permissions in the order given (sort them: others may do the same); one whose slug is
 * taken is left out silently. */
enum status rbac_store_permissions_insert(struct ctx *c, struct str workspace_id,
                                          const struct permission_row *p, size_t n) MUST_USE;
/* The roles that exist among n names, letter case and accents ignored, in no order. */
enum status rbac_store_roles_by_name(struct ctx *c, struct str workspace_id,
                                     const struct str *names, size_t n, struct role_row **rows,
                                     size_t *found) MUST_USE;

/* Inserts roles in the order given (sort them); one whose name is taken, letter case and accents
 * ignored, is left out silently. */
enum status rbac_store_roles_insert(struct ctx *c, struct str workspace_id,
                                    const struct role_row *r, size_t n) MUST_USE;

/* Permissions held directly by a key, by slug; roles of a key, by name. */
enum status rbac_store_permissions_of_key(struct ctx *c, struct str key_id,
                                          struct permission_row **rows, size_t *n) MUST_USE;
enum status rbac_store_roles_of_key(struct ctx *c, struct str key_id, struct role_row **rows,
                                    size_t *n) MUST_USE;
/* Linking again, or unlinking what is not linked, changes nothing. */
enum status rbac_store_link_permissions(struct ctx *c, struct str key_id,
                                        const struct str *permission_ids, size_t n) MUST_USE;
enum status rbac_store_unlink_permission(struct ctx *c, struct str key_id,
                                         struct str permission_id) MUST_USE;
enum status rbac_store_link_roles(struct ctx *c, struct str key_id, const struct str *role_ids,
                                  size_t n) MUST_USE;
enum status rbac_store_unlink_role(struct ctx *c, struct str key_id, struct str role_id) MUST_USE;
/* The same for any number of keys: n pairs of a key and a permission or role. */
struct rbac_link {
    struct str key_id, id;
};
enum status rbac_store_link_permission_pairs(struct ctx *c, const struct rbac_link *links,
                                             size_t n) MUST_USE;
enum status rbac_store_link_role_pairs(struct ctx *c, const struct rbac_link *links,
                                       size_t n) MUST_USE;
/* Gives one key the permissions and roles that another holds directly. */
enum status rbac_store_copy_grants(struct ctx *c, struct str from_key_id,
                                   struct str to_key_id) MUST_USE;

extern const struct db_stmt_list rbac_store_stmts;

#endif
