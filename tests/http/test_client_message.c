/* http/client_message */
#include "config.h"
#include "support/test.h"

#include "http/client_message.h"

#include <stdlib.h>
#include <string.h>

static struct arena *mem;

static void
requests(void)
{
    static const struct {
        struct str bearer;
        bool ok;
    } rows[] = {
        {STR("latchkey_2cGKbMxRyIzhCxo1Idjz8q"), true},
        {STR("!~"), true},
        {STR("a b"), false},
        {STR("a\r\nX-Evil: 1"), false},
        {STR("a\n"), false},
        {STR("a\0b"), false},
        {STR("a\x7f"), false},
        {STR("a\t"), false},
        {STR("\xc3\xa9"), false},
    };
    struct str out, why;

    mem = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct client_request r = {S("h:1"), S("/v2/x"), rows[i].bearer, S("{}")};

        test_row("row %zu", i);
        why = S("");
        CHECK_INT(client_message_request(mem, &r, &out, &why), rows[i].ok);
        CHECK_INT(why.n == 0, rows[i].ok);
    }
    test_row("%s", "");
    CHECK(client_message_request(
        mem, &(struct client_request){S("h:1"), S("/p/v2/x"), S("key"), S("{\"a\":1}")}, &out,
        &why));
    CHECK_STR(out.p, "POST /p/v2/x HTTP/1.1\r\nHost: h:1\r\nUser-Agent: latchkey/" PACKAGE_VERSION
                     "\r\nAccept: application/json\r\nContent-Type: application/json\r\n"
                     "Connection: close\r\nAuthorization: Bearer key\r\nContent-Length: 7\r\n\r\n"
                     "{\"a\":1}");
    arena_free(mem);
}

/* Reads the text in pieces of this size, then, when more was wanted, the end of the connection. */
static enum client_progress
read_in_pieces(struct str text, size_t size, struct client_answer *a)
{
    enum client_progress p = CLIENT_MORE;

    client_message_begin(a, mem);
    for (size_t i = 0; i < text.n && p == CLIENT_MORE; i += size) {
        size_t n = text.n - i < size ? text.n - i : size;
        char *piece = malloc(n); /* exactly as large, so that reading past it is noticed */

        memcpy(piece, text.p + i, n);
        p = client_message_take(a, (struct str){piece, n});
        free(piece);
    }
    return p == CLIENT_MORE ? client_message_end(a) : p;
}

static const size_t sizes[] = {1, 2, 3, 7, 1 << 20};

#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"

static void
answers(void)
{
    static const struct {
        struct str text;
        int status;
        struct str body;
        const char *type;
    } rows[] = {
        {STR(OK "Content-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"), 200, STR("{}"),
         "application/json"},
        {STR(OK "content-length:2\r\nCONTENT-TYPE:\t a/b; c=d \r\n\r\n{}extra"), 200, STR("{}"),
         "a/b; c=d"},
        {STR(OK "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"), 200, STR("{}"), ""},
        {STR(OK "Content-Length: 0\r\n\r\n"), 200, STR(""), ""},
        {STR(OK "Content-Length: 3\r\n\r\na\0b"), 200, STR("a\0b"), ""},
        {STR(OK "\r\nuntil the end"), 200, STR("until the end"), ""},
        {STR(OK "\r\n"), 200, STR(""), ""},
        {STR("HTTP/1.0 404 Not Found\r\n\r\nx"), 404, STR("x"), ""},
        {STR("HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx"), 200, STR("x"), ""},
        {STR("HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nx"), 200, STR("x"), ""},
        {STR("HTTP/1.1 204 No Content\r\n\r\n"), 204, STR(""), ""},
        {STR("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"), 304, STR(""), ""},
        {STR("HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" OK "Content-Length: 1\r\n\r\nx"), 200,
         STR("x"), ""},
        {STR(CHUNKED "0\r\n\r\n"), 200, STR(""), ""},
        {STR(CHUNKED "1\r\na\r\n0\r\n\r\n"), 200, STR("a"), ""},
        {STR(CHUNKED "a\r\n0123456789\r\nA;x=\"y\"\r\n\r\n\r\n\r\n\r\n\r\n\r\n00\r\nT: t\r\n\r\n"),
         200, STR("0123456789\r\n\r\n\r\n\r\n\r\n"), ""},
        {STR(OK "Transfer-Encoding: Chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n"), 200, STR("a"), ""},
        {STR(OK "Content-Encoding: identity\r\nContent-Length: 1\r\n\r\nx"), 200, STR("x"), ""},
        {STR(OK "X-Latin: \xe9\r\nX:\r\nContent-Length: 1\r\n\r\nx"), 200, STR("x"), ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            struct client_answer a;

            mem = arena_new(1 << 20);
            test_row("row %zu in pieces of %zu", i, sizes[k]);
            CHECK_INT(read_in_pieces(rows[i].text, sizes[k], &a), CLIENT_DONE);
            CHECK_STR(a.why ? a.why : "", "");
            CHECK_INT(a.status, rows[i].status);
            CHECK(str_eq(a.body, rows[i].body));
            CHECK(str_eq(a.content_type, str_of(rows[i].type)));
            arena_free(mem);
        }
    }
    test_row("%s", "");
}

