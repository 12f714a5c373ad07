/* FastCGI. The listening socket does not block, so that a wait can end for a signal or because it
 * is time to write what has been recorded; libfcgi's own accept could do neither. */
#include "http/fcgi.h"

#include "base/log.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* libfcgi waits this long for the web server to close, and for a silent connection to speak. */
#define LIBFCGI_PATIENCE_MS "200"

struct fcgi {
    FCGX_Request req;
    int fd, poll;
    bool active; /* between fcgi_wait and fcgi_finish */
};

static volatile sig_atomic_t stopping;
static int wake[2] = {-1, -1};

static void
on_stop(int sig)
{
    int keep = errno;
    ssize_t ignored = write(wake[1], "", 1);

    (void)sig;
    (void)ignored;
    stopping = 1;
    errno = keep;
}

bool
fcgi_is_listener(int fd)
{
    int on = 0;
    socklen_t len = sizeof(on);

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 && on;
}

static bool
set_flags(int fd, bool cloexec)
{
    int fl = fcntl(fd, F_GETFL);

    if (fl < 0 || fcntl(fd, F_SETFL, fl | O_NONBLOCK) < 0)
        return false;
    return !cloexec || fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

/* Workers of one pool wait for the same socket: a connection wakes one of them, not all. */
static int
open_poll(int fd)
{
    struct epoll_event at_fd = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = fd};
    struct epoll_event at_wake = {.events = EPOLLIN, .data.fd = wake[0]};
    int e = epoll_create1(EPOLL_CLOEXEC);

    if (e < 0 || (epoll_ctl(e, EPOLL_CTL_ADD, fd, &at_fd) == 0 &&
                  epoll_ctl(e, EPOLL_CTL_ADD, wake[0], &at_wake) == 0))
        return e;
    close(e);
    return -1;
}

struct fcgi *
fcgi_open(int fd)
{
    struct fcgi *f = calloc(1, sizeof(*f));
    struct sigaction sa = {.sa_handler = on_stop}, ign = {.sa_handler = SIG_IGN};

    setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", LIBFCGI_PATIENCE_MS, 0);
    setenv("LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT", LIBFCGI_PATIENCE_MS, 0);
    if (!f || FCGX_Init() != 0 || FCGX_InitRequest(&f->req, fd, FCGI_FAIL_ACCEPT_ON_INTR) != 0 ||
        pipe(wake) != 0 || !set_flags(wake[0], true) || !set_flags(wake[1], true) ||
        !set_flags(fd, false) || (f->poll = open_poll(fd)) < 0) {
        free(f);
        return NULL;
    }
    f->fd = fd;
    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGINT, &sa, NULL);
    /* FastCGI's own word for it; libfcgi's handler would make each accept fail, without an end */
    sigaction(SIGUSR1, &sa, NULL);
    sigaction(SIGPIPE, &ign, NULL);
    return f;
}

void
fcgi_close(struct fcgi *f)
{
    if (!f)
        return;
    FCGX_Free(&f->req, 1);
    close(f->poll);
    free(f);
}

bool
fcgi_waiting(const struct fcgi *f)
{
    struct pollfd p = {.fd = f->fd, .events = POLLIN};

    return stopping || poll(&p, 1, 0) > 0;
}

enum fcgi_event
fcgi_wait(struct fcgi *f, int timeout_ms)
{
    for (;;) {
        struct epoll_event ev;
        int n, rc;

        if (stopping)
            return FCGI_STOP;
        n = epoll_wait(f->poll, &ev, 1, timeout_ms);
        if (n < 0 && errno != EINTR)
            return FCGI_STOP;
        if (n == 0)
            return FCGI_IDLE;
        /* a connection that came with the signal may have woken nobody else: it is served first */
        if (n < 0 || ev.data.fd != f->fd)
            continue;
        rc = FCGX_Accept_r(&f->req);
        if (rc == 0) {
            f->active = true;
            return FCGI_REQUEST;
        }
        /* a sibling was faster, or the peer went away before it said anything */
        if (rc != -EAGAIN && rc != -EWOULDBLOCK && rc != -EINTR && rc != -ECONNABORTED &&
            !fcgi_is_listener(f->fd))
            return FCGI_STOP;
    }
}

static void
read_body(struct fcgi *f, struct arena *mem, int64_t max_body, struct http_req *req)
{
    int64_t want = req->content_length;
    size_t got = 0;
    char *p;

    req->body = S("");
    if (max_body > 0 && want > max_body) {
        req->body_state = BODY_TOO_LARGE;
        return;
    }
    if (want <= 0 || req->role != HTTP_RESPONDER)
        return; /* the body is the application's */
    p = arena_alloc(mem, (size_t)want + 1);
    while (got < (size_t)want) {
        size_t left = (size_t)want - got;
        int n = FCGX_GetStr(p + got, left > 1 << 30 ? 1 << 30 : (int)left, f->req.in);

        if (n <= 0) {
            req->body_state = BODY_BROKEN;
            return;
        }
        got += (size_t)n;
    }
    req->body = (struct str){p, got};
}

void
fcgi_read(struct fcgi *f, struct arena *mem, int64_t max_body, struct http_req *req)
{
    http_req_read(mem, f->req.envp, req);
    read_body(f, mem, max_body, req);
}

bool
fcgi_reply(struct fcgi *f, struct arena *mem, const struct http_res *res)
{
    struct str text = http_res_text(mem, res);
    bool sent = true;

    while (text.n > 0 && sent) {
        int n = text.n > 1 << 30 ? 1 << 30 : (int)text.n;

        sent = FCGX_PutStr(text.p, n, f->req.out) == n;
        text = str_from(text, (size_t)n);
    }
    /* the last stream to be closed carries the end of the request in the same write */
    FCGX_FClose(f->req.err);
    sent = FCGX_FClose(f->req.out) == 0 && sent;
    f->req.keepConnection = 0; /* an idle kept connection would hold the worker */
    FCGX_Finish_r(&f->req);
    f->active = false;
    return sent;
}

void
fcgi_log(void *arg, struct str line)
{
    struct fcgi *f = arg;

    if (f->active)
        FCGX_PutStr(line.p, (int)line.n, f->req.err);
    else
        log_stderr(NULL, line);
}
