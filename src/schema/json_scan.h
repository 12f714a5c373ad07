/* json_scan.h: the gate in front of json-c, which tolerates much that JSON (RFC 8259) does not:
 * single quotes, NaN, trailing commas, control characters, broken UTF-8. Pure. */
#ifndef LATCHKEY_SCHEMA_JSON_SCAN_H
#define LATCHKEY_SCHEMA_JSON_SCAN_H

#include "base/arena.h"

enum { JSON_SCAN_MAX_DEPTH = 256, JSON_SCAN_MAX_VALUES = 500000 };

struct json_scan {
    const char *why; /* what is wrong, when it is */
    size_t at;       /* at which byte, counted from 0 */
    bool wide;       /* some integer needs more than 64 bits; see json_scan_widen */
};

/* Whether text is exactly one JSON value, in valid UTF-8, nested at most JSON_SCAN_MAX_DEPTH deep.
 * Duplicate member names are allowed (the last one wins). */
bool json_scan_check(struct str text, struct json_scan *result);
/* A copy of a checked text in which integers that do not fit 64 bits are written as "…e0": json-c
 * clamps integers but keeps the text of other numbers. */
struct str json_scan_widen(struct arena *mem, struct str text);

#endif
