/* workspace_svc.h: workspaces and root keys: the operator's use cases (contract admin.md). The
 * actor of audit records is c->actor. */
#ifndef LATCHKEY_SERVICE_WORKSPACE_SVC_H
#define LATCHKEY_SERVICE_WORKSPACE_SVC_H

#include "base/value.h"
#include "store/workspace_store.h"

/* The live workspace with this id, else ST_WORKSPACE_NOT_FOUND. */
enum status workspace_svc_load(struct ctx *c, struct str id, struct workspace_row **out) MUST_USE;

/* Slug empty: made from the name. */
enum status workspace_svc_create(struct ctx *c, struct str name, struct str slug,
                                 struct workspace_row **out) MUST_USE;

struct workspace_update_in {
    struct f_str workspace, name;
    struct f_bool enabled, delete_protection;
    struct f_int requests_per_minute, analytics_query_quota; /* null: none */
    struct f_int audit_retention_days, analytics_retention_days;
    struct f_int window_s, window_execution_s; /* of analytics queries, like the rest */
    struct f_int query_execution_s, query_memory_bytes, result_rows;
};
enum status workspace_svc_update(struct ctx *c, const struct workspace_update_in *in,
                                 struct workspace_row **out) MUST_USE;
/* ST_PROTECTED_RESOURCE while delete protection is on. */
enum status workspace_svc_delete(struct ctx *c, struct str id) MUST_USE;

struct root_key_create_in {
    struct f_str workspace, name;
    struct f_list permission; /* struct f_str */
    struct f_bool all_permissions;
    struct f_int expires;
};
/* *secret is the key itself: shown once, not stored. ST_INVALID_INPUT names unknown permissions. */
enum status workspace_svc_root_key_create(struct ctx *c, const struct root_key_create_in *in,
                                          struct str *key_id, struct str *secret) MUST_USE;

struct root_key_update_in {
    struct f_str key_id, name;
    struct f_bool enabled;
    struct f_list add_permission, remove_permission; /* struct f_str */
    struct f_int expires;                            /* null: never */
};
enum status workspace_svc_root_key_update(struct ctx *c, const struct root_key_update_in *in,
                                          struct root_key_row **out) MUST_USE;
enum status workspace_svc_root_key_revoke(struct ctx *c, struct str key_id) MUST_USE;

#endif
