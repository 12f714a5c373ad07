/* Validation and decoding in one walk over the parsed body. json-c parses; json_scan has already
 * refused what it would tolerate. */
#include "schema/decode.h"

#include "base/sb.h"
#include "schema/json_scan.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct decode_parser {
    struct json_tokener *tok;
};

struct walk {
    struct arena *mem;
    struct decoded *out;
    struct issue *issues;
    struct sb *path; /* keyword pointer to the value at hand, without the keyword */
};

struct decode_parser *
decode_parser_new(void)
{
    struct decode_parser *p = calloc(1, sizeof(*p));

    if (p)
        p->tok = json_tokener_new_ex(JSON_SCAN_MAX_DEPTH + 2);
    if (!p || !p->tok)
        abort();
    return p;
}

void
decode_parser_free(struct decode_parser *p)
{
    if (p)
        json_tokener_free(p->tok);
    free(p);
}

static void
issue_add(struct walk *w, const char *keyword, struct str message)
{
    struct str location;

    if (w->out->issue_count == DECODE_MAX_ISSUES)
        return;
    if (!w->issues) {
        w->issues = ARENA_ARRAY(w->mem, DECODE_MAX_ISSUES, struct issue);
        w->out->issues = w->issues;
    }
    location = arena_fmt(w->mem, "%.*s/%s", STR_ARG(sb_str(w->path)), keyword);
    w->issues[w->out->issue_count++] = (struct issue){location, message, S("")};
}

static void
issue_bound(struct walk *w, const char *keyword, int64_t got, int64_t want)
{
    issue_add(
        w, keyword,
        arena_fmt(w->mem, "%s: got %lld, want %lld", keyword, (long long)got, (long long)want));
}

static const char *
type_name(struct json_object *v)
{
    switch (json_object_get_type(v)) {
    case json_type_null:
        return "null";
    case json_type_boolean:
        return "boolean";
    case json_type_int:
    case json_type_double:
        return "number";
    case json_type_object:
        return "object";
    case json_type_array:
        return "array";
    default:
        return "string";
    }
}

static const char *
field_type_name(const struct field *f)
{
    static const char *const names[] = {
        [FT_STR] = "string", [FT_INT] = "integer", [FT_BOOL] = "boolean",
        [FT_OBJ] = "object", [FT_LIST] = "array",  [FT_MAP] = "object",
    };

    return names[f->type];
}

static void
issue_type(struct walk *w, const struct field *f, struct json_object *v)
{
    const char *nul = f->flags & F_NULLABLE ? "null or " : "";

    issue_add(w, "type",
              arena_fmt(w->mem, "got %s, want %s%s", type_name(v), nul, field_type_name(f)));
}

static void
check_bounds(struct walk *w, int64_t got, const struct field *f, const char *min, const char *max)
{
    if (f->min != F_NO_MIN && got < f->min)
        issue_bound(w, min, got, f->min);
    if (f->max != F_NO_MAX && got > f->max)
        issue_bound(w, max, got, f->max);
}

static void
check_set(struct walk *w, const struct field *f, struct str s)
{
    struct sb list;

    for (const char *const *v = f->set; *v; v++)
        if (str_eq(s, str_of(*v)))
            return;
    sb_init(&list, w->mem, 64);
    for (const char *const *v = f->set; *v; v++)
        sb_addf(&list, "%s'%s'", v == f->set ? "value must be one of " : ", ", *v);
    issue_add(w, "enum", sb_str(&list));
}

static void
take_str(struct walk *w, const struct field *f, struct json_object *v, struct f_str *out)
{
    struct str s = {json_object_get_string(v), (size_t)json_object_get_string_len(v)};

    check_bounds(w, (int64_t)str_utf8_len(s), f, "minLength", "maxLength");
    if (f->pattern && !pattern_allows(f->pattern, s)) {
        struct str shown = str_utf8_clip(s, 200);

        issue_add(w, "pattern",
                  arena_fmt(w->mem, "'%.*s' does not match pattern '%s'", STR_ARG(shown),
                            f->pattern->regex));
    }
    if (f->set)
        check_set(w, f, s);
    *out = f_str(s);
}

/* Integers meet the schema also when they are written as 1.0 or 1e3, or are too large for us. */
static void
take_int(struct walk *w, const struct field *f, struct json_object *v, struct f_int *out)
{
    double d = json_object_get_double(v);

    if (json_object_get_type(v) == json_type_int && json_object_get_uint64(v) <= INT64_MAX) {
        *out = f_int(json_object_get_int64(v));
    } else if (json_object_get_type(v) == json_type_int && d < 0) {
        *out = f_int(json_object_get_int64(v));
    } else {
        if (d != floor(d)) {
            issue_type(w, f, v);
            return;
        }
        /* a wide value is beyond every bound it could violate, so clamping keeps the verdict */
        *out = f_int(d >= 0x1p63 ? INT64_MAX : d <= -0x1p63 ? INT64_MIN : (int64_t)d);
        if (!w->out->unfit.n)
            w->out->unfit = str_of(f->name);
    }
    check_bounds(w, out->v, f, "minimum", "maximum");
}

static void
take_map(struct walk *w, const struct field *f, struct json_object *v, struct f_map *out)
{
    size_t n;
    const char *text = json_object_to_json_string_length(
        v, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);

    out->state = F_SET;
    out->v = arena_str(w->mem, (struct str){text, n});
    out->n = (size_t)json_object_object_length(v);
    check_bounds(w, (int64_t)out->n, f, "minProperties", "maxProperties");
}

static void take(struct walk *w, const struct field *f, struct json_object *v, void *at);

