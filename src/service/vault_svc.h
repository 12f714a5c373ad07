/* vault_svc.h: recoverable keys (contract keys.md section 3, root-keys-and-audit.md section 12).
 *
 * Master keys, from a file, wrap the data keys of workspaces; the newest data key of a workspace
 * seals the encrypted copies of its keys. What lies in the database opens neither. */
#ifndef LATCHKEY_SERVICE_VAULT_SVC_H
#define LATCHKEY_SERVICE_VAULT_SVC_H

#include "store/key_store.h"

/* The master keys during one request, and the data key it seals with. */
struct vault;

/* Reads the master keys. ST_PRECONDITION_FAILED when there are none, or the file must not be used
 * (the log says why). */
enum status vault_svc_open(struct ctx *c, struct vault **out) MUST_USE;
/* ST_PRECONDITION_FAILED unless the API keeps encrypted copies. */
enum status vault_svc_require_switch(struct ctx *c, bool store_encrypted_keys) MUST_USE;

/* Gets ready to seal keys of a workspace, whose first data key is made here. Before the transaction
 * that vault_svc_keep is in. */
enum status vault_svc_prepare(struct ctx *c, struct vault *v, struct str workspace_id) MUST_USE;
/* Keeps an encrypted copy of a new key. */
enum status vault_svc_keep(struct ctx *c, const struct vault *v, struct str key_id,
                           struct str plaintext) MUST_USE;

/* The plaintexts of n keys of one workspace; empty for a key without a copy, and for one whose copy
 * does not open, which the log tells. */
enum status vault_svc_reveal(struct ctx *c, const struct vault *v, const struct key_row *keys,
                             size_t n, struct str **plaintexts) MUST_USE;

struct vault_rotation {
    int64_t new_data_keys;
    int64_t rewrapped_data_keys; /* under the newest master key */
    int64_t resealed_keys;       /* under the newest data key of their workspace */
    int64_t failed;              /* data keys and copies that do not open; they stay as they are */
};
/* Brings what is in the database under the newest master key and the newest data keys, in small
 * transactions; what is there already is skipped. fresh_data_keys: every workspace that has a data
 * key gets a new one first. */
enum status vault_svc_rotate(struct ctx *c, bool fresh_data_keys,
                             struct vault_rotation *out) MUST_USE;

#endif
