/* conf.h: the settings, constant after start. */
#ifndef LATCHKEY_BASE_CONF_H
#define LATCHKEY_BASE_CONF_H

#include "base/arena.h"

struct conf {
#define SETTING_STR(name) const char *name;
#define SETTING_INT(name) int64_t name;
#define SETTING_BOOL(name) bool name;
#define SETTING(type, name, dflt, min, max, text) SETTING_##type(name)
#include "base/conf.def"
#undef SETTING
#undef SETTING_STR
#undef SETTING_INT
#undef SETTING_BOOL
    const char *file; /* where they came from; NULL: defaults and environment only */
};

/* One row of the table, for help, tests and doctor. */
struct conf_row {
    const char *name, *dflt, *text;
    int64_t min, max;
    enum { CONF_STR, CONF_INT, CONF_BOOL } type;
    size_t off;
};
extern const struct conf_row conf_rows[];
extern const size_t conf_row_count;

/* Reads the file (NULL: look for it, see latchkey.conf(5); not finding one is fine) and the
 * environment. False, with a sentence in *why that names file, line and setting, when something is
 * wrong. Everything is allocated in mem, which must outlive conf. */
bool conf_load(struct arena *mem, const char *file, struct conf *conf, struct str *why);

/* Whether a file that holds secrets may be used: it must be readable by us and by nobody outside
 * its owner and group. False with the reason in *why. */
bool conf_secret_file_ok(struct arena *mem, const char *path, struct str *why);

#endif
