/* Random identifiers. */
#include "base/id.h"

#include "base/digest.h"

#include <string.h>

struct str
id_new(struct arena *mem, const char *prefix)
{
    static const char abc[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t len = strlen(prefix), n = len + 1;
    char *p = arena_alloc(mem, len + 1 + ID_RANDOM_CHARS + 1);
    unsigned char raw[ID_RANDOM_CHARS];
    size_t left = 0;

    memcpy(p, prefix, len);
    p[len] = '_';
    while (n < len + 1 + ID_RANDOM_CHARS) {
        if (left == 0) {
            digest_random(raw, sizeof(raw));
            left = sizeof(raw);
        }
        left--;
        if (raw[left] < 248) /* 4 * 62: every character equally likely */
            p[n++] = abc[raw[left] % 62];
    }
    return (struct str){p, n};
}
