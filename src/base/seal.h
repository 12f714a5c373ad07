/* seal.h: encryption at rest: AES-256-GCM with a random nonce. Pure but for the nonce.
 *
 * A sealed text is the Base64 of a version byte (1), the nonce (12 bytes), the ciphertext and the
 * tag (16 bytes). The version and the context are authenticated: a sealed text opens only with the
 * context it was made for, so that it cannot be moved to another row. */
#ifndef LATCHKEY_BASE_SEAL_H
#define LATCHKEY_BASE_SEAL_H

#include "base/arena.h"

enum { SEAL_KEY_BYTES = 32, SEAL_NONCE_BYTES = 12, SEAL_TAG_BYTES = 16 };

struct seal_key {
    unsigned char bytes[SEAL_KEY_BYTES];
};

/* What a sealed text belongs to: a purpose and two ids, told apart whatever they contain. */
struct str seal_context(struct arena *mem, const char *purpose, struct str a, struct str b);

/* The sealed text of plain, in mem. */
struct str seal_close(struct arena *mem, const struct seal_key *key, struct str plain,
                      struct str context);
/* The plain text, in mem. False when sealed was made with another key or for another context, was
 * changed, or is no sealed text at all. */
bool seal_open(struct arena *mem, const struct seal_key *key, struct str sealed, struct str context,
               struct str *plain);

#endif
