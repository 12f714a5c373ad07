/* Sockets and TLS, non-blocking under one deadline. */
#include "http/client.h"

#include "base/utc.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct conn {
    struct arena *mem;
    const struct client_url *url;
    struct str *why;
    int64_t deadline_us; /* monotonic */
    int fd;
    SSL_CTX *tls;
    SSL *ssl;  /* NULL: plain */
    bool head; /* the answer has no body */
};

static bool
fail(struct conn *c, struct str why)
{
    *c->why = why;
    return false;
}

static bool
fail_errno(struct conn *c, const char *what)
{
    return fail(c, arena_fmt(c->mem, "%s %s port %s: %s", what, c->url->host.p, c->url->port.p,
                             strerror(errno)));
}

/* Waits until the socket is ready. False when the deadline comes first. */
static bool
ready(struct conn *c, short events, int64_t deadline_us)
{
    for (;;) {
        struct pollfd p = {c->fd, events, 0};
        int64_t left_us = deadline_us - utc_mono_us();
        int n = left_us > 0 ? poll(&p, 1, (int)(left_us / 1000) + 1) : 0;

        if (n > 0)
            return true;
        if (n == 0 || errno != EINTR)
            return fail(c, arena_fmt(c->mem, "%s port %s does not answer within %d seconds",
                                     c->url->host.p, c->url->port.p, CLIENT_TIMEOUT_S));
    }
}

/* Connecting */

static bool
connect_one(struct conn *c, const struct addrinfo *a, int64_t deadline_us)
{
    int error = 0;
    socklen_t n = sizeof(error);

    c->fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
    if (c->fd < 0)
        return fail_errno(c, "cannot connect to");
    if (connect(c->fd, a->ai_addr, a->ai_addrlen) != 0) {
        if (errno != EINPROGRESS)
            return fail_errno(c, "cannot connect to");
        if (!ready(c, POLLOUT, deadline_us))
            return false;
        if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
            error = errno;
    }
    errno = error;
    return error == 0 || fail_errno(c, "cannot connect to");
}

/* Tries the addresses of the host in turn, each with its share of the time. */
static bool
connect_any(struct conn *c)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *all;
    int error = getaddrinfo(c->url->host.p, c->url->port.p, &hints, &all), n = 0;
    bool ok = false;

    if (error != 0)
        return fail(c, arena_fmt(c->mem, "cannot resolve '%s': %s", c->url->host.p,
                                 error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error)));
    c->deadline_us = utc_mono_us() + CLIENT_TIMEOUT_S * INT64_C(1000000);
    for (struct addrinfo *a = all; a; a = a->ai_next)
        n++;
    for (struct addrinfo *a = all; a && !ok; a = a->ai_next, n--) {
        int64_t now_us = utc_mono_us();

        ok = connect_one(c, a, now_us + (c->deadline_us - now_us) / n);
        if (!ok && c->fd >= 0) {
            close(c->fd);
            c->fd = -1;
        }
    }
    freeaddrinfo(all);
    return ok;
}

/* TLS */

/* Whether only the authority behind the certificate is not known. */
static bool
is_unknown(long verdict)
{
    return verdict == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
           verdict == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
           verdict == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
           verdict == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
}

static bool
fail_tls(struct conn *c)
{
    long verdict = SSL_get_verify_result(c->ssl);
    unsigned long error = ERR_peek_error();
    const char *text = ERR_reason_error_string(error);

    if (verdict != X509_V_OK)
        return fail(c, arena_fmt(c->mem, "the certificate of %s is not accepted: %s%s",
                                 c->url->host.p, X509_verify_cert_error_string(verdict),
                                 is_unknown(verdict) ? "; SSL_CERT_FILE can name a file with its "
                                                       "authority"
                                                     : ""));
    if (ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER)
        text = "it does not speak TLS; is it http:// rather than https://?";
    return fail(c, arena_fmt(c->mem, "no secure connection to %s port %s: %s", c->url->host.p,
                             c->url->port.p, text ? text : "it was closed"));
}

/* Whether an SSL call that returned n has to be made again, after waiting for the socket. */
static bool
again(struct conn *c, int n, bool *timeout)
{
    int error = SSL_get_error(c->ssl, n);

    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        return false;
    *timeout = !ready(c, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, c->deadline_us);
    return !*timeout;
}