static void
take_list(struct walk *w, const struct field *f, struct json_object *v, struct f_list *out)
{
    size_t n = json_object_array_length(v), size = field_item_size(f->item), keep = w->path->n;
    char *items;

    check_bounds(w, (int64_t)n, f, "minItems", "maxItems");
    if (f->max != F_NO_MAX && n > (size_t)f->max)
        return; /* refused; looking into every item would only cost time */
    items = arena_array(w->mem, n ? n : 1, size);
    *out = f_list(items, n);
    sb_puts(w->path, "/items");
    for (size_t i = 0; i < n; i++)
        take(w, f->item, json_object_array_get_idx(v, i), items + i * size);
    w->path->n = keep;
}

/* "missing property 'a'" or "missing properties 'a', 'b'". */
static void
issue_names(struct walk *w, const char *keyword, const char *one, const char *many,
            const struct str *names, size_t n, const char *tail)
{
    struct sb msg;

    sb_init(&msg, w->mem, 64);
    sb_puts(&msg, n == 1 ? one : many);
    for (size_t i = 0; i < n; i++)
        sb_addf(&msg, "%s'%.*s'", i ? ", " : " ", STR_ARG(names[i]));
    sb_puts(&msg, tail);
    issue_add(w, keyword, sb_str(&msg));
}

static void
check_required(struct walk *w, const struct field *f, struct json_object *v)
{
    struct str missing[32];
    size_t n = 0;

    for (const struct field *m = f->sub; m->type != FT_END; m++)
        if ((m->flags & F_REQUIRED) && n < 32 && !json_object_object_get_ex(v, m->name, NULL))
            missing[n++] = str_of(m->name);
    if (n > 0)
        issue_names(w, "required", "missing property", "missing properties", missing, n, "");
}

static void
check_unknown(struct walk *w, const struct field *f, struct json_object *v)
{
    struct str extra[16];
    size_t n = 0;

    if (f->flags & F_OPEN)
        return;
    json_object_object_foreach(v, name, value)
    {
        const struct field *m = f->sub;

        (void)value;
        while (m->type != FT_END && strcmp(m->name, name) != 0)
            m++;
        if (m->type == FT_END && n < 16)
            extra[n++] = str_utf8_clip(str_of(name), 100);
    }
    if (n > 0)
        issue_names(w, "additionalProperties", "additional property", "additional properties",
                    extra, n, " not allowed");
}

static void
take_obj(struct walk *w, const struct field *f, struct json_object *v, char *at)
{
    size_t keep = w->path->n;

    check_required(w, f, v);
    for (const struct field *m = f->sub; m->type != FT_END; m++) {
        struct json_object *value;

        if (!json_object_object_get_ex(v, m->name, &value))
            continue;
        sb_puts(w->path, "/properties/");
        sb_puts(w->path, m->name);
        take(w, m, value, at + m->off);
        w->path->n = keep;
    }
    check_unknown(w, f, v);
}

static bool
type_fits(const struct field *f, struct json_object *v)
{
    enum json_type t = json_object_get_type(v);

    switch (f->type) {
    case FT_STR:
        return t == json_type_string;
    case FT_INT:
        return t == json_type_int || t == json_type_double;
    case FT_BOOL:
        return t == json_type_boolean;
    case FT_LIST:
        return t == json_type_array;
    default:
        return t == json_type_object;
    }
}

/* Checks v against f and stores it at `at`, where the member of f's struct type lives. */
static void
take(struct walk *w, const struct field *f, struct json_object *v, void *at)
{
    if (!v && (f->flags & F_NULLABLE)) {
        ((struct f_str *)at)->state = F_NULL; /* every f_ type begins with its state */
        return;
    }
    if (!type_fits(f, v)) {
        issue_type(w, f, v);
        return;
    }
    switch (f->type) {
    case FT_STR:
        take_str(w, f, v, at);
        break;
    case FT_INT:
        take_int(w, f, v, at);
        break;
    case FT_BOOL:
        *(struct f_bool *)at = f_bool(json_object_get_boolean(v));
        break;
    case FT_LIST:
        take_list(w, f, v, at);
        break;
    case FT_MAP:
        take_map(w, f, v, at);
        break;
    default:
        if (f->name) { /* a member: the struct lives apart */
            struct f_obj *o = at;

            o->state = F_SET;
            o->v = arena_alloc(w->mem, f->size);
            at = o->v;
        }
        take_obj(w, f, v, at);
    }
}

static void
tree_free(void *tree)
{
    json_object_put(tree);
}

void
decode_body(struct arena *mem, struct decode_parser *p, struct str text, const struct field *body,
            struct decoded *out)
{
    struct json_scan scan;
    struct json_object *tree;
    struct sb path;
    struct walk w = {mem, out, NULL, &path};

    *out = (struct decoded){0};
    if (!json_scan_check(text, &scan)) {
        out->why_not = arena_fmt(mem, "%s at byte %zu", scan.why, scan.at);
        return;
    }
    if (scan.wide)
        text = json_scan_widen(mem, text);
    json_tokener_reset(p->tok);
    tree = json_tokener_parse_ex(p->tok, text.p, (int)text.n);
    /* a bare number ends only with the text */
    if (json_tokener_get_error(p->tok) == json_tokener_continue)
        tree = json_tokener_parse_ex(p->tok, "", 1);
    if (json_tokener_get_error(p->tok) != json_tokener_success) {
        out->why_not = str_of(json_tokener_error_desc(json_tokener_get_error(p->tok)));
        return;
    }
    arena_defer(mem, tree_free, tree);
    sb_init(&path, mem, 128);
    out->v = arena_alloc(mem, body->type == FT_LIST ? sizeof(struct f_list) : body->size);
    take(&w, body, tree, out->v);
}
