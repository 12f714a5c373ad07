/* problem.h: failures as answers. The only writer of error bodies. */
#ifndef LATCHKEY_API_PROBLEM_H
#define LATCHKEY_API_PROBLEM_H

#include "base/ctx.h"
#include "http/message.h"

#define PROBLEM_TYPE_PREFIX "https://unkey.com/docs/errors/"

/* Fills in res from c->err (contract foundations.md sections 4.2 and 5). */
void problem_write(struct ctx *c, const struct http_req *req, struct http_res *res);
/* 404 and 405 in plain text, before there is an operation. allow: value of the Allow header. */
void problem_no_route(struct http_res *res);
void problem_wrong_method(struct http_res *res, const char *allow);

#endif
