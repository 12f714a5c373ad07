/* The list of refusals. */
#include "domain/refusal.h"

static const struct refusal_row rows[REFUSAL__MAX] = {
#define REFUSAL(name_, status_, code_, title_, message_)                                           \
    [REFUSAL_##name_] = {status_, STR(code_), title_, message_},
#include "domain/refusal.def"
#undef REFUSAL
};

const struct refusal_row *
refusal_row(enum refusal r)
{
    return &rows[r];
}

struct str
refusal_name(enum refusal r)
{
    struct str rest = rows[r].code, name = rest;

    while (rest.p)
        name = str_cut(&rest, ':');
    return name;
}

enum refusal
refusal_find(struct str name)
{
    for (int r = REFUSAL_NONE + 1; r < REFUSAL__MAX; r++)
        if (str_eq(refusal_name((enum refusal)r), name))
            return (enum refusal)r;
    return REFUSAL_MISSING_CREDENTIALS;
}

enum refusal
refusal_of(enum verdict v)
{
    switch (v) {
    case VERDICT_VALID:
        return REFUSAL_NONE;
    case VERDICT_INSUFFICIENT_PERMISSIONS:
        return REFUSAL_INSUFFICIENT_PERMISSIONS;
    case VERDICT_RATE_LIMITED:
        return REFUSAL_RATE_LIMITED;
    case VERDICT_USAGE_EXCEEDED:
        return REFUSAL_USAGE_EXCEEDED;
    default:
        return REFUSAL_INVALID_KEY;
    }
}
