/* role_store.h: roles and the permissions in them. */
#ifndef LATCHKEY_STORE_ROLE_STORE_H
#define LATCHKEY_STORE_ROLE_STORE_H

#include "store/permission_store.h"

struct role_row {
    struct str id, name, description;
};

/* What queries select of lk_role r, and running one of them. */
#define ROLE_COLUMNS "r.id, r.name, r.description"
enum status role_store_query(struct ctx *c, const struct db_stmt *s, struct db_args args,
                             struct role_row **rows, size_t *n) MUST_USE;

/* The roles that exist among n names, letter case and accents ignored, in no order. In a
 * transaction nobody can delete them until it ends. */
enum status role_store_by_name(struct ctx *c, struct str workspace_id, const struct str *names,
                               size_t n, struct role_row **rows, size_t *found) MUST_USE;
/* The role with this id, else the one with this name, letter case and accents ignored; NULL:
 * neither. */
enum status role_store_find(struct ctx *c, struct str workspace_id, struct str id_or_name,
                            struct role_row **out) MUST_USE;
/* Roles with id >= cursor, ascending, at most limit. A search that is not empty admits those that
 * have it in id, name or description, letter case ignored. */
enum status role_store_list(struct ctx *c, struct str workspace_id, struct str search,
                            struct str cursor, int64_t limit, struct role_row **rows,
                            size_t *n) MUST_USE;
/* Reads the role with this id again and locks it until the transaction ends; NULL: there is none in
 * the workspace. */
enum status role_store_lock(struct ctx *c, struct str workspace_id, struct str id,
                            struct role_row **out) MUST_USE;

/* ST_DB_DUPLICATE when the name is taken. */
enum status role_store_insert(struct ctx *c, struct str workspace_id,
                              const struct role_row *r) MUST_USE;
/* Inserts roles in the order given (sort them: others may do the same); one whose name is taken is
 * left out silently. */
enum status role_store_insert_missing(struct ctx *c, struct str workspace_id,
                                      const struct role_row *r, size_t n) MUST_USE;
/* Takes it from all keys that others are not just giving it to, and all permissions out of it. */
enum status role_store_detach(struct ctx *c, struct str id) MUST_USE;
enum status role_store_delete(struct ctx *c, struct str id) MUST_USE;

/* The permissions in n roles: those of one role together, by slug. (*of)[i] is the id of the role
 * that has (*rows)[i]. */
enum status role_store_permissions(struct ctx *c, const struct str *role_ids, size_t n,
                                   struct permission_row **rows, struct str **of,
                                   size_t *found) MUST_USE;
/* How many each of n roles has, into counts[n]. */
enum status role_store_count_permissions(struct ctx *c, const struct str *role_ids, size_t n,
                                         int64_t *counts) MUST_USE;
/* Linking again, or unlinking what is not linked, changes nothing. */
enum status role_store_link(struct ctx *c, struct str role_id, const struct str *permission_ids,
                            size_t n) MUST_USE;
enum status role_store_unlink(struct ctx *c, struct str role_id, const struct str *permission_ids,
                              size_t n) MUST_USE;

extern const struct db_stmt_list role_store_stmts;

#endif
