/* Describing field tables. */
#include "schema/describe.h"

#include <json-c/json.h>

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

    json_object_object_foreach(v, key, value) {
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
        sb_json_str(out, (struct str){json_object_get_string(v),
                                      (size_t)json_object_get_string_len(v)});
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

struct str
describe_pretty(struct arena *mem, struct str text)
{
    struct json_object *tree = json_tokener_parse(text.p);
    struct str out = arena_str(
        mem, str_of(json_object_to_json_string_ext(
                 tree, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                           JSON_C_TO_STRING_NOSLASHESCAPE)));

    json_object_put(tree);
    return out;
}

struct str
describe_flag(struct arena *mem, const struct field *f)
{
    struct sb out;

    if (f->cli)
        return str_of(f->cli);
    sb_init(&out, mem, 32);
    for (const char *p = f->name; *p; p++) {
        if (*p >= 'A' && *p <= 'Z') {
            sb_putc(&out, '-');
            sb_putc(&out, (char)(*p - 'A' + 'a'));
        } else {
            sb_putc(&out, *p);
        }
    }
    if (f->type == FT_OBJ || f->type == FT_MAP ||
        (f->type == FT_LIST && f->item->type == FT_OBJ))
        sb_puts(&out, "-json");
    return sb_str(&out);
}