static bool
start_tls(struct conn *c)
{
    bool timeout = false;
    int n;

    c->tls = SSL_CTX_new(TLS_client_method());
    if (!c->tls || !SSL_CTX_set_min_proto_version(c->tls, TLS1_2_VERSION) ||
        !SSL_CTX_set_default_verify_paths(c->tls))
        return fail(c, S("TLS cannot be set up: the OpenSSL library refuses its settings"));
    SSL_CTX_set_verify(c->tls, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(c->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    c->ssl = SSL_new(c->tls);
    if (!c->ssl || !SSL_set_fd(c->ssl, c->fd) || !SSL_set1_host(c->ssl, c->url->host.p) ||
        (!c->url->is_address && !SSL_set_tlsext_host_name(c->ssl, c->url->host.p)))
        return fail(c, S("TLS cannot be set up: the host's name is not accepted"));
    do {
        ERR_clear_error();
        n = SSL_connect(c->ssl);
    } while (n != 1 && again(c, n, &timeout));
    return n == 1 || (!timeout && fail_tls(c));
}

/* Sending and receiving */

/* False on failure; *gone when that is because the other side takes no more: it may have answered
 * early. */
static bool
send_all(struct conn *c, struct str text, bool *gone)
{
    while (text.n > 0) {
        bool timeout = false;
        ssize_t n;

        if (c->ssl) {
            ERR_clear_error();
            n = SSL_write(c->ssl, text.p, (int)text.n);
            if (n <= 0 && again(c, (int)n, &timeout))
                continue;
        } else {
            n = send(c->fd, text.p, text.n, MSG_NOSIGNAL);
            if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
                timeout = !ready(c, POLLOUT, c->deadline_us);
                if (!timeout)
                    continue;
            }
        }
        if (n <= 0) {
            *gone = !timeout;
            return !timeout && (c->ssl ? fail_tls(c) : fail_errno(c, "cannot send to"));
        }
        text = str_from(text, (size_t)n);
    }
    return true;
}

/* How many bytes came; 0: the other side has closed the connection; -1: failure. */
static ssize_t
receive_tls(struct conn *c, char *buf, int size)
{
    bool timeout = false;
    int n;

    do {
        ERR_clear_error();
        n = SSL_read(c->ssl, buf, size);
    } while (n <= 0 && again(c, n, &timeout));
    if (n > 0 || (!timeout && SSL_get_error(c->ssl, n) == SSL_ERROR_ZERO_RETURN))
        return n > 0 ? n : 0;
    if (!timeout && ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        fail(c, S("the answer is truncated: the secure connection was cut"));
    else if (!timeout)
        fail_tls(c);
    return -1;
}

static ssize_t
receive(struct conn *c, char *buf, size_t size)
{
    for (;;) {
        ssize_t n = recv(c->fd, buf, size, 0);

        if (n >= 0)
            return n;
        if (errno != EAGAIN && errno != EINTR) {
            fail_errno(c, "cannot read from");
            return -1;
        }
        if (!ready(c, POLLIN, c->deadline_us))
            return -1;
    }
}

static bool
read_answer(struct conn *c, struct client_answer *out)
{
    char buf[16 * 1024];
    enum client_progress p = CLIENT_MORE;

    client_message_begin(out, c->mem);
    out->without_body = c->head;
    while (p == CLIENT_MORE) {
        ssize_t n = c->ssl ? receive_tls(c, buf, sizeof(buf)) : receive(c, buf, sizeof(buf));

        if (n < 0)
            return false;
        p = n > 0 ? client_message_take(out, (struct str){buf, (size_t)n})
                  : client_message_end(out);
    }
    return p == CLIENT_DONE || fail(c, str_of(out->why));
}

static bool
exchange(struct conn *c, struct str request, struct client_answer *out)
{
    bool gone = false;

    if (!connect_any(c) || (c->url->tls && !start_tls(c)))
        return false;
    if (send_all(c, request, &gone))
        return read_answer(c, out);
    if (gone) {
        struct str send_error = *c->why;

        if (read_answer(c, out))
            return true;
        *c->why = send_error;
    }
    return false;
}

static void
hang_up(struct conn *c)
{
    SSL_free(c->ssl);
    SSL_CTX_free(c->tls);
    ERR_clear_error();
    if (c->fd >= 0)
        close(c->fd);
}

bool
client_send(struct arena *mem, const struct client_url *url, struct str request, bool head,
            struct client_answer *out, struct str *why)
{
    struct conn c = {.mem = mem, .url = url, .why = why, .fd = -1, .head = head};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    bool ok;

    sigaction(SIGPIPE, &ignore, &before); /* OpenSSL writes without MSG_NOSIGNAL */
    ok = exchange(&c, request, out);
    hang_up(&c);
    sigaction(SIGPIPE, &before, NULL);
    return ok;
}

bool
client_post(struct arena *mem, const struct client_url *url, struct str path, struct str bearer,
            struct str body, struct client_answer *out, struct str *why)
{
    struct client_request r = {url->authority, arena_fmt(mem, "%s%.*s", url->path.p, STR_ARG(path)),
                               bearer, body};
    struct str text;

    return client_message_request(mem, &r, &text, why) &&
           client_send(mem, url, text, false, out, why);
}
