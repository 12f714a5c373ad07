/* gate_store.h: which requests the gate has charged, so that each is charged once. */
#ifndef LATCHKEY_STORE_GATE_STORE_H
#define LATCHKEY_STORE_GATE_STORE_H

#include "store/db.h"

enum { GATE_CHARGE_ID_BYTES = 16 };

struct gate_charge {
    struct str outcome;
    bool limited; /* the key has a number of credits */
    int64_t remaining;
    bool has_quota; /* a limit was checked; of several the one the client was told */
    int64_t limit, left, resets_at;
};

/* What lookups that include a charge select of lk_gate_charge g, and how it is read; NULL: there is
 * none. */
#define GATE_CHARGE_COLUMNS "g.outcome, g.remaining, g.max_count, g.left_count, g.resets_at"
enum { GATE_CHARGE_COLS = 5 };
struct gate_charge *gate_store_read(struct ctx *c, struct db_cursor *cur);

/* Sets c->now_ms, and *out to what was charged under this id; NULL: nothing. */
enum status gate_store_find(struct ctx *c, struct str id, struct gate_charge **out) MUST_USE;
/* ST_DB_DUPLICATE when something was charged under this id. Call it in the charge's transaction. */
enum status gate_store_insert(struct ctx *c, struct str id, const struct gate_charge *g) MUST_USE;
/* Removes up to limit charges made before `before`; *n says how many. */
enum status gate_store_prune(struct ctx *c, int64_t before, int64_t limit, int64_t *n) MUST_USE;

extern const struct db_stmt_list gate_store_stmts;

#endif
