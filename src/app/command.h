/* command.h: the operator's commands (contract admin.md). Each is a constant in a cmd_*.c file and a
 * row of commands.def; its flags and output are field tables, like those of an endpoint. */
#ifndef LATCHKEY_APP_COMMAND_H
#define LATCHKEY_APP_COMMAND_H

#include "base/ctx.h"
#include "schema/field.h"

struct command_result {
    void *data;     /* zeroed struct of the out table, or a struct f_list */
    struct str raw; /* instead of data, when out is NULL: printed as it is */
    int exit_status;
};

enum command_flags {
    CMD_NO_DATABASE = 1, /* works without one */
    CMD_ANY_SCHEMA = 2,  /* works on a schema that is older or newer */
    CMD_MIGRATOR = 4,    /* uses the account that may change the schema */
};

struct command {
    const char *summary;
    const char *help; /* more of it; may be NULL */
    const struct field *in, *out;
    unsigned flags;
    enum status (*run)(struct ctx *c, const void *in, struct command_result *r);
};

/* Runs the command line; the exit status: 0 done, 1 failed, 2 usage error. */
int command_main(int argc, char **argv);

#endif
