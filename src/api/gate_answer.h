/* gate_answer.h: what the gate says: to the application, by variables; to the client, by headers
 * and a small page. */
#ifndef LATCHKEY_API_GATE_ANSWER_H
#define LATCHKEY_API_GATE_ANSWER_H

#include "http/message.h"
#include "service/gate_svc.h"

void gate_answer_pass(struct ctx *c, const struct gate_policy *p, const struct http_req *req,
                      const struct gate_verdict *v, struct http_res *res);
/* p: NULL when there is none. */
void gate_answer_refuse(struct ctx *c, const struct gate_policy *p, const struct http_req *req,
                        const struct gate_verdict *v, struct http_res *res);
/* Status and page alone, JSON or HTML by what the client accepts. */
void gate_answer_page(struct ctx *c, const struct http_req *req, enum refusal refusal,
                      struct http_res *res);

#endif
