/* latchkey: one program, three uses: FastCGI worker, CGI program, operator's command. Which one is
 * asked for shows in how it was started. */
#include "app/command.h"
#include "app/worker.h"
#include "http/cgi.h"
#include "http/fcgi.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SD_LISTEN_FDS_START = 3 };

/* systemd passes sockets from number 3 on, and says to whom. */
static bool
from_systemd(void)
{
    const char *text = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    int64_t pid;

    return text && fds && str_i64(str_of(text), 1, INT32_MAX, &pid) && pid == getpid() &&
           fcgi_is_listener(SD_LISTEN_FDS_START);
}

/* Workers take no words but these: latchkey.fcgi --policy NAME. */
static bool
is_worker(int argc, char **argv)
{
    return argc == 1 || (argc == 3 && strcmp(argv[1], "--policy") == 0);
}

int
main(int argc, char **argv)
{
    const char *policy = argc == 3 ? argv[2] : NULL;

    if (is_worker(argc, argv) && fcgi_is_listener(STDIN_FILENO))
        return worker_fastcgi(STDIN_FILENO, policy);
    if (is_worker(argc, argv) && from_systemd())
        return worker_fastcgi(SD_LISTEN_FDS_START, policy);
    if (cgi_is_request()) /* with arguments too: a query string without '=' becomes some */
        return worker_cgi();
    return command_main(argc, argv);
}
