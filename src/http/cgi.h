/* cgi.h: one request as a plain CGI program. */
#ifndef LATCHKEY_HTTP_CGI_H
#define LATCHKEY_HTTP_CGI_H

#include "http/message.h"

/* Whether the environment says that a web server started us for one request. */
bool cgi_is_request(void);
/* Reads the request from the environment and standard input. */
void cgi_read(struct arena *mem, int64_t max_body, struct http_req *req);
/* Writes the answer and closes standard output: the client need not wait for what follows. */
bool cgi_reply(struct arena *mem, const struct http_res *res);

#endif
