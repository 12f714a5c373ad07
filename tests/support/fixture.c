/* Requests in process, against a real database. */
#include "support/test.h"

#include "api/openapi.h"
#include "api/pipeline.h"
#include "base/conf.h"
#include "base/digest.h"
#include "base/id.h"
#include "base/sb.h"
#include "domain/rootperm.h"
#include "schema/decode.h"
#include "service/premise.h"
#include "service/recorder.h"
#include "store/migrate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIXTURE_MEMORY = 512 * 1024 * 1024 };

/* Failures that tests provoke would fill the terminal. $LATCHKEY_TEST_LOG=1 shows them. */
static void
silence(void *unused, struct str line)
{
    if (getenv("LATCHKEY_TEST_LOG"))
        log_stderr(unused, line);
}

const char *fx_workspace, *fx_root;
struct conf fx_conf;
struct metrics *fx_metrics;

static struct arena *settings, *mem;
static struct conf defaults;
static struct log quiet = {.least = LOG_DEBUG, .sink = silence};
static struct db *db, *reader, *usual_reader;
static struct recorder *recorder;
static struct premises *premises;
static struct decode_parser *parser;

static struct ctx
context(void)
{
    return (struct ctx){.mem = mem,
                        .log = &quiet,
                        .conf = &fx_conf,
                        .db = db,
                        .reader = reader,
                        .recorder = recorder,
                        .metrics = fx_metrics,
                        .premises = premises,
                        .request_id = {"", 0},
                        .remote_ip = {"", 0},
                        .user_agent = {"", 0}};
}

struct ctx *
fx_ctx(void)
{
    struct ctx *c = ARENA_NEW(mem, struct ctx);

    *c = context();
    return c;
}

/* Setting up */

static struct db_conf
database(void)
{
    return (struct db_conf){.defaults_file = getenv("LATCHKEY_TEST_DEFAULTS"),
                            .defaults_group = "latchkey",
                            .connect_timeout_s = 5,
                            .io_timeout_s = 30,
                            .lock_timeout_s = 10};
}

static void
die(const char *what, struct ctx *c)
{
    fprintf(stderr, "fixture: %s: %.*s %.*s\n", what, STR_ARG(c->err.detail),
            STR_ARG(c->err.cause));
    exit(1);
}

void
fx_connect(void)
{
    struct db_conf dc = database();

    db = db_open(&dc, &quiet);
    dc.read_only = true;
    reader = db_open(&dc, &quiet);
    recorder = recorder_new();
    premises = premise_open();
}

bool
fx_open(void)
{
    struct migrate_status m;
    struct str why;
    struct ctx c;

    if (!getenv("LATCHKEY_TEST_DEFAULTS")) {
        fprintf(stderr, "LATCHKEY_TEST_DEFAULTS is not set; run it by tests/with-db\n");
        return false;
    }
    settings = arena_new(FIXTURE_MEMORY);
    mem = arena_new(FIXTURE_MEMORY);
    if (!conf_load(settings, "/dev/null", &defaults, &why)) {
        fprintf(stderr, "settings: %.*s\n", STR_ARG(why));
        return false;
    }
    fx_conf = defaults;
    fx_connect();
    parser = decode_parser_new();
    c = context();
    if (migrate_up(&c, &m) != ST_OK)
        die("migrate", &c);
    return true;
}

void
fx_close(void)
{
    decode_parser_free(parser);
    premise_close(premises);
    recorder_free(recorder);
    db_close(reader);
    db_close(db);
    arena_free(mem);
    arena_free(settings);
}

void
fx_reader(const char *my_cnf)
{
    struct db_conf dc = database();
    FILE *f;

    dc.defaults_file = fx_fmt("%s/reader.cnf", getenv("LATCHKEY_TEST_DIR"));
    dc.read_only = true;
    f = fopen(dc.defaults_file, "w");
    CHECK(f && fputs(my_cnf, f) != EOF && fclose(f) == 0);
    usual_reader = reader;
    reader = db_open(&dc, &quiet);
}

void
fx_fail_reader_after(unsigned n, unsigned error)
{
    db_fail_after(reader, n, error);
}

void
fx_quiet(void)
{
    quiet.least = LOG_ERROR + 1;
}

static void
empty_tables(void)
{
    struct ctx c = context();
    struct db_rows rows;

    if (db_run(&c,
               "SELECT table_name FROM information_schema.tables WHERE table_schema = "
               "DATABASE() AND table_name LIKE 'lk\\_%' AND table_name <> "
               "'lk_schema_version'",
               &rows) != ST_OK)
        die("tables", &c);
    for (size_t i = 0; i < rows.n; i++)
        fx_sql("DELETE FROM %s", rows.rows[i][0].s.p);
}

