/* app/doctor_web */
#include "support/test.h"

#include "app/doctor_web.h"

static void
answers(void)
{
    static const struct {
        int status;
        struct str type;
        bool reached, large;
        struct str hint; /* in what to do, when the request did not arrive well */
    } rows[] = {
        {401, STR("application/json"), true, false, STR("")},
        {401, STR("application/problem+json; charset=utf-8"), true, false, STR("")},
        {400, STR("application/json"), false, true, STR("CGIPassAuth")},
        {503, STR("application/json"), false, false, STR("credentials")},
        {401, STR("text/html"), false, false, STR("error log")},
        {400, STR("text/html"), false, false, STR("error log")},
        {301, STR("text/html"), false, false, STR("redirects")},
        {404, STR("text/plain"), false, false, STR("does not lead to latchkey")},
        {500, STR("text/html"), false, false, STR("error log")},
        {413, STR(""), false, false, STR("error log")},
    };
    struct arena *mem = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct client_answer a = {.status = rows[i].status,
                                  .content_type = rows[i].type,
                                  .location = S("https://elsewhere")};
        struct doctor_finding reached = doctor_web_reached(mem, &a);

        test_row("%d %s", rows[i].status, rows[i].type.p);
        CHECK_INT(reached.ok, rows[i].reached);
        CHECK(reached.ok || str_has(str_of(reached.fix), rows[i].hint));
        CHECK_INT(doctor_web_large(mem, &a).ok, rows[i].large);
    }
    arena_free(mem);
}

static void
no_server(void)
{
    static const char *const urls[] = {"http://127.0.0.1:1", "ftp://a", "nonsense"};
    struct doctor_finding f[DOCTOR_WEB_FINDINGS];
    struct arena *mem = arena_new(8 << 20);

    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        test_row("%s", urls[i]);
        CHECK_INT(doctor_web_check(mem, str_of(urls[i]), f), 1);
        CHECK(!f[0].ok && f[0].detail.n > 0);
    }
    arena_free(mem);
}

CU_TestInfo suite_app_doctor_web[] = {
    {"answers", answers},
    {"no server", no_server},
    CU_TEST_INFO_NULL,
};
