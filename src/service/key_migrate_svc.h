/* key_migrate_svc.h: keys.migrateKeys: importing many keys by their hashes (contract keys.md
 * section 9.9). */
#ifndef LATCHKEY_SERVICE_KEY_MIGRATE_SVC_H
#define LATCHKEY_SERVICE_KEY_MIGRATE_SVC_H

#include "service/key_svc.h"

struct migrate_key_in {
    struct f_str hash, name, external_id;
    struct f_map meta;
    struct f_list roles, permissions; /* struct f_str */
    struct f_int expires;
    struct f_bool enabled;
    struct f_obj credits;     /* struct credits_in */
    struct f_list ratelimits; /* struct ratelimit_in */
};
struct key_migrate_in {
    struct f_str migration_id, api_id;
    struct f_list keys; /* struct migrate_key_in */
};
struct migrated_out {
    struct f_str hash, key_id;
};
struct key_migrate_out {
    struct f_list migrated; /* struct migrated_out */
    struct f_list failed; /* struct f_str: hashes that are taken, or stood in the request before */
};
/* All keys whose hash is free are imported, or none. */
enum status key_migrate_svc_run(struct ctx *c, const struct key_migrate_in *in,
                                struct key_migrate_out *out) MUST_USE;

#endif
