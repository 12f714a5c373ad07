/* urlpath.h: the path and query of a request's target, read as web servers read them. Pure. */
#ifndef LATCHKEY_DOMAIN_URLPATH_H
#define LATCHKEY_DOMAIN_URLPATH_H

#include "base/arena.h"

/* The path of a request target (/path?query, or http://host/path?query): percent-decoded once,
 * slashes merged, . and .. resolved. False when it has no one meaning: malformed or encoded control
 * characters, more than 8 KiB, a way above the root, or dot segments beside an encoded slash or
 * backslash, which some servers decode and others do not. */
bool urlpath_normal(struct arena *mem, struct str target, struct str *path);
/* What follows the first question mark; empty when there is none. */
struct str urlpath_query(struct str target);
/* The next value of a parameter: start with *rest being the query. Decoded as forms are. */
bool urlpath_param(struct arena *mem, struct str *rest, struct str name, struct str *value);
/* Segment n (from 1) of a normal path; empty when there are fewer. */
struct str urlpath_segment(struct str path, int64_t n);

#endif
