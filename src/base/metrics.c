/* The file of counters. */
#include "base/metrics.h"

#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct metrics {
    struct file {
        unsigned char layout[SHA256_BYTES];
        _Atomic int64_t counter[];
    } * file;
    size_t n, bytes;
};

static const int64_t bounds[METRIC_LATENCIES - 1] = {
    500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 5000000,
};

/* Opens and locks the file at path as it is now, not one that another worker has just removed.
 * -1: errno says why. */
static int
open_locked(const char *path)
{
    for (;;) {
        struct stat s;
        int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX) == 0 && fstat(fd, &s) == 0 && s.st_nlink > 0)
            return fd;
        close(fd);
    }
}

static struct file *
map(int fd, size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    return p == MAP_FAILED ? NULL : p;
}

/* The file's counters, if they are of this layout; a new file becomes one of it. NULL with errno 0:
 * they are of another one. */
static struct file *
map_layout(int fd, size_t bytes, const unsigned char *layout)
{
    struct stat s;
    struct file *f;

    errno = 0;
    if (fstat(fd, &s) != 0 || (s.st_size == 0 && ftruncate(fd, (off_t)bytes) != 0))
        return NULL;
    if (s.st_size != 0 && s.st_size != (off_t)bytes)
        return NULL;
    f = map(fd, bytes);
    if (f && s.st_size == 0)
        memcpy(f->layout, layout, sizeof(f->layout));
    if (!f || memcmp(f->layout, layout, sizeof(f->layout)) == 0)
        return f;
    munmap(f, bytes);
    return NULL;
}

struct metrics *
metrics_open(struct arena *mem, const char *path, size_t n, struct str layout, struct str *why)
{
    struct metrics *m = ARENA_NEW(mem, struct metrics);
    unsigned char hash[SHA256_BYTES];

    digest_sha256(layout, hash);
    *m = (struct metrics){NULL, n, sizeof(*m->file) + n * sizeof(int64_t)};
    for (int attempt = 0; attempt < 2 && !m->file; attempt++) {
        int fd = open_locked(path);

        if (fd >= 0)
            m->file = map_layout(fd, m->bytes, hash);
        if (fd >= 0 && !m->file && errno == 0)
            unlink(path);
        if (!m->file && errno != 0)
            *why = arena_fmt(mem, "%s: %s", path, strerror(errno));
        if (fd >= 0) {
            flock(fd, LOCK_UN); /* the mapping would keep it */
            close(fd);
        }
    }
    return m->file ? m : NULL;
}

void
metrics_close(struct metrics *m)
{
    if (m)
        munmap(m->file, m->bytes);
}

void
metrics_add(struct metrics *m, size_t i, int64_t n)
{
    if (m && i < m->n && n)
        atomic_fetch_add_explicit(&m->file->counter[i], n, memory_order_relaxed);
}

int64_t
metrics_get(const struct metrics *m, size_t i)
{
    return m && i < m->n ? atomic_load_explicit(&m->file->counter[i], memory_order_relaxed) : 0;
}

void
metrics_latency(struct metrics *m, int64_t us)
{
    size_t i = 0;

    while (i + 1 < METRIC_LATENCIES && us > bounds[i])
        i++;
    metrics_add(m, METRIC_LATENCY + i, 1);
    metrics_add(m, METRIC_LATENCY_US, us);
}

int64_t
metrics_latency_bound(size_t bucket)
{
    return bucket + 1 < METRIC_LATENCIES ? bounds[bucket] : 0;
}
