/* rbac.h: what the tests of permissions and roles have in common. */
#ifndef LATCHKEY_TESTS_SUPPORT_RBAC_H
#define LATCHKEY_TESTS_SUPPORT_RBAC_H

/* Create one; its id. slugs: the items of a JSON list. */
const char *rbac_permission(const char *slug);
const char *rbac_role(const char *name, const char *slugs);
const char *rbac_key(const char *api_id);
const char *rbac_api(void);

/* Slugs of the permissions in a role (by id or name), of the direct permissions of a key, and names
 * of its roles, in byte order, with spaces between them. */
const char *rbac_of_role(const char *role);
const char *rbac_of_key(const char *key_id);
const char *rbac_roles_of_key(const char *key_id);

long long rbac_count(const char *table);
/* How many correlation ids the audit events have. */
long long rbac_correlations(void);
/* text with the test's workspace for each %s in it; NULL for NULL. */
const char *rbac_fill(const char *text);
/* text with these ids for API, KS and KEY in it. */
const char *rbac_put(const char *text, const char *api, const char *ks, const char *key);
/* A root key of the test's workspace with the grants rbac_fill() makes of text. */
const char *rbac_root(const char *grants);

#endif
