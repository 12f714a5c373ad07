/* The order of checks. */
#include "domain/verdict.h"

static const struct {
    struct str code, outcome;
} names[VERDICT__MAX] = {
    [VERDICT_NOT_FOUND] = {STR("NOT_FOUND"), STR("NOT_FOUND")},
    [VERDICT_FORBIDDEN_WORKSPACE] = {STR("FORBIDDEN"), STR("WORKSPACE_DISABLED")},
    [VERDICT_DISABLED] = {STR("DISABLED"), STR("DISABLED")},
    [VERDICT_EXPIRED] = {STR("EXPIRED"), STR("EXPIRED")},
    [VERDICT_FORBIDDEN] = {STR("FORBIDDEN"), STR("FORBIDDEN")},
    [VERDICT_INSUFFICIENT_PERMISSIONS] = {STR("INSUFFICIENT_PERMISSIONS"),
                                          STR("INSUFFICIENT_PERMISSIONS")},
    [VERDICT_RATE_LIMITED] = {STR("RATE_LIMITED"), STR("RATE_LIMITED")},
    [VERDICT_USAGE_EXCEEDED] = {STR("USAGE_EXCEEDED"), STR("USAGE_EXCEEDED")},
    [VERDICT_VALID] = {STR("VALID"), STR("VALID")},
};

enum verdict
verdict_before_charge(const struct verdict_facts *f, int64_t now_ms)
{
    if (!f->workspace_enabled)
        return VERDICT_FORBIDDEN_WORKSPACE;
    if (!f->enabled)
        return VERDICT_DISABLED;
    if (f->has_expiry && now_ms > f->expires_ms)
        return VERDICT_EXPIRED;
    if (!f->address_allowed)
        return VERDICT_FORBIDDEN;
    if (!f->permitted)
        return VERDICT_INSUFFICIENT_PERMISSIONS;
    return VERDICT_VALID;
}

struct str
verdict_code(enum verdict v)
{
    return names[v].code;
}

struct str
verdict_outcome(enum verdict v)
{
    return names[v].outcome;
}
