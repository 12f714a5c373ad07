/* Help. */
#include "app/help.h"

#include "base/sb.h"
#include "schema/args.h"
#include "schema/describe.h"

#include <string.h>

enum { COLUMN = 36 };

void
help_line(struct arena *mem, FILE *to, struct str name, struct str text)
{
    struct sb line;

    sb_init(&line, mem, 128);
    sb_puts(&line, "  ");
    sb_put(&line, name);
    while (line.n < COLUMN)
        sb_putc(&line, ' ');
    sb_putc(&line, ' ');
    sb_put(&line, text);
    fprintf(to, "%s\n", sb_str(&line).p);
}

/* What the value of a flag or JSON member looks like. */
static struct str
kind(struct arena *mem, const struct field *f, bool flag)
{
    static const char *const words[] = {
        [FT_STR] = " TEXT", [FT_INT] = " N",       [FT_BOOL] = " true|false",
        [FT_OBJ] = " {}",   [FT_LIST] = " [TEXT]", [FT_MAP] = " {}",
    };
    struct sb b;

    if (f->set) {
        sb_init(&b, mem, 64);
        for (const char *const *v = f->set; *v; v++)
            sb_addf(&b, "%c%s", v == f->set ? ' ' : '|', *v);
        return sb_str(&b);
    }
    if (flag && field_is_json(f))
        return S(" JSON");
    if (flag && f->type == FT_LIST)
        return S(" A,B,...");
    if (flag && f->type == FT_BOOL)
        return S("");
    return str_of(f->type == FT_LIST && f->item->type == FT_OBJ ? " [{}]" : words[f->type]);
}

static void
help_field(struct arena *mem, FILE *to, const struct field *f, int depth)
{
    struct str name = depth ? str_of(f->name) : describe_flag(mem, f);
    struct str left =
        arena_fmt(mem, "%*s%s%s%s%s", 4 * depth, "", depth ? "" : "--", name.p,
                  kind(mem, f, depth == 0).p, f->flags & F_REQUIRED || !f->name ? " *" : "");
    struct str text = arena_fmt(mem, "%s%s%s", f->text ? f->text : "",
                                depth == 0 && f->flags & F_NULLABLE ? " \"none\" clears it." : "",
                                f->dflt ? arena_fmt(mem, " Default: %s.", f->dflt).p : "");
    const struct field *sub = f->type == FT_OBJ                               ? f->sub
                              : f->type == FT_LIST && f->item->type == FT_OBJ ? f->item->sub
                                                                              : NULL;

    help_line(mem, to, left, text);
    for (; sub && sub->type != FT_END; sub++)
        help_field(mem, to, sub, depth + 1);
}

void
help_flags(struct arena *mem, FILE *to, const struct field *root)
{
    if (root->type == FT_LIST)
        help_field(mem, to, root, 0);
    else
        for (const struct field *f = root->sub; f->type != FT_END; f++)
            help_field(mem, to, f, 0);
}

static bool
needs_quotes(const char *s)
{
    for (; *s; s++)
        if (!(*s >= 'a' && *s <= 'z') && !(*s >= 'A' && *s <= 'Z') && !(*s >= '0' && *s <= '9') &&
            !strchr("-_.,:/@%+=", *s))
            return true;
    return false;
}

void
help_example(struct arena *mem, FILE *to, const struct field *root, const char *json)
{
    int argc;
    char **argv = args_flags(mem, root, str_of(json), &argc);

    for (int i = 0; i < argc; i++) {
        const char *value = strchr(argv[i], '=') + 1;

        fprintf(to, " %.*s", (int)(value - argv[i]), argv[i]);
        if (!needs_quotes(value)) {
            fputs(value, to);
            continue;
        }
        fputc('\'', to);
        for (; *value; value++)
            fputs(*value == '\'' ? "'\\''" : (char[]){*value, '\0'}, to);
        fputc('\'', to);
    }
}
