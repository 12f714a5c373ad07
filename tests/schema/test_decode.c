/* schema/decode and schema/encode: contract foundations.md section 8 */
#include "base/sb.h"
#include "schema/decode.h"
#include "schema/encode.h"
#include "support/test.h"

struct inner {
    struct f_int cost;
};
struct sample {
    struct f_str name, kind, slug;
    struct f_int n;
    struct f_bool on;
    struct f_map meta;
    struct f_list tags, inners;
    struct f_obj one;
};

static const char *const kinds[] = {"set", "increment", NULL};
static const struct field inner_fields[] = {
    F_INT(struct inner, cost, "cost", F_REQUIRED, 1, F_NO_MAX, .text = "t"),
    F_END,
};
static const struct field inner_item = F_BODY(F_OPEN, inner_fields, struct inner);
static const struct field tag = F_ITEM_STR(1, 3, NULL);
static const struct field fields[] = {
    F_STR(struct sample, name, "name", F_REQUIRED, 3, 5, .text = "t"),
    F_STR(struct sample, kind, "kind", 0, 0, F_NO_MAX, .set = kinds, .text = "t"),
    F_STR(struct sample, slug, "slug", F_NULLABLE, 1, 9, .pattern = &pattern_slug, .text = "t"),
    F_INT(struct sample, n, "n", F_NULLABLE, 0, 1000, .text = "t"),
    F_BOOL(struct sample, on, "on", 0, .text = "t"),
    F_MAP(struct sample, meta, "meta", 0, 2, .text = "t"),
    F_LIST(struct sample, tags, "tags", 0, 1, 2, &tag, .text = "t"),
    F_LIST(struct sample, inners, "inners", 0, F_NO_MIN, F_NO_MAX, &inner_item, .text = "t"),
    F_OBJ(struct sample, one, "one", F_NULLABLE, inner_fields, struct inner, .text = "t"),
    F_END,
};
static const struct field body = F_BODY(0, fields, struct sample);

/* All violations as "location message" lines. */
static const char *
violations(struct arena *mem, struct decode_parser *p, const char *text)
{
    struct decoded d;
    struct sb b;

    decode_body(mem, p, str_of(text), &body, &d);
    sb_init(&b, mem, 256);
    if (d.why_not.n)
        sb_puts(&b, "not JSON");
    for (size_t i = 0; i < d.issue_count; i++)
        sb_addf(&b, "%s%.*s %.*s", i ? "; " : "", STR_ARG(d.issues[i].location),
                STR_ARG(d.issues[i].message));
    if (d.unfit.n)
        sb_addf(&b, "%sunfit %.*s", b.n ? "; " : "", STR_ARG(d.unfit));
    return sb_str(&b).p;
}

static void
messages(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"{\"name\":\"abc\"}", ""},
        {"{\"name\":\"\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89\"}", ""},
        {"{\"name\":\"ab\"}", "/properties/name/minLength minLength: got 2, want 3"},
        {"{\"name\":\"abcdef\"}", "/properties/name/maxLength maxLength: got 6, want 5"},
        {"{}", "/required missing property 'name'"},
        {"{\"name\":null}", "/properties/name/type got null, want string"},
        {"{\"name\":1}", "/properties/name/type got number, want string"},
        {"{\"name\":[]}", "/properties/name/type got array, want string"},
        {"{\"name\":{}}", "/properties/name/type got object, want string"},
        {"{\"name\":true}", "/properties/name/type got boolean, want string"},
        {"[]", "/type got array, want object"},
        {"null", "/type got null, want object"},
        {"12", "/type got number, want object"},
        {"{\"name\":\"abc\",\"x\":1}", "/additionalProperties additional property 'x' not allowed"},
        {"{\"name\":\"abc\",\"x\":1,\"y\":2}",
         "/additionalProperties additional properties 'x', 'y' not allowed"},
        {"{\"kind\":\"no\",\"x\":1}",
         "/required missing property 'name'; /properties/kind/enum value must be one of 'set', "
         "'increment'; /additionalProperties additional property 'x' not allowed"},
        {"{\"name\":\"abc\",\"slug\":null,\"n\":null,\"one\":null}", ""},
        {"{\"name\":\"abc\",\"slug\":\"a b\"}",
         "/properties/slug/pattern 'a b' does not match pattern '^[a-zA-Z0-9_:\\-\\.\\*]+$'"},
        {"{\"name\":\"abc\",\"slug\":\"a\\n\"}",
         "/properties/slug/pattern 'a\n' does not match pattern '^[a-zA-Z0-9_:\\-\\.\\*]+$'"},
        {"{\"name\":\"abc\",\"slug\":\"a\\u0000b\"}",
         "/properties/slug/pattern 'a' does not match pattern '^[a-zA-Z0-9_:\\-\\.\\*]+$'"},
        {"{\"name\":\"abc\",\"n\":-1}", "/properties/n/minimum minimum: got -1, want 0"},
        {"{\"name\":\"abc\",\"n\":1001}", "/properties/n/maximum maximum: got 1001, want 1000"},
        {"{\"name\":\"abc\",\"n\":1.5}", "/properties/n/type got number, want null or integer"},
        {"{\"name\":\"abc\",\"n\":\"1\"}", "/properties/n/type got string, want null or integer"},
        {"{\"name\":\"abc\",\"n\":1.0}", "unfit n"},
        {"{\"name\":\"abc\",\"n\":1e2}", "unfit n"},
        {"{\"name\":\"abc\",\"n\":99999999999999999999}",
         "/properties/n/maximum maximum: got 9223372036854775807, want 1000; unfit n"},
        {"{\"name\":\"abc\",\"on\":1}", "/properties/on/type got number, want boolean"},
        {"{\"name\":\"abc\",\"meta\":{\"a\":1,\"b\":2,\"c\":3}}",
         "/properties/meta/maxProperties maxProperties: got 3, want 2"},
        {"{\"name\":\"abc\",\"meta\":[]}", "/properties/meta/type got array, want object"},
        {"{\"name\":\"abc\",\"tags\":[]}", "/properties/tags/minItems minItems: got 0, want 1"},
        {"{\"name\":\"abc\",\"tags\":[\"a\",\"b\",\"c\"]}",
         "/properties/tags/maxItems maxItems: got 3, want 2"},
        {"{\"name\":\"abc\",\"tags\":[\"a\",\"\"]}",
         "/properties/tags/items/minLength minLength: got 0, want 1"},
        {"{\"name\":\"abc\",\"tags\":[null]}", "/properties/tags/items/type got null, want string"},
        {"{\"name\":\"abc\",\"inners\":[{\"cost\":0},{}]}",
         "/properties/inners/items/properties/cost/minimum minimum: got 0, want 1; "
         "/properties/inners/items/required missing property 'cost'"},
        {"{\"name\":\"abc\",\"inners\":[{\"cost\":1,\"extra\":true}]}", ""},
        {"{\"name\":\"abc\",\"one\":{\"cost\":1,\"extra\":true}}",
         "/properties/one/additionalProperties additional property 'extra' not allowed"},
        {"{\"name\":\"ab\",\"name\":\"abc\"}", ""}, /* the last one wins */
        {"{\"name\":\"abc\"", "not JSON"},
        {"{\"name\":\"abc\"}}", "not JSON"},
    };
    struct arena *mem = arena_new(1 << 24);
    struct decode_parser *p = decode_parser_new();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("%s", rows[i].text);
        CHECK_STR(violations(mem, p, rows[i].text), rows[i].want);
    }
    decode_parser_free(p);
    arena_free(mem);
}

