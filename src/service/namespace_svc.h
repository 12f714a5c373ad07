/* namespace_svc.h: rate-limit namespaces as the operator manages them. */
#ifndef LATCHKEY_SERVICE_NAMESPACE_SVC_H
#define LATCHKEY_SERVICE_NAMESPACE_SVC_H

#include "store/namespace_store.h"

/* All namespaces of a workspace, deleted ones included. */
enum status namespace_svc_list(struct ctx *c, struct str workspace_id, struct namespace_row **rows,
                               size_t *n) MUST_USE;
/* Deletes (softly: the API answers 410 afterwards) a namespace and its overrides, or restores the
 * namespace. ST_NAMESPACE_NOT_FOUND when there is none, or it is that way already. */
enum status namespace_svc_delete(struct ctx *c, struct str workspace_id,
                                 struct str id_or_name) MUST_USE;
enum status namespace_svc_restore(struct ctx *c, struct str workspace_id,
                                  struct str id_or_name) MUST_USE;

#endif
