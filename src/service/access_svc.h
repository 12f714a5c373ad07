/* access_svc.h: who is calling, and what may they do (contract foundations.md section 10). */
#ifndef LATCHKEY_SERVICE_ACCESS_SVC_H
#define LATCHKEY_SERVICE_ACCESS_SVC_H

#include "domain/access.h"
#include "store/caller_store.h"

/* The token of an Authorization header value. ST_AUTH_MALFORMED without "Bearer " or token. */
enum status access_svc_token(struct ctx *c, struct str header, struct str *token) MUST_USE;

/* Looks the root key up and accepts it; sets c->who and c->actor. */
enum status access_svc_identify(struct ctx *c, struct str token_hash) MUST_USE;
/* The same with a caller that an endpoint's own lookup has read; NULL: there is no such root key.
 */
enum status access_svc_accept(struct ctx *c, struct caller *caller, struct str token_hash) MUST_USE;

/* Whether the caller meets the requirement for the resource in scope, whose workspace is filled in
 * here. */
bool access_svc_allows(struct ctx *c, enum access need, struct access_scope scope);
/* ST_INSUFFICIENT_PERMISSIONS, naming what is missing, unless access_svc_allows(). */
enum status access_svc_require(struct ctx *c, enum access need, struct access_scope scope) MUST_USE;
/* The same for a requirement that is not a row of the table. */
enum status access_svc_require_spec(struct ctx *c, const char *spec,
                                    struct access_scope scope) MUST_USE;

#endif
