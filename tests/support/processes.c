/* Other processes, which are other workers to the database. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int
fx_fork(int (*fn)(int i), int i)
{
    int pid;

    fflush(NULL);
    pid = fork();
    if (pid < 0) {
        perror("fork");
        exit(1);
    }
    if (pid == 0) {
        int result;

        fx_connect(); /* the other end of the old connection belongs to the parent */
        result = fn(i);
        fx_flush();
        _exit(result);
    }
    return pid;
}

int
fx_join(int pid)
{
    int status;

    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int *shared; /* results of fx_parallel */
static int (*wanted)(int i);

static int
store_result(int i)
{
    shared[i] = wanted(i);
    return 0;
}

void
fx_parallel(int n, int (*fn)(int i), int *results)
{
    size_t bytes = (size_t)n * sizeof(*results);
    int *pids = ARENA_ARRAY(fx_ctx()->mem, (size_t)n, int);

    shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    wanted = fn;
    for (int i = 0; i < n; i++)
        pids[i] = fx_fork(store_result, i);
    for (int i = 0; i < n; i++)
        CHECK_INT(fx_join(pids[i]), 0);
    memcpy(results, shared, bytes);
    munmap(shared, bytes);
}

long long
fx_sum(int n, int (*fn)(int i))
{
    int *results = ARENA_ARRAY(fx_ctx()->mem, (size_t)n, int);
    long long sum = 0;

    fx_parallel(n, fn, results);
    for (int i = 0; i < n; i++)
        sum += results[i];
    return sum;
}
