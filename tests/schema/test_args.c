/* schema/args */
#include "support/test.h"

#include "api/endpoint.h"
#include "schema/args.h"
#include "schema/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct arena *mem;

struct in {
    struct f_str name, key, owner;
    struct f_int value, count;
    struct f_bool enabled;
    struct f_list roles, limits;
    struct f_obj credits;
    struct f_map meta;
};
struct part {
    struct f_int n;
};
static const struct field part_fields[] = {
    F_INT(struct part, n, "n", F_REQUIRED, 0, F_NO_MAX, .text = "A number."),
    F_END,
};
static const struct field part = F_BODY(0, part_fields, struct part);
static const struct field text = F_ITEM_STR(1, 9, NULL);
static const struct field fields[] = {
    F_STR(struct in, name, "fullName", F_REQUIRED, 1, 9, .text = "Name."),
    F_STR(struct in, key, "key", F_SECRET, 1, 9, .text = "Secret."),
    F_STR(struct in, owner, "owner", F_NULLABLE, 1, 9, .text = "Owner."),
    F_INT(struct in, value, "value", F_NULLABLE, 0, 9, .text = "Value."),
    F_INT(struct in, count, "count", 0, 0, 9, .text = "Count."),
    F_BOOL(struct in, enabled, "enabled", 0, .text = "Enabled."),
    F_LIST(struct in, roles, "roles", 0, 0, 9, &text, .text = "Roles."),
    F_LIST(struct in, limits, "limits", 0, 0, 9, &part, .text = "Limits."),
    F_OBJ(struct in, credits, "credits", F_NULLABLE, part_fields, struct part, .text = "Credits."),
    F_MAP(struct in, meta, "meta", 0, 9, .text = "Meta."),
    F_END,
};
static const struct field body = F_BODY(0, fields, struct in);
static const struct field list = {.type = FT_LIST, .item = &part, .cli = "limits-json"};

struct row {
    const char *argv[6];
    enum args_verdict verdict;
    const char *want; /* the JSON, or a part of what is said */
};

static void
check(const struct field *root, const struct row *rows, size_t n)
{
    mem = arena_new(1 << 24);
    for (size_t i = 0; i < n; i++) {
        char *argv[6];
        int argc = 0;
        struct str json = S(""), why = S("");
        enum args_verdict got;

        for (; argc < 6 && rows[i].argv[argc]; argc++)
            argv[argc] = strdup(rows[i].argv[argc]);
        test_row("row %zu: %s", i, argc ? argv[0] : "");
        got = args_json(mem, argc, argv, root, &json, &why);
        CHECK_INT(got, rows[i].verdict);
        if (rows[i].verdict == ARGS_OK)
            CHECK_STR(got == ARGS_OK ? json.p : why.p, rows[i].want);
        else if (!strstr(why.p, rows[i].want))
            CHECK_STR(why.p, rows[i].want);
        while (argc > 0)
            free(argv[--argc]);
    }
    arena_free(mem);
    test_row("%s", "");
}

#define N "--full-name=n"
#define J(rest) "{\"fullName\":\"n\"" rest "}"

