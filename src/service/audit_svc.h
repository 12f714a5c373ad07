/* audit_svc.h: collecting the audit events of one change and writing them in its transaction
 * (contract root-keys-and-audit.md section 6). */
#ifndef LATCHKEY_SERVICE_AUDIT_SVC_H
#define LATCHKEY_SERVICE_AUDIT_SVC_H

#include "store/audit_store.h"

/* Whether the events share a correlation id: always, or only when there are several. */
enum audit_correlation { AUDIT_CORRELATE_SEVERAL, AUDIT_CORRELATE_ALWAYS };

struct audit {
    struct ctx *c;
    struct str workspace_id;
    enum audit_correlation correlation;
    struct str correlation_id; /* set by whoever writes one change in several collections */
    struct actor actor;
    struct audit_event *events;
    size_t n, cap;
};

/* Starts a collection for the caller's actor. The result lives in the request's memory. */
struct audit *audit_svc_begin(struct ctx *c, struct str workspace_id,
                              enum audit_correlation correlation);
/* Adds an event; name as in the contract's list. Returns it for audit_svc_target, valid until the
 * next audit_svc_add. */
struct audit_event *audit_svc_add(struct audit *a, const char *name, struct str description);
/* Names a resource of the event. meta is a JSON object or empty. */
void audit_svc_target(struct audit_event *e, const char *type, struct str id, struct str name,
                      struct str meta);
/* Such an object, of strings. */
struct audit_member {
    const char *name;
    struct str value;
};
struct str audit_svc_meta(struct arena *mem, const struct audit_member *m, size_t n);
#define AUDIT_META(mem, ...)                                                                       \
    audit_svc_meta((mem), (const struct audit_member[]){__VA_ARGS__},                              \
                   sizeof((const struct audit_member[]){__VA_ARGS__}) /                            \
                       sizeof(struct audit_member))
/* Writes what was collected; nothing when there is nothing. Call it inside db_tx. Ids ascend in the
 * order of the events, so that records sorted by time and id tell them in that order. */
enum status audit_svc_write(struct audit *a) MUST_USE;

#endif
