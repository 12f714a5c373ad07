/* key_create_svc.h: keys.createKey (contract keys.md section 9.2), and what other ways of making
 * keys share with it. */
#ifndef LATCHKEY_SERVICE_KEY_CREATE_SVC_H
#define LATCHKEY_SERVICE_KEY_CREATE_SVC_H

#include "domain/key.h"
#include "service/key_svc.h"

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
enum status key_create_svc_run(struct ctx *c, const struct key_create_in *in,
                               struct key_create_out *out) MUST_USE;

/* A fresh secret of that many random bytes (KEY_MIN_BYTES..KEY_MAX_BYTES). */
struct key_text key_create_svc_secret(struct ctx *c, struct str prefix, int64_t bytes);
/* How many bytes a key gets that nothing else is said of; api_default 0: not set. */
int64_t key_create_svc_bytes(int64_t api_default);
/* Gives k an id and inserts it; another id when that one is taken. In a transaction. */
enum status key_create_svc_insert(struct ctx *c, struct key_row *k) MUST_USE;

#endif
