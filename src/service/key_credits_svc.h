/* key_credits_svc.h: keys.updateCredits (contract keys.md section 9.8). */
#ifndef LATCHKEY_SERVICE_KEY_CREDITS_SVC_H
#define LATCHKEY_SERVICE_KEY_CREDITS_SVC_H

#include "service/key_svc.h"

struct key_credits_in {
    struct f_str key_id, operation; /* set, increment, decrement */
    struct f_int value;
};
enum status key_credits_svc_run(struct ctx *c, const struct key_credits_in *in,
                                struct credits_out *out) MUST_USE;

#endif
