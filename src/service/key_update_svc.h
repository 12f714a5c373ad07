/* key_update_svc.h: keys.updateKey (contract keys.md section 9.5). */
#ifndef LATCHKEY_SERVICE_KEY_UPDATE_SVC_H
#define LATCHKEY_SERVICE_KEY_UPDATE_SVC_H

#include "service/key_svc.h"

struct key_update_in {
    struct f_str key_id, name, external_id;
    struct f_map meta;
    struct f_int expires;
    struct f_obj credits;
    struct f_list ratelimits, roles, permissions;
    struct f_bool enabled;
};
enum status key_update_svc_run(struct ctx *c, const struct key_update_in *in) MUST_USE;

#endif
