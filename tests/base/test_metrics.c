/* base/metrics */
#include "base/metrics.h"

#include "support/test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct arena *mem;
static const char *folder, *path;

static void
begin(void)
{
    char name[] = "/tmp/latchkey-metrics.XXXXXX";

    mem = arena_new(1024 * 1024);
    CHECK(mkdtemp(name) != NULL);
    folder = arena_cstr(mem, str_of(name));
    path = arena_fmt(mem, "%s/counters", folder).p;
}

static void
end(void)
{
    unlink(path);
    rmdir(folder);
    arena_free(mem);
}

static struct metrics *
open_as(const char *layout)
{
    struct str why = S("");
    struct metrics *m = metrics_open(mem, path, 100, str_of(layout), &why);

    CHECK_STR(m ? "" : why.p, "");
    return m;
}

/* Several processes add; what they counted outlives them. */
static void
shared(void)
{
    enum { PROCESSES = 4, EACH = 10000 };
    struct metrics *m;
    struct stat s;

    begin();
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            struct metrics *mine = open_as("a");

            for (int n = 0; n < EACH; n++)
                metrics_add(mine, 7, 1);
            _exit(0);
        }
    for (int i = 0; i < PROCESSES; i++)
        CHECK(wait(NULL) > 0);
    m = open_as("a");
    CHECK_INT(metrics_get(m, 7), PROCESSES * EACH);
    CHECK_INT(metrics_get(m, 6), 0);
    metrics_add(m, 100, 1); /* there is no such counter */
    CHECK_INT(metrics_get(m, 100), 0);
    CHECK(stat(path, &s) == 0 && (s.st_mode & 077) == 0);
    metrics_close(m);
    end();
}

/* Another layout begins at 0; whoever has the old file open goes on with that. */
static void
layouts(void)
{
    struct metrics *old, *new, *again;

    begin();
    old = open_as("a");
    metrics_add(old, 0, 5);
    new = open_as("b");
    CHECK_INT(metrics_get(new, 0), 0);
    metrics_add(old, 0, 1);
    metrics_add(new, 0, 2);
    again = open_as("b");
    CHECK_INT(metrics_get(again, 0), 2);
    CHECK_INT(metrics_get(old, 0), 6);
    metrics_close(old);
    metrics_close(new);
    metrics_close(again);
    end();
}

static void
nothing(void)
{
    struct str why = S("");

    mem = arena_new(1024 * 1024);
    CHECK(!metrics_open(mem, "/nonexistent/counters", 1, S(""), &why));
    CHECK(str_has(why, S("/nonexistent/counters: ")));
    metrics_add(NULL, 0, 1);
    CHECK_INT(metrics_get(NULL, 0), 0);
    metrics_close(NULL);
    arena_free(mem);
}

CU_TestInfo suite_base_metrics[] = {
    {"shared", shared},
    {"layouts", layouts},
    {"nothing", nothing},
    CU_TEST_INFO_NULL,
};
