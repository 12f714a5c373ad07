/* arena.h: memory that lives as long as one request (or one command).
 * Allocation never returns NULL: running out of memory, or over the cap, logs and aborts, and the
 * process manager starts a fresh worker; input limits are checked long before. */
#ifndef LATCHKEY_BASE_ARENA_H
#define LATCHKEY_BASE_ARENA_H

#include "base/str.h"

#include <stddef.h>

struct arena;

/* A point to return to: everything allocated after it goes at once. */
struct arena_mark {
    void *block;
    size_t used, total;
    void *defers;
};

/* A new, empty arena that will hold at most max_bytes. Owned by the caller. */
struct arena *arena_new(size_t max_bytes);
void arena_free(struct arena *a);

/* n bytes, zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull, malloc));
/* count * size bytes, zeroed; aborts on overflow. */
void *arena_array(struct arena *a, size_t count, size_t size) __attribute__((returns_nonnull));
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, count, type) ((type *)arena_array((a), (count), sizeof(type)))

/* v, an array of n elements that has grown by this function only, with room for one more. */
void *arena_room(struct arena *a, void *v, size_t n, size_t size) __attribute__((returns_nonnull));

/* A copy of s, followed by a NUL byte that is not counted. */
struct str arena_str(struct arena *a, struct str s);
/* The same as a C string; what follows a NUL inside s is not visible through it. */
const char *arena_cstr(struct arena *a, struct str s) __attribute__((returns_nonnull));
/* a formatted string */
struct str arena_fmt(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Runs fn(arg) when the arena is reset, or released past this point; newest first. */
void arena_defer(struct arena *a, void (*fn)(void *), void *arg);

struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct arena_mark m);
/* Forgets everything, wiping what was used: requests carry secrets. Keeps one block. */
void arena_reset(struct arena *a);
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);

#endif
