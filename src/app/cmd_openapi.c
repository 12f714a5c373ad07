/* latchkey openapi. */
#include "app/command.h"
#include "api/openapi.h"

#include <string.h>

struct in {
    struct f_str format;
};

static const char *const formats[] = {"yaml", "json", NULL};
static const struct field in_fields[] = {
    F_STR(struct in, format, "format", 0, 0, F_NO_MAX, .set = formats, .dflt = "\"json\"",
          .text = "yaml or json."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);

static enum status
run(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct in *in = pin;
    bool yaml = str_eq(f_str_or_empty(in->format), S("yaml"));
    struct str text = openapi_document(c->mem, c->conf, yaml ? OPENAPI_YAML : OPENAPI_JSON);

    r->raw = str_ends(text, S("\n")) ? text : arena_fmt(c->mem, "%.*s\n", STR_ARG(text));
    return ST_OK;
}

const struct command cmd_openapi = {
    .summary = "print the OpenAPI document of the API",
    .in = &in_body,
    .flags = CMD_NO_DATABASE,
    .run = run,
};
