/* message.h: one request and its answer as plain data, whatever carried them. */
#ifndef LATCHKEY_HTTP_MESSAGE_H
#define LATCHKEY_HTTP_MESSAGE_H

#include "base/arena.h"

enum http_body { BODY_COMPLETE, BODY_TOO_LARGE, BODY_BROKEN };

struct http_req {
    struct str method;
    struct str script_name, path_info; /* decoded by the web server; see api/route.h */
    struct str authorization, content_type, accept, forwarded_for, user_agent;
    struct str metrics, test_time; /* X-Unkey-Metrics, X-Test-Time */
    struct str peer;               /* address of the TCP peer */
    int64_t content_length;        /* -1: not given */
    enum http_body body_state;
    struct str body;
};

enum { HTTP_MAX_HEADERS = 8 };

struct http_res {
    int status;
    struct str content_type, body;
    struct {
        const char *name;
        struct str value;
    } headers[HTTP_MAX_HEADERS];
    size_t n_headers;
    bool head_only; /* answer to HEAD: headers without body */
};

/* Fills in everything but the body from CGI variables ("NAME=value", NULL-terminated). The strings
 * are copied into mem. */
void http_req_read(struct arena *mem, char **env, struct http_req *req);
/* Adds a header. Values never contain line breaks: they are ours. */
void http_res_header(struct http_res *res, const char *name, struct str value);
/* The answer in CGI form: Status line, headers, blank line, body. */
struct str http_res_text(struct arena *mem, const struct http_res *res);

#endif
