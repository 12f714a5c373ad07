/* test.h: what tests are made of: CUnit, and for those with a database a fixture that answers
 * requests in process. Each test starts with empty tables, one workspace and one root key. */
#ifndef LATCHKEY_TESTS_SUPPORT_TEST_H
#define LATCHKEY_TESTS_SUPPORT_TEST_H

#include "base/ctx.h"
#include "store/db.h"

#include <CUnit/Basic.h>
#include <json-c/json.h>

/* CUnit reports the condition's text only; these say what the values were. */
#define CHECK_STR(got, want) test_check_str((got), (want), __FILE__, __LINE__)
#define CHECK_INT(got, want) test_check_int((long long)(got), (long long)(want), __FILE__, __LINE__)
#define CHECK(cond) test_check((cond), #cond, __FILE__, __LINE__)
void test_check_str(const char *got, const char *want, const char *file, int line);
void test_check_int(long long got, long long want, const char *file, int line);
void test_check(bool ok, const char *text, const char *file, int line);
/* Which row of a table is being tested; shown with failures until the next call. */
void test_row(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Runs a command line (words without the program's name, NULL-terminated) with this standard input;
 * its exit status, and in *output what it said on standard output and error, until the next call. */
int test_command(const char *const *words, const char *input, const char **output);

/* The fixture. $LATCHKEY_TEST_DEFAULTS names a my.cnf whose account may do everything; the schema
 * it names is brought up to date first. */
bool fx_open(void);
void fx_close(void);
void fx_test_begin(void);
void fx_test_end(void);

extern const char *fx_workspace; /* of the current test */
extern const char *fx_root;      /* a root key of it with all permissions, in plain text */
extern struct conf fx_conf;      /* the settings requests see; reset before each test */

/* A context on the fixture's connection, for calling stores and services directly. It lives as long
 * as the test. */
struct ctx *fx_ctx(void);

/* Another workspace; its id. */
const char *fx_new_workspace(void);
/* A root key of a workspace with these permissions, one per line; its plain text. The permission
 * strings are not checked. */
const char *fx_root_key(const char *workspace, const char *permissions);
/* The database's clock, for everything that follows in this test; 0: the real one. */
void fx_clock(int64_t now_ms);

/* An answer. body lives as long as the test. */
struct answer {
    int status;
    const char *content_type, *text;
    struct json_object *body;
    const struct http_res *res;
};
/* What a web server would pass on. NULL members are absent. */
struct request {
    const char *method, *script_name, *path_info, *authorization, *content_type, *accept;
    const char *forwarded_for, *peer, *user_agent, *metrics, *test_time;
    const char *body;
    size_t body_n;                          /* 0: strlen(body) */
    bool body_too_large, body_broken;
};
struct answer fx_request(const struct request *r);
/* POST of an operation ("keys.createKey") with a JSON body (printf format). root NULL: fx_root. */
struct answer fx_call(const char *root, const char *operation, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, checking that the answer is 200. */
struct answer fx_ok(const char *operation, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Checks status and the end of the error type. */
void fx_check_error(struct answer a, int status, const char *type_end);

/* Members by path, such as "data.ratelimits.0.name". */
struct json_object *at(struct answer a, const char *path);
const char *at_str(struct answer a, const char *path); /* "(none)" when absent or no string */
long long at_int(struct answer a, const char *path);   /* -999 when absent or no integer */
bool at_true(struct answer a, const char *path);
bool at_has(struct answer a, const char *path);
size_t at_len(struct answer a, const char *path); /* of a list; 0 when absent */

/* Writes the records that wait, then SQL: one number, one text. */
void fx_flush(void);
long long fx_sql_int(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *fx_sql_str(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void fx_sql(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Audit events of the test's workspace since fx_audit_clear: how many have this name; all names, by
 * time and then by name, separated by spaces. */
long long fx_audit_count(const char *event);
const char *fx_audit_names(void);
void fx_audit_clear(void);

#endif
