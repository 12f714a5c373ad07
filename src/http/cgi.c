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

void
cgi_read(struct arena *mem, int64_t max_body, struct http_req *req)
{
    size_t got = 0;
    char *p;

    http_req_read(mem, environ, req);
    req->body = S("");
    if (max_body > 0 && req->content_length > max_body) {
        req->body_state = BODY_TOO_LARGE;
        return;
    }
    if (req->content_length <= 0)
        return;
    p = arena_alloc(mem, (size_t)req->content_length + 1);
    while (got < (size_t)req->content_length) {
        ssize_t n = read(STDIN_FILENO, p + got, (size_t)req->content_length - got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            req->body_state = BODY_BROKEN;
            return;
        }
        got += (size_t)n;
    }
    req->body = (struct str){p, got};
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
