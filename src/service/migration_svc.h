/* migration_svc.h: imports of keys from other systems: their records, and the conversion of an
 * imported key when it is first presented (contract keys.md section 5.10). */
#ifndef LATCHKEY_SERVICE_MIGRATION_SVC_H
#define LATCHKEY_SERVICE_MIGRATION_SVC_H

#include "store/key_store.h"
#include "store/migration_store.h"

/* How the hashes of an import were made: of the whole key, Base64 (as ours are); or of the long
 * part of prefix_short_long, hexadecimal. */
#define MIGRATION_SVC_SHA256 "sha256"
#define MIGRATION_SVC_PREFIXED "github.com/seamapi/prefixed-api-key"

/* The operator's: a new migration; those there are. ST_WORKSPACE_NOT_FOUND. */
enum status migration_svc_create(struct ctx *c, struct str workspace_id, const char *algorithm,
                                 struct str name, struct str *id) MUST_USE;
enum status migration_svc_list(struct ctx *c, struct str workspace_id, struct migration_row **rows,
                               size_t *n) MUST_USE;

/* The migration with this id in the caller's workspace, else ST_MIGRATION_NOT_FOUND. */
enum status migration_svc_load(struct ctx *c, struct str id, struct migration_row **out) MUST_USE;

/* Looks for the key that `presented` is under the migration's algorithm, and makes it one of ours
 * when it waits for that: from then on it is found by its own hash. *out is NULL when there is
 * none. ST_AUTH_MALFORMED when no key of that algorithm looks like this. */
enum status migration_svc_convert(struct ctx *c, struct str id, struct str presented,
                                  struct key_row **out) MUST_USE;

#endif
