/* err.h: how a request fails. The function that detects a failure sets it, everyone above passes
 * the status up unchanged; the first failure wins. */
#ifndef LATCHKEY_BASE_ERR_H
#define LATCHKEY_BASE_ERR_H

#include "base/str.h"

struct ctx;

/* Results must be looked at. */
#define MUST_USE __attribute__((warn_unused_result))

enum status {
    ST_OK,
#define ERR(name, http, type, title) ST_##name,
#include "base/errors.def"
#undef ERR
    ST__MAX,
};

/* One violated rule of the request's schema. location is a JSON Schema keyword pointer. */
struct issue {
    struct str location, message, fix; /* fix may be empty */
};

struct err {
    enum status status;
    struct str detail;          /* for the client; may be empty */
    struct str cause;           /* for the log only: SQL error, errno */
    const struct issue *issues; /* 400s of the schema stage */
    size_t issue_count;
};

int err_http(enum status s);
const char *err_type(enum status s); /* without the URI prefix */
const char *err_title(enum status s);
const char *err_name(enum status s); /* the row's name, for logs and tests */

/* Records a failure, unless one is recorded already, and returns its status. The detail is
 * formatted into the request's memory. */
enum status err_set(struct ctx *c, enum status s, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds what only the log may know to the recorded failure. */
void err_cause(struct ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Forgets the failure: it was expected and has been dealt with. */
void err_clear(struct ctx *c);

#endif
