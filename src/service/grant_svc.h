/* grant_svc.h: what keys hold: linking and unlinking permissions and roles, each with its audit
 * event. Call these inside db_tx. */
#ifndef LATCHKEY_SERVICE_GRANT_SVC_H
#define LATCHKEY_SERVICE_GRANT_SVC_H

#include "service/audit_svc.h"
#include "service/rbac_svc.h"

/* The key concerned, with the name that audit records give it. */
struct grant_key {
    struct str id, audit_name;
};

/* Links n permissions or roles that the key does not hold yet, with one connect event for each. */
enum status grant_svc_add_permissions(struct audit *a, struct grant_key key,
                                      const struct permission_row *rows, size_t n) MUST_USE;
enum status grant_svc_add_roles(struct audit *a, struct grant_key key, const struct role_row *rows,
                                size_t n) MUST_USE;
/* Their connect events alone. */
void grant_svc_audit_permission(struct audit *a, struct grant_key key,
                                const struct permission_row *p);
void grant_svc_audit_role(struct audit *a, struct grant_key key, const struct role_row *r);
/* Unlinks n that the key holds, with one disconnect event for each. */
enum status grant_svc_remove_permissions(struct audit *a, struct grant_key key,
                                         const struct permission_row *rows, size_t n) MUST_USE;
enum status grant_svc_remove_roles(struct audit *a, struct grant_key key,
                                   const struct role_row *rows, size_t n) MUST_USE;
/* The permission.create event of a permission made on the way, with meta name and slug. */
void grant_svc_audit_created(struct audit *a, const struct permission_row *p);
/* The same for each that rbac_svc has just created. */
void grant_svc_audit_all_created(struct audit *a, const struct rbac_permissions *p);

#endif
