/* latchkey analytics functions. */
#include "analytics/function.h"
#include "app/command.h"

struct in {
    char none;
};

static const struct field in_fields[] = {F_END};
static const struct field in_body = F_BODY(0, in_fields, struct in);

static enum status
run(struct ctx *c, const void *unused, struct command_result *r)
{
    (void)unused;
    r->raw = function_document(c->mem);
    return ST_OK;
}

const struct command cmd_analytics_functions = {
    .summary = "print the functions of analytics queries, in Markdown",
    .in = &in_body,
    .flags = CMD_NO_DATABASE,
    .run = run,
};
