/* pipeline.h: the way of a request from bytes to answer, in the contract's order of checks
 * (foundations.md section 3). */
#ifndef LATCHKEY_API_PIPELINE_H
#define LATCHKEY_API_PIPELINE_H

#include "base/ctx.h"
#include "http/message.h"
#include "schema/decode.h"

/* Answers req. c holds the request's memory, database, settings, log and recorder; the rest of it
 * is filled in here. Never fails: failures are answers. */
void pipeline_run(struct ctx *c, struct decode_parser *parser, const struct http_req *req,
                  struct http_res *res);

#endif
