/* relation.h: the public tables (contract analytics.md section 2). The one place that knows the
 * physical tables: everything else of a query is written around what relation_put() writes, which
 * is restricted to one workspace, its permitted keyspaces or namespaces, and its retention. */
#ifndef LATCHKEY_ANALYTICS_RELATION_H
#define LATCHKEY_ANALYTICS_RELATION_H

#include "analytics/params.h"
#include "analytics/type.h"
#include "base/sb.h"

enum relation_family { FAMILY_VERIFICATIONS, FAMILY_RATELIMITS };

enum relation {
    RELATION_VERIFICATIONS,
    RELATION_VERIFICATIONS_MINUTE,
    RELATION_VERIFICATIONS_HOUR,
    RELATION_VERIFICATIONS_DAY,
    RELATION_VERIFICATIONS_MONTH,
    RELATION_RATELIMITS,
    RELATION_RATELIMITS_MINUTE,
    RELATION_RATELIMITS_HOUR,
    RELATION_RATELIMITS_DAY,
    RELATION_RATELIMITS_MONTH,
    RELATION__MAX,
};

struct relation_column {
    const char *name;
    struct type type;
};

struct relation_columns {
    const struct relation_column *v;
    size_t n; /* at most 64 */
};

/* The column is one of these texts. */
struct relation_pick {
    size_t column;
    const struct str *values;
    size_t n;
};

/* What may be seen, and what a query wants of it. */
struct scope {
    struct str workspace;
    bool all_spaces; /* else only the keyspaces (namespaces) in spaces; none: no row */
    const struct str *spaces;
    size_t n_spaces;
    int64_t since_ms; /* retention: the start of a UTC day */

    /* Rows whose time (start of the bucket) lies in [from_ms, to_ms) are wanted. Others may come
     * along. */
    int64_t from_ms, to_ms;
    const struct relation_pick *picks; /* likewise: rows that meet all of these */
    size_t n_picks;
    uint64_t used;  /* bit i: column i is looked at */
    bool per_event; /* a rollup's rows have to be single events, so that latency_p75 and latency_p99
                       are the latency of one; those that have been pruned are not counted then */
};

/* The table of this public name (case-sensitive) in the family; false when there is none. */
bool relation_of(enum relation_family f, struct str name, enum relation *out);
/* Whether name is a public table of the family in any letter case. */
bool relation_is_name(enum relation_family f, struct str name);
const char *relation_name(enum relation r);
struct relation_columns relation_columns(enum relation r);
/* The column that counts events: `count`, `total`; the number of columns when there is none. */
size_t relation_counter(enum relation r);

/* Writes a parenthesised derived table with the used columns under their public names, typed as
 * type.h says. */
void relation_put(struct sb *sql, struct params *p, enum relation r, const struct scope *s);

#endif
