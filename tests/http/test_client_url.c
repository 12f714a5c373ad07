/* http/client_url */
#include "support/test.h"

#include "http/client_url.h"

#include <string.h>

static void
accepted(void)
{
    static const struct {
        const char *text;
        bool tls, address;
        const char *host, *port, *authority, *path;
    } rows[] = {
        {"http://localhost", false, false, "localhost", "80", "localhost", ""},
        {"https://keys.example.com", true, false, "keys.example.com", "443", "keys.example.com",
         ""},
        {"HTTPS://Keys.Example.com/", true, false, "Keys.Example.com", "443", "Keys.Example.com",
         ""},
        {"http://a:8774", false, false, "a", "8774", "a:8774", ""},
        {"http://a:80/", false, false, "a", "80", "a", ""},
        {"https://a:443", true, false, "a", "443", "a", ""},
        {"https://a:80", true, false, "a", "80", "a:80", ""},
        {"http://127.0.0.1:1", false, true, "127.0.0.1", "1", "127.0.0.1:1", ""},
        {"http://a:00080", false, false, "a", "80", "a", ""},
        {"http://[::1]", false, true, "::1", "80", "[::1]", ""},
        {"https://[2001:db8::7]:8443/x", true, true, "2001:db8::7", "8443", "[2001:db8::7]:8443",
         "/x"},
        {"https://a/apps/latchkey", true, false, "a", "443", "a", "/apps/latchkey"},
        {"https://a/apps/latchkey//", true, false, "a", "443", "a", "/apps/latchkey"},
        {"https://a///", true, false, "a", "443", "a", ""},
        {"http://a/~me/%20x;y=(1)", false, false, "a", "80", "a", "/~me/%20x;y=(1)"},
        {"http://my_host-1", false, false, "my_host-1", "80", "my_host-1", ""},
        {"http://xn--bcher-kva.example", false, false, "xn--bcher-kva.example", "80",
         "xn--bcher-kva.example", ""},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct client_url u = {0};
        struct str why = S("");

        test_row("%s", rows[i].text);
        CHECK(client_url_parse(mem, str_of(rows[i].text), &u, &why));
        CHECK_STR(why.p, "");
        CHECK_INT(u.tls, rows[i].tls);
        CHECK_INT(u.is_address, rows[i].address);
        CHECK_STR(u.host.p, rows[i].host);
        CHECK_STR(u.port.p, rows[i].port);
        CHECK_STR(u.authority.p, rows[i].authority);
        CHECK_STR(u.path.p, rows[i].path);
    }
    arena_free(mem);
    test_row("%s", "");
}

static const struct {
    struct str text;
    const char *why;
} wrong[] = {
    {STR(""), "http:// or https://"},
    {STR("keys.example.com"), "http:// or https://"},
    {STR("ftp://a"), "http:// or https://"},
    {STR("http:/a"), "http:// or https://"},
    {STR(" http://a"), "http:// or https://"},
    {STR("http://"), "the host must be"},
    {STR("http:///v2"), "the host must be"},
    {STR("http://:80"), "the host must be"},
    {STR("http://a..b"), "the host must be"},
    {STR("http://a."), "the host must be"},
    {STR("http://.a"), "the host must be"},
    {STR("http://b\xc3\xbc"
         "cher.example"),
     "the host must be"},
    {STR("http://a b"), "the host must be"},
    {STR("http://a\0b"), "the host must be"},
    {STR("http://a\r\nX"), "the host must be"},
    {STR("http://::1"), "the port must be"},
    {STR("http://[::1"), "']'"},
    {STR("http://["), "']'"},
    {STR("http://[]"), "the host must be"},
    {STR("http://[a]"), "the host must be"},
    {STR("http://[127.0.0.1]"), "the host must be"},
    {STR("http://[fe80::1%25eth0]"), "the host must be"},
    {STR("http://[::1]x"), "only :PORT"},
    {STR("http://[::1]x:80"), "only :PORT"},
    {STR("http://[::1]:"), "the port must be"},
    {STR("http://a:"), "the port must be"},
    {STR("http://a:0"), "the port must be"},
    {STR("http://a:65536"), "the port must be"},
    {STR("http://a:-1"), "the port must be"},
    {STR("http://a:80:80"), "the port must be"},
    {STR("http://a:http"), "the port must be"},
    {STR("http://me:secret@a"), "user name"},
    {STR("http://me@a/x"), "user name"},
    {STR("http://a/?x"), "query or fragment"},
    {STR("http://a?x"), "query or fragment"},
    {STR("http://a#x"), "query or fragment"},
    {STR("http://a/x y"), "its path"},
    {STR("http://a/x\ny"), "its path"},
    {STR("http://a/x\r\nHost: b"), "its path"},
    {STR("http://a/\xc3\xbc"), "its path"},
    {STR("http://a/\0"), "its path"},
    {STR("http://a/\"<>\\^`{|}"), "its path"},
};

static void
refused(void)
{
    struct arena *mem = arena_new(1 << 20);
    char longest[3000] = "http://";

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct client_url u = {0};
        struct str why = S("");

        test_row("%.*s", STR_ARG(wrong[i].text));
        CHECK(!client_url_parse(mem, wrong[i].text, &u, &why));
        if (!strstr(why.p, wrong[i].why))
            CHECK_STR(why.p, wrong[i].why);
    }
    for (size_t n = 300; n < sizeof(longest); n += 2600) { /* a label and the URL too long */
        struct client_url u = {0};
        struct str why = S("");

        memset(longest + 7, 'a', n - 7);
        CHECK(!client_url_parse(mem, (struct str){longest, n}, &u, &why));
    }
    arena_free(mem);
    test_row("%s", "");
}

CU_TestInfo suite_http_client_url[] = {
    {"accepted", accepted},
    {"refused", refused},
    CU_TEST_INFO_NULL,
};
