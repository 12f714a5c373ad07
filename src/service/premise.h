/* premise.h: what a request found out about a root key and a namespace, kept for the next one.
 *
 * Nothing kept is ever trusted. The statement that counts the next request also checks that every
 * row is still as it was (counter_store_take_if), and counts nothing when one is not; the request
 * is then run again as if nothing had been kept (ST_STALE). So one round trip does where two were
 * needed, and a revoked root key still fails on the very next request. */
#ifndef LATCHKEY_SERVICE_PREMISE_H
#define LATCHKEY_SERVICE_PREMISE_H

#include "store/namespace_store.h"

struct premises; /* those of one process */

struct premise {
    struct caller caller;
    struct namespace_row ns;
};

struct premises *premise_open(void);
void premise_close(struct premises *all);

/* The premise kept for this root key and this name or id of a namespace; NULL when there is none,
 * or the last look at the database's clock was too long ago. Good until the next call here. */
const struct premise *premise_find(const struct premises *all, struct str root_hash,
                                   struct str id_or_name);
/* What the database's clock shows, reckoned from the last look at it; ms. */
int64_t premise_now(const struct premises *all);

/* Keeps copies of both, if the counting statement can check all that was decided by them: a root
 * key that expires, or a workspace with a request limit, is not kept, nor is a namespace with
 * overrides. now_ms: what the database's clock showed when they were read. */
void premise_keep(struct premises *all, struct str root_hash, struct str id_or_name,
                  const struct caller *caller, const struct namespace_row *ns, int64_t now_ms);
void premise_drop(struct premises *all, struct str root_hash, struct str id_or_name);

#endif
