/* gate.h: the gate as web servers ask it: may this request go on? */
#ifndef LATCHKEY_API_GATE_H
#define LATCHKEY_API_GATE_H

#include "base/conf.h"
#include "base/ctx.h"
#include "domain/gate_parse.h"
#include "http/message.h"

/* What does not change while the process lives. */
struct gate_config {
    struct gate_policies policies;
    struct str broken; /* why there are none; empty: nothing is wrong */
    /* the policy of requests that name none: its name, else the settings in the process's
     * environment */
    struct str policy;
    const struct gate_parse_setting *settings;
    size_t n_settings;
};

/* Reads the policies and the environment ("NAME=value", NULL-terminated). policy: --policy; NULL:
 * not given. A file that cannot be used is told of in broken; its policies are then closed. */
void gate_config_load(struct arena *mem, const struct conf *conf, const char *policy, char **env,
                      struct gate_config *out);

/* Answers a request of the role HTTP_GATE. */
void gate_run(struct ctx *c, const struct gate_config *conf, const struct http_req *req,
              struct http_res *res);
/* Answers one of the role HTTP_DENIED: the page that goes with a refusal the server knows of. */
void gate_denied(struct ctx *c, const struct http_req *req, struct http_res *res);

#endif
