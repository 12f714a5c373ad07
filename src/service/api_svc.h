/* api_svc.h: APIs: the use cases of apis.* (contract apis-identities-permissions.md section 1). */
#ifndef LATCHKEY_SERVICE_API_SVC_H
#define LATCHKEY_SERVICE_API_SVC_H

#include "base/value.h"
#include "domain/access.h"
#include "store/api_store.h"

/* The live API with this id in the caller's workspace, else ST_API_NOT_FOUND. */
enum status api_svc_load(struct ctx *c, struct str id, struct api_row **out) MUST_USE;
/* The answer to an API that is not there, or must look so. */
enum status api_svc_not_found(struct ctx *c);
struct access_scope api_svc_scope(const struct api_row *a);

enum status api_svc_create(struct ctx *c, struct str name, struct str *api_id) MUST_USE;
enum status api_svc_get(struct ctx *c, struct str id, struct api_row **out) MUST_USE;
enum status api_svc_delete(struct ctx *c, struct str id) MUST_USE;

/* Settings that only the operator changes; absent ones stay, null clears. */
struct api_settings_in {
    struct f_bool delete_protection, store_encrypted_keys;
    struct f_str ip_whitelist, default_prefix;
    struct f_int default_bytes;
};
/* Changes the settings of any workspace's live API and returns its row; `change` NULL: only reads.
 */
enum status api_svc_settings(struct ctx *c, struct str id, const struct api_settings_in *change,
                             struct api_row **out) MUST_USE;

#endif
