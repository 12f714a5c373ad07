/* verdict.h: the outcome of a verification, in the order in which the checks are made: the first
 * that applies decides (contract keys.md section 5.1). A refused key is a result, not an error. */
#ifndef LATCHKEY_DOMAIN_VERDICT_H
#define LATCHKEY_DOMAIN_VERDICT_H

#include "base/str.h"

enum verdict {
    VERDICT_NOT_FOUND,
    VERDICT_FORBIDDEN_WORKSPACE, /* the key's workspace is disabled */
    VERDICT_DISABLED,
    VERDICT_EXPIRED,
    VERDICT_FORBIDDEN, /* the caller's address is not on the API's list */
    VERDICT_INSUFFICIENT_PERMISSIONS,
    VERDICT_RATE_LIMITED,
    VERDICT_USAGE_EXCEEDED,
    VERDICT_VALID,
    VERDICT__MAX,
};

/* What is known of a key before anything is charged. */
struct verdict_facts {
    bool workspace_enabled, enabled;
    int64_t expires_ms; /* only when has_expiry */
    bool has_expiry;
    bool address_allowed;
    bool permitted; /* the permission query holds, or there is none */
};

/* The first check that fails at now_ms; VERDICT_VALID when only limits and credits are left. */
enum verdict verdict_before_charge(const struct verdict_facts *f, int64_t now_ms);
/* The code on the wire. */
struct str verdict_code(enum verdict v);
/* The outcome in analytics records: the code, but for a disabled workspace. */
struct str verdict_outcome(enum verdict v);

#endif
