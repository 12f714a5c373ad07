/* latchkey api: the HTTP API by command line, for every row of endpoints.def. */
#include "app/client_conf.h"
#include "app/command.h"
#include "app/envelope.h"
#include "app/help.h"
#include "app/names.h"
#include "base/utc.h"
#include "http/client.h"
#include "schema/args.h"

#include <stdio.h>

/* Answers may be 64 MiB, and are indented. */
#define API_MEMORY ((size_t)2 * 1024 * 1024 * 1024)

/* Help */

static void
help_operations(struct arena *mem, FILE *to, struct str resource)
{
    for (size_t i = 0; i < endpoint_count; i++) {
        struct str group = names_resource(endpoints[i].path);

        if (resource.n && !str_eq(group, resource))
            continue;
        help_line(mem, to,
                  arena_fmt(mem, "%.*s %s", STR_ARG(group), names_action(mem, endpoints[i].path).p),
                  str_of(endpoints[i].ep->summary));
    }
}

static void
help_overview(struct arena *mem, FILE *to, struct str resource)
{
    fprintf(to, "latchkey api: call the HTTP API\n\n"
                "Usage: latchkey api RESOURCE ACTION [--flag=VALUE ...]\n\nOperations:\n");
    help_operations(mem, to, resource);
    fprintf(to, "\n`latchkey api RESOURCE ACTION --help` tells the flags of an operation; see also "
                "latchkey-api(1).\n");
}

static void
help_operation(struct arena *mem, FILE *to, const struct route *r)
{
    struct str name = arena_fmt(mem, "latchkey api %.*s %s", STR_ARG(names_resource(r->path)),
                                names_action(mem, r->path).p);

    fprintf(to, "%s: %s\n\nUsage: %s [--flag=VALUE ...]\n\nFlags (* = required):\n", name.p,
            r->ep->summary, name.p);
    help_flags(mem, to, r->ep->in);
    fprintf(to, "\nJSON is given as it is, or as @FILE. Secrets take - for standard input.\n\n"
                "Flags of all operations:\n");
    help_line(mem, to, S("--root-key TEXT"),
              S("Whom to call as. Others on this host see it in the list of processes: rather"));
    help_line(mem, to, S(""),
              S("use `latchkey auth login`, $LATCHKEY_ROOT_KEY or --root-key=- (standard input)."));
    help_line(mem, to, S("--api-url URL"), S("Where the API is; also $LATCHKEY_API_URL."));
    help_line(mem, to, S("--config FILE"),
              S("The client's file; default: ~/.config/latchkey/client.conf."));
    help_line(mem, to, S("--output text|json"), S("json: the whole answer, for programs."));
    help_line(mem, to, S("--help"), S("This text."));
    fprintf(to, "\nExample:\n  %s", name.p);
    help_example(mem, to, r->ep->in, r->ep->example);
    fputc('\n', to);
}

/* Finding the operation */

/* The operation that the first two words name; NULL after saying what there is. */
static const struct route *
find_operation(struct arena *mem, int argc, char **argv)
{
    struct str resource = str_of(argc > 0 ? argv[0] : "");
    const struct route *r = argc > 1 ? names_find(mem, resource, str_of(argv[1])) : NULL;

    if (r)
        return r;
    if (argc == 0)
        command_complain(S("api needs a resource and an action; there are"));
    else if (!names_is_resource(resource))
        command_complain(arena_fmt(mem, "unknown resource '%s'; there are", argv[0]));
    else if (argc == 1)
        command_complain(arena_fmt(mem, "api %s needs an action; there are", argv[0]));
    else
        command_complain(arena_fmt(mem, "%s has no action '%s'; there are", argv[0], argv[1]));
    help_operations(mem, stderr, names_is_resource(resource) ? resource : S(""));
    return NULL;
}

/* Calling it */

static int
call(struct arena *mem, const struct command_globals *g, const struct client_conf *conf,
     const struct client_url *url, const struct route *r, struct str body)
{
    struct envelope_how how = {g->json, 0, conf->api_url.value, conf->root_key.from};
    struct client_answer a;
    struct envelope_text text;
    struct str why = S("");
    int64_t started_us = utc_mono_us();

    if (!client_post(mem, url, str_of(r->path), conf->root_key.value, body, &a, &why)) {
        command_complain(why);
        return EXIT_FAILED;
    }
    how.took_ms = (utc_mono_us() - started_us) / 1000;
    text = envelope_show(mem, &a, &how);
    if (text.ok && command_print(text.out) != EXIT_DONE)
        return EXIT_FAILED;
    fputs(text.err.p, stderr);
    return text.ok ? EXIT_DONE : EXIT_FAILED;
}

/* --root-key and --api-url. */
static bool
take_settings(struct arena *mem, int *argc, char **argv, struct client_conf *conf, struct str *why)
{
    struct str key = {NULL, 0}, url = {NULL, 0};

    if (!args_take(mem, argc, argv, "root-key", &key, why) ||
        !args_take(mem, argc, argv, "api-url", &url, why))
        return false;
    if (key.p && str_eq(key, S("-")) && !args_slurp(mem, "-", &key, why))
        return false;
    if (key.p && key.n == 0)
        *why = S("--root-key is empty");
    else if (url.p && url.n == 0)
        *why = S("--api-url is empty");
    *conf = (struct client_conf){{key, str_of(key.p ? "--root-key" : "")},
                                 {url, str_of(url.p ? "--api-url" : "")}};
    return why->n == 0;
}

static int
run(struct arena *mem, const struct command_globals *g, int argc, char **argv)
{
    struct client_conf conf;
    struct client_url url;
    const struct route *r;
    struct str body, why = S("");
    enum args_verdict verdict;

    if (!take_settings(mem, &argc, argv, &conf, &why)) {
        command_complain(why);
        return EXIT_USAGE;
    }
    if (g->help && argc < 2 && (argc == 0 || names_is_resource(str_of(argv[0])))) {
        help_overview(mem, stdout, str_of(argc ? argv[0] : ""));
        return EXIT_DONE;
    }
    r = find_operation(mem, argc, argv);
    if (!r)
        return EXIT_USAGE;
    if (g->help) {
        help_operation(mem, stdout, r);
        return EXIT_DONE;
    }
    verdict = args_json(mem, argc - 2, argv + 2, r->ep->in, &body, &why);
    if (verdict != ARGS_OK) {
        command_complain(why);
        if (verdict == ARGS_MISSING) {
            fputc('\n', stderr);
            help_operation(mem, stderr, r);
        }
        return EXIT_USAGE;
    }
    if (!client_conf_complete(mem, g->config, &conf, &why) ||
        !client_url_parse(mem, conf.api_url.value, &url, &why)) {
        command_complain(why);
        return str_eq(conf.api_url.from, S("--api-url")) ? EXIT_USAGE : EXIT_FAILED;
    }
    return call(mem, g, &conf, &url, r, body);
}

static int
api(struct arena *unused, const struct command_globals *g, int argc, char **argv)
{
    struct arena *mem = arena_new(API_MEMORY);
    int status = run(mem, g, argc, argv);

    (void)unused;
    arena_free(mem);
    return status;
}

const struct command cmd_api = {
    .summary = "call the HTTP API of any server: latchkey api RESOURCE ACTION",
    .client = api,
};
