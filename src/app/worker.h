/* worker.h: serving requests: a FastCGI worker that lives on, or a CGI program for one request. */
#ifndef LATCHKEY_APP_WORKER_H
#define LATCHKEY_APP_WORKER_H

/* Serves the listening socket fd until told to stop. policy: of gate requests that name none; may
 * be NULL. The exit status. */
int worker_fastcgi(int fd, const char *policy);
/* Answers the one request in the environment. The exit status. */
int worker_cgi(void);

#endif
