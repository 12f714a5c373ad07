/* master_key.h: the file of master keys, which wrap the data keys of workspaces.
 *
 * One key per line, "kek_<id> <Base64 of 32 bytes>"; lines that are empty or begin with # say
 * nothing. The first key is the newest: it encrypts, all of them decrypt. */
#ifndef LATCHKEY_BASE_MASTER_KEY_H
#define LATCHKEY_BASE_MASTER_KEY_H

#include "base/seal.h"

struct master_key {
    struct str id;
    struct seal_key key;
};

struct master_keys {
    const struct master_key *v; /* newest first */
    size_t n;
};

/* Reads the text of such a file; false, with a reason that names the line, when there is anything
 * wrong with it or no key in it. No reason contains a key. */
bool master_key_parse(struct arena *mem, struct str text, struct master_keys *out, struct str *why);

enum master_key_state {
    MASTER_KEY_FILE_OK,
    MASTER_KEY_FILE_NONE,    /* there is no such file, or no path */
    MASTER_KEY_FILE_REFUSED, /* unreadable, open to others, or not well formed */
};
/* Reads the file. *why tells why it was refused. */
enum master_key_state master_key_load(struct arena *mem, const char *path, struct master_keys *out,
                                      struct str *why);

/* The key with this id; NULL when there is none. */
const struct master_key *master_key_find(const struct master_keys *keys, struct str id);

/* Makes a new key the only one of a new file (mode 0600), or the newest of an existing one, whose
 * owner and mode stay. False with the reason in *why; the file is then as it was. */
bool master_key_create(struct arena *mem, const char *path, struct str *id, struct str *why);
bool master_key_add(struct arena *mem, const char *path, struct str *id, struct str *why);

#endif
