/* key_svc.h: API keys: the use cases of keys.* but verification (contract keys.md section 9). */
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

struct key_create_in {
    struct f_str api_id, prefix, name, external_id;
    struct f_int byte_length, expires;
    struct f_map meta;
    struct f_list roles, permissions; /* struct f_str */
    struct f_obj credits;             /* struct credits_in */
    struct f_list ratelimits;         /* struct ratelimit_in */
    struct f_bool enabled, recoverable;
};
struct key_create_out {
    struct f_str key_id, key;
};
enum status key_svc_create(struct ctx *c, const struct key_create_in *in,
                           struct key_create_out *out) MUST_USE;

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
enum status key_svc_get(struct ctx *c, struct str id, bool decrypt,
                        struct key_out *out) MUST_USE;
enum status key_svc_whoami(struct ctx *c, struct str plaintext, struct key_out *out) MUST_USE;

struct key_list_in {
    struct f_str api_id, cursor, external_id;
    struct f_int limit;
    struct f_bool decrypt, revalidate;
};
/* At most limit (default 100) keys; *next is the id of the first key of the next page, or empty. */
enum status key_svc_list(struct ctx *c, const struct key_list_in *in, struct f_list *out,
                         struct str *next) MUST_USE;

struct key_update_in {
    struct f_str key_id, name, external_id;
    struct f_map meta;
    struct f_int expires;
    struct f_obj credits;
    struct f_list ratelimits, roles, permissions;
    struct f_bool enabled;
};
enum status key_svc_update(struct ctx *c, const struct key_update_in *in) MUST_USE;

struct key_credits_in {
    struct f_str key_id, operation; /* set, increment, decrement */
    struct f_int value;
};
enum status key_svc_update_credits(struct ctx *c, const struct key_credits_in *in,
                                   struct credits_out *out) MUST_USE;

enum status key_svc_delete(struct ctx *c, struct str id, bool permanent) MUST_USE;

#endif