/* What goes in comes out: states, order of the table, numbers of meta untouched. */
static void
round_trip(void)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"{\"on\":true,\"name\":\"abc\"}", "{\"name\":\"abc\",\"on\":true}"},
        {"{\"name\":\"a\\\"\\\\\\n<\"}", "{\"name\":\"a\\\"\\\\\\n\\u003c\"}"},
        {"{\"name\":\"a\\u0000c\"}", "{\"name\":\"a\\u0000c\"}"},
        {"{\"name\":\"abc\",\"n\":null,\"slug\":null}",
         "{\"name\":\"abc\",\"slug\":null,\"n\":null}"},
        {"{\"name\":\"abc\",\"meta\":{\"z\":9007199254740993,\"a\":[1.10,1e5,{}]}}",
         "{\"name\":\"abc\",\"meta\":{\"z\":9007199254740993,\"a\":[1.10,1e5,{}]}}"},
        {"{\"name\":\"abc\",\"meta\":{\"big\":123456789012345678901234}}",
         "{\"name\":\"abc\",\"meta\":{\"big\":123456789012345678901234e0}}"},
        {"{\"name\":\"abc\",\"tags\":[\"a\",\"b\"],\"inners\":[{\"cost\":3}],\"one\":{\"cost\":4}}",
         "{\"name\":\"abc\",\"tags\":[\"a\",\"b\"],\"inners\":[{\"cost\":3}],\"one\":{\"cost\":4}"
         "}"},
        {"{\"name\":\"abc\",\"inners\":[]}", "{\"name\":\"abc\",\"inners\":[]}"},
    };
    struct arena *mem = arena_new(1 << 24);
    struct decode_parser *p = decode_parser_new();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct decoded d;
        struct sb b;

        test_row("%s", rows[i].in);
        decode_body(mem, p, str_of(rows[i].in), &body, &d);
        CHECK_INT(d.issue_count, 0);
        sb_init(&b, mem, 64);
        encode_value(&b, &body, d.v);
        CHECK_STR(sb_str(&b).p, rows[i].out);
    }
    decode_parser_free(p);
    arena_free(mem);
}

/* A hostile body yields a bounded list. */
static void
many_violations(void)
{
    struct arena *mem = arena_new(1 << 26);
    struct decode_parser *p = decode_parser_new();
    struct sb b;
    struct decoded d;

    sb_init(&b, mem, 1 << 20);
    sb_puts(&b, "{\"name\":\"abc\",\"inners\":[{}");
    for (int i = 0; i < 20000; i++)
        sb_puts(&b, ",{\"cost\":0}");
    sb_puts(&b, "]}");
    decode_body(mem, p, sb_str(&b), &body, &d);
    CHECK_INT(d.issue_count, DECODE_MAX_ISSUES);
    decode_parser_free(p);
    arena_free(mem);
}

CU_TestInfo suite_schema_decode[] = {
    {"messages", messages},
    {"round trip", round_trip},
    {"many violations", many_violations},
    CU_TEST_INFO_NULL,
};
