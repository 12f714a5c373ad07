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
 * its exit status, and in *output what it said on standard output and error, until the next call.
 */
int test_command(const char *const *words, const char *input, const char **output);
/* The same with words as arguments, on the fixture's database; checks the status, returns what it
 * said. */
#define OPERATOR(status, ...)                                                                      \
    test_operator((status), (const char *const[]){__VA_ARGS__, NULL}, __FILE__, __LINE__)
const char *test_operator(int status, const char *const *words, const char *file, int line);

/* The fixture. $LATCHKEY_TEST_DEFAULTS names a my.cnf whose account may do everything; the schema
 * it names is brought up to date first. */
bool fx_open(void);
void fx_close(void);
/* Opens a connection, as a child process must; and lets nothing be logged until the test ends. */
void fx_connect(void);
void fx_quiet(void);
void fx_test_begin(void);
void fx_test_end(void);

extern const char *fx_workspace;   /* of the current test */
extern const char *fx_root;        /* a root key of it with all permissions, in plain text */
extern struct conf fx_conf;        /* the settings requests see; reset before each test */
extern struct metrics *fx_metrics; /* what requests count in; NULL before each test */

/* A context on the fixture's connection, for calling stores and services directly. It lives as long
 * as the test. */
struct ctx *fx_ctx(void);
/* A formatted C string that lives as long. */
#define fx_fmt(...) (arena_fmt(fx_ctx()->mem, __VA_ARGS__).p)

/* Another workspace; its id. */
const char *fx_new_workspace(void);
/* A root key of a workspace with these permissions, one per line; its plain text. The permission
 * strings are not checked. */
const char *fx_root_key(const char *workspace, const char *permissions);
/* One with all permissions. */
const char *fx_root_of(const char *workspace);
/* A root key of the test's workspace with one permission; one with '#' that does not begin with
 * "unkey:" is the tail of a URN grant of that workspace. */
const char *fx_key_with(const char *permission);
/* Until the test ends, analytics queries connect as this text of a my.cnf says. */
void fx_reader(const char *my_cnf);
/* Lets the n-th statement of analytics queries from now fail with this error code. */
void fx_fail_reader_after(unsigned n, unsigned error);
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
    size_t body_n; /* 0: strlen(body) */
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

/* One member of each object in a list, in byte order, with spaces between them. */
const char *at_join(struct answer a, const char *path, const char *member);

/* Runs fn(0) to fn(n - 1) at the same time, each in a process and on a connection of its own, and
 * stores what they return. fn sends requests; checks in it go nowhere. */
void fx_parallel(int n, int (*fn)(int i), int *results);
/* The same; the sum of what they return. */
long long fx_sum(int n, int (*fn)(int i));

/* Sends a request many times, always after prepare(), with its first statement failing, then its
 * second and so on. Checks that a failed request has changed nothing in any table, and that
 * deadlocks are made up for: the answer is 200 and the audit trail that of an undisturbed one. */
void fx_check_atomic(void (*prepare)(void), const char *operation, const char *body);
/* Something that differs when any row of a workspace does, in any table. */
const char *fx_rows_of(const char *workspace);
/* Lets the n-th statement from now fail with this error code, and nothing be logged from now on;
 * n = 0: no statement. */
void fx_fail_after(unsigned n, unsigned error);
/* Runs fn(i) beside the test, in a process with a connection of its own. fx_join waits for it and
 * says what it returned, 0 to 255, or -1 when it crashed; checks that fn makes are not counted. */
int fx_fork(int (*fn)(int i), int i);
int fx_join(int pid);
/* Waits until some other connection waits for a lock that the test's connection holds. */
void fx_await_lock(void);

/* Writes the records that wait, then SQL: one number, one text. */
void fx_flush(void);
long long fx_sql_int(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *fx_sql_str(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void fx_sql(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* In SQL: a table of the numbers 1 to 100000, as column seq. */
#define FX_DIGITS                                                                                  \
    "(SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 "  \
    "UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL "       \
    "SELECT 9)"
#define FX_SEQ                                                                                     \
    "(SELECT 1 + a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n AS seq FROM " FX_DIGITS     \
    " a, " FX_DIGITS " b, " FX_DIGITS " c, " FX_DIGITS " d, " FX_DIGITS " e) s"
/* Audit events of the test's workspace since fx_audit_clear: how many have this name; all names, by
 * time and then by name, separated by spaces. */
long long fx_audit_count(const char *event);
const char *fx_audit_names(void);
/* The events in the order in which they were written, one per line: name, type=name of targets;
 * (id) for a name that is the id. */
const char *fx_audit_trail(void);
void fx_audit_clear(void);
/* The targets of the events of this name, sorted: "type id name, type id name; ..."; and how many
 * correlation ids there are among all events. */
const char *fx_audit_targets(const char *event);
long long fx_audit_correlations(void);

#endif
