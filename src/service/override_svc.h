/* override_svc.h: overrides: limits for single identifiers of a namespace, or for patterns of them
 * (contract ratelimit.md sections 4 and 5.3 to 5.6). A namespace is named by its id or its name. */
#ifndef LATCHKEY_SERVICE_OVERRIDE_SVC_H
#define LATCHKEY_SERVICE_OVERRIDE_SVC_H

#include "base/value.h"
#include "store/namespace_store.h"

/* Which override applies to an identifier: exact, the one of just that identifier, unless it is
 * NULL; else the most specific pattern that matches (domain/pattern.h); *out is NULL when none
 * does. */
enum status override_svc_resolve(struct ctx *c, const struct namespace_row *ns,
                                 struct str identifier, struct override_row *exact,
                                 struct override_row **out) MUST_USE;

struct override_set_in {
    struct f_str namespace, identifier;
    struct f_int limit, duration;
};
struct override_set_out {
    struct f_str override_id;
};
/* Creates the override of this identifier or changes the one there is; one that was deleted comes
 * back with its id. */
enum status override_svc_set(struct ctx *c, const struct override_set_in *in,
                             struct override_set_out *out) MUST_USE;

struct override_in {
    struct f_str namespace, identifier;
};
struct override_out {
    struct f_str override_id, identifier;
    struct f_int limit, duration;
};
/* The override that applies to the identifier, as override_svc_resolve() says. A caller who may not
 * read it is told that there is none. */
enum status override_svc_get(struct ctx *c, const struct override_in *in,
                             struct override_out *out) MUST_USE;

struct override_list_in {
    struct f_str namespace, cursor;
    struct f_int limit;
};
/* At most limit (default 50) overrides, also of a deleted namespace; *next is the id of the first
 * one of the next page, or empty. */
enum status override_svc_list(struct ctx *c, const struct override_list_in *in, struct f_list *out,
                              struct str *next) MUST_USE;

/* Deletes the override of exactly this identifier. */
enum status override_svc_delete(struct ctx *c, const struct override_in *in) MUST_USE;

#endif
