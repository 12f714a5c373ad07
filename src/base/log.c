/* Formatting and dropping of log events. */
#include "base/log.h"

#include "base/sb.h"
#include "base/utc.h"

#include <unistd.h>

enum { LOG_LINE_MAX = 64 * 1024 };

const char *
log_level_name(enum log_level level)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};

    return names[level];
}

static void
put_plain(struct sb *b, const struct log_field *f)
{
    sb_putc(b, ' ');
    sb_puts(b, f->key);
    sb_putc(b, '=');
    if (f->is_int)
        sb_i64(b, f->i);
    else
        sb_log_str(b, f->s);
}

static void
put_json(struct sb *b, const struct log_field *f)
{
    sb_putc(b, ',');
    sb_json_str(b, str_of(f->key));
    sb_putc(b, ':');
    if (f->is_int)
        sb_i64(b, f->i);
    else
        sb_json_str(b, f->s);
}

void
log_fields(const struct log *l, enum log_level level, const char *event, const struct log_field *f,
           size_t n)
{
    struct arena *mem;
    struct sb b;

    if (!l || level < l->least)
        return;
    mem = arena_new(LOG_LINE_MAX);
    sb_init(&b, mem, 256);
    if (l->json) {
        sb_puts(&b, "{\"time\":");
        sb_json_str(&b, utc_rfc3339(mem, utc_now_ms()));
        sb_puts(&b, ",\"level\":");
        sb_json_str(&b, str_of(log_level_name(level)));
        sb_puts(&b, ",\"event\":");
        sb_json_str(&b, str_of(event));
    } else {
        sb_puts(&b, "latchkey: time=");
        sb_put(&b, utc_rfc3339(mem, utc_now_ms()));
        sb_puts(&b, " level=");
        sb_puts(&b, log_level_name(level));
        sb_puts(&b, " event=");
        sb_puts(&b, event);
    }
    for (size_t i = 0; i < n; i++) {
        struct log_field one = f[i];

        if (!one.key)
            continue;
        one.s = str_utf8_clip(one.s, 2048);
        if (!str_utf8_valid(one.s))
            one.s = S("(not UTF-8)");
        if (l->json)
            put_json(&b, &one);
        else
            put_plain(&b, &one);
    }
    sb_puts(&b, l->json ? "}\n" : "\n");
    l->sink(l->sink_arg, sb_str(&b));
    arena_free(mem);
}

void
log_stderr(void *unused, struct str line)
{
    (void)unused;
    while (line.n > 0) {
        ssize_t w = write(STDERR_FILENO, line.p, line.n);

        if (w <= 0)
            return;
        line = str_from(line, (size_t)w);
    }
}
