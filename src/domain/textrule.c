/* Patterns and regular expressions. */
#include "domain/textrule.h"

#include "domain/pattern.h"

#include <regex.h>
#include <string.h>

enum { TEXT_MAX = 16 * 1024, EXPR_MAX = 1024 };

struct textrule {
    struct str text;
    bool is_regex;
    regex_t regex;
};

static void
expr_free(void *regex)
{
    regfree(regex);
}

static bool
compile(struct arena *mem, struct textrule *e, struct str regex, int flags, struct str *why)
{
    char message[128];
    int error = regcomp(&e->regex, arena_cstr(mem, regex), REG_EXTENDED | REG_NOSUB | flags);

    if (error == 0) {
        e->is_regex = true;
        arena_defer(mem, expr_free, &e->regex);
        return true;
    }
    regerror(error, &e->regex, message, sizeof(message));
    *why = arena_fmt(mem, "'%.*s' is no regular expression: %s", STR_ARG(regex), message);
    return false;
}

const struct textrule *
textrule_parse(struct arena *mem, struct str text, struct str *why)
{
    struct textrule *e = ARENA_NEW(mem, struct textrule);
    bool fold = str_starts(text, S("~* "));

    e->text = text;
    if (text.n == 0 || text.n > EXPR_MAX) {
        *why = arena_fmt(mem, "an expression has 1 to %d bytes", EXPR_MAX);
        return NULL;
    }
    if (!fold && !str_starts(text, S("~ ")))
        return e;
    return compile(mem, e, str_trim(str_from(text, fold ? 3 : 2)), fold ? REG_ICASE : 0, why)
               ? e
               : NULL;
}

bool
textrule_matches(const struct textrule *e, struct str text)
{
    char z[TEXT_MAX + 1];

    if (!e->is_regex)
        return pattern_matches(e->text, text);
    if (text.n > TEXT_MAX || memchr(text.p, '\0', text.n))
        return false;
    memcpy(z, text.p, text.n);
    z[text.n] = '\0';
    return regexec(&e->regex, z, 0, NULL, 0) == 0;
}

struct str
textrule_text(const struct textrule *e)
{
    return e->text;
}
