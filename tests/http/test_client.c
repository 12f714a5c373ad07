/* http/client: over real sockets of this host, without TLS. */
#include "support/test.h"

#include "http/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct arena *mem;

/* A socket on a free port of 127.0.0.1. */
static int
listener(int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&a, n) == 0 && listen(fd, 1) == 0 &&
          getsockname(fd, (struct sockaddr *)&a, &n) == 0);
    *port = ntohs(a.sin_port);
    return fd;
}

/* A server for one request, in a child process: reads until it has seen `until`, then answers.
 * What it has read comes back through the pipe. */
static pid_t
serve(int fd, const char *until, const char *answer, int pipe_fd)
{
    pid_t pid = fork();
    char buf[4096] = "";
    size_t n = 0;

    if (pid != 0)
        return pid;
    fd = accept(fd, NULL, NULL);
    while (n < sizeof(buf) - 1 && !strstr(buf, until)) {
        ssize_t got = read(fd, buf + n, sizeof(buf) - 1 - n);

        if (got <= 0)
            break;
        n += (size_t)got;
    }
    if (write(pipe_fd, buf, n) != (ssize_t)n ||
        write(fd, answer, strlen(answer)) != (ssize_t)strlen(answer))
        _exit(1);
    _exit(0);
}

static void
exchanges(void)
{
    static const struct {
        const char *answer;
        bool ok;
        const char *want; /* the body, or a part of the reason */
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", true, "{}"},
        {"HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", true,
         "x"},
        {"HTTP/1.1 200 OK\r\n\r\nto the end", true, "to the end"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", false, "truncated"},
        {"", false, "without an answer"},
        {"220 mail.example.com ESMTP\r\n", false, "not HTTP"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct client_url url;
        struct client_answer a;
        struct str why = S("");
        int port, fd = listener(&port), fds[2], status = 1;
        char seen[4096] = "";
        bool ok;
        pid_t pid;

        mem = arena_new(1 << 20);
        test_row("row %zu", i);
        CHECK(pipe(fds) == 0);
        pid = serve(fd, "{\"a\":1}", rows[i].answer, fds[1]);
        CHECK(client_url_parse(mem, arena_fmt(mem, "http://127.0.0.1:%d/p/", port), &url, &why));
        ok = client_post(mem, &url, S("/v2/x"), S("key"), S("{\"a\":1}"), &a, &why);
        CHECK_INT(ok, rows[i].ok);
        if (ok)
            CHECK_STR(a.body.p, rows[i].want);
        else if (!strstr(why.p, rows[i].want))
            CHECK_STR(why.p, rows[i].want);
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
        CHECK(read(fds[0], seen, sizeof(seen) - 1) > 0);
        CHECK(strstr(seen, "POST /p/v2/x HTTP/1.1\r\nHost: 127.0.0.1:") == seen);
        close(fd);
        close(fds[0]);
        close(fds[1]);
        arena_free(mem);
    }
    test_row("%s", "");
}

static void
nobody_there(void)
{
    struct client_url url;
    struct client_answer a;
    struct str why = S("");
    int port, fd = listener(&port);

    close(fd); /* now nobody listens on it */
    mem = arena_new(1 << 20);
    CHECK(client_url_parse(mem, arena_fmt(mem, "http://127.0.0.1:%d", port), &url, &why));
    CHECK(!client_post(mem, &url, S("/"), S("key"), S("{}"), &a, &why));
    CHECK(strstr(why.p, "cannot connect to 127.0.0.1 port") != NULL);
    CHECK(strstr(why.p, "refused") != NULL);
    CHECK(!client_post(mem, &url, S("/"), S("k\r\nX: y"), S("{}"), &a, &why));
    CHECK(strstr(why.p, "a character that no root key has") != NULL);
    arena_free(mem);
}

CU_TestInfo suite_http_client[] = {
    {"exchanges", exchanges},
    {"nobody there", nobody_there},
    CU_TEST_INFO_NULL,
};
