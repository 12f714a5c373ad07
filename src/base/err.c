/* The list of failures and the recording of one. */
#include "base/err.h"

#include "base/ctx.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *name, *type, *title;
    int http;
} rows[ST__MAX] = {
    [ST_OK] = {"OK", "", "OK", 200},
#define ERR(name_, http_, type_, title_) [ST_##name_] = {#name_, type_, title_, http_},
#include "base/errors.def"
#undef ERR
};

int
err_http(enum status s)
{
    return rows[s].http;
}

const char *
err_type(enum status s)
{
    return rows[s].type;
}

const char *
err_title(enum status s)
{
    return rows[s].title;
}

const char *
err_name(enum status s)
{
    return rows[s].name;
}

static struct str __attribute__((format(printf, 2, 0)))
format(struct arena *mem, const char *fmt, va_list ap)
{
    va_list again;
    int n;
    char *p;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n <= 0)
        return S("");
    p = arena_alloc(mem, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    return (struct str){p, (size_t)n};
}

enum status
err_set(struct ctx *c, enum status s, const char *fmt, ...)
{
    va_list ap;

    assert(s != ST_OK);
    if (c->err.status != ST_OK)
        return c->err.status;
    c->err.status = s;
    va_start(ap, fmt);
    c->err.detail = format(c->mem, fmt, ap);
    va_end(ap);
    return s;
}

void
err_cause(struct ctx *c, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    c->err.cause = format(c->mem, fmt, ap);
    va_end(ap);
}

void
err_clear(struct ctx *c)
{
    c->err = (struct err){.status = ST_OK};
}
