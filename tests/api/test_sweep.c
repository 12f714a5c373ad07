/* What the endpoint and field tables promise, for every endpoint: each rule of each field refuses
 * with its location, nothing changes, and nobody gets in without a credential or permission. */
#include "support/test.h"

#include "api/endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bodies are made from the table: every member present with an acceptable value, but one member
 * (the victim) with the value at hand, or missing. */
struct maker {
    const struct field *victim;
    struct json_object *value; /* NULL with missing false: JSON null */
    bool missing;
    bool extra; /* the victim is an object: add an unknown member to it */
};

static struct json_object *make(const struct field *f, const struct maker *m);

static struct json_object *
make_text(int64_t n, const struct field *f)
{
    char *s = malloc((size_t)n + 1);
    struct json_object *v;

    memset(s, 'a', (size_t)n);
    s[n] = '\0';
    v = json_object_new_string(f->set ? f->set[0] : s);
    free(s);
    return v;
}

static struct json_object *
make_list(const struct field *f, int64_t n, const struct maker *m)
{
    struct json_object *v = json_object_new_array();

    for (int64_t i = 0; i < n; i++)
        json_object_array_add(v, make(f->item, m));
    return v;
}

static struct json_object *
make_object(const struct field *f, const struct maker *m)
{
    struct json_object *v = json_object_new_object();

    for (const struct field *s = f->sub; s->type != FT_END; s++)
        if (!(s == m->victim && m->missing))
            json_object_object_add(v, s->name, make(s, m));
    if (f == m->victim && m->extra)
        json_object_object_add(v, "unknownMember", json_object_new_int(1));
    return v;
}

static struct json_object *
make(const struct field *f, const struct maker *m)
{
    if (f == m->victim && !m->missing && !m->extra)
        return json_object_get(m->value);
    switch (f->type) {
    case FT_STR:
        return make_text(f->min > 1 ? f->min : 1, f);
    case FT_INT:
        return json_object_new_int64(f->min > 1 ? f->min : 1);
    case FT_BOOL:
        return json_object_new_boolean(false);
    case FT_LIST:
        return make_list(f, f->min > 1 ? f->min : 1, m);
    case FT_MAP:
        return json_object_new_object();
    default:
        return make_object(f, m);
    }
}

/* Sending */

static const struct route *route;

static long long
all_rows(void)
{
    long long n = 0;
    static const char *const tables[] = {"lk_api",        "lk_key",         "lk_identity",
                                         "lk_permission", "lk_role",        "lk_namespace",
                                         "lk_override",   "lk_audit_event", "lk_counter"};

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        n += fx_sql_int("SELECT COUNT(*) FROM %s", tables[i]);
    return n;
}

static struct answer
send(const struct maker *m)
{
    struct json_object *body = make(route->ep->in, m);
    struct answer a = fx_call(NULL, route->path + 4, "%s", json_object_to_json_string(body));

    json_object_put(body);
    return a;
}

/* The body with this value for the victim is refused at path/keyword, and nothing changes. */
static void
refused(const struct field *victim, struct json_object *value, const char *path,
        const char *keyword)
{
    struct maker m = {.victim = victim, .value = value};
    long long before = all_rows();
    struct answer a = send(&m);
    char want[300];
    bool found = false;

    snprintf(want, sizeof(want), "%s/%s", path, keyword);
    test_row("%s %s %s", route->path, want, value ? json_object_to_json_string(value) : "null");
    fx_check_error(a, 400, "unkey/application/invalid_input");
    for (size_t i = 0; i < at_len(a, "error.errors"); i++) {
        char at_i[60];

        snprintf(at_i, sizeof(at_i), "error.errors.%zu.location", i);
        found = found || strcmp(at_str(a, at_i), want) == 0;
    }
    CHECK(found);
    CHECK_INT(all_rows(), before);
    json_object_put(value);
}

static void
accepted(const struct field *victim, struct json_object *value, const char *path)
{
    struct maker m = {.victim = victim, .value = value};
    struct answer a = send(&m);

    test_row("%s %s accepts %.60s", route->path, path,
             value ? json_object_to_json_string(value) : "null");
    CHECK_INT(at_len(a, "error.errors"), 0);
    json_object_put(value);
}

static struct json_object *
parse(const char *json)
{
    return json_tokener_parse(json);
}

static void
wrong_types(const struct field *f, const char *path)
{
    static const struct {
        enum field_type type;
        const char *json;
    } values[] = {
        {FT_STR, "\"text\""}, {FT_INT, "12"},  {FT_INT, "1.5"},
        {FT_BOOL, "true"},    {FT_LIST, "[]"}, {FT_OBJ, "{}"},
    };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        bool same = values[i].type == f->type || (values[i].type == FT_OBJ && f->type == FT_MAP);

        if (!same || strcmp(values[i].json, "1.5") == 0)
            refused(f, parse(values[i].json), path, "type");
    }
    if (f->flags & F_NULLABLE)
        accepted(f, NULL, path);
    else
        refused(f, NULL, path, "type");
}