/* What `latchkey root-key create --all-permissions` grants. */
static const char *
all_permissions(const char *workspace)
{
    size_t n;
    struct str *all = rootperm_all(mem, str_of(workspace), &n);
    struct sb lines;

    sb_init(&lines, mem, n * 64);
    for (size_t i = 0; i < n; i++)
        sb_addf(&lines, "%s%.*s", i ? "\n" : "", STR_ARG(all[i]));
    return sb_str(&lines).p;
}

void
fx_test_begin(void)
{
    test_row("%s", "");
    fx_conf = defaults;
    fx_metrics = NULL;
    quiet.least = LOG_ERROR;
    fx_clock(0);
    empty_tables();
    fx_workspace = fx_new_workspace();
    fx_root = fx_root_of(fx_workspace);
}

void
fx_test_end(void)
{
    db_fail_after(db, 0, 0);
    db_fail_after(reader, 0, 0);
    if (usual_reader) {
        db_close(reader);
        reader = usual_reader;
        usual_reader = NULL;
    }
    fx_flush();
    arena_reset(mem);
}

/* SQL */

static const char *__attribute__((format(printf, 1, 0))) format(const char *fmt, va_list ap)
{
    va_list again;
    int n;
    char *p;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    p = arena_alloc(mem, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    return p;
}

static struct db_rows
query(const char *sql)
{
    struct ctx c = context();
    struct db_rows rows;

    if (db_run(&c, sql, &rows) != ST_OK)
        die(sql, &c);
    return rows;
}

void
fx_sql(const char *fmt, ...)
{
    va_list ap;
    const char *sql;

    va_start(ap, fmt);
    sql = format(fmt, ap);
    va_end(ap);
    query(sql);
}

const char *
fx_sql_str(const char *fmt, ...)
{
    va_list ap;
    struct db_rows rows;

    va_start(ap, fmt);
    rows = query(format(fmt, ap));
    va_end(ap);
    return rows.n ? rows.rows[0][0].s.p : "(none)";
}

long long
fx_sql_int(const char *fmt, ...)
{
    va_list ap;
    struct db_rows rows;

    va_start(ap, fmt);
    rows = query(format(fmt, ap));
    va_end(ap);
    return rows.n && !rows.rows[0][0].null ? atoll(rows.rows[0][0].s.p) : -999;
}

void
fx_clock(int64_t now_ms)
{
    if (now_ms)
        fx_sql("SET SESSION timestamp = %lld.%03d", (long long)(now_ms / 1000),
               (int)(now_ms % 1000));
    else
        fx_sql("SET SESSION timestamp = DEFAULT");
}

void
fx_flush(void)
{
    struct ctx c = context();

    while (recorder_waiting(recorder))
        if (recorder_flush(recorder, &c) != ST_OK)
            die("flush", &c);
}

long long
fx_audit_count(const char *event)
{
    return fx_sql_int("SELECT COUNT(*) FROM lk_audit_event WHERE workspace_id = '%s' AND event = "
                      "'%s'",
                      fx_workspace, event);
}

const char *
fx_audit_names(void)
{
    return fx_sql_str("SELECT COALESCE(GROUP_CONCAT(event ORDER BY time, event SEPARATOR ' '), '') "
                      "FROM lk_audit_event WHERE workspace_id = '%s'",
                      fx_workspace);
}

const char *
fx_audit_trail(void)
{
    return fx_sql_str(
        "SELECT COALESCE(GROUP_CONCAT(CONCAT(e.event, (SELECT GROUP_CONCAT(CONCAT(' ', t.type, "
        "'=', IF(t.name = t.id, '(id)', t.name)) ORDER BY t.position SEPARATOR '') "
        "FROM lk_audit_target t "
        "WHERE t.event_id = e.id)) ORDER BY e.time, e.id SEPARATOR '\n'), '') "
        "FROM lk_audit_event e WHERE e.workspace_id = '%s'",
        fx_workspace);
}

void
fx_audit_clear(void)
{
    fx_sql("DELETE FROM lk_audit_event");
    fx_sql("DELETE FROM lk_audit_target");
}

/* Workspaces and root keys */

const char *
fx_new_workspace(void)
{
    const char *id = id_new(mem, "ws").p;

    fx_sql("INSERT INTO lk_workspace (id, name, slug, created_at) VALUES ('%s', 'test', '%s', 1)",
           id, id);
    return id;
}

const char *
fx_root_key(const char *workspace, const char *permissions)
{
    struct str id = id_new(mem, "key");
    const char *secret = arena_fmt(mem, "latchkey_%s", id.p).p;

    fx_sql("INSERT INTO lk_root_key (id, workspace_id, hash, start, name, permissions, enabled, "
           "created_at) VALUES ('%s', '%s', '%s', 'latchkey_', 'test root key', '%s', 1, 1)",
           id.p, workspace, digest_key_hash(mem, str_of(secret)).p, permissions);
    return secret;
}

const char *
fx_root_of(const char *workspace)
{
    return fx_root_key(workspace, all_permissions(workspace));
}

/* Requests */

static char *
variable(const char *name, const char *value)
{
    return (char *)(uintptr_t)arena_fmt(mem, "%s=%s", name, value).p;
}

static char **
environment(const struct request *r)
{
    const struct {
        const char *name, *value;
    } all[] = {
        {"REQUEST_METHOD", r->method ? r->method : "POST"},
        {"SCRIPT_NAME", r->script_name},
        {"PATH_INFO", r->path_info},
        {"HTTP_AUTHORIZATION", r->authorization},
        {"CONTENT_TYPE", r->content_type},
        {"HTTP_ACCEPT", r->accept},
        {"HTTP_X_FORWARDED_FOR", r->forwarded_for},
        {"REMOTE_ADDR", r->peer ? r->peer : "127.0.0.1"},
        {"HTTP_USER_AGENT", r->user_agent},
        {"HTTP_X_UNKEY_METRICS", r->metrics},
        {"HTTP_X_TEST_TIME", r->test_time},
    };
    size_t n = 0;
    char **env = ARENA_ARRAY(mem, sizeof(all) / sizeof(all[0]) + 1, char *);

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i].value)
            env[n++] = variable(all[i].name, all[i].value);
    return env;
}

