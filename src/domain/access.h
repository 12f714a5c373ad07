/* access.h: does a set of held permission strings meet a requirement? Requirements are the rows of
 * access.def; held strings are those of a root key. Pure. */
#ifndef LATCHKEY_DOMAIN_ACCESS_H
#define LATCHKEY_DOMAIN_ACCESS_H

#include "base/arena.h"

enum access {
#define ACCESS(name, spec) ACCESS_##name,
#include "domain/access.def"
#undef ACCESS
    ACCESS__MAX,
};

/* Ids that fill the placeholders of a requirement; unused ones stay empty. */
struct access_scope {
    struct str workspace, api, ks, key, identity, ns, override;
};

struct access_grants {
    const struct str *held;
    size_t n;
};

/* The text of a row. */
const char *access_spec(enum access a);

/* True when the requirement is met. spec is a row's text, or one in the same notation. */
bool access_allows(const char *spec, const struct access_scope *scope,
                   const struct access_grants *grants);
/* What a 403 says of the part that is not met (root-keys-and-audit.md section 4). Call it only
 * when access_allows() said no. */
struct str access_explain(struct arena *mem, const char *spec, const struct access_scope *scope,
                          const struct access_grants *grants);

#endif
