/* rbac_store.h: which permissions and roles keys hold. */
#ifndef LATCHKEY_STORE_RBAC_STORE_H
#define LATCHKEY_STORE_RBAC_STORE_H

#include "store/permission_store.h"
#include "store/role_store.h"

/* Permissions held directly by a key, by slug; roles of a key, by name. */
enum status rbac_store_permissions_of_key(struct ctx *c, struct str key_id,
                                          struct permission_row **rows, size_t *n) MUST_USE;
enum status rbac_store_roles_of_key(struct ctx *c, struct str key_id, struct role_row **rows,
                                    size_t *n) MUST_USE;
/* Linking again, or unlinking what is not linked, changes nothing. */
enum status rbac_store_link_permissions(struct ctx *c, struct str key_id,
                                        const struct str *permission_ids, size_t n) MUST_USE;
enum status rbac_store_unlink_permissions(struct ctx *c, struct str key_id,
                                          const struct str *permission_ids, size_t n) MUST_USE;
enum status rbac_store_link_roles(struct ctx *c, struct str key_id, const struct str *role_ids,
                                  size_t n) MUST_USE;
enum status rbac_store_unlink_roles(struct ctx *c, struct str key_id, const struct str *role_ids,
                                    size_t n) MUST_USE;
/* The same for one. */
enum status rbac_store_unlink_permission(struct ctx *c, struct str key_id,
                                         struct str permission_id) MUST_USE;
enum status rbac_store_unlink_role(struct ctx *c, struct str key_id, struct str role_id) MUST_USE;
/* Linking for any number of keys, whose rows say already that they may have grants: n pairs of a
 * key and a permission or role. */
struct rbac_link {
    struct str key_id, id;
};
enum status rbac_store_link_permission_pairs(struct ctx *c, const struct rbac_link *links,
                                             size_t n) MUST_USE;
enum status rbac_store_link_role_pairs(struct ctx *c, const struct rbac_link *links,
                                       size_t n) MUST_USE;
/* Gives a key, whose row says already that it may have grants, those that another holds directly.
 */
enum status rbac_store_copy_grants(struct ctx *c, struct str from_key_id,
                                   struct str to_key_id) MUST_USE;

extern const struct db_stmt_list rbac_store_stmts;

#endif
