/* log.h: one line per event, key=value or JSON, to where the web server's error log gets it.
 * Nothing that authenticates anybody is ever passed to it: ids and key starts only. */
#ifndef LATCHKEY_BASE_LOG_H
#define LATCHKEY_BASE_LOG_H

#include "base/arena.h"
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log {
    enum log_level least; /* events below this are dropped */
    bool json;            /* JSON lines instead of key=value */
    /* Writes one line, newline included; sink_arg is the sink's own. */
    void (*sink)(void *sink_arg, struct str line);
    void *sink_arg;
};

struct log_field {
    const char *key; /* NULL: left out */
    struct str s;
    int64_t i;
    bool is_int;
};

/* Fields with an empty string are left out. */
static inline struct log_field
log_s(const char *key, struct str s)
{
    return (struct log_field){s.n ? key : NULL, s, 0, false};
}

static inline struct log_field
log_z(const char *key, const char *z)
{
    return log_s(key, str_of(z));
}

static inline struct log_field
log_i(const char *key, int64_t i)
{
    return (struct log_field){key, {"", 0}, i, true};
}

void log_fields(const struct log *l, enum log_level level, const char *event,
                const struct log_field *f, size_t n);
/* log_event(l, LOG_WARN, "db_connect_failed", log_z("error", text), log_i("errno", n)) */
#define log_event(l, level, event, ...)                                                            \
    log_fields((l), (level), (event), (const struct log_field[]){__VA_ARGS__},                     \
               sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

const char *log_level_name(enum log_level level);
/* The sink of everything that is not a FastCGI worker. */
void log_stderr(void *unused, struct str line);

#endif
