/* setup.h: what every way of running starts with: settings, log, database handle. */
#ifndef LATCHKEY_APP_SETUP_H
#define LATCHKEY_APP_SETUP_H

#include "base/conf.h"
#include "base/ctx.h"
#include "store/db.h"

enum {
    SETUP_REQUEST_MEMORY = 512 * 1024 * 1024
}; /* cap of one request; far above what one needs */

struct setup {
    struct arena *mem; /* settings */
    struct conf conf;
    struct log log;
    struct db *db;
    struct db *reader;  /* composed queries of analytics */
    struct db *gate_db; /* the same database with the gate's short patience */
};

/* Loads the settings from file, NULL: wherever they are. False with the reason in *why. */
bool setup_load(struct setup *s, const char *file, struct str *why);

struct setup_how {
    bool migrator;   /* use migrator_defaults_file, when there is one */
    bool any_schema; /* also work on a schema that is not the one this program needs */
};
/* Prepares the database handles; they connect at first use. False with the reason in *why: then
 * they stay NULL. */
bool setup_database(struct setup *s, struct setup_how how, struct str *why);
void setup_free(struct setup *s);
/* A context for one request or command; memory, log, settings and database are filled in. */
struct ctx setup_ctx(struct setup *s, struct arena *mem);

#endif
