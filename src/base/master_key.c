/* The file of master keys. */
#include "base/master_key.h"

#include "base/conf.h"
#include "base/digest.h"
#include "base/id.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 64 * 1024 };

static const char head[] =
    "# Master keys of latchkey. The first one encrypts, all of them decrypt. Keep a copy of this "
    "file\n"
    "# apart from the database: without it nobody can recover recoverable keys.\n";

/* Reading */

static bool
is_id(struct str s)
{
    if (!str_starts(s, S("kek_")) || s.n == 4 || s.n > ID_MAX)
        return false;
    for (size_t i = 4; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
              (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_'))
            return false;
    return true;
}

/* What is wrong with a line; NULL: nothing. */
static const char *
line_read(struct arena *mem, struct str line, struct master_key *out)
{
    struct str rest = line, id = str_cut(&rest, ' ');
    unsigned char *bytes;
    size_t n;

    if (!is_id(id))
        return "expected 'kek_<id> <key>'";
    if (!rest.p || !digest_base64_decode(mem, str_trim(rest), &bytes, &n) || n != SEAL_KEY_BYTES)
        return "the key is not the Base64 of 32 bytes";
    out->id = id;
    memcpy(out->key.bytes, bytes, SEAL_KEY_BYTES);
    explicit_bzero(bytes, n);
    return NULL;
}

static bool
says_nothing(struct str line)
{
    return line.n == 0 || line.p[0] == '#';
}

bool
master_key_parse(struct arena *mem, struct str text, struct master_keys *out, struct str *why)
{
    struct str rest = text;
    struct master_key *v;
    size_t lines = 1, at = 0;
    const char *wrong = NULL;

    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    v = ARENA_ARRAY(mem, lines, struct master_key);
    *out = (struct master_keys){v, 0};
    while (rest.p && !wrong) {
        struct str line = str_trim(str_cut(&rest, '\n'));

        at++;
        if (says_nothing(line))
            continue;
        wrong = line_read(mem, line, &v[out->n]);
        if (!wrong && master_key_find(out, v[out->n].id))
            wrong = "this id has been used above";
        out->n++;
    }
    if (wrong)
        *why = arena_fmt(mem, "line %zu: %s", at, wrong);
    else if (out->n == 0)
        *why = S("there is no key in it");
    return !wrong && out->n > 0;
}

/* The whole file, read past stdio so that no copy stays in its buffers. */
static bool
slurp(struct arena *mem, const char *path, struct str *text, struct str *why)
{
    char *buf = arena_alloc(mem, FILE_MAX + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t n = 0;
    ssize_t got = -1;

    while (fd >= 0 && n <= FILE_MAX && (got = read(fd, buf + n, FILE_MAX + 1 - n)) > 0)
        n += (size_t)got;
    if (got < 0)
        *why = arena_fmt(mem, "%s: %s", path, strerror(errno));
    else if (n > FILE_MAX)
        *why = arena_fmt(mem, "%s is larger than %d bytes", path, FILE_MAX);
    if (fd >= 0)
        close(fd);
    *text = (struct str){buf, n};
    return got >= 0 && n <= FILE_MAX;
}

enum master_key_state
master_key_load(struct arena *mem, const char *path, struct master_keys *out, struct str *why)
{
    struct str text, wrong;

    *out = (struct master_keys){NULL, 0};
    if (!*path || (access(path, F_OK) != 0 && errno == ENOENT))
        return MASTER_KEY_FILE_NONE;
    if (!conf_secret_file_ok(mem, path, why) || !slurp(mem, path, &text, why))
        return MASTER_KEY_FILE_REFUSED;
    if (master_key_parse(mem, text, out, &wrong))
        return MASTER_KEY_FILE_OK;
    *why = arena_fmt(mem, "%s: %.*s", path, STR_ARG(wrong));
    return MASTER_KEY_FILE_REFUSED;
}

const struct master_key *
master_key_find(const struct master_keys *keys, struct str id)
{
    for (size_t i = 0; i < keys->n; i++)
        if (str_eq(keys->v[i].id, id))
            return &keys->v[i];
    return NULL;
}

/* Writing */

/* A line with a fresh key. */
static struct str
fresh_line(struct arena *mem, struct str *id)
{
    unsigned char bytes[SEAL_KEY_BYTES];
    struct str line;

    *id = id_new(mem, "kek");
    digest_random(bytes, sizeof(bytes));
    line = arena_fmt(mem, "%.*s %s\n", STR_ARG(*id), digest_base64(mem, bytes, sizeof(bytes)).p);
    explicit_bzero(bytes, sizeof(bytes));
    return line;
}

/* A file's name reaches the disk with its folder. */
static void
sync_folder(struct arena *mem, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *folder = slash ? arena_fmt(mem, "%.*s/", (int)(slash - path), path).p : ".";
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

/* Writes a file that must not be there yet, all of it and to the disk, or leaves none behind. */
static bool
write_new(struct arena *mem, const char *path, const struct str *parts, size_t n, struct str *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = true;

    if (fd < 0) {
        *why = arena_fmt(mem, "%s: %s", path, strerror(errno));
        return false;
    }
    errno = ENOSPC; /* what a short write means */
    for (size_t i = 0; i < n && ok; i++)
        ok = write(fd, parts[i].p, parts[i].n) == (ssize_t)parts[i].n;
    ok = ok && fsync(fd) == 0;
    if (!ok) {
        *why = arena_fmt(mem, "%s: %s", path, strerror(errno));
        unlink(path);
    }
    close(fd);
    sync_folder(mem, path);
    return ok;
}

bool
master_key_create(struct arena *mem, const char *path, struct str *id, struct str *why)
{
    struct str parts[] = {str_of(head), fresh_line(mem, id)};

    return write_new(mem, path, parts, 2, why);
}

/* Where the first key stands in the text: the new one goes before it, below what people wrote. */
static size_t
first_key(struct str text)
{
    struct str rest = text;
    size_t at = 0;

    while (rest.p) {
        struct str line = str_cut(&rest, '\n');

        if (!says_nothing(str_trim(line)))
            break;
        at += line.n + 1;
    }
    return at;
}

static bool
take_over(struct arena *mem, const char *fresh, const char *path, struct str *why)
{
    struct stat st;

    if (stat(path, &st) == 0 && chown(fresh, st.st_uid, st.st_gid) == 0 &&
        chmod(fresh, st.st_mode & 07777) == 0 && rename(fresh, path) == 0) {
        sync_folder(mem, path);
        return true;
    }
    *why = arena_fmt(mem, "%s: %s", path, strerror(errno));
    unlink(fresh);
    return false;
}

bool
master_key_add(struct arena *mem, const char *path, struct str *id, struct str *why)
{
    const char *fresh = arena_fmt(mem, "%s.new", path).p;
    struct master_keys keys;
    struct str text, parts[3];
    size_t at;

    switch (master_key_load(mem, path, &keys, why)) {
    case MASTER_KEY_FILE_NONE:
        *why = arena_fmt(mem, "%s: %s", path, strerror(ENOENT));
        return false;
    case MASTER_KEY_FILE_REFUSED:
        return false;
    default:
        break;
    }
    if (!slurp(mem, path, &text, why))
        return false;
    at = first_key(text);
    parts[0] = (struct str){text.p, at};
    parts[1] = fresh_line(mem, id);
    parts[2] = str_from(text, at);
    return write_new(mem, fresh, parts, 3, why) && take_over(mem, fresh, path, why);
}
