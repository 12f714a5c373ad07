/* route.h: from the variables of a web server to an operation or a page. */
#ifndef LATCHKEY_API_ROUTE_H
#define LATCHKEY_API_ROUTE_H

#include "api/endpoint.h"
#include "http/message.h"

/* A page: something that is fetched with GET and has no credential. */
struct page {
    const char *path;
    void (*show)(struct ctx *c, struct http_res *res);
    bool (*hidden)(struct ctx *c, const struct http_req *req); /* may be NULL: for nobody */
};

struct destination {
    const struct route *endpoint; /* an operation, or */
    const struct page *page;      /* a page, or neither */
};

/* Servers split the path between SCRIPT_NAME and PATH_INFO in every possible way, and may mount us
 * below some prefix. Exact matches only: letter case and trailing slashes count. */
struct destination route_find(struct arena *mem, const struct http_req *req);

#endif