static void
redirects(void)
{
    struct client_answer a;

    mem = arena_new(1 << 20);
    CHECK_INT(read_in_pieces(S("HTTP/1.1 301 Moved\r\nLocation: https://b/\r\n\r\n"), 99, &a),
              CLIENT_DONE);
    CHECK_INT(a.status, 301);
    CHECK(str_eq(a.location, S("https://b/")));
    arena_free(mem);
}

static const struct {
    struct str text;
    const char *why;
} broken[] = {
    {STR(""), "closed the connection without an answer"},
    {STR("HTT"), "truncated"},
    {STR("HTTP/1.1 200 OK"), "truncated"},
    {STR(OK), "truncated"},
    {STR(OK "Content-Length: 2\r\n\r\n{"), "truncated"},
    {STR(OK "Content-Length: 2\r\n"), "truncated"},
    {STR(CHUNKED), "truncated"},
    {STR(CHUNKED "5\r\nabc"), "truncated"},
    {STR(CHUNKED "3\r\nabc\r\n"), "truncated"},
    {STR(CHUNKED "3\r\nabc\r\n0\r\n"), "truncated"},
    {STR("HTTP/1.1 100 Continue\r\n\r\n"), "truncated"},

    {STR("SSH-2.0-OpenSSH_9.2\r\n"), "not HTTP"},
    {STR("\x15\x03\x01\x00\x02\x02\x16"), "not HTTP"},
    {STR("<html>"), "not HTTP"},
    {STR("\r\n" OK "\r\n"), "not HTTP"},
    {STR("HTTP/2 200\r\n\r\n"), "not HTTP"},
    {STR("HTTP/1.2 200 OK\r\n\r\n"), "status line"},
    {STR("HTTP/1.1  200 OK\r\n\r\n"), "status line"},
    {STR("HTTP/1.1 20 OK\r\n\r\n"), "status line"},
    {STR("HTTP/1.1 2000 OK\r\n\r\n"), "status line"},
    {STR("HTTP/1.1 099 OK\r\n\r\n"), "status line"},
    {STR("HTTP/1.1 -99 OK\r\n\r\n"), "status line"},
    {STR("HTTP/1.1 OK\r\n\r\n"), "status line"},
    {STR("HTTP/1.1 101 Switching Protocols\r\n\r\n"), "another protocol"},

    {STR("HTTP/1.1 200 OK\n\n"), "CR LF"},
    {STR(OK "A: b\n\r\n"), "CR LF"},
    {STR(OK "A: b\r\r\n\r\n"), "control characters"},
    {STR(OK "A: \0\r\n\r\n"), "control characters"},
    {STR(OK "A: \x1b[2J\r\n\r\n"), "control characters"},
    {STR(OK "A: b\r\n folded\r\n\r\n"), "a header is malformed"},
    {STR(OK "A : b\r\n\r\n"), "a header is malformed"},
    {STR(OK ": b\r\n\r\n"), "a header is malformed"},
    {STR(OK "nothing\r\n\r\n"), "a header is malformed"},
    {STR(OK "\xc3\xa9: b\r\n\r\n"), "a header is malformed"},

    {STR(OK "Content-Length: x\r\n\r\n"), "Content-Length is malformed"},
    {STR(OK "Content-Length:\r\n\r\n"), "Content-Length is malformed"},
    {STR(OK "Content-Length: -1\r\n\r\n"), "Content-Length is malformed"},
    {STR(OK "Content-Length: -0\r\n\r\n"), "Content-Length is malformed"},
    {STR(OK "Content-Length: +1\r\n\r\n"), "Content-Length is malformed"},
    {STR(OK "Content-Length: 0x2\r\n\r\n"), "Content-Length is malformed"},
    {STR(OK "Content-Length: 1, 1\r\n\r\n"), "Content-Length is malformed"},
    {STR(OK "Content-Length: 18446744073709551617\r\n\r\n"), "Content-Length is malformed"},
    {STR(OK "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "Content-Length is malformed"},
    {STR(OK "Content-Length: 67108865\r\n\r\n"), "larger than 64 MiB"},

    {STR(OK "Transfer-Encoding: gzip, chunked\r\n\r\n"), "transfer coding"},
    {STR(OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), "transfer coding"},
    {STR(OK "Transfer-Encoding: identity\r\n\r\n"), "transfer coding"},
    {STR("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), "transfer coding"},
    {STR(OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), "a length and is"},
    {STR(OK "Content-Encoding: gzip\r\n\r\n"), "compressed"},

    {STR(CHUNKED "\r\n"), "has no size"},
    {STR(CHUNKED ";x\r\n"), "has no size"},
    {STR(CHUNKED "g\r\n"), "size of a chunk is malformed"},
    {STR(CHUNKED "-1\r\n"), "size of a chunk is malformed"},
    {STR(CHUNKED "0x1\r\n"), "size of a chunk is malformed"},
    {STR(CHUNKED "P\r\n"), "size of a chunk is malformed"},
    {STR(CHUNKED "4000001\r\n"), "larger than 64 MiB"},
    {STR(CHUNKED "ffffffffffffffff1\r\n"), "larger than 64 MiB"},
    {STR(CHUNKED "1\r\na\r\n4000000\r\n"), "larger than 64 MiB"},
    {STR(CHUNKED "1\r\nab\r\n"), "not the size it says"},
    {STR(CHUNKED "1\r\na\n0\r\n\r\n"), "CR LF"},
    {STR(CHUNKED "0\r\nno trailer\r\n\r\n"), "a header is malformed"},
};

static void
malformed(void)
{
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            struct client_answer a;

            mem = arena_new(1 << 20);
            test_row("row %zu in pieces of %zu", i, sizes[k]);
            CHECK_INT(read_in_pieces(broken[i].text, sizes[k], &a), CLIENT_BAD);
            if (!a.why || !strstr(a.why, broken[i].why))
                CHECK_STR(a.why, broken[i].why);
            arena_free(mem);
        }
    }
    test_row("%s", "");
}

/* A server that never comes to an end. */
static void
endless(void)
{
    static const struct {
        const char *start, *again, *why;
    } rows[] = {
        {"HTTP/1.1 200 ", "x", "headers are too long"},
        {OK, "A: b\r\n", "headers are too long"},
        {OK, "A", "headers are too long"},
        {"", "HTTP/1.1 100 Continue\r\n\r\n", "headers are too long"},
        {CHUNKED "0\r\n", "A: b\r\n", "headers are too long"},
        {CHUNKED, "0", "headers are too long"},
        {CHUNKED "1;", "x", "headers are too long"},
        {OK "\r\n", "0123456789abcdef0123456789abcdef", "larger than 64 MiB"},
        {CHUNKED, "40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n",
         "larger than 64 MiB"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct client_answer a;
        enum client_progress p;
        size_t rounds = 0;

        mem = arena_new((size_t)1 << 29);
        test_row("row %zu", i);
        client_message_begin(&a, mem);
        p = client_message_take(&a, str_of(rows[i].start));
        for (; p == CLIENT_MORE && rounds < 1 << 22; rounds++)
            p = client_message_take(&a, str_of(rows[i].again));
        CHECK_INT(p, CLIENT_BAD);
        CHECK_STR(a.why ? strstr(a.why, rows[i].why) : a.why, rows[i].why);
        arena_free(mem);
    }
    test_row("%s", "");
}

CU_TestInfo suite_http_client_message[] = {
    {"requests", requests},   {"answers", answers}, {"redirects", redirects},
    {"malformed", malformed}, {"endless", endless}, CU_TEST_INFO_NULL,
};
