/* client_conf.h: which API the client calls and as whom: flags, environment, its own file. */
#ifndef LATCHKEY_APP_CLIENT_CONF_H
#define LATCHKEY_APP_CLIENT_CONF_H

#include "base/arena.h"

struct client_setting {
    struct str value; /* empty: not set */
    struct str from;  /* for messages: --root-key, $LATCHKEY_ROOT_KEY or the file */
};

struct client_conf {
    struct client_setting root_key, api_url;
};

/* $XDG_CONFIG_HOME/latchkey/client.conf or ~/.config/latchkey/client.conf; NULL without a home. */
const char *client_conf_path(struct arena *mem);

/* Reads a file of `root_key = …` and `api_url = …` lines. It must be accessible to its owner only,
 * since the root key is a password. False with a sentence in *why. */
bool client_conf_read(struct arena *mem, const char *path, struct client_conf *out,
                      struct str *why);
/* Writes it, mode 0600, in place of what was there before, and creates its folders, mode 0700. */
bool client_conf_write(struct arena *mem, const char *path, const struct client_conf *conf,
                       struct str *why);

/* Sets what flags have left open, by the environment and then by the file: path, or when that is
 * NULL the usual one, if it exists. False when something is still missing. */
bool client_conf_complete(struct arena *mem, const char *path, struct client_conf *conf,
                          struct str *why);

#endif
