/* Plain CGI (RFC 3875). */
#include "http/cgi.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

extern char **environ;

bool
cgi_is_request(void)
{
    return getenv("GATEWAY_INTERFACE") && getenv("REQUEST_METHOD");
}

/* Reads up to n bytes to p, or drops them when p is NULL; how many there were. */
static size_t
take(char *p, size_t n)
{
    char dropped[8192];
    size_t got = 0;

    while (got < n) {
        size_t left = n - got, room = p || left < sizeof(dropped) ? left : sizeof(dropped);
        ssize_t r = read(STDIN_FILENO, p ? p + got : dropped, room);

        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            break;
        got += (size_t)r;
    }
    return got;
}

void
cgi_read(struct arena *mem, int64_t max_body, struct http_req *req)
{
    size_t want;
    char *p;

    http_req_read(mem, environ, req);
    req->body = S("");
    if (req->content_length <= 0 || req->role != HTTP_RESPONDER)
        return;
    want = (size_t)req->content_length;
    if (max_body > 0 && req->content_length > max_body) {
        req->body_state = BODY_TOO_LARGE;
        take(NULL, want); /* Apache drops the answer of a program that leaves the body unread */
        return;
    }
    p = arena_alloc(mem, want + 1);
    req->body = (struct str){p, take(p, want)};
    if (req->body.n < want)
        req->body_state = BODY_BROKEN;
}

bool
cgi_reply(struct arena *mem, const struct http_res *res)
{
    struct str text = http_res_text(mem, res);
    bool ok = true;

    while (text.n > 0 && ok) {
        ssize_t n = write(STDOUT_FILENO, text.p, text.n);

        ok = n > 0 || (n < 0 && errno == EINTR);
        if (n > 0)
            text = str_from(text, (size_t)n);
    }
    close(STDOUT_FILENO);
    return ok;
}
