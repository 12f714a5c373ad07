/* migrate.h: bringing the schema to the version this program needs. The steps are sql/NNNN_*.sql,
 * built into the program. */
#ifndef LATCHKEY_STORE_MIGRATE_H
#define LATCHKEY_STORE_MIGRATE_H

#include "store/db.h"

struct migrate_step {
    int version;
    const char *name;
    const unsigned char *sql;
    size_t n;
};
extern const struct migrate_step migrate_steps[];
extern const size_t migrate_step_count;

struct migrate_status {
    int current, wanted;
};

/* What the database has and what this program wants; current is 0 for an empty database. */
enum status migrate_read(struct ctx *c, struct migrate_status *out) MUST_USE;
/* Applies the steps that are missing, under a named lock, so that concurrent runs are safe; an
 * interrupted run is continued by the next. Refuses a database that is newer than this program, or
 * whose recorded steps differ from ours. */
enum status migrate_up(struct ctx *c, struct migrate_status *out) MUST_USE;

extern const struct db_stmt_list migrate_stmts;

#endif
