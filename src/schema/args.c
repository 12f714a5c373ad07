/* Flags to JSON. */
#include "schema/args.h"

#include "base/sb.h"
#include "schema/describe.h"
#include "schema/json_scan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { ARGS_FILE_MAX = 64 * 1024 * 1024 };

/* What has been given for one member. */
struct given {
    const struct field *f;
    struct str flag; /* without dashes */
    struct str *values;
    size_t n;
};

struct args {
    struct arena *mem;
    struct given *given;
    size_t n;
    struct str *why;
};

static bool
fail(struct args *a, struct str why)
{
    *a->why = why;
    return false;
}

/* The whole of a file, or of standard input for "-". */
static bool
slurp(struct args *a, const char *path, struct str *out)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    struct sb b;
    char buf[4096];
    size_t n;

    if (!f)
        return fail(a, arena_fmt(a->mem, "%s: %s", path, strerror(errno)));
    sb_init(&b, a->mem, sizeof(buf));
    while ((n = fread(buf, 1, sizeof(buf), f)) > 0 && b.n < ARGS_FILE_MAX)
        sb_put(&b, (struct str){buf, n});
    if (f != stdin)
        fclose(f);
    *out = str_trim(sb_str(&b));
    return true;
}

static bool
is_bool_word(const char *s)
{
    return s && (strcmp(s, "true") == 0 || strcmp(s, "false") == 0);
}

static struct given *
find(struct args *a, struct str flag)
{
    for (size_t i = 0; i < a->n; i++)
        if (str_eq(a->given[i].flag, flag))
            return &a->given[i];
    return NULL;
}

static bool
unknown(struct args *a, struct str flag)
{
    struct sb b;

    sb_init(&b, a->mem, 256);
    sb_addf(&b, "unknown option --%.*s; there are", STR_ARG(flag));
    for (size_t i = 0; i < a->n; i++)
        sb_addf(&b, " --%.*s", STR_ARG(a->given[i].flag));
    return fail(a, sb_str(&b));
}

/* Collects the values of all flags. */
static bool
collect(struct args *a, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        struct str value = str_of(argv[i]), flag;
        struct given *g;

        if (!str_starts(value, S("-")))
            return fail(a, arena_fmt(a->mem, "unexpected argument '%s'", argv[i]));
        value = str_from(value, str_starts(value, S("--")) ? 2 : 1);
        flag = str_cut(&value, '=');
        g = find(a, flag);
        if (!g)
            return unknown(a, flag);
        if (!value.p && g->f->type == FT_BOOL && !is_bool_word(i + 1 < argc ? argv[i + 1] : NULL))
            value = S("true");
        else if (!value.p && i + 1 < argc)
            value = str_of(argv[++i]);
        if (!value.p)
            return fail(a, arena_fmt(a->mem, "--%.*s needs a value", STR_ARG(flag)));
        if (g->n > 0 && g->f->type != FT_LIST)
            return fail(a, arena_fmt(a->mem, "--%.*s is given twice", STR_ARG(flag)));
        g->values[g->n++] = value;
    }
    return true;
}

static bool
put_json(struct args *a, const struct given *g, struct str v, struct sb *out)
{
    struct json_scan scan;

    if (v.n > 1 && v.p[0] == '@' && !slurp(a, v.p + 1, &v))
        return false;
    if (!json_scan_check(v, &scan))
        return fail(a, arena_fmt(a->mem, "invalid JSON for --%.*s: %s at byte %zu",
                                 STR_ARG(g->flag), scan.why, scan.at));
    sb_put(out, v);
    return true;
}

static void
put_list(const struct given *g, struct sb *out)
{
    bool first = true;

    sb_putc(out, '[');
    for (size_t i = 0; i < g->n; i++) {
        struct str rest = g->values[i];

        while (rest.p && g->values[i].n > 0) {
            if (!first)
                sb_putc(out, ',');
            first = false;
            sb_json_str(out, str_trim(str_cut(&rest, ',')));
        }
    }
    sb_putc(out, ']');
}

static bool
put_value(struct args *a, const struct given *g, struct sb *out)
{
    const struct field *f = g->f;
    struct str v = g->values[0];
    int64_t i;

    if ((f->flags & F_NULLABLE) && (str_eq(v, S("none")) || str_eq(v, S("null")))) {
        sb_puts(out, "null");
        return true;
    }
    switch (f->type) {
    case FT_INT:
        if (!str_i64(v, INT64_MIN, INT64_MAX, &i))
            return fail(a, arena_fmt(a->mem, "--%.*s must be a number, not '%.*s'",
                                     STR_ARG(g->flag), STR_ARG(v)));
        sb_i64(out, i);
        return true;
    case FT_BOOL:
        if (!is_bool_word(v.p))
            return fail(a, arena_fmt(a->mem, "--%.*s must be true or false, not '%.*s'",
                                     STR_ARG(g->flag), STR_ARG(v)));
        sb_put(out, v);
        return true;
    case FT_LIST:
        if (f->item->type == FT_STR) {
            put_list(g, out);
            return true;
        }
        return put_json(a, g, v, out);
    case FT_OBJ:
    case FT_MAP:
        return put_json(a, g, v, out);
    default:
        if ((f->flags & F_SECRET) && str_eq(v, S("-")) && !slurp(a, "-", &v))
            return false;
        if (!str_utf8_valid(v))
            return fail(a, arena_fmt(a->mem, "--%.*s is not valid UTF-8", STR_ARG(g->flag)));
        sb_json_str(out, v);
        return true;
    }
}

static bool
put_members(struct args *a, struct sb *out)
{
    bool first = true;

    sb_putc(out, '{');
    for (size_t i = 0; i < a->n; i++) {
        if (a->given[i].n == 0)
            continue;
        if (!first)
            sb_putc(out, ',');
        first = false;
        sb_json_str(out, str_of(a->given[i].f->name));
        sb_putc(out, ':');
        if (!put_value(a, &a->given[i], out))
            return false;
    }
    sb_putc(out, '}');
    return true;
}

bool
args_json(struct arena *mem, int argc, char **argv, const struct field *root, struct str *json,
          struct str *why)
{
    struct args a = {.mem = mem, .why = why};
    struct sb out;

    for (const struct field *f = root->sub; f->type != FT_END; f++)
        a.n++;
    a.given = ARENA_ARRAY(mem, a.n + 1, struct given);
    for (size_t i = 0; i < a.n; i++) {
        a.given[i].f = &root->sub[i];
        a.given[i].flag = describe_flag(mem, &root->sub[i]);
        a.given[i].values = ARENA_ARRAY(mem, (size_t)argc + 1, struct str);
    }
    sb_init(&out, mem, 256);
    if (!collect(&a, argc, argv) || !put_members(&a, &out))
        return false;
    *json = sb_str(&out);
    return true;
}
