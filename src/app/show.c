/* Text output. */
#include "app/show.h"

#include "base/sb.h"
#include "schema/describe.h"

#include <json-c/json.h>
#include <string.h>

enum { MAX_COLUMNS = 32 };

/* A value in one line. */
static struct str
cell(struct arena *mem, struct json_object *v)
{
    if (!v)
        return S("-");
    if (json_object_is_type(v, json_type_string))
        return arena_str(mem, (struct str){json_object_get_string(v),
                                           (size_t)json_object_get_string_len(v)});
    return arena_str(mem, str_of(json_object_to_json_string_ext(
                              v, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)));
}

static void
pad(struct sb *out, struct str s, size_t width)
{
    sb_put(out, s);
    for (size_t n = str_utf8_len(s); n < width; n++)
        sb_putc(out, ' ');
}

struct table {
    const char *names[MAX_COLUMNS];
    size_t width[MAX_COLUMNS], n;
};

static void
measure(struct arena *mem, struct json_object *row, struct table *t)
{
    json_object_object_foreach(row, name, value) {
        size_t i = 0, w = str_utf8_len(cell(mem, value));

        while (i < t->n && strcmp(t->names[i], name) != 0)
            i++;
        if (i == MAX_COLUMNS)
            continue;
        if (i == t->n) {
            t->names[t->n++] = name;
            t->width[i] = strlen(name);
        }
        if (w > t->width[i])
            t->width[i] = w;
    }
}

static void
show_rows(struct arena *mem, struct sb *out, struct json_object *list)
{
    struct table t = {.n = 0};
    size_t n = json_object_array_length(list);

    for (size_t r = 0; r < n; r++)
        measure(mem, json_object_array_get_idx(list, r), &t);
    for (size_t i = 0; i < t.n; i++)
        pad(out, str_of(t.names[i]), i + 1 < t.n ? t.width[i] + 2 : 0);
    if (t.n)
        sb_putc(out, '\n');
    for (size_t r = 0; r < n; r++) {
        struct json_object *row = json_object_array_get_idx(list, r);

        for (size_t i = 0; i < t.n; i++)
            pad(out, cell(mem, json_object_object_get(row, t.names[i])),
                i + 1 < t.n ? t.width[i] + 2 : 0);
        sb_putc(out, '\n');
    }
}

static bool
is_rows(struct json_object *v)
{
    return json_object_is_type(v, json_type_array) &&
           (json_object_array_length(v) == 0 ||
            json_object_is_type(json_object_array_get_idx(v, 0), json_type_object));
}

static void
show_members(struct arena *mem, struct sb *out, struct json_object *o)
{
    size_t width = 0;

    json_object_object_foreach(o, name, value) {
        (void)value;
        if (strlen(name) > width)
            width = strlen(name);
    }
    json_object_object_foreach(o, key, v) {
        if (is_rows(v)) {
            show_rows(mem, out, v);
            continue;
        }
        pad(out, str_of(key), width + 2);
        sb_put(out, cell(mem, v));
        sb_putc(out, '\n');
    }
}

struct str
show_text(struct arena *mem, struct str json)
{
    struct json_object *v = json_tokener_parse(json.p);
    struct sb out;

    sb_init(&out, mem, 1024);
    if (is_rows(v))
        show_rows(mem, &out, v);
    else
        show_members(mem, &out, v);
    json_object_put(v);
    return sb_str(&out);
}

struct str
show_location(struct arena *mem, const struct field *in, struct str location)
{
    for (const struct field *f = in->sub; f->type != FT_END; f++) {
        struct str prefix = arena_fmt(mem, "/properties/%s/", f->name);

        if (str_starts(location, prefix))
            return arena_fmt(mem, "--%.*s", STR_ARG(describe_flag(mem, f)));
    }
    return S("options");
}
