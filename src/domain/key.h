/* key.h: the text form of an API key (contract keys.md section 2). */
#ifndef LATCHKEY_DOMAIN_KEY_H
#define LATCHKEY_DOMAIN_KEY_H

#include "base/arena.h"

enum { KEY_DEFAULT_BYTES = 16, KEY_MIN_BYTES = 16, KEY_MAX_BYTES = 255, KEY_START_CHARS = 4 };

struct key_text {
    struct str plaintext; /* the secret; shown once */
    struct str start;     /* what may be stored and shown: prefix and first four characters */
};

/* Base58 (Bitcoin alphabet) of n bytes, in mem; every leading zero byte becomes a '1'. */
struct str key_base58(struct arena *mem, const unsigned char *p, size_t n);
/* The key made of a prefix, which may be empty, and random bytes. */
struct key_text key_render(struct arena *mem, struct str prefix, const unsigned char *random,
                           size_t n);
/* The part of a key's start before its last underscore: the prefix it was made with. Empty when
 * there is none. */
struct str key_start_prefix(struct str start);

/* A key of the form prefix_short_long (github.com/seamapi/prefixed-api-key). */
struct key_prefixed {
    struct str prefix, short_token, long_token;
};
/* False when s has fewer than three parts. The prefix may contain underscores. */
bool key_split_prefixed(struct str s, struct key_prefixed *out);
/* What may be stored and shown of s, whose parts are given: its prefix and the first four
 * characters of the rest. */
struct str key_prefixed_start(struct str s, const struct key_prefixed *parts);

#endif
