/* key_reroll_svc.h: keys.rerollKey (contract keys.md section 9.7). */
#ifndef LATCHKEY_SERVICE_KEY_REROLL_SVC_H
#define LATCHKEY_SERVICE_KEY_REROLL_SVC_H

#include "service/key_create_svc.h"

struct key_reroll_in {
    struct f_str key_id;
    struct f_int expiration; /* ms until the old key expires */
};
/* A new key with the settings of the old one, which expires. */
enum status key_reroll_svc_run(struct ctx *c, const struct key_reroll_in *in,
                               struct key_create_out *out) MUST_USE;

#endif
