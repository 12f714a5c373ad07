/* app/gate_check, app/gate_trick: against small servers that are open in one way each. */
#include "support/test.h"

#include "app/gate_check.h"
#include "app/gate_trick.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTENT "this is what the gate protects"

/* How a server is wrong. */
enum flaw {
    NONE,
    OPEN,
    OPEN_METHOD,  /* anything but GET passes */
    OPEN_HEADER,  /* X-Original-URL opens */
    OPEN_PATH,    /* so does ;x=1 */
    OPEN_HOST,    /* another host shows the page */
    CONTENT_SENT, /* the refusal carries the page */
    LEAK,         /* variables reach the client */
    TWICE,        /* each request takes two of the limit */
    FORGED,       /* the page repeats X-Latchkey-Key-Id */
    FORBIDDEN,    /* 403 instead of 401 */
    DEAD,         /* 503 */
};

static bool
passes(enum flaw flaw, const char *req)
{
    return strstr(req, "Bearer good\r") || flaw == OPEN ||
           (flaw == OPEN_METHOD && strncmp(req, "LATCHKEY ", 9) == 0) ||
           (flaw == OPEN_HEADER && strstr(req, "X-Original-URL")) ||
           (flaw == OPEN_PATH && strstr(req, ";x=1 ")) ||
           (flaw == OPEN_HOST && strstr(req, "Host: localhost\r"));
}

static void
answer(enum flaw flaw, const char *req, int *left, char *out, size_t size)
{
    bool head = strncmp(req, "HEAD ", 5) == 0;
    const char *forged = flaw == FORGED && strstr(req, "latchkey-forged") ? " latchkey-forged" : "";

    if (flaw == DEAD) {
        snprintf(out, size, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
    } else if (passes(flaw, req)) {
        *left -= flaw == TWICE ? 2 : 1;
        snprintf(out, size, "HTTP/1.1 200 OK\r\nRateLimit-Remaining: %d\r\n%s\r\n%s%s", *left,
                 flaw == LEAK ? "Variable-LATCHKEY_KEY_ID: key_1\r\n" : "", head ? "" : CONTENT,
                 forged);
    } else {
        snprintf(out, size, "HTTP/1.1 %d No\r\nWWW-Authenticate: Bearer\r\n\r\n%s",
                 flaw == FORBIDDEN ? 403 : 401, flaw == CONTENT_SENT && !head ? CONTENT : "");
    }
}

/* A server in a child process, until it is killed. */
static pid_t
serve(enum flaw flaw, int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0), left = 1000;
    pid_t pid;

    CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&a, n) == 0 && listen(fd, 8) == 0 &&
          getsockname(fd, (struct sockaddr *)&a, &n) == 0);
    *port = ntohs(a.sin_port);
    pid = fork();
    if (pid != 0) {
        close(fd);
        return pid;
    }
    for (;;) {
        char buf[16384] = "", out[1024];
        size_t got = 0;
        int client = accept(fd, NULL, NULL);
        ssize_t one;

        while (!strstr(buf, "\r\n\r\n") &&
               (one = read(client, buf + got, sizeof(buf) - 1 - got)) > 0)
            got += (size_t)one;
        answer(flaw, buf, &left, out, sizeof(out));
        if (write(client, out, strlen(out)) < 0)
            _exit(1);
        close(client);
    }
}

/* The names of what fails, with commas. */
static struct str
failures(struct arena *mem, const struct gate_finding *v, size_t n)
{
    struct str all = S("");

    for (size_t i = 0; i < n; i++)
        if (v[i].result == GATE_FAIL)
            all =
                arena_fmt(mem, "%.*s%s%.*s", STR_ARG(all), all.n ? ", " : "", STR_ARG(v[i].trick));
    return all;
}

static const struct gate_finding *
run(struct arena *mem, enum flaw flaw, const char *key, bool down, size_t *n)
{
    static const struct gate_credential bearer = {.kind = GATE_BEARER};
    struct gate_check k = {.key = str_of(key), .cost = 1, .proxied = true};
    const struct gate_finding *v;
    struct str why;
    int port, status;
    pid_t pid = serve(flaw, &port);

    CHECK(gate_check_place(mem, arena_fmt(mem, "http://127.0.0.1:%d/a/b", port), &k.place, &why));
    k.place.credential = &bearer;
    v = down ? gate_check_down(mem, &k, n) : gate_check_run(mem, &k, n);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return v;
}

