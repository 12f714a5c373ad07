/* key_svc.h: API keys: finding, reading and listing them (contract keys.md section 9). Each way of
 * changing them is a file of its own: key_<what>_svc.h. */
#ifndef LATCHKEY_SERVICE_KEY_SVC_H
#define LATCHKEY_SERVICE_KEY_SVC_H

#include "domain/access.h"
#include "service/credit_svc.h"
#include "service/shape.h"

/* The key with this id in the caller's workspace, live and of a live API; else
 * ST_KEY_NOT_FOUND. */
enum status key_svc_load(struct ctx *c, struct str id, struct key_row **out) MUST_USE;
enum status key_svc_not_found(struct ctx *c);
struct access_scope key_svc_scope(const struct key_row *k);
/* The same as key_svc_load, with the row locked: for the first step of a transaction. */
enum status key_svc_lock(struct ctx *c, struct str id, struct key_row **out) MUST_USE;
/* key_svc_load, then access_svc_require. */
enum status key_svc_permitted(struct ctx *c, struct str id, enum access need,
                              struct key_row **out) MUST_USE;

/* ST_INVALID_INPUT when the metadata of a request takes more room than a key has for it. */
enum status key_svc_check_meta(struct ctx *c, struct f_map meta) MUST_USE;
/* Gives a key the limits of a request (struct ratelimit_in). In a transaction. */
enum status key_svc_put_limits(struct ctx *c, struct str owner_id, struct str workspace_id,
                               struct f_list limits) MUST_USE;

/* The Key object. */
struct key_out {
    struct f_str key_id, start, name, plaintext;
    struct f_bool enabled;
    struct f_int created_at, updated_at, last_used_at, expires;
    struct f_map meta;
    struct f_list permissions, roles; /* struct f_str */
    struct f_obj credits;             /* struct credits_out */
    struct f_obj identity;            /* struct identity_out */
    struct f_list ratelimits;         /* struct ratelimit_out */
};
/* decrypt: with the plaintext, when the key has an encrypted copy that opens. */
enum status key_svc_get(struct ctx *c, struct str id, bool decrypt, struct key_out *out) MUST_USE;
enum status key_svc_whoami(struct ctx *c, struct str plaintext, struct key_out *out) MUST_USE;

struct key_list_in {
    struct f_str api_id, cursor, external_id;
    struct f_int limit;
    struct f_bool decrypt, revalidate;
};
/* At most limit (default 100) keys; *next is the id of the first key of the next page, or empty. */
enum status key_svc_list(struct ctx *c, const struct key_list_in *in, struct f_list *out,
                         struct str *next) MUST_USE;

#endif
