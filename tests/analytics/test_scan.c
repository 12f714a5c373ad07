/* analytics/scan: tokens. */
#include "analytics/scan.h"
#include "base/sb.h"
#include "support/test.h"

static const char *
kind_name(enum token_kind k)
{
    static const char *const names[] = {
        [TOKEN_END] = "end", [TOKEN_WORD] = "word",   [TOKEN_QUOTED] = "quoted",
        [TOKEN_INT] = "int", [TOKEN_FLOAT] = "float", [TOKEN_TEXT] = "text",
    };

    return k <= TOKEN_TEXT ? names[k] : "sign";
}

/* "word:SELECT int:1 ...": quoted ones and texts by their values. */
static const char *
listed(struct ctx *c, const char *text)
{
    struct tokens t;
    struct sb b;

    if (scan_tokens(c, str_of(text), &t) != ST_OK)
        return "refused";
    sb_init(&b, c->mem, 64);
    for (size_t i = 0; i + 1 < t.n; i++) {
        bool value = t.v[i].kind == TOKEN_TEXT || t.v[i].kind == TOKEN_QUOTED;

        sb_addf(&b, "%s%s:", i ? " " : "", kind_name(t.v[i].kind));
        sb_put(&b, value ? t.v[i].value : t.v[i].text);
    }
    CHECK_INT(t.v[t.n - 1].kind, TOKEN_END);
    return sb_str(&b).p;
}

static void
tokens(void)
{
    static const struct {
        const char *text, *tokens;
    } rows[] = {
        {"", ""},
        {" \t\r\n\f\v", ""},
        {"-- only a comment", ""},
        {"/* a */ /**/ -- b\n", ""},
        {"a -- b\n c", "word:a word:c"},
        {"a/* ' */b", "word:a word:b"},
        {"SELECT _a1", "word:SELECT word:_a1"},
        {"1 23 007", "int:1 int:23 int:007"},
        {"1.5 .5 1. 1e3 1E-3 2.5e+10",
         "float:1.5 float:.5 float:1. float:1e3 float:1E-3 float:2.5e+10"},
        {"1e", "refused"},
        {"1_000", "refused"},
        {"0x1F", "refused"},
        {"1a", "refused"},
        {"x.1 x.1.2", "word:x sign:. int:1 word:x sign:. int:1 sign:. int:2"},
        {"(a).1", "sign:( word:a sign:) sign:. int:1"},
        {"a .5", "word:a float:.5"},
        {"..0", "sign:. float:.0"},
        {"...0.0.", "sign:. sign:. float:.0 float:.0 sign:."},
        {"t.*", "word:t sign:. sign:*"},
        {"'a''b' '' 'it\\'s' '\\\\' '\\n\\t' '\\x41'",
         "text:a'b text: text:it's text:\\ text:\n\t text:A"},
        {"'a\\%b\\_' '\\q'", "text:a\\%b\\_ text:\\q"},
        {"\"a b\" `c``d` \"e\"\"f\"", "quoted:a b quoted:c`d quoted:e\"f"},
        {"'-- no' \"/* no\"", "text:-- no quoted:/* no"},
        {"a::b->c==d!=e<>f<=g>=h",
         "word:a sign::: word:b sign:-> word:c sign:== word:d sign:!= word:e "
         "sign:<> word:f sign:<= word:g sign:>= word:h"},
        {"a-1--2", "word:a sign:- int:1"},
        {"{a:T}[1],?;",
         "sign:{ word:a sign:: word:T sign:} sign:[ int:1 sign:] sign:, sign:? sign:;"},
        {"'\\xc3\\xa4' '\\xzz'", "text:\xc3\xa4 text:\\xzz"},
        {"'\\xff'", "refused"},
        {"`\\xc3`", "refused"},
        {"'a", "refused"},
        {"'a\\'", "refused"},
        {"`a", "refused"},
        {"/* a", "refused"},
        {"/*/", "refused"},
        {"a # b", "refused"},
        {"a | b", "refused"},
        {"@a", "refused"},
        {"\xc3\xa4", "refused"},
        {"$", "refused"},
        {"\\", "refused"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ctx c = {.mem = arena_new(1 << 20)};

        test_row("%s", rows[i].text);
        CHECK_STR(listed(&c, rows[i].text), rows[i].tokens);
        arena_free(c.mem);
    }
}

CU_TestInfo suite_analytics_scan[] = {
    {"tokens", tokens},
    CU_TEST_INFO_NULL,
};
