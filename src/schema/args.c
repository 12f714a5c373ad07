/* Flags to JSON. */
#include "schema/args.h"

#include "base/sb.h"
#include "schema/describe.h"
#include "schema/json_scan.h"

#include <errno.h>
#include <json-c/json.h>
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

bool
args_slurp(struct arena *mem, const char *path, struct str *out, struct str *why)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    struct sb b;
    char buf[4096];
    size_t n;
    bool ok = f != NULL;

    sb_init(&b, mem, sizeof(buf));
    while (ok && (n = fread(buf, 1, sizeof(buf), f)) > 0 && b.n <= ARGS_FILE_MAX)
        sb_put(&b, (struct str){buf, n});
    if (f && ferror(f))
        ok = false;
    if (!ok)
        *why = arena_fmt(mem, "%s: %s", path, strerror(errno));
    if (f && f != stdin)
        fclose(f);
    if (ok && b.n > ARGS_FILE_MAX) {
        *why = arena_fmt(mem, "%s: more than %d MiB", path, ARGS_FILE_MAX / 1024 / 1024);
        return false;
    }
    *out = str_trim(sb_str(&b));
    return ok;
}

/* The flag in an argument, without its dashes, and the value behind =; value->p is NULL when there
 * is none. False when it is no flag. */
static bool
split(const char *arg, struct str *flag, struct str *value)
{
    *value = str_of(arg);
    if (value->n < 2 || !str_starts(*value, S("-")))
        return false;
    *value = str_from(*value, str_starts(*value, S("--")) ? 2 : 1);
    *flag = value->n ? str_cut(value, '=') : S("");
    return flag->n > 0;
}

/* The value of a flag that stands apart from it. Another flag is none: --name --enabled is a
 * forgotten name, not a key called --enabled. */
static bool
next_value(int argc, char **argv, int *i, struct str *value)
{
    if (*i + 1 >= argc || strncmp(argv[*i + 1], "--", 2) == 0)
        return false;
    *value = str_of(argv[++*i]);
    return true;
}

bool
args_take(struct arena *mem, int *argc, char **argv, const char *wanted, struct str *value,
          struct str *why)
{
    int kept = 0;

    for (int i = 0; i < *argc; i++) {
        struct str flag, v;

        if (!split(argv[i], &flag, &v) || !str_eq(flag, str_of(wanted))) {
            argv[kept++] = argv[i];
            continue;
        }
        if (!v.p && !next_value(*argc, argv, &i, &v)) {
            *why = arena_fmt(mem, "--%s needs a value", wanted);
            return false;
        }
        *value = v;
    }
    *argc = kept;
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
    for (size_t i = 0; i < a->n; i++)
        if (field_is_json(a->given[i].f) && str_starts(a->given[i].flag, flag) &&
            str_eq(str_from(a->given[i].flag, flag.n), S("-json")))
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
    if (a->n == 0)
        sb_puts(&b, " none");
    return fail(a, sb_str(&b));
}

/* A word that stands for a flag with a value. */
static bool
word(const struct args *a, const char *arg, struct str *flag, struct str *value)
{
    for (size_t i = 0; i < a->n; i++) {
        if (!(a->given[i].f->flags & F_WORD))
            continue;
        *flag = a->given[i].flag;
        *value = str_of(arg);
        return true;
    }
    return false;
}

/* Collects the values of all flags. */
static bool
collect(struct args *a, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        struct str value, flag;
        struct given *g;

        if (!split(argv[i], &flag, &value) && !word(a, argv[i], &flag, &value))
            return fail(a, arena_fmt(a->mem, "unexpected argument '%s'", argv[i]));
        g = find(a, flag);
        if (!g)
            return unknown(a, flag);
        if (!value.p && g->f->type == FT_BOOL && !is_bool_word(i + 1 < argc ? argv[i + 1] : NULL))
            value = S("true");
        if (!value.p && !next_value(argc, argv, &i, &value))
            return fail(a, arena_fmt(a->mem, "--%.*s needs a value", STR_ARG(flag)));
        if (g->n > 0 && (g->f->type != FT_LIST || field_is_json(g->f)))
            return fail(a, arena_fmt(a->mem, "--%.*s is given twice", STR_ARG(g->flag)));
        g->values[g->n++] = value;
    }
    return true;
}

/* Whether a required flag is absent; then *why names all that are. */
static bool
missing(struct args *a, bool whole)
{
    struct sb b;
    size_t n = 0;

    sb_init(&b, a->mem, 64);
    for (size_t i = 0; i < a->n; i++) {
        if (a->given[i].n > 0 || !(whole || a->given[i].f->flags & F_REQUIRED))
            continue;
        sb_addf(&b, "%s--%.*s", n++ ? ", " : "", STR_ARG(a->given[i].flag));
    }
    if (n > 0)
        *a->why = arena_fmt(a->mem, "%s %s required", sb_str(&b).p, n == 1 ? "is" : "are");
    return n > 0;
}

