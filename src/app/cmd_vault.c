/* latchkey vault init, rotate. */
#include "app/command.h"
#include "base/conf.h"
#include "base/master_key.h"
#include "service/vault_svc.h"
#include "store/workspace_store.h"

#include <inttypes.h>

/* init */

struct init_in {
    struct f_bool add;
};
struct init_out {
    struct f_str master_key_id, file;
};
static const struct field init_fields[] = {
    F_BOOL(struct init_in, add, "add", 0,
           .text = "Put a new, newest key into the existing file; the others go on decrypting."),
    F_END,
};
static const struct field init_out_fields[] = {
    F_STR(struct init_out, master_key_id, "masterKeyId", F_REQUIRED, 0, F_NO_MAX,
          .text = "Id of the new key."),
    F_STR(struct init_out, file, "file", F_REQUIRED, 0, F_NO_MAX, .text = "Where it is."),
    F_END,
};
static const struct field init_body = F_BODY(0, init_fields, struct init_in);
static const struct field init_out_body = F_BODY(0, init_out_fields, struct init_out);

static enum status
init(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct init_in *in = pin;
    struct init_out *out = r->data;
    const char *path = c->conf->master_key_file;
    struct str id, why;

    if (!*path)
        return err_set(c, ST_PRECONDITION_FAILED, "The setting master_key_file is empty.");
    if (!(f_bool_or(in->add, false) ? master_key_add(c->mem, path, &id, &why)
                                    : master_key_create(c->mem, path, &id, &why)))
        return err_set(c, ST_PRECONDITION_FAILED, "%.*s", STR_ARG(why));
    *out = (struct init_out){f_str(id), f_str(str_of(path))};
    return ST_OK;
}

const struct command cmd_vault_init = {
    .summary = "make the master key file, which keys need to be recoverable",
    .help = "The file gets mode 0600; give it to the group of the web server and mode 0640, so\n"
            "that the workers can read it. Keep a copy of it apart from the database and its\n"
            "backups: with both somebody can read recoverable keys, without it nobody can.\n"
            "To replace the master key: `vault init --add` (an existing file is never\n"
            "overwritten), copy the file to all hosts, `vault rotate`, then remove the old lines.",
    .in = &init_body,
    .out = &init_out_body,
    .flags = CMD_NO_DATABASE,
    .run = init,
};

/* rotate */

struct rotate_in {
    struct f_bool new_data_keys;
};
struct rotate_out {
    struct f_int new_data_keys, rewrapped_data_keys, resealed_keys;
};
static const struct field rotate_fields[] = {
    F_BOOL(struct rotate_in, new_data_keys, "newDataKeys", 0,
           .text = "Make a new data key for every workspace first, to re-encrypt all copies."),
    F_END,
};
static const struct field rotate_out_fields[] = {
    F_INT(struct rotate_out, new_data_keys, "newDataKeys", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Data keys made."),
    F_INT(struct rotate_out, rewrapped_data_keys, "rewrappedDataKeys", F_REQUIRED, F_NO_MIN,
          F_NO_MAX, .text = "Data keys brought under the newest master key."),
    F_INT(struct rotate_out, resealed_keys, "reencryptedKeys", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Keys re-encrypted under the newest data key of their workspace."),
    F_END,
};
static const struct field rotate_body = F_BODY(0, rotate_fields, struct rotate_in);
static const struct field rotate_out_body = F_BODY(0, rotate_out_fields, struct rotate_out);

static enum status
rotate(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct rotate_in *in = pin;
    struct rotate_out *out = r->data;
    struct vault_rotation n;
    enum status st = workspace_store_now(c);

    if (st == ST_OK)
        st = vault_svc_rotate(c, f_bool_or(in->new_data_keys, false), &n);
    if (st == ST_OK && n.failed > 0)
        return err_set(c, ST_PRECONDITION_FAILED,
                       "%" PRId64 " data keys or copies of keys do not open with the master keys "
                       "of %s and stay as they are (log_level = debug names them); the others are "
                       "done (%" PRId64 " data keys made, %" PRId64 " rewrapped, %" PRId64
                       " keys re-encrypted).",
                       n.failed, c->conf->master_key_file, n.new_data_keys, n.rewrapped_data_keys,
                       n.resealed_keys);
    if (st == ST_OK)
        *out = (struct rotate_out){f_int(n.new_data_keys), f_int(n.rewrapped_data_keys),
                                   f_int(n.resealed_keys)};
    return st;
}

const struct command cmd_vault_rotate = {
    .summary = "re-encrypt recoverable keys under the newest master key",
    .help = "Safe to interrupt and to run again, also while keys are being made and used. Run it\n"
            "after `vault init --add`; old lines of the master key file may go when it has\n"
            "succeeded.",
    .in = &rotate_body,
    .out = &rotate_out_body,
    .run = rotate,
};