static void
flaws(void)
{
    static const struct {
        enum flaw flaw;
        const char *key, *want;
        bool down;
    } rows[] = {
        {NONE, "good", "", false},
        {NONE, "bad", "key", false},
        {OPEN_METHOD, "good", "method LATCHKEY", false},
        {OPEN_HEADER, "good", "another path in a header", false},
        {OPEN_PATH, "good", "path …;x", false},
        {OPEN_HOST, "good", "host localhost", false},
        {LEAK, "good", "variables kept from the client", false},
        {TWICE, "good", "charged once", false},
        {FORGED, "good", "forged identity", false},
        {FORBIDDEN, "good", "refusal", false},
        {DEAD, "good", "refusal, key", false},
        {DEAD, "good", "", true},
        {NONE, "good", "closed without the gate", true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena *mem = arena_new(64 << 20);
        size_t n;
        const struct gate_finding *v = run(mem, rows[i].flaw, rows[i].key, rows[i].down, &n);

        test_row("flaw %d, key %s", (int)rows[i].flaw, rows[i].key);
        CHECK_STR(arena_cstr(mem, failures(mem, v, n)), rows[i].want);
        arena_free(mem);
    }
}

/* Everything gets through: nothing that was tried without a key may pass, but for what asks
 * another host and cannot be told apart. */
static void
all_open(void)
{
    static const enum flaw open[] = {OPEN, CONTENT_SENT};

    for (size_t i = 0; i < 2; i++) {
        struct arena *mem = arena_new(64 << 20);
        size_t n;
        const struct gate_finding *v = run(mem, open[i], open[i] == OPEN ? "" : "good", false, &n);

        test_row("flaw %d", (int)open[i]);
        CHECK(n > 70);
        for (size_t k = 6; k < n; k++)
            CHECK(v[k].result != GATE_PASS || str_eq(v[k].trick, S("method HEAD")));
        arena_free(mem);
    }
}

static void
places(void)
{
    static const struct {
        const char *text, *authority, *target; /* authority NULL: refused */
    } rows[] = {
        {"http://a.example", "a.example", "/"},
        {"https://a.example:8443/x/", "a.example:8443", "/x/"},
        {"http://[::1]:8080/x?y=/z", "[::1]:8080", "/x?y=/z"},
        {"http://a.example?y", "a.example", "/?y"},
        {"http://a.example/x#part", "a.example", "/x"},
        {"http://a.example/x y", NULL, NULL},
        {"http://a.example/\xc3\xa4", NULL, NULL},
        {"ftp://a.example/", NULL, NULL},
        {"http://", NULL, NULL},
        {"h", NULL, NULL},
        {"", NULL, NULL},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gate_place p;
        struct str why = S("");
        bool ok = gate_check_place(mem, str_of(rows[i].text), &p, &why);

        test_row("'%s'", rows[i].text);
        CHECK_INT(ok, rows[i].authority != NULL);
        if (ok && rows[i].authority) {
            CHECK_STR(arena_cstr(mem, p.url.authority), rows[i].authority);
            CHECK_STR(arena_cstr(mem, p.target), rows[i].target);
        }
        CHECK_INT(why.n > 0, !ok);
    }
    arena_free(mem);
}

static void
credentials(void)
{
    static const struct {
        struct gate_credential k;
        const char *target, *want; /* a part of the request */
    } rows[] = {
        {{.kind = GATE_BEARER}, "/x", "\r\nAuthorization: Bearer a&b\r\n"},
        {{.kind = GATE_BASIC}, "/x", "\r\nAuthorization: Basic Y2hlY2s6YSZi\r\n"},
        {{.kind = GATE_HEADER, .name = STR("X_API_KEY")}, "/x", "\r\nX-API-KEY: a&b\r\n"},
        {{.kind = GATE_HEADER, .name = STR("AUTHORIZATION"), .prefix = STR("Token")},
         "/x",
         "\r\nAUTHORIZATION: Token a&b\r\n"},
        {{.kind = GATE_QUERY, .name = STR("k")}, "/x", "GET /x?%6b=%61%26%62 HTTP/1.1\r\n"},
        {{.kind = GATE_QUERY, .name = STR("k")}, "/x?y", "GET /x?y&%6b=%61%26%62 HTTP/1.1\r\n"},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gate_place p = {.url = {.authority = S("a.example")},
                               .target = str_of(rows[i].target),
                               .credential = &rows[i].k};

        test_row("%s", rows[i].want);
        CHECK(str_has(gate_check_request(mem, &p, S("a&b"), S("")), str_of(rows[i].want)));
    }
    arena_free(mem);
}

/* Also at the edges: the root, a folder, one segment. */
static void
tricks(void)
{
    static const char *const paths[] = {"/", "/a", "/a/", "/a/b.html", "/a/b/?q=1"};
    struct arena *mem = arena_new(8 << 20);

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        size_t n;
        const struct gate_trick *v =
            gate_trick_list(mem, S("http"), S("a.example"), str_of(paths[i]), &n);

        test_row("%s", paths[i]);
        CHECK(n > 60);
        for (size_t k = 0; k < n; k++) {
            CHECK(v[k].name.n > 0 && v[k].fix && !str_has(v[k].headers, S("good")));
            CHECK(str_starts(v[k].target, S("/")) || str_starts(v[k].target, S("http://")));
            CHECK(v[k].headers.n == 0 || str_ends(v[k].headers, S("\r\n")));
            for (size_t m = 0; m < k; m++)
                CHECK(!str_eq(v[k].name, v[m].name));
        }
    }
    arena_free(mem);
}

CU_TestInfo suite_app_gate_check[] = {
    {"flaws", flaws},   {"all open", all_open}, {"places", places}, {"credentials", credentials},
    {"tricks", tricks}, CU_TEST_INFO_NULL,
};
