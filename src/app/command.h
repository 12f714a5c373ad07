/* command.h: the commands (contract admin.md). Each is a constant in a cmd_*.c file and a row of
 * commands.def; its flags and output are field tables, like those of an endpoint. */
#ifndef LATCHKEY_APP_COMMAND_H
#define LATCHKEY_APP_COMMAND_H

#include "base/ctx.h"
#include "schema/field.h"

struct command_result {
    void *data;     /* zeroed struct of the out table, or a struct f_list */
    struct str raw; /* instead of data: printed as it is; its p is NULL when there is none */
    int exit_status;
};

enum command_flags {
    CMD_NO_DATABASE = 1, /* works without one */
    CMD_ANY_SCHEMA = 2,  /* works on a schema that is older or newer */
    CMD_MIGRATOR = 4,    /* uses the account that may change the schema */
    CMD_ANY_CONF = 8,    /* also runs when the settings cannot be read; c->err says why */
};

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* What every command understands. */
struct command_globals {
    const char *config; /* --config; NULL: not given */
    bool json;          /* --output json */
    bool help;          /* --help */
};

struct command {
    const char *summary;
    const char *help;    /* more of it; may be NULL */
    const char *operand; /* the flag whose value may also stand first, by itself; NULL: none */
    const char *columns; /* of text output, see show_text; NULL: all */
    const struct field *in, *out;
    unsigned flags;
    enum status (*run)(struct ctx *c, const void *in, struct command_result *r);
    /* Instead of run, for commands that are no operator's: gets the words behind its name, has
     * neither settings nor database, and returns the exit status. When in is NULL, --help is its
     * own affair too. */
    int (*client)(struct arena *mem, const struct command_globals *g, int argc, char **argv);
};

/* Runs the command line; the exit status: 0 done, 1 failed, 2 usage error. */
int command_main(int argc, char **argv);

/* For commands that do more than fill in a table: one line on standard error; text on standard
 * output, with the exit status to go on with; flags as the struct of in, or NULL after complaining
 * about them. */
void command_complain(struct str text);
int command_print(struct str text);
const void *command_flags(struct arena *mem, int argc, char **argv, const struct field *in);

#endif
