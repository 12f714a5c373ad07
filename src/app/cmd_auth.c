/* latchkey auth login: stores the root key that `latchkey api` calls with. */
#include "app/client_conf.h"
#include "app/command.h"
#include "base/sb.h"
#include "http/client_message.h"
#include "http/client_url.h"
#include "schema/args.h"
#include "schema/describe.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct in {
    struct f_str api_url;
};
static const struct field in_fields[] = {
    F_STR(struct in, api_url, "apiUrl", 0, 1, F_NO_MAX,
          .text = "Where the API is; what is stored already stays when absent."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);

/* The terminal */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
enum { SIGNALS = sizeof(signals) / sizeof(signals[0]), LINE = 1024 };
static volatile sig_atomic_t caught;

static void
remember(int sig)
{
    caught = sig;
}

/* One line from the terminal without showing it. Signals wait until the echo is on again. */
static struct str
prompt(struct arena *mem)
{
    struct sigaction act = {.sa_handler = remember}, before[SIGNALS];
    struct termios shown, hidden;
    char *line = arena_alloc(mem, LINE);
    bool echo = tcgetattr(STDIN_FILENO, &shown) == 0;
    ssize_t n;

    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &act, &before[i]);
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
    if (echo)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    fputs("Root key (not shown): ", stderr);
    n = caught ? -1 : read(STDIN_FILENO, line, LINE - 1);
    fputc('\n', stderr);
    if (echo)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before[i], NULL);
    if (caught)
        raise(caught);
    return str_trim((struct str){line, n > 0 ? (size_t)n : 0});
}

static bool
read_key(struct arena *mem, struct str *key, struct str *why)
{
    if (isatty(STDIN_FILENO))
        *key = prompt(mem);
    else if (!args_slurp(mem, "-", key, why))
        return false;
    if (key->n == 0)
        *why = S("the root key is empty; nothing is stored");
    else if (!client_message_is_token(*key))
        *why = S("this is not a root key: it holds spaces or other characters that none has; "
                 "nothing is stored");
    return why->n == 0;
}

/* Login */

/* Fills in what the file says already, if there is one. */
static bool
read_stored(struct arena *mem, const char *path, struct client_conf *conf, struct str *why)
{
    *conf = (struct client_conf){.api_url.value = {"", 0}};
    return access(path, F_OK) != 0 || client_conf_read(mem, path, conf, why);
}

static struct str
report(struct arena *mem, bool json, const char *path, struct str url)
{
    struct sb b;

    sb_init(&b, mem, 256);
    if (!json) {
        sb_addf(&b, "The root key is stored in %s\n", path);
        if (url.n)
            sb_addf(&b, "The API is at %.*s\n", STR_ARG(url));
        return sb_str(&b);
    }
    sb_puts(&b, "{\"file\":");
    sb_json_str(&b, str_of(path));
    sb_puts(&b, ",\"apiUrl\":");
    if (url.n)
        sb_json_str(&b, url);
    else
        sb_puts(&b, "null");
    sb_putc(&b, '}');
    return arena_fmt(mem, "%s\n", describe_pretty(mem, sb_str(&b)).p);
}

static int
login(struct arena *mem, const struct command_globals *g, int argc, char **argv)
{
    const struct in *in = command_flags(mem, argc, argv, &in_body);
    const char *path = g->config ? g->config : client_conf_path(mem);
    struct client_conf conf;
    struct client_url url;
    struct str why = S("");

    if (!in)
        return EXIT_USAGE;
    if (f_is_set(in->api_url.state) && !client_url_parse(mem, in->api_url.v, &url, &why)) {
        command_complain(why);
        return EXIT_USAGE;
    }
    if (!path)
        why = S("there is no home directory to store the root key in; give --config FILE");
    if (path && read_stored(mem, path, &conf, &why)) {
        if (f_is_set(in->api_url.state))
            conf.api_url.value = in->api_url.v;
        if (read_key(mem, &conf.root_key.value, &why) && client_conf_write(mem, path, &conf, &why))
            return command_print(report(mem, g->json, path, conf.api_url.value));
    }
    command_complain(why);
    return EXIT_FAILED;
}

const struct command cmd_auth_login = {
    .summary = "store the root key that `latchkey api` calls with",
    .help = "The root key is asked for, or read from standard input when that is no terminal.",
    .in = &in_body,
    .client = login,
};
