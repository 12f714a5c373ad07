/* Describing field tables. */
#include "schema/describe.h"

#include <json-c/json.h>
#include <string.h>

static void
member(struct sb *out, const char *name)
{
    if (out->n > 0 && out->p[out->n - 1] != '{')
        sb_putc(out, ',');
    sb_json_str(out, str_of(name));
    sb_putc(out, ':');
}

static void
member_int(struct sb *out, const char *name, int64_t v)
{
    member(out, name);
    sb_i64(out, v);
}

static void
put_type(struct sb *out, const struct field *f)
{
    static const char *const names[] = {
        [FT_STR] = "string", [FT_INT] = "integer", [FT_BOOL] = "boolean",
        [FT_OBJ] = "object", [FT_LIST] = "array",  [FT_MAP] = "object",
    };

    member(out, "type");
    if (f->flags & F_NULLABLE)
        sb_addf(out, "[\"%s\",\"null\"]", names[f->type]);
    else
        sb_addf(out, "\"%s\"", names[f->type]);
}

static void
put_bounds(struct sb *out, const struct field *f)
{
    static const struct {
        const char *min, *max;
    } words[] = {
        [FT_STR] = {"minLength", "maxLength"},
        [FT_INT] = {"minimum", "maximum"},
        [FT_LIST] = {"minItems", "maxItems"},
        [FT_MAP] = {"minProperties", "maxProperties"},
    };

    if (f->type == FT_OBJ || f->type == FT_BOOL)
        return;
    if (f->min != F_NO_MIN && !(f->min == 0 && f->type != FT_INT))
        member_int(out, words[f->type].min, f->min);
    if (f->max != F_NO_MAX)
        member_int(out, words[f->type].max, f->max);
    if (f->type == FT_INT) {
        member(out, "format");
        sb_puts(out, "\"int64\"");
    }
}

static void
put_set(struct sb *out, const char *const *set)
{
    member(out, "enum");
    for (size_t i = 0; set[i]; i++) {
        sb_putc(out, i ? ',' : '[');
        sb_json_str(out, str_of(set[i]));
    }
    sb_putc(out, ']');
}

static void
put_members(struct sb *out, const struct field *f)
{
    bool any = false;

    member(out, "properties");
    sb_putc(out, '{');
    for (const struct field *m = f->sub; m->type != FT_END; m++) {
        member(out, m->name);
        describe_schema(out, m);
    }
    sb_putc(out, '}');
    for (const struct field *m = f->sub; m->type != FT_END; m++) {
        if (!(m->flags & F_REQUIRED))
            continue;
        if (any) {
            sb_putc(out, ',');
        } else {
            member(out, "required");
            sb_putc(out, '[');
        }
        any = true;
        sb_json_str(out, str_of(m->name));
    }
    if (any)
        sb_putc(out, ']');
    if (!(f->flags & F_OPEN)) {
        member(out, "additionalProperties");
        sb_puts(out, "false");
    }
}

void
describe_schema(struct sb *out, const struct field *f)
{
    sb_putc(out, '{');
    put_type(out, f);
    if (f->text) {
        member(out, "description");
        sb_json_str(out, str_of(f->text));
    }
    put_bounds(out, f);
    if (f->pattern) {
        member(out, "pattern");
        sb_json_str(out, str_of(f->pattern->regex));
    }
    if (f->set)
        put_set(out, f->set);
    if (f->dflt) {
        member(out, "default");
        sb_puts(out, f->dflt);
    }
    if (f->type == FT_LIST) {
        member(out, "items");
        describe_schema(out, f->item);
    }
    if (f->type == FT_OBJ)
        put_members(out, f);
    if (f->type == FT_MAP) {
        member(out, "additionalProperties");
        sb_puts(out, "true");
    }
    sb_putc(out, '}');
}

/* YAML: block style, strings quoted the JSON way, which YAML 1.2 reads alike. */

static void
yaml_key(struct sb *out, const char *key)
{
    bool plain = *key != '\0';

    for (const char *p = key; *p; p++)
        plain = plain && ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '_');
    if (plain)
        sb_puts(out, key);
    else
        sb_json_str(out, str_of(key));
}

static void yaml_value(struct sb *out, struct json_object *v, int indent);

static void
yaml_line(struct sb *out, int indent)
{
    sb_putc(out, '\n');
    for (int i = 0; i < indent; i++)
        sb_puts(out, "  ");
}

