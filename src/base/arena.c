/* Request memory. Blocks are zero when they are handed out: fresh from calloc, or wiped at reset.
 * Under AddressSanitizer every allocation gets a block of its own, so that an overrun is seen. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_SEPARATE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_SEPARATE 1
#endif
#endif
#ifndef ARENA_SEPARATE
#define ARENA_SEPARATE 0
#endif

enum { BLOCK_BYTES = 32 * 1024, ALIGN = 16 };

struct block {
    struct block *prev;
    size_t size, used;
    char *data;
};

struct defer {
    struct defer *prev;
    void (*fn)(void *);
    void *arg;
};

struct arena {
    struct block *top;
    struct block *spare; /* the one block kept between requests */
    struct defer *defers;
    size_t total, max;
};

static void
die(const char *why)
{
    fprintf(stderr, "latchkey: level=fatal event=memory reason=\"%s\"\n", why);
    abort();
}

static struct block *
block_new(size_t size)
{
    struct block *b = calloc(1, sizeof(*b));

    if (b)
        b->data = calloc(1, size);
    if (!b || !b->data)
        die("out of memory");
    b->size = size;
    return b;
}

static void
block_free(struct block *b)
{
    explicit_bzero(b->data, b->used);
    free(b->data);
    free(b);
}

struct arena *
arena_new(size_t max_bytes)
{
    struct arena *a = calloc(1, sizeof(*a));

    if (!a)
        die("out of memory");
    a->max = max_bytes;
    return a;
}

void
arena_free(struct arena *a)
{
    if (!a)
        return;
    arena_reset(a);
    if (a->spare)
        block_free(a->spare);
    free(a);
}

static struct block *
arena_grow(struct arena *a, size_t n)
{
    struct block *b;

    if (!ARENA_SEPARATE && a->spare && n <= a->spare->size) {
        b = a->spare;
        a->spare = NULL;
    } else if (ARENA_SEPARATE) {
        b = block_new(n);
    } else {
        b = block_new(n > BLOCK_BYTES ? n : BLOCK_BYTES);
    }
    b->prev = a->top;
    a->top = b;
    return b;
}

void *
arena_alloc(struct arena *a, size_t n)
{
    struct block *b = a->top;
    void *p;

    if (n > a->max || a->total > a->max - n)
        die("request memory cap reached");
    a->total += n;
    if (ARENA_SEPARATE)
        n = n ? n : 1;
    else
        n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (ARENA_SEPARATE || !b || b->size - b->used < n)
        b = arena_grow(a, n);
    p = b->data + b->used;
    b->used += n;
    return p;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
    size_t n;

    if (__builtin_mul_overflow(count, size, &n))
        die("array too large");
    return arena_alloc(a, n);
}

/* Room doubles: it is the next power of two. */
void *
arena_room(struct arena *a, void *v, size_t n, size_t size)
{
    void *more;

    if (v && (n & (n - 1)))
        return v;
    more = arena_array(a, n ? n * 2 : 1, size);
    if (n)
        memcpy(more, v, n * size);
    return more;
}

struct str
arena_str(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);

    if (s.n)
        memcpy(p, s.p, s.n);
    return (struct str){p, s.n};
}

const char *
arena_cstr(struct arena *a, struct str s)
{
    return arena_str(a, s).p;
}

struct str
arena_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    int n;
    char *p;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        die("bad format");
    p = arena_alloc(a, (size_t)n + 1);
    va_start(ap, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return (struct str){p, (size_t)n};
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
    struct defer *d = arena_alloc(a, sizeof(*d));

    d->fn = fn;
    d->arg = arg;
    d->prev = a->defers;
    a->defers = d;
}

struct arena_mark
arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->top, a->top ? a->top->used : 0, a->total, a->defers};
}

void
arena_release(struct arena *a, struct arena_mark m)
{
    while (a->defers != m.defers) {
        struct defer *d = a->defers;

        a->defers = d->prev;
        d->fn(d->arg);
    }
    while (a->top != m.block) {
        struct block *b = a->top;

        a->top = b->prev;
        if (!ARENA_SEPARATE && !a->spare && b->size == BLOCK_BYTES) {
            explicit_bzero(b->data, b->used);
            b->used = 0;
            a->spare = b;
        } else {
            block_free(b);
        }
    }
    if (a->top && a->top->used > m.used) {
        explicit_bzero(a->top->data + m.used, a->top->used - m.used);
        a->top->used = m.used;
    }
    a->total = m.total;
}

void
arena_reset(struct arena *a)
{
    arena_release(a, (struct arena_mark){NULL, 0, 0, NULL});
}

size_t
arena_used(const struct arena *a)
{
    return a->total;
}
