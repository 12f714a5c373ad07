/* sb.h: building a string in an arena. Growth is bounded by the arena's cap. */
#ifndef LATCHKEY_BASE_SB_H
#define LATCHKEY_BASE_SB_H

#include "base/arena.h"
#include "base/str.h"

struct sb {
    struct arena *mem;
    char *p;
    size_t n, cap;
};

void sb_init(struct sb *b, struct arena *mem, size_t expected_bytes);
void sb_put(struct sb *b, struct str s);
void sb_puts(struct sb *b, const char *z);
void sb_putc(struct sb *b, char c);
void sb_i64(struct sb *b, int64_t v);
void sb_addf(struct sb *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A JSON string with its quotes. s must be valid UTF-8. Escapes < > & as well, so that the text is
 * safe inside HTML. */
void sb_json_str(struct sb *b, struct str s);
/* The same without what HTML wants: the spelling of the database's JSON_QUOTE, which its functions
 * have to be given to find a string in a list. */
void sb_json_plain(struct sb *b, struct str s);
/* A value of a key=value log line: bare when it needs no quoting, else quoted, with control
 * characters, quotes and backslashes escaped so that one event stays one line. */
void sb_log_str(struct sb *b, struct str s);
/* What was built so far, NUL-terminated; valid until the next call on b. */
struct str sb_str(struct sb *b);

#endif