static void
values(void)
{
    static const struct row rows[] = {
        {{N}, ARGS_OK, J("")},
        {{"--full-name", "n"}, ARGS_OK, J("")},
        {{"-full-name=n"}, ARGS_OK, J("")},
        {{"-full-name", "n"}, ARGS_OK, J("")},
        {{"--full-name=a=b"}, ARGS_OK, "{\"fullName\":\"a=b\"}"},
        {{"--full-name="}, ARGS_OK, "{\"fullName\":\"\"}"},
        {{"--full-name", ""}, ARGS_OK, "{\"fullName\":\"\"}"},
        {{"--full-name=--x"}, ARGS_OK, "{\"fullName\":\"--x\"}"},
        {{"--full-name", "-"}, ARGS_OK, "{\"fullName\":\"-\"}"},
        {{"--full-name=q\"\\\n"}, ARGS_OK, "{\"fullName\":\"q\\\"\\\\\\n\"}"},
        {{"--full-name=\xc3\xa9"}, ARGS_OK, "{\"fullName\":\"\xc3\xa9\"}"},
        {{"--full-name=none"}, ARGS_OK, "{\"fullName\":\"none\"}"},

        {{N, "--value=0"}, ARGS_OK, J(",\"value\":0")},
        {{N, "--value", "-5"}, ARGS_OK, J(",\"value\":-5")},
        {{N, "--value=none"}, ARGS_OK, J(",\"value\":null")},
        {{N, "--value", "null"}, ARGS_OK, J(",\"value\":null")},
        {{N, "--owner=none"}, ARGS_OK, J(",\"owner\":null")},
        {{N, "--owner=None"}, ARGS_OK, J(",\"owner\":\"None\"")},

        {{N, "--enabled"}, ARGS_OK, J(",\"enabled\":true")},
        {{"--enabled", N}, ARGS_OK, J(",\"enabled\":true")},
        {{N, "--enabled=false"}, ARGS_OK, J(",\"enabled\":false")},
        {{N, "--enabled", "false"}, ARGS_OK, J(",\"enabled\":false")},
        {{"--enabled", "true", N}, ARGS_OK, J(",\"enabled\":true")},

        {{N, "--roles="}, ARGS_OK, J(",\"roles\":[]")},
        {{N, "--roles", ""}, ARGS_OK, J(",\"roles\":[]")},
        {{N, "--roles=a"}, ARGS_OK, J(",\"roles\":[\"a\"]")},
        {{N, "--roles=a, b"}, ARGS_OK, J(",\"roles\":[\"a\",\"b\"]")},
        {{N, "--roles=a", "--roles", "b,c"}, ARGS_OK, J(",\"roles\":[\"a\",\"b\",\"c\"]")},
        {{N, "--roles=a,"}, ARGS_OK, J(",\"roles\":[\"a\",\"\"]")},

        {{N, "--credits-json={\"n\": 1}"}, ARGS_OK, J(",\"credits\":{\"n\": 1}")},
        {{N, "--credits={}"}, ARGS_OK, J(",\"credits\":{}")},
        {{N, "--credits=null"}, ARGS_OK, J(",\"credits\":null")},
        {{N, "--limits-json=[]"}, ARGS_OK, J(",\"limits\":[]")},
        {{N, "--limits", "[{\"n\":1}]"}, ARGS_OK, J(",\"limits\":[{\"n\":1}]")},
        {{N, "--meta={\"a\":[1e400]}"}, ARGS_OK, J(",\"meta\":{\"a\":[1e400]}")},
        /* not what the table wants, but that is for the server to say */
        {{N, "--meta=[]"}, ARGS_OK, J(",\"meta\":[]")},
    };

    check(&body, rows, sizeof(rows) / sizeof(rows[0]));
}

static void
refusals(void)
{
    static const struct row rows[] = {
        {{NULL}, ARGS_MISSING, "--full-name is required"},
        {{"--value=1"}, ARGS_MISSING, "--full-name is required"},
        {{"--nmae=n"}, ARGS_WRONG, "unknown option --nmae; there are --full-name --key"},
        {{"--fullName=n"}, ARGS_WRONG, "unknown option --fullName"},
        {{"--roles-json=[]"}, ARGS_WRONG, "unknown option --roles-json"},
        {{"--credits-jso={}"}, ARGS_WRONG, "unknown option --credits-jso"},
        {{"word"}, ARGS_WRONG, "unexpected argument 'word'"},
        {{N, "--enabled", "maybe"}, ARGS_WRONG, "unexpected argument 'maybe'"},
        {{"--"}, ARGS_WRONG, "unexpected argument '--'"},
        {{"-"}, ARGS_WRONG, "unexpected argument '-'"},
        {{""}, ARGS_WRONG, "unexpected argument ''"},
        {{"--=n"}, ARGS_WRONG, "unexpected argument '--=n'"},
        {{"--full-name"}, ARGS_WRONG, "--full-name needs a value"},
        {{"--full-name", "--enabled"}, ARGS_WRONG, "--full-name needs a value"},
        {{N, "--full-name=m"}, ARGS_WRONG, "--full-name is given twice"},
        {{N, "--enabled", "--enabled"}, ARGS_WRONG, "--enabled is given twice"},
        {{N, "--credits={}", "--credits-json={}"}, ARGS_WRONG, "--credits-json is given twice"},
        {{N, "--limits=[]", "--limits=[]"}, ARGS_WRONG, "--limits-json is given twice"},
        {{N, "--enabled=1"}, ARGS_WRONG, "--enabled must be true or false, not '1'"},
        {{N, "--enabled="}, ARGS_WRONG, "--enabled must be true or false"},
        {{N, "--count=none"}, ARGS_WRONG, "--count must be a number, not 'none'"},
        {{N, "--count=1.0"}, ARGS_WRONG, "--count must be a number"},
        {{N, "--count="}, ARGS_WRONG, "--count must be a number"},
        {{N, "--count=9223372036854775808"}, ARGS_WRONG, "--count must be a number"},
        {{N, "--meta={\"a\":}"},
         ARGS_WRONG,
         "invalid JSON for --meta-json: a value was expected at"},
        {{N, "--meta="}, ARGS_WRONG, "invalid JSON for --meta-json"},
        {{N, "--meta={}{}"}, ARGS_WRONG, "invalid JSON for --meta-json: extra text"},
        {{N, "--meta=@/nonexistent"}, ARGS_WRONG, "/nonexistent: No such file"},
        {{N, "--meta=@/"}, ARGS_WRONG, "/: Is a directory"},
        {{"--full-name=\xff"}, ARGS_WRONG, "--full-name is not valid UTF-8"},
        {{N, "--roles=a,\xff"}, ARGS_WRONG, "--roles is not valid UTF-8"},
        {{N, "--meta={\"a\":\"\xff\"}"}, ARGS_WRONG, "invalid JSON for --meta-json"},
    };

    check(&body, rows, sizeof(rows) / sizeof(rows[0]));
}

