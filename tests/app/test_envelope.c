/* app/envelope */
#include "support/test.h"

#include "app/envelope.h"

#include <string.h>

#define META "\"meta\":{\"requestId\":\"req_1\"}"
#define ERROR(status, detail, more)                                                                \
    "{" META ",\"error\":{\"title\":\"Title\",\"detail\":\"" detail "\",\"status\":" #status       \
    ",\"type\":\"https://x\"" more "}}"
#define KEY_HINT                                                                                   \
    "The root key was taken from $LATCHKEY_ROOT_KEY; `latchkey auth login` stores another one.\n"

static const struct {
    int status;
    const char *body;
    bool json, ok;
    const char *out, *err;
} rows[] = {
    {200, "{" META ",\"data\":{\"a\":1}}", false, true, "req_1 (took 7ms)\n\n{\n  \"a\": 1\n}\n",
     ""},
    {200, "{\"data\":[],\"x\":1," META "}", false, true, "req_1 (took 7ms)\n\n[]\n", ""},
    {200, "{" META "}", false, true, "req_1 (took 7ms)\n", ""},
    {200, "{" META ",\"data\":[1],\"pagination\":{\"hasMore\":true,\"cursor\":\"key_2\"}}", false,
     true, "req_1 (took 7ms)\n\n[\n  1\n]\n", "There is more: --cursor=key_2\n"},
    {200, "{" META ",\"data\":[1],\"pagination\":{\"hasMore\":false}}", false, true,
     "req_1 (took 7ms)\n\n[\n  1\n]\n", ""},
    {200, "{" META ",\"data\":{},\"pagination\":{\"hasMore\":true,\"cursor\":\"c\"}}", true, true,
     "{\n  \"meta\": {\n    \"requestId\": \"req_1\"\n  },\n  \"data\": {},\n"
     "  \"pagination\": {\n    \"hasMore\": true,\n    \"cursor\": \"c\"\n  }\n}\n",
     ""},
    {200, "{" META ",\"data\":\"\\u001b[2J\"}", false, true, "req_1 (took 7ms)\n\n\"\\u001b[2J\"\n",
     ""},

    {400, ERROR(400, "Bad.", ",\"errors\":[]"), false, false, "", "Bad.\nRequest: req_1\n"},
    {400,
     ERROR(400, "Bad.",
           ",\"errors\":[{\"location\":\"/required\",\"message\":\"missing\",\"fix\":\"f\"},"
           "{\"location\":\"/type\",\"message\":\"got\"}]"),
     false, false, "", "Bad.\n/required: missing\n/type: got\nRequest: req_1\n"},
    {401, ERROR(401, "No.", ""), false, false, "",
     "Authentication failed: No.\n" KEY_HINT "Request: req_1\n"},
    {403, ERROR(403, "No.", ""), false, false, "", "Permission denied: No.\nRequest: req_1\n"},
    {404, ERROR(404, "No.", ""), false, false, "", "Not found: No.\nRequest: req_1\n"},
    {429, ERROR(429, "Slow.", ""), false, false, "", "429 Title: Slow.\nRequest: req_1\n"},
    {500, ERROR(500, "", ""), true, false, "", "500 Title: \nRequest: req_1\n"},
    {400, ERROR(400, "a\\u001b[31m\\u0000\\n\xc2\x9b\x7f\xc3\xa9", ""), false, false, "",
     "a?[31m?\n??\xc3\xa9\nRequest: req_1\n"},

    {200, "{\"data\":{}}", false, false, "", "unexpected answer (HTTP status 200"},
    {200, "{\"meta\":{},\"data\":{}}", false, false, "", "unexpected answer"},
    {200, "{\"meta\":{\"requestId\":1}}", false, false, "", "unexpected answer"},
    {200, "[]", false, false, "", "unexpected answer"},
    {200, "", false, false, "", "unexpected answer"},
    {200, "<html>", false, false, "", "unexpected answer"},
    {200, "{" META "}{}", false, false, "", "unexpected answer"},
    {201, "{" META ",\"data\":{}}", false, false, "", "unexpected answer (HTTP status 201"},
    {404, "{" META "}", false, false, "", "unexpected answer (HTTP status 404"},
    {404, "404 page not found", false, false, "",
     "http://h gives an unexpected answer (HTTP status 404, content type text/x?y); is it the URL "
     "of the API?\n"},
    {301, "", false, false, "",
     "http://h redirects to https://b/?, and redirects are not followed; give the right URL by "
     "--api-url\n"},
};

static void
shown(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena *mem = arena_new(1 << 24);
        struct envelope_how how = {rows[i].json, 7, S("http://h"), S("$LATCHKEY_ROOT_KEY")};
        struct client_answer a = {.status = rows[i].status,
                                  .content_type = S("text/x\xc2\x9by"),
                                  .location = S("https://b/\xc2\x80"),
                                  .body = str_of(rows[i].body)};
        struct envelope_text text = envelope_show(mem, &a, &how);

        test_row("row %zu: %s", i, rows[i].body);
        CHECK_INT(text.ok, rows[i].ok);
        CHECK_STR(text.out.p, rows[i].out);
        if (strncmp(rows[i].err, "unexpected", 10) != 0)
            CHECK_STR(text.err.p, rows[i].err);
        else
            CHECK(strstr(text.err.p, rows[i].err) != NULL);
        arena_free(mem);
    }
    test_row("%s", "");
}

/* An answer as deep and as large as the checker lets through. */
static void
large(void)
{
    enum { DEPTH = 250 };
    struct arena *mem = arena_new((size_t)1 << 28);
    struct envelope_how how = {false, 7, S("http://h"), S("--root-key")};
    struct client_answer a = {.status = 200};
    struct sb b;

    sb_init(&b, mem, 1 << 20);
    sb_puts(&b, "{" META ",\"data\":");
    for (int i = 0; i < DEPTH; i++)
        sb_putc(&b, '[');
    for (int i = 0; i < 400000; i++)
        sb_puts(&b, i ? ",1" : "1");
    for (int i = 0; i < DEPTH; i++)
        sb_putc(&b, ']');
    sb_putc(&b, '}');
    a.body = sb_str(&b);
    CHECK(envelope_show(mem, &a, &how).ok);
    arena_free(mem);
}

CU_TestInfo suite_app_envelope[] = {
    {"shown", shown},
    {"large", large},
    CU_TEST_INFO_NULL,
};
