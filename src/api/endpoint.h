/* endpoint.h: what one operation of the API is made of. Each lives in a file of its own as
 * `const struct endpoint ep_<id>`; the list of them is endpoints.def. */
#ifndef LATCHKEY_API_ENDPOINT_H
#define LATCHKEY_API_ENDPOINT_H

#include "base/ctx.h"
#include "schema/field.h"

/* The answer of a handler. */
struct reply {
    void *data;      /* zeroed, of the size the out table says; the handler fills it in */
    struct str next; /* paged lists: id of the first item of the next page; empty: the last page */
};

enum endpoint_flags {
    EP_PAGED = 1,   /* the answer has `pagination`; data is a struct f_list */
    EP_NO_DATA = 2, /* the answer is `meta` alone */
};

struct endpoint {
    const char *summary;    /* one line for people */
    const char *example;    /* a request body that passes validation */
    const struct field *in; /* table of the body: F_BODY or a list */
    const struct field *out;
    unsigned flags;
    int errors[4]; /* statuses of failures beside those that all operations have, up to a 0 */
    /* Finds and accepts the caller, reading what handle will need in the same round trip. NULL:
     * the usual lookup. */
    enum status (*identify)(struct ctx *c, const void *in, struct str token_hash);
    enum status (*handle)(struct ctx *c, const void *in, struct reply *out);
};

/* One row of the map. */
struct route {
    const char *path; /* /v2/group.operation */
    const struct endpoint *ep;
};
extern const struct route endpoints[];
extern const size_t endpoint_count;

/* Bytes of a body's struct. */
static inline size_t
endpoint_body_size(const struct field *body)
{
    return body->type == FT_LIST ? sizeof(struct f_list) : body->size;
}

#endif