static void
whole_bodies(void)
{
    static const struct row rows[] = {
        {{"--limits-json=[{\"n\":1}]"}, ARGS_OK, "[{\"n\":1}]"},
        {{"--limits", "[]"}, ARGS_OK, "[]"},
        {{NULL}, ARGS_MISSING, "--limits-json is required"},
        {{"--n=1"}, ARGS_WRONG, "unknown option --n; there are --limits-json"},
    };

    check(&list, rows, sizeof(rows) / sizeof(rows[0]));
}

/* A file with this text; its name is a template for mkstemp. */
static void
make_file(char *name, const char *content)
{
    int fd = mkstemp(name);

    CHECK(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content));
    close(fd);
}

static void
files_and_standard_input(void)
{
    static const struct row from_stdin[] = {
        {{N, "--key=-"}, ARGS_OK, J(",\"key\":\"s3cret\"")},
        {{N, "--key", "-"}, ARGS_WRONG, "--key: standard input is empty"}, /* it has been read */
    };
    char name[] = "/tmp/latchkey-args.XXXXXX", flag[64];
    struct row row = {{N, flag}, ARGS_OK, J(",\"meta\":{ \"a\": 1 }")};

    make_file(name, " { \"a\": 1 }\n");
    snprintf(flag, sizeof(flag), "--meta-json=@%s", name);
    check(&body, &row, 1);
    unlink(name);

    strcpy(name, "/tmp/latchkey-args.XXXXXX");
    make_file(name, "  s3cret\r\n");
    CHECK(freopen(name, "re", stdin) != NULL);
    check(&body, from_stdin, 2);
    unlink(name);
}

static void
taking(void)
{
    static const struct {
        const char *argv[5];
        bool ok;
        const char *value; /* NULL: none */
        const char *left;
    } rows[] = {
        {{"a", "b"}, true, NULL, "a b"},
        {{"a", "--out=x", "b"}, true, "x", "a b"},
        {{"--out", "x", "a"}, true, "x", "a"},
        {{"-out", "x", "a"}, true, "x", "a"},
        {{"--out=", "a"}, true, "", "a"},
        {{"--out=x", "--out=y"}, true, "y", ""},
        {{"--outer=x", "out"}, true, NULL, "--outer=x out"},
        {{"a", "--out"}, false, NULL, ""},
        {{"--out", "--other"}, false, NULL, ""},
    };

    mem = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *argv[5], left[64] = "";
        int argc = 0;
        struct str value = {NULL, 0}, why = S("");

        test_row("row %zu", i);
        for (; argc < 5 && rows[i].argv[argc]; argc++)
            argv[argc] = (char *)(uintptr_t)rows[i].argv[argc];
        CHECK_INT(args_take(mem, &argc, argv, "out", &value, &why), rows[i].ok);
        if (!rows[i].ok) {
            CHECK_STR(why.p, "--out needs a value");
            continue;
        }
        CHECK_INT(value.p != NULL, rows[i].value != NULL);
        if (value.p && rows[i].value)
            CHECK_STR(value.p, rows[i].value);
        for (int k = 0; k < argc; k++) {
            strcat(left, k ? " " : "");
            strcat(left, argv[k]);
        }
        CHECK_STR(left, rows[i].left);
    }
    arena_free(mem);
    test_row("%s", "");
}

/* The example of every endpoint, as flags and back. */
static void
examples(void)
{
    struct decode_parser *parser = decode_parser_new();

    mem = arena_new(1 << 24);
    for (size_t i = 0; i < endpoint_count; i++) {
        const struct endpoint *ep = endpoints[i].ep;
        struct json_object *want = json_tokener_parse(ep->example), *got = NULL;
        struct str json = S("null"), why = S("");
        struct decoded d;
        int argc;
        char **argv = args_flags(mem, ep->in, str_of(ep->example), &argc);

        test_row("%s", endpoints[i].path);
        CHECK_INT(args_json(mem, argc, argv, ep->in, &json, &why), ARGS_OK);
        CHECK_STR(why.p, "");
        got = json_tokener_parse(json.p);
        CHECK(json_object_equal(got, want));
        decode_body(mem, parser, json, ep->in, &d);
        CHECK_INT(d.issue_count, 0);
        json_object_put(got);
        json_object_put(want);
    }
    arena_free(mem);
    decode_parser_free(parser);
    test_row("%s", "");
}

CU_TestInfo suite_schema_args[] = {
    {"values", values},
    {"refusals", refusals},
    {"whole bodies", whole_bodies},
    {"files and standard input", files_and_standard_input},
    {"taking", taking},
    {"examples", examples},
    CU_TEST_INFO_NULL,
};
