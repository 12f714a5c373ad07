/* rootperm.h: the permission strings a root key can hold (root-keys-and-audit.md section 2). */
#ifndef LATCHKEY_DOMAIN_ROOTPERM_H
#define LATCHKEY_DOMAIN_ROOTPERM_H

#include "base/arena.h"

/* Every known resource and action, NULL-terminated. */
struct rootperm {
    const char *resource, *action;
};
extern const struct rootperm rootperm_known[];

/* Whether s may be granted: resource.<* or id>.action of the list, a well-formed URN grant, or a
 * lone * (which grants nothing; kept because existing tools offer it). */
bool rootperm_valid(struct str s);
/* The strings resource.*.action of the whole list, and the workspace's admin URN: everything. */
struct str *rootperm_all(struct arena *mem, struct str workspace_id, size_t *n);

#endif
