/* Encryption at rest. */
#include "base/seal.h"

#include "base/digest.h"

#include <assert.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, HEAD_BYTES = 1 + SEAL_NONCE_BYTES };

/* Fetched once, like the hash of digest.c. */
static const EVP_CIPHER *
cipher(void)
{
    static EVP_CIPHER *gcm;

    if (!gcm) {
        OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS,
                            NULL);
        gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    }
    return gcm;
}

struct str
seal_context(struct arena *mem, const char *purpose, struct str a, struct str b)
{
    return arena_fmt(mem, "%s %zu:%.*s %zu:%.*s", purpose, a.n, STR_ARG(a), b.n, STR_ARG(b));
}

/* Starts a pass in either direction: key, nonce, and what is authenticated but not encrypted. */
static EVP_CIPHER_CTX *
start(const struct seal_key *key, const unsigned char *head, struct str context, bool encrypt)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n;

    if (ctx &&
        EVP_CipherInit_ex2(ctx, cipher(), key->bytes, head + 1, encrypt ? 1 : 0, NULL) == 1 &&
        EVP_CipherUpdate(ctx, NULL, &n, head, 1) == 1 &&
        EVP_CipherUpdate(ctx, NULL, &n, (const unsigned char *)context.p, (int)context.n) == 1)
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

struct str
seal_close(struct arena *mem, const struct seal_key *key, struct str plain, struct str context)
{
    size_t n = HEAD_BYTES + plain.n + SEAL_TAG_BYTES;
    unsigned char *blob = arena_alloc(mem, n), *body = blob + HEAD_BYTES;
    EVP_CIPHER_CTX *ctx;
    int len;

    assert(plain.n < INT_MAX && context.n < INT_MAX);
    blob[0] = VERSION;
    digest_random(blob + 1, SEAL_NONCE_BYTES);
    ctx = start(key, blob, context, true);
    if (!ctx ||
        EVP_CipherUpdate(ctx, body, &len, (const unsigned char *)plain.p, (int)plain.n) != 1 ||
        EVP_CipherFinal_ex(ctx, body + plain.n, &len) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_BYTES, body + plain.n) != 1) {
        fprintf(stderr, "latchkey: level=fatal event=seal_failed\n");
        abort();
    }
    EVP_CIPHER_CTX_free(ctx);
    return digest_base64(mem, blob, n);
}

bool
seal_open(struct arena *mem, const struct seal_key *key, struct str sealed, struct str context,
          struct str *plain)
{
    unsigned char *blob, *out;
    size_t n, len;
    EVP_CIPHER_CTX *ctx;
    int got;
    bool ok;

    if (!digest_base64_decode(mem, sealed, &blob, &n) || n < HEAD_BYTES + SEAL_TAG_BYTES ||
        n > INT_MAX || context.n > INT_MAX || blob[0] != VERSION)
        return false;
    len = n - HEAD_BYTES - SEAL_TAG_BYTES;
    out = arena_alloc(mem, len + 1);
    ctx = start(key, blob, context, false);
    ok = ctx && EVP_CipherUpdate(ctx, out, &got, blob + HEAD_BYTES, (int)len) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG_BYTES, blob + HEAD_BYTES + len) ==
             1 &&
         EVP_CipherFinal_ex(ctx, out + len, &got) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!ok)
        explicit_bzero(out, len); /* not authenticated: nobody is to see it */
    else
        *plain = (struct str){(const char *)out, len};
    return ok;
}
