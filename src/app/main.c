/* latchkey: one program, three uses: FastCGI worker, CGI program, operator's command. Which one is
 * asked for shows in how it was started. */
#include "app/command.h"
#include "app/worker.h"
#include "http/cgi.h"
#include "http/fcgi.h"

#include <stdlib.h>
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

int
main(int argc, char **argv)
{
    if (argc == 1 && fcgi_is_listener(STDIN_FILENO))
        return worker_fastcgi(STDIN_FILENO);
    if (argc == 1 && from_systemd())
        return worker_fastcgi(SD_LISTEN_FDS_START);
    if (cgi_is_request()) /* with arguments too: a query string without '=' becomes some */
        return worker_cgi();
    return command_main(argc, argv);
}
