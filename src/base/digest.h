/* digest.h: SHA-256, Base64, hex and random bytes. The only user of OpenSSL besides base/seal and,
 * for TLS, http/client. */
#ifndef LATCHKEY_BASE_DIGEST_H
#define LATCHKEY_BASE_DIGEST_H

#include "base/arena.h"
#include "base/str.h"

enum { SHA256_BYTES = 32, SHA256_BASE64 = 44, SHA256_HEX = 64 };

/* SHA-256 (FIPS 180-4) of s. */
void digest_sha256(struct str s, unsigned char out[SHA256_BYTES]);
/* Standard Base64 with padding (RFC 4648 section 4) of the SHA-256 of s, in mem: how keys are
 * stored and found. */
struct str digest_key_hash(struct arena *mem, struct str s);
/* Lower-case hex of the SHA-256 of s, in mem. */
struct str digest_sha256_hex(struct arena *mem, struct str s);
struct str digest_base64(struct arena *mem, const unsigned char *p, size_t n);
/* The bytes that s is the Base64 of, in mem. False when it is not what digest_base64() would make
 * of any bytes. */
bool digest_base64_decode(struct arena *mem, struct str s, unsigned char **out, size_t *n);
struct str digest_hex(struct arena *mem, const unsigned char *p, size_t n);

/* Fills p from the kernel's generator; aborts if it fails, which it does not on a running Linux. */
void digest_random(void *p, size_t n);

#endif