static void
bounds(const struct field *f, const char *path)
{
    struct maker plain = {0};

    switch (f->type) {
    case FT_STR:
        if (f->min > 0 && !f->set)
            refused(f, make_text(f->min - 1, f), path, "minLength");
        if (f->max != F_NO_MAX && f->max < 2000) {
            refused(f, make_text(f->max + 1, f), path, "maxLength");
            accepted(f, make_text(f->max, f), path);
        }
        if (f->pattern)
            refused(f, parse("\"a b\\u00e9/\\n\""), path, "pattern");
        if (f->set)
            refused(f, parse("\"no such value\""), path, "enum");
        break;
    case FT_INT:
        if (f->min != F_NO_MIN) {
            refused(f, json_object_new_int64(f->min - 1), path, "minimum");
            accepted(f, json_object_new_int64(f->min), path);
        }
        if (f->max != F_NO_MAX)
            refused(f, json_object_new_int64(f->max + 1), path, "maximum");
        accepted(f, json_object_new_int64(f->max), path);
        break;
    case FT_LIST:
        if (f->min > 0)
            refused(f, make_list(f, f->min - 1, &plain), path, "minItems");
        if (f->max != F_NO_MAX)
            refused(f, make_list(f, f->max + 1, &plain), path, "maxItems");
        break;
    case FT_MAP:
        if (f->max != F_NO_MAX) {
            struct json_object *many = json_object_new_object();

            for (int64_t i = 0; i <= f->max; i++) {
                char name[24];

                snprintf(name, sizeof(name), "m%lld", (long long)i);
                json_object_object_add(many, name, json_object_new_int(1));
            }
            refused(f, many, path, "maxProperties");
        }
        break;
    default:
        break;
    }
}

static void sweep_members(const struct field *f, const char *path);

static void
sweep_field(const struct field *f, const char *path)
{
    wrong_types(f, path);
    bounds(f, path);
    if (f->type == FT_LIST) {
        char items[200];

        snprintf(items, sizeof(items), "%s/items", path);
        sweep_field(f->item, items);
    }
    if (f->type == FT_OBJ)
        sweep_members(f, path);
}

/* A missing member, an unknown one, and then each by itself. */
static void
sweep_members(const struct field *f, const char *path)
{
    struct maker extra = {.victim = f, .extra = true};
    struct answer a = send(&extra);
    char want[200];

    test_row("%s %s unknown member", route->path, path);
    snprintf(want, sizeof(want), "%s/additionalProperties", path);
    if (f->flags & F_OPEN)
        CHECK_INT(at_len(a, "error.errors"), 0);
    else
        CHECK_STR(at_str(a, "error.errors.0.location"), want);
    for (const struct field *m = f->sub; m->type != FT_END; m++) {
        char member[200];

        snprintf(member, sizeof(member), "%s/properties/%s", path, m->name);
        if (m->flags & F_REQUIRED) {
            struct maker without = {.victim = m, .missing = true};

            a = send(&without);
            test_row("%s without %s", route->path, member);
            snprintf(want, sizeof(want), "%s/required", path);
            CHECK_STR(at_str(a, "error.errors.0.location"), want);
            CHECK(strstr(at_str(a, "error.errors.0.message"), m->name) != NULL);
        }
        sweep_field(m, member);
    }
}

static void
fields(void)
{
    for (size_t i = 0; i < endpoint_count; i++) {
        route = &endpoints[i];
        sweep_field(route->ep->in, "");
    }
}

static void
credentials(void)
{
    const char *nobody = fx_root_key(fx_workspace, "nothing.at.all");

    for (size_t i = 0; i < endpoint_count; i++) {
        struct request r = {.script_name = endpoints[i].path,
                            .content_type = "application/json",
                            .body = endpoints[i].ep->example};
        long long before = all_rows();
        struct answer a;

        test_row("%s", endpoints[i].path);
        fx_check_error(fx_request(&r), 400, "unkey/application/invalid_input");
        r.authorization = "malformed_header";
        fx_check_error(fx_request(&r), 400, "unkey/authentication/malformed");
        r.authorization = "Bearer unknown_token";
        fx_check_error(fx_request(&r), 401, "unkey/authentication/key_not_found");
        r.method = "GET";
        CHECK_INT(fx_request(&r).status, 405);
        /* without permission: refused, or as if the thing were not there */
        a = fx_call(nobody, endpoints[i].path + 4, "%s", endpoints[i].ep->example);
        if (strcmp(endpoints[i].path, "/v2/keys.verifyKey") == 0)
            CHECK_STR(at_str(a, "data.code"), "NOT_FOUND");
        else if (strcmp(endpoints[i].path, "/v2/identities.listIdentities") == 0)
            CHECK_INT(at_len(a, "data"), 0);
        else
            CHECK(a.status == 403 || a.status == 404);
        CHECK_INT(all_rows(), before);
    }
}

static void
map_is_sorted(void)
{
    for (size_t i = 1; i < endpoint_count; i++) {
        test_row("%s", endpoints[i].path);
        CHECK(strcmp(endpoints[i - 1].path, endpoints[i].path) < 0);
    }
}

/* Every example passes validation; every member has a text; the document describes everything. */
static void
documents(void)
{
    struct request r = {.method = "GET", .script_name = "/openapi.json"};
    struct answer doc = fx_request(&r);
    struct json_object *paths = at(doc, "paths"), *p;

    for (size_t i = 0; i < endpoint_count; i++) {
        struct answer a = fx_call(NULL, endpoints[i].path + 4, "%s", endpoints[i].ep->example);

        test_row("%s", endpoints[i].path);
        CHECK_INT(at_len(a, "error.errors"), 0);
        CHECK(json_object_object_get_ex(paths, endpoints[i].path, &p));
        CHECK(strlen(endpoints[i].ep->summary) > 5);
        for (const struct field *f = endpoints[i].ep->in->sub; f && f->type != FT_END; f++)
            CHECK(f->text && strlen(f->text) > 5);
    }
    CHECK_INT(json_object_object_length(paths), endpoint_count + 1);
}

CU_TestInfo suite_api_sweep[] = {
    {"fields", fields},
    {"credentials", credentials},
    {"map is sorted", map_is_sorted},
    {"documents", documents},
    CU_TEST_INFO_NULL,
};
