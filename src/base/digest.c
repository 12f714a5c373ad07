/* Hashes, text encodings of bytes, randomness. */
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* Fetched once: EVP_sha256() would look the algorithm up again on every call. The error queue's
 * texts and the configuration file are not needed and would cost a worker memory. */
static const EVP_MD *
sha256_md(void)
{
    static EVP_MD *md;

    if (!md) {
        OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS,
                            NULL);
        md = EVP_MD_fetch(NULL, "SHA256", NULL);
    }
    return md;
}

void
digest_sha256(struct str s, unsigned char out[SHA256_BYTES])
{
    static EVP_MD_CTX *ctx;

    if (!ctx)
        ctx = EVP_MD_CTX_new();
    if (!ctx || EVP_DigestInit_ex2(ctx, sha256_md(), NULL) != 1 ||
        EVP_DigestUpdate(ctx, s.p, s.n) != 1 || EVP_DigestFinal_ex(ctx, out, NULL) != 1) {
        fprintf(stderr, "latchkey: level=fatal event=sha256_failed\n");
        abort();
    }
}

struct str
digest_base64(struct arena *mem, const unsigned char *p, size_t n)
{
    static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = (n + 2) / 3 * 4;
    char *out = arena_alloc(mem, len + 1), *o = out;

    for (size_t i = 0; i < n; i += 3) {
        unsigned v = (unsigned)p[i] << 16;

        if (i + 1 < n)
            v |= (unsigned)p[i + 1] << 8;
        if (i + 2 < n)
            v |= p[i + 2];
        *o++ = abc[v >> 18];
        *o++ = abc[v >> 12 & 63];
        *o++ = i + 1 < n ? abc[v >> 6 & 63] : '=';
        *o++ = i + 2 < n ? abc[v & 63] : '=';
    }
    return (struct str){out, len};
}

static int
base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool
digest_base64_decode(struct arena *mem, struct str s, unsigned char **out, size_t *n)
{
    size_t pad = 0;
    unsigned bits = 0;

    if (s.n % 4 != 0)
        return false;
    while (pad < 2 && pad < s.n && s.p[s.n - 1 - pad] == '=')
        pad++;
    *out = arena_alloc(mem, s.n / 4 * 3 + 1);
    *n = 0;
    for (size_t i = 0; i < s.n - pad; i++) {
        int v = base64_value(s.p[i]);

        if (v < 0)
            return false;
        bits = bits << 6 | (unsigned)v;
        if (i % 4 != 0)
            (*out)[(*n)++] = (unsigned char)(bits >> (6 - 2 * (i % 4)));
    }
    /* bits left over are zero in what the encoder makes */
    return pad == 0 || (bits & (pad == 2 ? 15u : 3u)) == 0;
}

struct str
digest_hex(struct arena *mem, const unsigned char *p, size_t n)
{
    static const char abc[] = "0123456789abcdef";
    char *out = arena_alloc(mem, 2 * n + 1);

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = abc[p[i] >> 4];
        out[2 * i + 1] = abc[p[i] & 15];
    }
    return (struct str){out, 2 * n};
}

struct str
digest_key_hash(struct arena *mem, struct str s)
{
    unsigned char md[SHA256_BYTES];

    digest_sha256(s, md);
    return digest_base64(mem, md, sizeof(md));
}

struct str
digest_sha256_hex(struct arena *mem, struct str s)
{
    unsigned char md[SHA256_BYTES];

    digest_sha256(s, md);
    return digest_hex(mem, md, sizeof(md));
}

static void
kernel_random(void *p, size_t n)
{
    for (size_t got = 0; got < n;) {
        ssize_t r = getrandom((char *)p + got, n - got, 0);

        if (r < 0) {
            fprintf(stderr, "latchkey: level=fatal event=random_failed\n");
            abort();
        }
        got += (size_t)r;
    }
}

/* Ids need nine bytes a piece: one system call fills a pool for many of them. Bytes are wiped as
 * they are handed out; a forked child starts with a pool of its own. */
void
digest_random(void *p, size_t n)
{
    static unsigned char pool[512];
    static size_t left;
    static pid_t owner;

    if (n > sizeof(pool)) {
        kernel_random(p, n);
        return;
    }
    if (left < n || owner != getpid()) {
        kernel_random(pool, sizeof(pool));
        left = sizeof(pool);
        owner = getpid();
    }
    left -= n;
    memcpy(p, pool + left, n);
    explicit_bzero(pool + left, n);
}
