/* fcgi.h: the FastCGI side of a worker. The only user of libfcgi. */
#ifndef LATCHKEY_HTTP_FCGI_H
#define LATCHKEY_HTTP_FCGI_H

#include "http/message.h"

struct fcgi;

enum fcgi_event { FCGI_REQUEST, FCGI_IDLE, FCGI_STOP };

/* Whether fd is a listening socket, that is, a web server or process manager started us. */
bool fcgi_is_listener(int fd);

/* Takes the listening socket over, and SIGTERM and SIGINT with it: they end the wait for requests
 * at once; a request in progress is finished first. NULL with errno set when it cannot. */
struct fcgi *fcgi_open(int fd);
void fcgi_close(struct fcgi *f);

/* Waits for a request, at most timeout_ms (-1: for ever). After FCGI_REQUEST call fcgi_read
 * and fcgi_reply. */
enum fcgi_event fcgi_wait(struct fcgi *f, int timeout_ms);
/* Whether somebody waits to be served. */
bool fcgi_waiting(const struct fcgi *f);
/* Copies the request into mem; a body over max_body bytes (0 or less: any) is not read. */
void fcgi_read(struct fcgi *f, struct arena *mem, int64_t max_body, struct http_req *req);
/* Sends the answer and ends the request; false when the client is gone. */
bool fcgi_reply(struct fcgi *f, struct arena *mem, const struct http_res *res);

/* A log sink: the web server's error log. */
void fcgi_log(void *fcgi, struct str line);

#endif
