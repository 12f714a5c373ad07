/* Finding a command, reading its flags, showing its result. */
#include "config.h"
#include "app/command.h"

#include "app/help.h"
#include "app/setup.h"
#include "app/show.h"
#include "base/sb.h"
#include "base/utc.h"
#include "schema/args.h"
#include "schema/decode.h"
#include "schema/encode.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMMAND(id, name) extern const struct command cmd_##id;
#include "app/commands.def"
#undef COMMAND

static const struct {
    const char *name;
    const struct command *cmd;
} commands[] = {
#define COMMAND(id, name) {name, &cmd_##id},
#include "app/commands.def"
#undef COMMAND
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

void
command_complain(struct str text)
{
    fprintf(stderr, "latchkey: %.*s\n", STR_ARG(text));
}

int
command_print(struct str text)
{
    if (fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0)
        return EXIT_DONE;
    perror("latchkey: standard output");
    return EXIT_FAILED;
}

/* Help */

static void
help_command(struct arena *mem, int i)
{
    const struct command *cmd = commands[i].cmd;

    printf("latchkey %s: %s\n\nUsage: latchkey %s%s%s [options]\n", commands[i].name, cmd->summary,
           commands[i].name, cmd->operand ? " " : "", cmd->operand ? cmd->operand : "");
    if (cmd->help)
        printf("\n%s\n", cmd->help);
    printf("\nOptions (* = required):\n");
    help_flags(mem, stdout, cmd->in);
    help_line(mem, stdout, S("--config FILE"),
              cmd->client ? S("The client's file; default: see latchkey-api(1).")
                          : S("Configuration file; default: see latchkey.conf(5)."));
    help_line(mem, stdout, S("--output text|json"), S("text for people, json for programs."));
    help_line(mem, stdout, S("--help"), S("This text."));
}

static void
help_all(void)
{
    printf("latchkey " PACKAGE_VERSION ": API keys, verification and rate limits on MySQL\n\n"
           "Usage: latchkey COMMAND [options]\n\nCommands:\n");
    for (int i = 0; i < COMMANDS; i++)
        printf("  %-20s %s\n", commands[i].name, commands[i].cmd->summary);
    printf("\n`latchkey COMMAND --help` tells the options of a command; see also latchkey(8)\n"
           "and, for the API client, latchkey-api(1).\n"
           "Started by a web server, the same program answers FastCGI and CGI requests.\n");
}

/* Parsing */

/* How many words name the command; *at is its row. 0: there is none of that name. */
static int
find_command(int argc, char **argv, int *at)
{
    for (int i = 0; i < COMMANDS; i++) {
        struct str rest = str_of(commands[i].name);
        int words = 0;

        while (rest.p && words < argc && str_eq(str_cut(&rest, ' '), str_of(argv[words])))
            words++;
        if (!rest.p && words > 0 && str_ends(str_of(commands[i].name), str_of(argv[words - 1]))) {
            *at = i;
            return words;
        }
    }
    return 0;
}

/* Takes --config, --output and --help out of argv; what is left keeps its order. False when one
 * lacks its value. */
static bool
take_globals(struct arena *mem, int *argc, char **argv, struct command_globals *g, struct str *why)
{
    struct str config = {NULL, 0}, output = S("text");
    int kept = 0;

    for (int i = 0; i < *argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            g->help = true;
        else
            argv[kept++] = argv[i];
    }
    *argc = kept;
    if (!args_take(mem, argc, argv, "config", &config, why) ||
        !args_take(mem, argc, argv, "output", &output, why))
        return false;
    g->json = str_eq(output, S("json"));
    if (!g->json && !str_eq(output, S("text")))
        *why = S("--output must be text or json");
    else if (config.p && config.n == 0)
        *why = S("--config needs a file");
    else
        g->config = config.p;
    return why->n == 0;
}

/* Running */

const void *
command_flags(struct arena *mem, int argc, char **argv, const struct field *in)
{
    struct str json, why;
    struct decoded d;
    struct decode_parser *parser = decode_parser_new();

    if (args_json(mem, argc, argv, in, &json, &why) != ARGS_OK) {
        command_complain(why);
        decode_parser_free(parser);
        return NULL;
    }
    decode_body(mem, parser, json, in, &d);
    decode_parser_free(parser);
    if (d.why_not.n)
        command_complain(d.why_not);
    for (size_t i = 0; i < d.issue_count; i++)
        command_complain(arena_fmt(mem, "%.*s: %.*s",
                                   STR_ARG(show_location(mem, in, d.issues[i].location)),
                                   STR_ARG(d.issues[i].message)));
    return d.issue_count ? NULL : d.v;
}

/* Flags of a command, of which the operand may lack its name. */
static const void *
flags_of(struct arena *mem, const struct command *cmd, int argc, char **argv)
{
    char **v = ARENA_ARRAY(mem, (size_t)argc + 1, char *);

    if (!cmd->operand || argc == 0 || argv[0][0] == '-')
        return command_flags(mem, argc, argv, cmd->in);
    for (int i = 1; i < argc; i++)
        v[i] = argv[i];
    v[0] = (char *)arena_fmt(mem, "--%s=%s", cmd->operand, argv[0]).p;
    return command_flags(mem, argc, v, cmd->in);
}

static struct actor
operator_actor(struct arena *mem)
{
    const struct passwd *pw = getpwuid(getuid());
    struct str name =
        pw ? arena_str(mem, str_of(pw->pw_name)) : arena_fmt(mem, "uid %u", (unsigned)getuid());

    return (struct actor){S("user"), name, name};
}

static int
show_result(struct arena *mem, const struct command *cmd, const struct command_globals *g,
            const struct command_result *r)
{
    struct str text = r->raw;
    struct sb out;

    if (!text.p) {
        sb_init(&out, mem, 1024);
        encode_value(&out, cmd->out, r->data);
        text = g->json ? arena_fmt(mem, "%s\n", sb_str(&out).p)
                       : show_text(mem, sb_str(&out), cmd->columns);
    }
    return command_print(text) == EXIT_DONE ? r->exit_status : EXIT_FAILED;
}

static void
silence(void *unused, struct str line)
{
    (void)unused;
    (void)line;
}

static int
run(struct ctx *c, const struct command *cmd, const struct command_globals *g, const void *in)
{
    struct command_result r = {.exit_status = EXIT_DONE};
    enum status st;

    c->actor = operator_actor(c->mem);
    c->started_us = utc_mono_us();
    if (cmd->out)
        r.data =
            arena_alloc(c->mem, cmd->out->type == FT_LIST ? sizeof(struct f_list) : cmd->out->size);
    st = cmd->run(c, in, &r);
    if (st == ST_OK)
        return show_result(c->mem, cmd, g, &r);
    command_complain(c->err.detail.n ? c->err.detail : str_of(err_name(st)));
    if (c->err.cause.n)
        command_complain(c->err.cause);
    return EXIT_FAILED;
}

static int
start_and_run(struct arena *mem, const struct command *cmd, const struct command_globals *g,
              const void *in)
{
    struct setup s;
    struct ctx c;
    struct str why;
    const struct setup_how how = {cmd->flags & CMD_MIGRATOR, cmd->flags & CMD_ANY_SCHEMA};
    const bool loaded = setup_load(&s, g->config, &why);
    int status = EXIT_FAILED;

    if (loaded ? !setup_database(&s, how, &why) && !(cmd->flags & CMD_NO_DATABASE)
               : !(cmd->flags & CMD_ANY_CONF)) {
        command_complain(why);
    } else {
        /* an error is shown once, at the end; events of the connection only to who asks for them */
        if (s.log.least > LOG_DEBUG)
            s.log.sink = silence;
        c = setup_ctx(&s, mem);
        if (!loaded)
            (void)err_set(&c, ST_INVALID_INPUT, "%.*s", STR_ARG(why));
        status = run(&c, cmd, g, in);
    }
    setup_free(&s);
    return status;
}

static int
dispatch(struct arena *mem, int argc, char **argv)
{
    struct command_globals g = {0};
    struct str why = S("");
    const void *in;
    int at = 0, words;

    if (!take_globals(mem, &argc, argv, &g, &why)) {
        command_complain(why);
        return EXIT_USAGE;
    }
    if (argc == 0 || strcmp(argv[0], "help") == 0) {
        help_all();
        return g.help || argc ? EXIT_DONE : EXIT_USAGE;
    }
    if (strcmp(argv[0], "--version") == 0 || strcmp(argv[0], "version") == 0) {
        puts("latchkey " PACKAGE_VERSION);
        return EXIT_DONE;
    }
    words = find_command(argc, argv, &at);
    if (words == 0) {
        command_complain(
            arena_fmt(mem, "unknown command '%s'; `latchkey help` lists them", argv[0]));
        return EXIT_USAGE;
    }
    if (g.help && commands[at].cmd->in) {
        help_command(mem, at);
        return EXIT_DONE;
    }
    if (commands[at].cmd->client)
        return commands[at].cmd->client(mem, &g, argc - words, argv + words);
    in = flags_of(mem, commands[at].cmd, argc - words, argv + words);
    if (!in) {
        fprintf(stderr, "`latchkey %s --help` tells the options.\n", commands[at].name);
        return EXIT_USAGE;
    }
    return start_and_run(mem, commands[at].cmd, &g, in);
}

int
command_main(int argc, char **argv)
{
    struct arena *mem = arena_new(SETUP_REQUEST_MEMORY);
    int status = dispatch(mem, argc - 1, argv + 1);

    arena_free(mem);
    return status;
}