static void
yaml_object(struct sb *out, struct json_object *v, int indent)
{
    bool first = true;

    json_object_object_foreach(v, key, value)
    {
        if (!first || indent > 0)
            yaml_line(out, indent);
        first = false;
        yaml_key(out, key);
        sb_putc(out, ':');
        yaml_value(out, value, indent + 1);
    }
}

static void
yaml_value(struct sb *out, struct json_object *v, int indent)
{
    size_t n;

    switch (json_object_get_type(v)) {
    case json_type_object:
        if (json_object_object_length(v) == 0)
            sb_puts(out, " {}");
        else
            yaml_object(out, v, indent);
        break;
    case json_type_array:
        n = json_object_array_length(v);
        if (n == 0)
            sb_puts(out, " []");
        for (size_t i = 0; i < n; i++) {
            struct json_object *item = json_object_array_get_idx(v, i);

            yaml_line(out, indent);
            sb_putc(out, '-');
            yaml_value(out, item, indent + 1);
        }
        break;
    case json_type_string:
        sb_putc(out, ' ');
        sb_json_str(out,
                    (struct str){json_object_get_string(v), (size_t)json_object_get_string_len(v)});
        break;
    default:
        sb_putc(out, ' ');
        sb_puts(out, json_object_to_json_string(v));
    }
}

struct str
describe_yaml(struct arena *mem, struct str text)
{
    struct json_object *tree = json_tokener_parse(text.p);
    struct sb out;

    sb_init(&out, mem, 2 * text.n);
    yaml_value(&out, tree, 0);
    sb_putc(&out, '\n');
    json_object_put(tree);
    return sb_str(&out);
}

/* Indenting */

enum { MAX_INDENT = 32 }; /* deeper text stays there, so that its size has a bound */

static void
pretty_line(struct sb *out, int depth)
{
    sb_putc(out, '\n');
    for (int i = 0; i < depth && i < MAX_INDENT; i++)
        sb_puts(out, "  ");
}

/* Copies the string that starts at byte i and returns where it ends. What is escaped only for the
 * sake of HTML is shown; what a terminal would obey (DEL and the C1 controls) is not. */
static size_t
pretty_string(struct sb *out, struct str text, size_t i)
{
    static const struct {
        struct str from, to;
    } changes[] = {
        {STR("\\u003c"), STR("<")},    {STR("\\u003e"), STR(">")}, {STR("\\u0026"), STR("&")},
        {STR("\x7f"), STR("\\u007f")}, {STR("\\\""), STR("\\\"")}, {STR("\\\\"), STR("\\\\")},
    };

    sb_putc(out, '"');
    for (i++; text.p[i] != '"';) {
        size_t k = 0;

        while (k < 6 && !str_starts(str_from(text, i), changes[k].from))
            k++;
        if (k < 6) {
            sb_put(out, changes[k].to);
            i += changes[k].from.n;
        } else if ((unsigned char)text.p[i] == 0xc2 && (unsigned char)text.p[i + 1] < 0xa0) {
            sb_addf(out, "\\u%04x", (unsigned char)text.p[i + 1]);
            i += 2;
        } else {
            sb_putc(out, text.p[i++]);
        }
    }
    sb_putc(out, '"');
    return i + 1;
}

struct str
describe_pretty(struct arena *mem, struct str text)
{
    struct sb out;
    int depth = 0;

    sb_init(&out, mem, text.n + text.n / 2);
    for (size_t i = 0; i < text.n;) {
        char c = text.p[i], last = out.n ? out.p[out.n - 1] : ' ';
        bool opened = last == '{' || last == '[', closes = c == '}' || c == ']';

        i++;
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            continue;
        depth -= closes;
        if (closes ? !opened : opened || last == ',')
            pretty_line(&out, depth);
        depth += c == '{' || c == '[';
        if (c == '"')
            i = pretty_string(&out, text, i - 1);
        else
            sb_putc(&out, c);
        if (c == ':')
            sb_putc(&out, ' ');
    }
    return sb_str(&out);
}

struct str
describe_kebab(struct arena *mem, struct str name)
{
    struct sb out;

    sb_init(&out, mem, 32);
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool upper = c >= 'A' && c <= 'Z';

        if (upper)
            sb_putc(&out, '-');
        sb_putc(&out, upper ? (char)(c - 'A' + 'a') : c);
    }
    return sb_str(&out);
}

struct str
describe_flag(struct arena *mem, const struct field *f)
{
    if (f->cli)
        return str_of(f->cli);
    return arena_fmt(mem, "%s%s", describe_kebab(mem, str_of(f->name)).p,
                     field_is_json(f) ? "-json" : "");
}
