/* maintain_store.h: when periodic work was done, and who does it now: a row of lk_maintenance for
 * each kind of it. */
#ifndef LATCHKEY_STORE_MAINTAIN_STORE_H
#define LATCHKEY_STORE_MAINTAIN_STORE_H

#include "store/db.h"

/* Notes that it is done now. In a transaction: waits for others that do it and keeps them waiting.
 */
enum status maintain_store_touch(struct ctx *c, struct str name) MUST_USE;
/* Counts n more things done. */
enum status maintain_store_count(struct ctx *c, struct str name, int64_t n) MUST_USE;
/* Like touch, if the last time was gap_ms ago or longer; *mine says whether it was. */
enum status maintain_store_claim(struct ctx *c, struct str name, int64_t gap_ms,
                                 bool *mine) MUST_USE;
/* When it was last done; 0: never. */
enum status maintain_store_last(struct ctx *c, struct str name, int64_t *at) MUST_USE;

extern const struct db_stmt_list maintain_store_stmts;

#endif
