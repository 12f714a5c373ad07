/* permission_store.h: permissions. */
#ifndef LATCHKEY_STORE_PERMISSION_STORE_H
#define LATCHKEY_STORE_PERMISSION_STORE_H

#include "store/db.h"

struct permission_row {
    struct str id, slug, name, description;
};

/* What queries select of lk_permission p, and running one of them. */
#define PERMISSION_COLUMNS "p.id, p.slug, p.name, p.description"
struct permission_row permission_store_read(struct db_cursor *cur);
enum status permission_store_query(struct ctx *c, const struct db_stmt *s, struct db_args args,
                                   struct permission_row **rows, size_t *n) MUST_USE;

/* The permissions that exist among n slugs, letter case ignored, in no order. In a transaction
 * nobody can delete them until it ends. */
enum status permission_store_by_slug(struct ctx *c, struct str workspace_id,
                                     const struct str *slugs, size_t n,
                                     struct permission_row **rows, size_t *found) MUST_USE;
/* The permission with this id, else the one with this slug, letter case ignored; NULL: neither. */
enum status permission_store_find(struct ctx *c, struct str workspace_id, struct str id_or_slug,
                                  struct permission_row **out) MUST_USE;
/* Permissions with id >= cursor, ascending, at most limit. A search that is not empty admits those
 * that have it in id, slug, name or description, letter case ignored. */
enum status permission_store_list(struct ctx *c, struct str workspace_id, struct str search,
                                  struct str cursor, int64_t limit, struct permission_row **rows,
                                  size_t *n) MUST_USE;

/* ST_DB_DUPLICATE when the slug is taken. */
enum status permission_store_insert(struct ctx *c, struct str workspace_id,
                                    const struct permission_row *p) MUST_USE;
/* Inserts permissions in the order given (sort them: others may do the same); one whose slug is
 * taken is left out silently. */
enum status permission_store_insert_missing(struct ctx *c, struct str workspace_id,
                                            const struct permission_row *p, size_t n) MUST_USE;

/* Takes it from all roles and keys that others are not just giving it to. */
enum status permission_store_detach(struct ctx *c, struct str id) MUST_USE;
/* Locks the row until the transaction ends, after whoever is giving it to a role or key is done. */
enum status permission_store_lock(struct ctx *c, struct str id, bool *there) MUST_USE;
enum status permission_store_delete(struct ctx *c, struct str id) MUST_USE;

extern const struct db_stmt_list permission_store_stmts;

#endif
