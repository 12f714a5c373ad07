/* message.h: one request and its answer as plain data, whatever carried them. */
#ifndef LATCHKEY_HTTP_MESSAGE_H
#define LATCHKEY_HTTP_MESSAGE_H

#include "base/arena.h"

/* What the web server asks for. Servers say so; clients cannot, whose headers all become HTTP_*. */
enum http_role {
    HTTP_RESPONDER, /* to answer the request */
    HTTP_GATE,      /* whether it may go on: FCGI_ROLE is AUTHORIZER, or LATCHKEY_ROLE is gate */
    HTTP_DENIED,    /* to say once more why not: LATCHKEY_ROLE is denied */
};

enum http_body { BODY_COMPLETE, BODY_TOO_LARGE, BODY_BROKEN };

struct http_req {
    enum http_role role;
    struct str method;
    struct str script_name, path_info; /* decoded by the web server; see api/route.h */
    struct str authorization, content_type, accept, forwarded_for, user_agent;
    struct str metrics, test_time; /* X-Unkey-Metrics, X-Test-Time */
    struct str peer;               /* address of the TCP peer */
    int64_t content_length;        /* -1: not given */
    enum http_body body_state;
    struct str body;
    char **env; /* all variables, as long as the request lasts; see http_req_var */
};

enum { HTTP_MAX_HEADERS = 12 };

struct http_res {
    int status;
    struct str content_type, body;
    struct {
        const char *name;
        struct str value;
    } headers[HTTP_MAX_HEADERS];
    size_t n_headers;
    struct str more; /* ready-made header lines, each with its line break */
    bool head_only;  /* answer to HEAD: headers without body */
    bool no_body;    /* an authorizer lets a request through: neither body nor what describes it */
};

/* Fills in everything but the body from CGI variables ("NAME=value", NULL-terminated). The strings
 * are copied into mem. */
void http_req_read(struct arena *mem, char **env, struct http_req *req);
/* A variable by its full name, borrowed; of several the first. Empty when it is not there or not
 * UTF-8. */
struct str http_req_var(const struct http_req *req, struct str name);
/* Adds a header. Values never contain line breaks: they are ours. */
void http_res_header(struct http_res *res, const char *name, struct str value);
/* The answer in CGI form: Status line, headers, blank line, body. */
struct str http_res_text(struct arena *mem, const struct http_res *res);

#endif
