/* Lines. */
#include "base/conf_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 256 * 1024 };

bool
conf_text_read(struct arena *mem, const char *path, struct str *text, struct str *why)
{
    FILE *f = fopen(path, "re");
    char *p = arena_alloc(mem, FILE_MAX + 1);
    bool ok;

    if (!f) {
        *why = arena_fmt(mem, "%s: %s", path, strerror(errno));
        return false;
    }
    *text = (struct str){p, fread(p, 1, FILE_MAX + 1, f)};
    ok = !ferror(f) && text->n <= FILE_MAX;
    if (!ok)
        *why = arena_fmt(mem, "%s: %s", path, ferror(f) ? strerror(errno) : "too long");
    fclose(f);
    return ok;
}

enum conf_text_kind
conf_text_next(struct conf_text *t)
{
    while (t->rest.p) {
        struct str line = str_trim(str_cut(&t->rest, '\n'));

        t->line++;
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (line.p[0] == '[') {
            if (line.n < 3 || line.p[line.n - 1] != ']')
                return CONF_TEXT_BAD;
            t->name = str_trim((struct str){line.p + 1, line.n - 2});
            return CONF_TEXT_SECTION;
        }
        t->value = line;
        t->name = str_trim(str_cut(&t->value, '='));
        if (!t->value.p)
            return CONF_TEXT_BAD;
        t->value = str_trim(t->value);
        return CONF_TEXT_SETTING;
    }
    return CONF_TEXT_END;
}