static void
put_tree(void *tree)
{
    json_object_put(tree);
}

struct answer
fx_request(const struct request *r)
{
    struct ctx c = context();
    struct http_req req;
    struct http_res *res = ARENA_NEW(mem, struct http_res);
    struct answer a;

    http_req_read(mem, environment(r), &req);
    req.body = (struct str){r->body ? r->body : "", 0};
    req.body.n = r->body_n ? r->body_n : strlen(req.body.p);
    req.body_state = r->body_too_large ? BODY_TOO_LARGE
                     : r->body_broken  ? BODY_BROKEN
                                       : BODY_COMPLETE;
    pipeline_run(&c, parser, &req, res);
    a = (struct answer){.status = res->status,
                        .content_type = arena_cstr(mem, res->content_type),
                        .text = arena_cstr(mem, res->body),
                        .res = res};
    a.body = json_tokener_parse(a.text);
    arena_defer(mem, put_tree, a.body);
    return a;
}

/* Every answer is one that the OpenAPI document tells of. */
static void
check_declared(const char *operation, int status)
{
    for (size_t i = 0; i < endpoint_count; i++)
        if (strcmp(endpoints[i].path + strlen("/v2/"), operation) == 0 &&
            !openapi_declares(endpoints[i].ep, status))
            test_check(false, fx_fmt("status %d is among the .errors of %s", status, operation),
                       __FILE__, __LINE__);
}

static struct answer
call(const char *root, const char *operation, const char *body)
{
    struct answer a = fx_request(&(struct request){
        .script_name = arena_fmt(mem, "/v2/%s", operation).p,
        .authorization = arena_fmt(mem, "Bearer %s", root ? root : fx_root).p,
        .content_type = "application/json",
        .accept = "application/json",
        .user_agent = "tests",
        .body = body,
    });

    check_declared(operation, a.status);
    return a;
}

struct answer
fx_call(const char *root, const char *operation, const char *fmt, ...)
{
    va_list ap;
    const char *body;

    va_start(ap, fmt);
    body = format(fmt, ap);
    va_end(ap);
    return call(root, operation, body);
}

struct answer
fx_ok(const char *operation, const char *fmt, ...)
{
    va_list ap;
    const char *body;
    struct answer a;

    va_start(ap, fmt);
    body = format(fmt, ap);
    va_end(ap);
    a = call(NULL, operation, body);
    if (a.status != 200) {
        fprintf(stderr, "%s %s: %s\n", operation, body, a.text);
        CHECK_INT(a.status, 200);
    }
    return a;
}

void
fx_check_error(struct answer a, int status, const char *type_end)
{
    struct str type = str_of(at_str(a, "error.type"));

    CHECK_INT(a.status, status);
    if (!str_ends(type, str_of(type_end)))
        CHECK_STR(type.p, type_end);
    CHECK(at_has(a, "meta.requestId"));
}
