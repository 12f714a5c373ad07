/* api/metrics_page: who may see it, what it counts. */
#include "api/metrics_page.h"

#include "service/recorder.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Opens counters in a file that nobody else will find. */
static void
begin(void)
{
    char path[] = "/tmp/latchkey-metrics.XXXXXX";
    int fd = mkstemp(path);
    struct str why;

    CHECK(fd >= 0);
    close(fd);
    fx_conf.metrics = true;
    fx_conf.metrics_file = path;
    if (!*fx_conf.metrics_allow && !*fx_conf.metrics_token)
        fx_conf.metrics_allow = "127.0.0.1";
    fx_metrics = metrics_page_open(fx_ctx()->mem, &fx_conf, &why);
    CHECK_STR(why.p, "");
    unlink(path);
}

static struct answer
fetch(const char *peer, const char *authorization)
{
    return fx_request(&(struct request){
        .method = "GET", .path_info = "/metrics", .peer = peer, .authorization = authorization});
}

static void
who(void)
{
    static const struct {
        const char *allow, *token, *peer, *authorization;
        int status;
    } rows[] = {
        {"127.0.0.1", "", "127.0.0.1", NULL, 200},
        {"127.0.0.1", "", "127.0.0.2", NULL, 404},
        {"10.0.0.0/8, fd00::/8", "", "10.255.1.2", NULL, 200},
        {"10.0.0.0/8, fd00::/8", "", "11.0.0.1", NULL, 404},
        {"10.0.0.0/8, fd00::/8", "", "fd12::1", NULL, 200},
        {"10.0.0.0/8, fd00::/8", "", "fe80::1", NULL, 404},
        {"10.0.0.0/8", "", "::ffff:10.1.2.3", NULL, 200},
        {"192.168.1.128/25", "", "192.168.1.127", NULL, 404},
        {"192.168.1.128/25", "", "192.168.1.200", NULL, 200},
        {"0.0.0.0/0", "", "8.8.8.8", NULL, 200},
        {"", "secret", "8.8.8.8", "Bearer secret", 200},
        {"", "secret", "8.8.8.8", "Bearer secre", 404},
        {"", "secret", "8.8.8.8", "Bearer secret ", 404},
        {"", "secret", "8.8.8.8", "secret", 404},
        {"", "secret", "8.8.8.8", NULL, 404},
        {"127.0.0.1", "secret", "127.0.0.1", "Bearer secret", 200},
        {"127.0.0.1", "secret", "127.0.0.1", NULL, 404},
        {"127.0.0.1", "secret", "8.8.8.8", "Bearer secret", 404},
    };
    const char *unknown = fx_request(&(struct request){.method = "GET", .path_info = "/x"}).text;

    CHECK_INT(fetch("127.0.0.1", NULL).status, 404); /* off */
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a;

        fx_conf.metrics_allow = rows[i].allow;
        fx_conf.metrics_token = rows[i].token;
        begin();
        a = fetch(rows[i].peer, rows[i].authorization);
        test_row("allow '%s' token '%s': %s %s", rows[i].allow, rows[i].token, rows[i].peer,
                 rows[i].authorization ? rows[i].authorization : "-");
        CHECK_INT(a.status, rows[i].status);
        if (a.status == 404)
            CHECK_STR(a.text, unknown);
    }
}

static void
settings(void)
{
    static const struct {
        const char *allow, *token, *why;
    } rows[] = {
        {"", "", "metrics = on needs"},     {"10.0.0.0/33", "", "metrics_allow must"},
        {"localhost", "", "metrics_allow"}, {"127.0.0.1,", "", "metrics_allow"},
        {"10.0.0.0/", "", "metrics_allow"}, {"", "x", "metrics_file: /nonexistent/: "},
    };
    struct str why;

    CHECK(!metrics_page_open(fx_ctx()->mem, &fx_conf, &why) && why.n == 0);
    fx_conf.metrics = true;
    fx_conf.metrics_file = "/nonexistent/file";
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row("'%s' '%s'", rows[i].allow, rows[i].token);
        fx_conf.metrics_allow = rows[i].allow;
        fx_conf.metrics_token = rows[i].token;
        CHECK(!metrics_page_open(fx_ctx()->mem, &fx_conf, &why));
        CHECK(str_starts(why, str_of(rows[i].why)));
    }
}

static void
shows(const char *line)
{
    const char *text = fetch("127.0.0.1", NULL).text;

    test_row("%s", line);
    CHECK(strstr(text, fx_fmt("\n%s\n", line)) != NULL);
}

static int
verify_unknown(int i)
{
    return fx_call(NULL, "keys.verifyKey", "{\"key\":\"unknown_%d\"}", i).status == 200 ? 0 : 1;
}

static void
counts(void)
{
    const char *api, *key;

    fx_quiet();
    begin();
    api = at_str(fx_ok("apis.createApi", "{\"name\":\"abc\"}"), "data.apiId");
    key = at_str(fx_ok("keys.createKey", "{\"apiId\":\"%s\"}", api), "data.key");
    fx_ok("keys.verifyKey", "{\"key\":\"%s\"}", key);
    fx_ok("keys.verifyKey", "{\"key\":\"%s\"}", key);
    CHECK_INT(fx_call("wrong", "apis.createApi", "{\"name\":\"abc\"}").status, 401);
    CHECK_INT(fx_sum(3, verify_unknown), 0); /* by other processes */
    shows("# TYPE latchkey_requests_total counter");
    shows("latchkey_requests_total{operation=\"apis.createApi\",status=\"200\"} 1");
    shows("latchkey_requests_total{operation=\"apis.createApi\",status=\"401\"} 1");
    shows("latchkey_requests_total{operation=\"keys.verifyKey\",status=\"200\"} 5");
    shows("latchkey_verifications_total{outcome=\"VALID\"} 2");
    shows("latchkey_verifications_total{outcome=\"NOT_FOUND\"} 3");
    shows("latchkey_verifications_total{outcome=\"EXPIRED\"} 0");
    shows("latchkey_request_duration_seconds_bucket{le=\"+Inf\"} 8");
    shows("latchkey_request_duration_seconds_count 8");
    shows("latchkey_database_errors_total 0");
    fx_fail_after(1, 1105);
    CHECK(fx_call(NULL, "apis.createApi", "{\"name\":\"abc\"}").status >= 500);
    fx_fail_after(0, 0);
    shows("latchkey_database_errors_total 1");
    fx_fail_after(3, 1213);
    fx_ok("apis.createApi", "{\"name\":\"abcd\"}");
    fx_fail_after(0, 0);
    shows("latchkey_database_retries_total 1");
    metrics_add(fx_metrics, METRIC_RECORDS, 10);
    metrics_add(fx_metrics, METRIC_RECORDS_WRITTEN, 6);
    metrics_add(fx_metrics, METRIC_RECORDS_DROPPED, 1);
    shows("latchkey_records_written_total 6");
    shows("latchkey_records_dropped_total 1");
    shows("latchkey_records_waiting 3");
}

CU_TestInfo suite_api_metrics_page[] = {
    {"who", who},
    {"settings", settings},
    {"counts", counts},
    CU_TEST_INFO_NULL,
};
