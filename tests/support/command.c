/* Command lines, in process. */
#include "support/test.h"

#include "app/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char said[64 * 1024];

/* Makes standard input read this text. */
static void
feed(const char *input)
{
    char name[] = "/tmp/latchkey-input.XXXXXX";
    int fd = mkstemp(name);
    size_t n = strlen(input);

    if (fd < 0 || write(fd, input, n) != (ssize_t)n || !freopen(name, "re", stdin))
        abort();
    close(fd);
    unlink(name);
}

int
test_command(const char *const *words, const char *input, const char **output)
{
    char *argv[16] = {(char *)(uintptr_t) "latchkey"};
    int argc = 1, out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), status;
    FILE *both = tmpfile();
    ssize_t n;

    if (!both)
        abort();
    for (; *words && argc < 15; words++)
        argv[argc++] = (char *)(uintptr_t)*words;
    feed(input);
    fflush(stdout);
    dup2(fileno(both), STDOUT_FILENO);
    dup2(fileno(both), STDERR_FILENO);
    status = command_main(argc, argv);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    n = pread(fileno(both), said, sizeof(said) - 1, 0);
    said[n > 0 ? n : 0] = '\0';
    fclose(both);
    *output = said;
    return status;
}

const char *
test_operator(int status, const char *const *words, const char *file, int line)
{
    const char *output;

    CHECK_INT(setenv("LATCHKEY_DATABASE_DEFAULTS_FILE", getenv("LATCHKEY_TEST_DEFAULTS"), 1), 0);
    CHECK_INT(setenv("LATCHKEY_CONFIG", "/dev/null", 1), 0);
    test_check_int(test_command(words, "", &output), status, file, line);
    return output;
}
