/* Text output. */
#include "app/show.h"

#include "base/sb.h"
#include "base/utc.h"
#include "schema/describe.h"

#include <json-c/json.h>
#include <string.h>

enum { MAX_COLUMNS = 64 };

/* By the names that times have everywhere: createdAt, time, expires. */
static bool
is_time(struct str name, struct json_object *v)
{
    return json_object_is_type(v, json_type_int) && json_object_get_int64(v) > 0 &&
           (str_ends(name, S("At")) || str_eq(name, S("time")) || str_eq(name, S("expires")));
}

/* A value in one line. */
static struct str
cell(struct arena *mem, struct str name, struct json_object *v)
{
    if (!v)
        return S("-");
    if (is_time(name, v))
        return utc_rfc3339(mem, json_object_get_int64(v));
    if (json_object_is_type(v, json_type_boolean))
        return json_object_get_boolean(v) ? S("yes") : S("no");
    if (json_object_is_type(v, json_type_string))
        return arena_str(
            mem, (struct str){json_object_get_string(v), (size_t)json_object_get_string_len(v)});
    return arena_str(mem, str_of(json_object_to_json_string_ext(
                              v, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)));
}

/* A member by its name, or path, such as actor.name. */
static struct str
cell_at(struct arena *mem, struct str path, struct json_object *row)
{
    struct str rest = path, name = path;
    struct json_object *v;

    if (json_object_object_get_ex(row, arena_cstr(mem, path), &v))
        return cell(mem, name, v);
    while (rest.p && json_object_is_type(row, json_type_object)) {
        name = str_cut(&rest, '.');
        row = json_object_object_get(row, arena_cstr(mem, name));
    }
    return cell(mem, name, row);
}

static void
pad(struct sb *out, struct str s, size_t width)
{
    sb_put(out, s);
    for (size_t n = str_utf8_len(s); n < width; n++)
        sb_putc(out, ' ');
}

struct table {
    struct str paths[MAX_COLUMNS];
    size_t width[MAX_COLUMNS], n;
};

static void
add_column(struct table *t, struct str path)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->paths[i], path))
            return;
    if (t->n == MAX_COLUMNS)
        return;
    t->paths[t->n] = path;
    t->width[t->n++] = str_utf8_len(path);
}

/* The columns asked for; else every member that some row has. */
static struct table
columns_of(struct json_object *list, const char *columns)
{
    struct table t = {.n = 0};
    struct str rest = columns ? str_of(columns) : (struct str){NULL, 0};

    while (rest.p)
        add_column(&t, str_cut(&rest, ' '));
    for (size_t r = 0; !columns && r < json_object_array_length(list); r++) {
        json_object_object_foreach(json_object_array_get_idx(list, r), name, value)
        {
            (void)value;
            add_column(&t, str_of(name));
        }
    }
    return t;
}

static void
show_rows(struct arena *mem, struct sb *out, struct json_object *list, const char *columns)
{
    struct table t = columns_of(list, columns);
    size_t n = json_object_array_length(list);

    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; i < t.n; i++) {
            size_t w = str_utf8_len(cell_at(mem, t.paths[i], json_object_array_get_idx(list, r)));

            t.width[i] = w > t.width[i] ? w : t.width[i];
        }
    for (size_t i = 0; i < t.n; i++)
        pad(out, t.paths[i], i + 1 < t.n ? t.width[i] + 2 : 0);
    if (t.n)
        sb_putc(out, '\n');
    for (size_t r = 0; r < n; r++) {
        for (size_t i = 0; i < t.n; i++)
            pad(out, cell_at(mem, t.paths[i], json_object_array_get_idx(list, r)),
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

/* One line per member; a page of rows with how to get the next one. */
static void
show_members(struct arena *mem, struct sb *out, struct json_object *o, const char *columns)
{
    size_t width = 0;

    json_object_object_foreach(o, name, value)
    {
        (void)value;
        if (strlen(name) > width)
            width = strlen(name);
    }
    json_object_object_foreach(o, key, v)
    {
        if (is_rows(v)) {
            show_rows(mem, out, v, columns);
        } else if (strcmp(key, "pagination") == 0) {
            struct json_object *cursor = json_object_object_get(v, "cursor");

            if (cursor)
                sb_addf(out, "\nMore: --cursor %s\n", json_object_get_string(cursor));
        } else {
            pad(out, str_of(key), width + 2);
            sb_put(out, cell(mem, str_of(key), v));
            sb_putc(out, '\n');
        }
    }
}

struct str
show_text(struct arena *mem, struct str json, const char *columns)
{
    struct json_object *v = json_tokener_parse(json.p);
    struct sb out;

    sb_init(&out, mem, 1024);
    if (is_rows(v))
        show_rows(mem, &out, v, columns);
    else
        show_members(mem, &out, v, columns);
    json_object_put(v);
    return sb_str(&out);
}

static void
put_csv(struct sb *out, struct str s)
{
    bool quote =
        str_has(s, S(",")) || str_has(s, S("\"")) || str_has(s, S("\n")) || str_has(s, S("\r"));

    for (size_t i = 0; i < s.n; i++) {
        if (quote && (i == 0 || s.p[i] == '"'))
            sb_putc(out, '"');
        sb_putc(out, s.p[i]);
    }
    if (quote)
        sb_putc(out, '"');
}

/* Numbers and texts as they are, null as nothing. */
static void
put_csv_value(struct sb *out, struct json_object *v)
{
    if (v)
        put_csv(out, str_of(json_object_is_type(v, json_type_string)
                                ? json_object_get_string(v)
                                : json_object_to_json_string_ext(
                                      v, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)));
}

struct str
show_csv(struct arena *mem, struct str json)
{
    struct json_object *list = json_tokener_parse(json.p);
    struct table t = columns_of(list, NULL);
    struct sb out;

    sb_init(&out, mem, 1024);
    for (size_t i = 0; i < t.n; i++) {
        sb_puts(&out, i ? "," : "");
        put_csv(&out, t.paths[i]);
    }
    sb_puts(&out, t.n ? "\r\n" : "");
    for (size_t r = 0; r < json_object_array_length(list); r++) {
        for (size_t i = 0; i < t.n; i++) {
            sb_puts(&out, i ? "," : "");
            put_csv_value(&out, json_object_object_get(json_object_array_get_idx(list, r),
                                                       arena_cstr(mem, t.paths[i])));
        }
        sb_puts(&out, "\r\n");
    }
    json_object_put(list);
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
