/* latchkey migrate. */
#include "app/command.h"
#include "store/migrate.h"

struct in {
    struct f_bool status;
};
struct out {
    struct f_int current, wanted;
    struct f_list pending; /* struct f_str */
};

static const struct field in_fields[] = {
    F_BOOL(struct in, status, "status", 0, .text = "Only tell, change nothing."),
    F_END,
};
static const struct field name = F_ITEM_STR(0, F_NO_MAX, NULL);
static const struct field out_fields[] = {
    F_INT(struct out, current, "current", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Version of the database."),
    F_INT(struct out, wanted, "wanted", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Version this program needs."),
    F_LIST(struct out, pending, "pending", F_REQUIRED, F_NO_MIN, F_NO_MAX, &name,
           .text = "Steps that are missing."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);
static const struct field out_body = F_BODY(0, out_fields, struct out);

static enum status
run(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct in *in = pin;
    struct out *out = r->data;
    struct migrate_status m;
    struct f_str *pending = ARENA_ARRAY(c->mem, migrate_step_count, struct f_str);
    size_t n = 0;
    enum status st = f_bool_or(in->status, false) ? migrate_read(c, &m) : migrate_up(c, &m);

    if (st != ST_OK)
        return st;
    for (size_t i = 0; i < migrate_step_count; i++)
        if (migrate_steps[i].version > m.current)
            pending[n++] = f_str(str_of(migrate_steps[i].name));
    *out = (struct out){f_int(m.current), f_int(m.wanted), f_list(pending, n)};
    return ST_OK;
}

const struct command cmd_migrate = {
    .summary = "bring the database schema to this program's version",
    .help =
        "Repeatable; concurrent runs are safe. Needs an account that may create tables: that of\n"
        "the setting migrator_defaults_file, or else the ordinary one.",
    .in = &in_body,
    .out = &out_body,
    .flags = CMD_ANY_SCHEMA | CMD_MIGRATOR,
    .run = run,
};