static bool
put_json(struct args *a, const struct given *g, struct str v, struct sb *out)
{
    struct json_scan scan;

    if (v.n > 1 && v.p[0] == '@' && !args_slurp(a->mem, v.p + 1, &v, a->why))
        return false;
    if (!json_scan_check(v, &scan))
        return fail(a, arena_fmt(a->mem, "invalid JSON for --%.*s: %s at byte %zu",
                                 STR_ARG(g->flag), scan.why, scan.at));
    sb_put(out, v);
    return true;
}

/* A string as JSON. */
static bool
put_text(struct args *a, const struct given *g, struct str v, struct sb *out)
{
    if (!str_utf8_valid(v))
        return fail(a, arena_fmt(a->mem, "--%.*s is not valid UTF-8", STR_ARG(g->flag)));
    sb_json_str(out, v);
    return true;
}

static bool
put_list(struct args *a, const struct given *g, struct sb *out)
{
    bool first = true;

    sb_putc(out, '[');
    for (size_t i = 0; i < g->n; i++) {
        struct str rest = g->values[i];

        while (rest.p && g->values[i].n > 0) {
            if (!first)
                sb_putc(out, ',');
            first = false;
            if (!put_text(a, g, str_trim(str_cut(&rest, ',')), out))
                return false;
        }
    }
    sb_putc(out, ']');
    return true;
}

static bool
put_secret(struct args *a, const struct given *g, struct sb *out)
{
    struct str v;

    if (!args_slurp(a->mem, "-", &v, a->why))
        return false;
    if (v.n == 0)
        return fail(a, arena_fmt(a->mem, "--%.*s: standard input is empty", STR_ARG(g->flag)));
    return put_text(a, g, v, out);
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
    case FT_STR:
        return (f->flags & F_SECRET) && str_eq(v, S("-")) ? put_secret(a, g, out)
                                                          : put_text(a, g, v, out);
    default:
        return field_is_json(f) ? put_json(a, g, v, out) : put_list(a, g, out);
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

enum args_verdict
args_json(struct arena *mem, int argc, char **argv, const struct field *root, struct str *json,
          struct str *why)
{
    bool whole = root->type == FT_LIST;
    const struct field *f = whole ? root : root->sub;
    struct args a = {.mem = mem, .why = why, .n = whole};
    struct sb out;

    while (!whole && f[a.n].type != FT_END)
        a.n++;
    a.given = ARENA_ARRAY(mem, a.n + 1, struct given);
    for (size_t i = 0; i < a.n; i++) {
        a.given[i].f = &f[i];
        a.given[i].flag = describe_flag(mem, &f[i]);
        a.given[i].values = ARENA_ARRAY(mem, (size_t)argc + 1, struct str);
    }
    sb_init(&out, mem, 256);
    if (!collect(&a, argc, argv))
        return ARGS_WRONG;
    if (missing(&a, whole))
        return ARGS_MISSING;
    if (!(whole ? put_value(&a, &a.given[0], &out) : put_members(&a, &out)))
        return ARGS_WRONG;
    *json = sb_str(&out);
    return ARGS_OK;
}

/* Examples */

static struct str
value_text(struct arena *mem, const struct field *f, struct json_object *v)
{
    struct sb b;

    if (!v)
        return S("none");
    if (f->type == FT_STR)
        return str_of(json_object_get_string(v));
    if (f->type != FT_LIST || field_is_json(f))
        return arena_str(mem, str_of(json_object_to_json_string_ext(
                                  v, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)));
    sb_init(&b, mem, 64);
    for (size_t i = 0; i < json_object_array_length(v); i++)
        sb_addf(&b, "%s%s", i ? "," : "", json_object_get_string(json_object_array_get_idx(v, i)));
    return sb_str(&b);
}

static char *
one_flag(struct arena *mem, const struct field *f, struct json_object *v)
{
    struct str text = arena_fmt(mem, "--%.*s=%.*s", STR_ARG(describe_flag(mem, f)),
                                STR_ARG(value_text(mem, f, v)));

    return (char *)(uintptr_t)text.p;
}

char **
args_flags(struct arena *mem, const struct field *root, struct str json, int *argc)
{
    struct json_object *tree = json_tokener_parse(json.p);
    char **argv;
    int n = 0;

    if (root->type == FT_LIST) {
        argv = ARENA_ARRAY(mem, 1, char *);
        argv[n++] = one_flag(mem, root, tree);
    } else {
        argv = ARENA_ARRAY(mem, (size_t)json_object_object_length(tree) + 1, char *);
        json_object_object_foreach(tree, name, value)
        {
            const struct field *f = root->sub;

            while (strcmp(f->name, name) != 0)
                f++;
            argv[n++] = one_flag(mem, f, value);
        }
    }
    json_object_put(tree);
    *argc = n;
    return argv;
}
