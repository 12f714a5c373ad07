/* base/seal, and the decoding of Base64 that it rests on */
#include "support/test.h"

#include "base/digest.h"
#include "base/seal.h"

#include <string.h>

static struct arena *mem;

static void
begin(void)
{
    mem = arena_new(1 << 20);
}

static void
end(void)
{
    arena_free(mem);
}

static struct seal_key
key_of(unsigned char first)
{
    struct seal_key k;

    for (size_t i = 0; i < sizeof(k.bytes); i++)
        k.bytes[i] = (unsigned char)(first + i);
    return k;
}

static const char plain_text[] = "sk_live_2cGKbMxRyIzhCxo1Idjz8q";

static void
base64_both_ways(void)
{
    static const struct {
        const char *text;
        int bytes; /* -1: refused */
    } rows[] = {
        {"", 0},      {"AA==", 1},   {"AAA=", 2},      {"AAAA", 3},   {"+/+/", 3},
        {"A", -1},    {"AA", -1},    {"AAA", -1},      {"AAAAA", -1}, {"A===", -1},
        {"====", -1}, {"==", -1},    {"AA=A", -1},     {"AB==", -1},  {"AAB=", -1},
        {"AA*=", -1}, {"AA ==", -1}, {"AA==AAAA", -1}, {"AA\n=", -1}, {"-_-_", -1},
    };
    unsigned char *out, bytes[70];
    size_t n;

    begin();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool ok = digest_base64_decode(mem, str_of(rows[i].text), &out, &n);

        test_row("%s", rows[i].text);
        CHECK_INT(ok ? (int)n : -1, rows[i].bytes);
    }
    digest_random(bytes, sizeof(bytes));
    for (size_t len = 0; len <= sizeof(bytes); len++) {
        test_row("%zu bytes", len);
        CHECK(digest_base64_decode(mem, digest_base64(mem, bytes, len), &out, &n));
        CHECK_INT(n, len);
        CHECK(memcmp(out, bytes, len) == 0);
    }
    end();
}

static void
known_texts(void)
{
    /* made by another implementation of AES-256-GCM: key 00 01 … 1f, nonce 64 65 … 6f */
    static const struct {
        const char *sealed, *plain;
    } rows[] = {
        {"AWRlZmdoaWprbG1ubztwgQoQnzPBDAEYo7goEq87i3xiyBScQ+61xjLD0mVnEgSsQluyimuQmd85AVc=",
         plain_text},
        {"AWRlZmdoaWprbG1ub1iyuR/8EORrOmNe+YJ3EKc=", ""},
    };
    struct seal_key key = key_of(0);
    struct str context, plain;

    begin();
    context = seal_context(mem, "key copy", S("ws_a"), S("key_b"));
    CHECK_STR(context.p, "key copy 4:ws_a 5:key_b");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("row %zu", i);
        plain = S("untouched");
        CHECK(seal_open(mem, &key, str_of(rows[i].sealed), context, &plain));
        CHECK(str_eq(plain, str_of(rows[i].plain)));
    }
    end();
}

static void
round_trips(void)
{
    struct seal_key key = key_of(7);
    char long_text[400];
    struct str context, plain, a, b;

    begin();
    memset(long_text, 'x', sizeof(long_text));
    context = seal_context(mem, "key copy", S("ws_a"), S("key_b"));
    for (size_t n = 0; n <= sizeof(long_text); n += 25) {
        struct str sealed = seal_close(mem, &key, (struct str){long_text, n}, context);

        test_row("%zu bytes", n);
        CHECK(sealed.n <= 1024); /* the column */
        CHECK(seal_open(mem, &key, sealed, context, &plain));
        CHECK(str_eq(plain, (struct str){long_text, n}));
    }
    a = seal_close(mem, &key, str_of(plain_text), context);
    b = seal_close(mem, &key, str_of(plain_text), context);
    CHECK(!str_eq(a, b)); /* a fresh nonce each time */
    CHECK(!str_has(a, str_of(plain_text)));
    end();
}

/* One changed bit anywhere, in version, nonce, ciphertext or tag, is noticed. */
static void
tampering(void)
{
    struct seal_key key = key_of(0);
    struct str context, sealed, plain = S("untouched");
    unsigned char *blob;
    size_t n;

    begin();
    context = seal_context(mem, "key copy", S("ws_a"), S("key_b"));
    sealed = seal_close(mem, &key, str_of(plain_text), context);
    CHECK(digest_base64_decode(mem, sealed, &blob, &n));
    CHECK_INT(n, 1 + SEAL_NONCE_BYTES + sizeof(plain_text) - 1 + SEAL_TAG_BYTES);
    for (size_t i = 0; i < n; i++) {
        for (int bit = 0; bit < 8; bit++) {
            blob[i] ^= (unsigned char)(1 << bit);
            test_row("byte %zu bit %d", i, bit);
            CHECK(!seal_open(mem, &key, digest_base64(mem, blob, n), context, &plain));
            blob[i] ^= (unsigned char)(1 << bit);
        }
    }
    for (size_t len = 0; len < n; len++) {
        test_row("cut to %zu bytes", len);
        CHECK(!seal_open(mem, &key, digest_base64(mem, blob, len), context, &plain));
    }
    test_row("%s", "");
    CHECK(!seal_open(mem, &key, str_from(sealed, 1), context, &plain));
    CHECK(!seal_open(mem, &key, S("not Base64 at all"), context, &plain));
    CHECK(str_eq(plain, S("untouched")));
    CHECK(seal_open(mem, &key, sealed, context, &plain));
    end();
}

/* A sealed text belongs to one key and one context. */
static void
other_key_or_context(void)
{
    static const struct {
        const char *purpose;
        struct str a, b;
    } rows[] = {
        {"data key", STR("ws_a"), STR("key_b")},
        {"key copy", STR("ws_b"), STR("key_b")},
        {"key copy", STR("ws_a"), STR("key_c")},
        {"key copy", STR("ws_a"), STR("")},
        {"key copy", STR("ws_a "), STR("key_b")},
        {"key copy", STR("ws_a 5:key_b"), STR("")},
        {"", STR(""), STR("")},
    };
    struct seal_key key = key_of(0), other = key_of(1);
    struct str context, sealed, plain;

    begin();
    context = seal_context(mem, "key copy", S("ws_a"), S("key_b"));
    sealed = seal_close(mem, &key, str_of(plain_text), context);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str wrong = seal_context(mem, rows[i].purpose, rows[i].a, rows[i].b);

        test_row("row %zu", i);
        CHECK(!str_eq(wrong, context));
        CHECK(!seal_open(mem, &key, sealed, wrong, &plain));
    }
    test_row("%s", "");
    CHECK(!seal_open(mem, &other, sealed, context, &plain));
    end();
}

CU_TestInfo suite_base_seal[] = {
    {"Base64 both ways", base64_both_ways},
    {"known texts", known_texts},
    {"round trips", round_trips},
    {"tampering", tampering},
    {"another key or context", other_key_or_context},
    CU_TEST_INFO_NULL,
};
