/* Start-up. */
#include "app/setup.h"

#include "store/migrate.h"

#include <string.h>
#include <unistd.h>

enum { SETUP_MEMORY = 4 * 1024 * 1024, REGION_CHARS = 64 };
/* longer than any analytics query may take */
enum { READER_TIMEOUT_S = 40 };

static bool
set_log(struct setup *s, struct str *why)
{
    bool known = false;

    s->log = (struct log){.sink = log_stderr, .json = strcmp(s->conf.log_format, "json") == 0};
    for (int l = LOG_DEBUG; l <= LOG_ERROR; l++) {
        if (strcmp(s->conf.log_level, log_level_name((enum log_level)l)) != 0)
            continue;
        s->log.least = (enum log_level)l;
        known = true;
    }
    if (!known)
        *why = arena_fmt(s->mem, "log_level must be debug, info, warn or error, not '%s'",
                         s->conf.log_level);
    else if (!s->log.json && strcmp(s->conf.log_format, "text") != 0)
        *why = arena_fmt(s->mem, "log_format must be text or json, not '%s'", s->conf.log_format);
    return why->n == 0;
}

static bool
check_region(struct setup *s, struct str *why)
{
    struct str region = str_of(s->conf.region);

    if (str_utf8_valid(region) && str_utf8_len(region) <= REGION_CHARS)
        return true;
    *why = arena_fmt(s->mem, "region must be UTF-8 of at most %d characters", REGION_CHARS);
    return false;
}

bool
setup_load(struct setup *s, const char *file, struct str *why)
{
    *why = S("");
    *s = (struct setup){.mem = arena_new(SETUP_MEMORY), .log = {.sink = log_stderr}};
    return conf_load(s->mem, file, &s->conf, why) && set_log(s, why) && check_region(s, why);
}

/* Composed queries have a connection of their own, with time for the longest of them. */
static bool
open_reader(struct setup *s, struct db_conf db, struct str *why)
{
    const char *file = s->conf.analytics_defaults_file;

    if (*file && !conf_secret_file_ok(s->mem, file, why))
        return false;
    if (*file)
        db.defaults_file = file;
    db.io_timeout_s = READER_TIMEOUT_S;
    db.schema_version = 0;
    db.read_only = true;
    s->reader = db_open(&db, &s->log);
    return true;
}

bool
setup_database(struct setup *s, struct setup_how how, struct str *why)
{
    const struct conf *conf = &s->conf;
    struct db_conf db = {
        .defaults_group = "latchkey",
        .connect_timeout_s = (unsigned)conf->database_connect_timeout_s,
        .io_timeout_s = (unsigned)conf->database_io_timeout_s,
        .lock_timeout_s = (unsigned)conf->database_lock_timeout_s,
    };
    const char *file = how.migrator && *conf->migrator_defaults_file ? conf->migrator_defaults_file
                                                                     : conf->database_defaults_file;

    if (*file && !conf_secret_file_ok(s->mem, file, why))
        return false;
    if (*file)
        db.defaults_file = file;
    if (!how.any_schema)
        db.schema_version = (unsigned)migrate_steps[migrate_step_count - 1].version;
    if (!open_reader(s, db, why))
        return false;
    s->db = db_open(&db, &s->log);
    db.connect_timeout_s = db.io_timeout_s = db.lock_timeout_s = (unsigned)conf->gate_timeout_s;
    s->gate_db = db_open(&db, &s->log);
    return true;
}

void
setup_free(struct setup *s)
{
    db_close(s->reader);
    db_close(s->db);
    db_close(s->gate_db);
    arena_free(s->mem);
    *s = (struct setup){0};
}

struct ctx
setup_ctx(struct setup *s, struct arena *mem)
{
    return (struct ctx){.mem = mem,
                        .log = &s->log,
                        .conf = &s->conf,
                        .db = s->db,
                        .reader = s->reader,
                        .request_id = {"", 0},
                        .remote_ip = {"", 0},
                        .user_agent = {"", 0}};
}
