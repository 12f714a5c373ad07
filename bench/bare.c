/* bare: what a FastCGI responder costs that does nothing but latchkey's SQL: the yardstick of the
 * benchmark. Same libfcgi, same statements (taken from latchkey's own lists), same batches of
 * records after the answer; no JSON, no hashing, no checks. The path chooses the work:
 *   /const        a constant answer
 *   /plain        the lookup of keys.verifyKey
 *   /credits      and one credit, committed by itself
 *   /limit        the lookup and one window, committed by itself
 *   /all          lookup, one window and one credit in a transaction
 *   /all-separate the same, each committed by itself, and the record before the answer
 *   /ratelimit    one window, checking what a former lookup of ratelimit.limit has shown
 * As the gate's authorizer, it takes the kind of key (plain_1, credits_1, limit_1, all_1) for the
 * work, and charges once for a UNIQUE_ID, as latchkey does. All but /const and /all-separate write
 * their records in batches of 64 after the answer, and with them when keys were used, once a minute
 * for each key, as latchkey does.
 * "?hot" uses one key, otherwise a random one. */
#include "store/blocks.h"

#include <fcgiapp.h>
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern const struct db_stmt_list key_store_stmts, counter_store_stmts, event_store_stmts,
    gate_store_stmts;

enum { MAX_PARAMS = 64 * 15, MAX_COLS = 64, TEXT = 256, KEYS = 100000, BATCH = 64, USED = 64 };

struct query {
    MYSQL_STMT *stmt;
    unsigned params, cols;
    MYSQL_BIND in[MAX_PARAMS], out[MAX_COLS];
    unsigned long in_len[MAX_PARAMS], out_len[MAX_COLS];
    char out_text[MAX_COLS][TEXT];
    my_bool out_null[MAX_COLS];
};

static MYSQL *my;
static const char *root_hash, *permissions;
static char hashes[4][KEYS][48], ids[4][KEYS][24]; /* plain, credits, limit, all */
static struct query lookup, presented, take, spend, take_if, charge, record[2], queue[2],
    record_one, queue_one, mark;
static int waiting[2], n_used;
static unsigned last_used, presented_used; /* columns of the lookups */
static const char *used[BATCH];

static void
die(const char *what, const char *why)
{
    fprintf(stderr, "bare: %s: %s\n", what, why);
    exit(1);
}

/* The first statement of a list whose text contains both parts. */
static const struct db_stmt *
find_stmt(const struct db_stmt_list *l, const char *part, const char *other)
{
    for (size_t i = 0; i < l->n; i++)
        if (strstr(l->stmts[i].sql, part) && strstr(l->stmts[i].sql, other))
            return &l->stmts[i];
    die("no statement with", part);
    return NULL;
}

static const char *
find(const struct db_stmt_list *l, const char *part, const char *other)
{
    return find_stmt(l, part, other)->sql;
}

/* An insert of BATCH rows; that of one row stands first, those of more rows follow. */
static const char *
find_batch(const struct db_stmt_list *l, const char *insert)
{
    return find_stmt(l, insert, "")[BLOCKS_SIZES - 1].sql;
}

static void
prepare(struct query *q, const char *sql)
{
    q->stmt = mysql_stmt_init(my);
    if (mysql_stmt_prepare(q->stmt, sql, strlen(sql)))
        die(sql, mysql_stmt_error(q->stmt));
    q->params = (unsigned)mysql_stmt_param_count(q->stmt);
    q->cols = mysql_stmt_field_count(q->stmt);
    for (unsigned i = 0; i < q->cols; i++)
        q->out[i] = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING,
                                 .buffer = q->out_text[i],
                                 .buffer_length = TEXT,
                                 .length = &q->out_len[i],
                                 .is_null = &q->out_null[i]};
    if (q->cols && mysql_stmt_bind_result(q->stmt, q->out))
        die(sql, mysql_stmt_error(q->stmt));
}

static unsigned
column(struct query *q, const char *name)
{
    MYSQL_RES *meta = mysql_stmt_result_metadata(q->stmt);
    MYSQL_FIELD *f = mysql_fetch_fields(meta);
    unsigned i = 0;

    while (i < q->cols && strcmp(f[i].name, name) != 0)
        i++;
    mysql_free_result(meta);
    if (i == q->cols)
        die("no column", name);
    return i;
}

static void
str(struct query *q, unsigned i, const char *s)
{
    q->in_len[i] = strlen(s);
    q->in[i] = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING,
                            .buffer = (void *)(uintptr_t)s,
                            .buffer_length = q->in_len[i],
                            .length = &q->in_len[i]};
}

static void
num(struct query *q, unsigned i, const long long *v)
{
    q->in[i] = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = (void *)(uintptr_t)v};
}

static void
run(struct query *q)
{
    if (mysql_stmt_bind_param(q->stmt, q->in) || mysql_stmt_execute(q->stmt))
        die("execute", mysql_stmt_error(q->stmt));
    if (q->cols)
        while (mysql_stmt_fetch(q->stmt) != MYSQL_NO_DATA)
            ;
    mysql_stmt_free_result(q->stmt);
}

static void
plain(const char *sql)
{
    if (mysql_query(my, sql))
        die(sql, mysql_error(my));
}

static void
load_keys(void)
{
    static const char *const apis[] = {"api_plain", "api_credits", "api_limit", "api_all"};

    for (int g = 0; g < 4; g++) {
        char sql[200];
        MYSQL_RES *res;
        MYSQL_ROW row;
        int n = 0;

        snprintf(sql, sizeof(sql), "SELECT hash, id FROM lk_key WHERE api_id = '%s' LIMIT %d",
                 apis[g], KEYS);
        plain(sql);
        res = mysql_use_result(my);
        while ((row = mysql_fetch_row(res)) != NULL && n < KEYS) {
            snprintf(hashes[g][n], sizeof(hashes[g][n]), "%s", row[0]);
            snprintf(ids[g][n++], sizeof(ids[g][n]), "%s", row[1]);
        }
        mysql_free_result(res);
        if (n < KEYS)
            die("keys are missing in", apis[g]);
    }
}

static const long long minute = 60000, one = 1, bound = 1000000000000LL;
static long long now_ms, window_end;

static void
tick(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    now_ms = t.tv_sec * 1000LL + t.tv_nsec / 1000000;
    window_end = (now_ms / minute + 1) * minute;
}

static void
note_used(const struct query *q, unsigned at, const char *id)
{
    if (q->out_null[at] || now_ms - atoll(q->out_text[at]) >= minute)
        used[n_used++] = id;
}

static void
do_lookup(int group, int k)
{
    str(&lookup, 0, hashes[group][k]);
    str(&lookup, 1, root_hash);
    run(&lookup);
    note_used(&lookup, last_used, ids[group][k]);
}

static void
do_charge(const char *id)
{
    str(&charge, 0, id);
    num(&charge, 1, &now_ms);
    str(&charge, 2, "VALID");
    for (unsigned i = 3; i < 7; i++)
        num(&charge, i, &one);
    run(&charge);
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
do_mark(void)
{
    static long long at;

    at = now_ms - now_ms % minute;
    qsort(used, (size_t)n_used, sizeof(*used), by_text);
    for (int i = 0; i < n_used; i += USED) {
        num(&mark, 0, &at);
        for (int k = 0; k < USED; k++)
            str(&mark, 1 + (unsigned)k, used[i + k < n_used ? i + k : n_used - 1]);
        num(&mark, 1 + USED, &at);
        run(&mark);
    }
}

static void
do_take(const char *scope, const char *name)
{
    str(&take, 0, scope);
    str(&take, 1, name);
    num(&take, 2, &minute);
    num(&take, 3, &window_end);
    num(&take, 4, &one);
    num(&take, 5, &window_end);
    num(&take, 6, &bound);
    num(&take, 7, &window_end);
    num(&take, 8, &one);
    num(&take, 9, &window_end);
    num(&take, 10, &window_end);
    run(&take);
}

/* Whether it was done: at the turn of a window this clock and the database's may differ. */
static bool
do_take_if(const char *identifier)
{
    static long long window_start;

    tick();
    window_start = window_end - minute;
    str(&take_if, 0, "rlns_bench");
    str(&take_if, 1, identifier);
    num(&take_if, 2, &minute);
    num(&take_if, 3, &window_end);
    num(&take_if, 4, &one);
    str(&take_if, 5, "bench");
    str(&take_if, 6, root_hash);
    str(&take_if, 7, permissions);
    str(&take_if, 8, "rlns_bench");
    num(&take_if, 9, &window_start);
    num(&take_if, 10, &window_end);
    num(&take_if, 11, &window_end);
    num(&take_if, 12, &bound);
    num(&take_if, 13, &window_end);
    num(&take_if, 14, &one);
    num(&take_if, 15, &window_end);
    num(&take_if, 16, &window_end);
    run(&take_if);
    return mysql_stmt_affected_rows(take_if.stmt) > 0;
}

static void
do_spend(int group, int k)
{
    num(&spend, 0, &one);
    str(&spend, 1, ids[group][k]);
    num(&spend, 2, &one);
    run(&spend);
}

enum { VERIFICATION_COLS = 15, VERIFICATION_KEY = 3, DECISION_COLS = 13, DECISION_KEY = 4 };

/* One row of a record statement and of that of its queue; request ids have to differ. */
static void
record_row(struct query *q, struct query *later, unsigned row, int decision)
{
    static char request[BATCH][24];
    static unsigned serial;
    unsigned at = row * (decision ? DECISION_COLS : VERIFICATION_COLS);
    unsigned key = row * (decision ? DECISION_KEY : VERIFICATION_KEY);

    snprintf(request[row], sizeof(request[row]), "req_%x_%x", (unsigned)getpid(), serial++);
    str(q, at, "ws_bench");
    num(q, at + 1, &now_ms);
    str(q, at + 2, request[row]);
    str(later, key, "ws_bench");
    num(later, key + 1, &now_ms);
    str(later, key + 2, request[row]);
    if (decision) {
        num(q, at + 3, &one);
        num(later, key + 3, &one);
        str(q, at + 4, "rlns_bench");
        str(q, at + 5, "user_12345");
        num(q, at + 6, &one);
        str(q, at + 7, "");
        for (unsigned i = 8; i < DECISION_COLS; i++)
            num(q, at + i, &one);
        return;
    }
    for (unsigned i = 3; i < 13; i++)
        str(q, at + i, i == 12 ? "[]" : "key_1234567890");
    num(q, at + 13, &one);
    num(q, at + 14, &one);
}

static void
record_later(int decision)
{
    if (++waiting[decision] < BATCH)
        return;
    waiting[decision] = 0;
    for (unsigned i = 0; i < BATCH; i++)
        record_row(&record[decision], &queue[decision], i, decision);
    plain("START TRANSACTION");
    run(&record[decision]);
    run(&queue[decision]);
    if (!decision)
        do_mark();
    n_used = 0;
    plain("COMMIT");
}

static void
work(const char *path, int k)
{
    int group = strcmp(path, "/credits") == 0   ? 1
                : strcmp(path, "/limit") == 0   ? 2
                : strncmp(path, "/all", 4) == 0 ? 3
                                                : 0;

    tick();
    if (strcmp(path, "/ratelimit") == 0) {
        char identifier[17];

        snprintf(identifier, sizeof(identifier), "user%012d", k);
        while (!do_take_if(identifier))
            ;
        return;
    }
    do_lookup(group, k);
    if (strcmp(path, "/all") == 0)
        plain("START TRANSACTION");
    if (group >= 2)
        do_take(ids[group][k], "requests________");
    if (group == 1 || group == 3)
        do_spend(group, k);
    if (strcmp(path, "/all") == 0)
        plain("COMMIT");
    if (strcmp(path, "/all-separate") == 0) {
        record_row(&record_one, &queue_one, 0, 0);
        plain("START TRANSACTION");
        run(&record_one);
        run(&queue_one);
        do_mark();
        plain("COMMIT");
        n_used = 0;
    }
}

/* What the gate does for a request with such a key. */
static void
work_gate(const char *authorization, const char *unique_id)
{
    static const char *const kinds[] = {"Bearer plain_", "Bearer credits_", "Bearer limit_",
                                        "Bearer all_"};
    static unsigned serial;
    int group = 3, k = rand() % KEYS;
    char id[17] = "";
    int once, tx;

    while (group > 0 && strncmp(authorization, kinds[group], strlen(kinds[group])) != 0)
        group--;
    once = unique_id && *unique_id && group > 0;
    tx = once || group == 3;
    if (unique_id && *unique_id)
        snprintf(id, sizeof(id), "%08x%08x", (unsigned)getpid(), serial++);
    tick();
    str(&presented, 0, id);
    str(&presented, 1, hashes[group][k]);
    run(&presented);
    note_used(&presented, presented_used, ids[group][k]);
    if (tx)
        plain("START TRANSACTION");
    if (group >= 2)
        do_take(ids[group][k], "requests________");
    if (group == 1 || group == 3)
        do_spend(group, k);
    if (once)
        do_charge(id);
    if (tx)
        plain("COMMIT");
}

static int
is_gate(char **env)
{
    const char *role = FCGX_GetParam("FCGI_ROLE", env), *ours = FCGX_GetParam("LATCHKEY_ROLE", env);

    return (role && strcmp(role, "AUTHORIZER") == 0) || (ours && strcmp(ours, "gate") == 0);
}

static void
serve_gate(FCGX_Request *r)
{
    static const char passed[] =
        "Status: 200 OK\r\nVariable-LATCHKEY_PASSED: private\r\n"
        "Variable-LATCHKEY_REQUEST_ID: req_123456789\r\n"
        "Variable-LATCHKEY_KEY_ID: key_123456789\r\nVariable-REMOTE_USER: key_123456789\r\n"
        "Variable-LATCHKEY_PRINCIPAL: {\"version\":\"v1\",\"subject\":\"key_123456789\",\"type\":"
        "\"API_KEY\",\"source\":{\"key\":{\"keyId\":\"key_123456789\",\"keySpaceId\":\"ks_plain\","
        "\"meta\":{}}}}\r\n\r\n";
    const char *authorization = FCGX_GetParam("HTTP_AUTHORIZATION", r->envp);

    work_gate(authorization ? authorization : "", FCGX_GetParam("UNIQUE_ID", r->envp));
    FCGX_PutStr(passed, sizeof(passed) - 1, r->out);
    FCGX_Finish_r(r);
    record_later(0);
}

int
main(void)
{
    static const char answer[] = "Content-Type: application/json\r\n\r\n"
                                 "{\"meta\":{\"requestId\":\"req_123456789\"},\"data\":{\"valid\":"
                                 "true,\"code\":\"VALID\",\"keyId\":\"key_123456789\",\"enabled\":"
                                 "true}}";
    FCGX_Request r;

    my = mysql_init(NULL);
    mysql_options(my, MYSQL_READ_DEFAULT_FILE, getenv("BARE_DEFAULTS"));
    mysql_options(my, MYSQL_READ_DEFAULT_GROUP, "latchkey");
    if (!mysql_real_connect(my, NULL, NULL, NULL, NULL, 0, NULL, CLIENT_FOUND_ROWS))
        die("connect", mysql_error(my));
    plain("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    root_hash = getenv("BARE_ROOT_HASH");
    permissions = getenv("BARE_PERMISSIONS");
    load_keys();
    prepare(&lookup, find(&key_store_stmts, "lk_root_key", "k.hash = ?"));
    prepare(&presented, find(&key_store_stmts, "lk_gate_charge", "k.hash = ?"));
    prepare(&charge, find(&gate_store_stmts, "INSERT INTO lk_gate_charge", ""));
    prepare(&spend, find(&key_store_stmts, "LAST_INSERT_ID(remaining", ""));
    prepare(&take, find(&counter_store_stmts, "ON DUPLICATE KEY UPDATE", ""));
    prepare(&take_if, find(&counter_store_stmts, "lk_root_key", ""));
    prepare(&record[0], find_batch(&event_store_stmts, "INTO lk_verification ("));
    prepare(&queue[0], find_batch(&event_store_stmts, "INTO lk_verification_queue ("));
    prepare(&record[1], find_batch(&event_store_stmts, "INTO lk_ratelimit_decision ("));
    prepare(&queue[1], find_batch(&event_store_stmts, "INTO lk_ratelimit_queue ("));
    prepare(&record_one, find(&event_store_stmts, "INTO lk_verification (", ""));
    prepare(&queue_one, find(&event_store_stmts, "INTO lk_verification_queue (", ""));
    prepare(&mark, find(&key_store_stmts, "SET last_used_at", ""));
    last_used = column(&lookup, "last_used_at");
    presented_used = column(&presented, "last_used_at");
    srand((unsigned)getpid());
    FCGX_Init();
    FCGX_InitRequest(&r, 0, 0);
    while (FCGX_Accept_r(&r) == 0) {
        const char *path = FCGX_GetParam("PATH_INFO", r.envp), *q;

        if (is_gate(r.envp)) {
            serve_gate(&r);
            continue;
        }
        if (!path || !*path)
            path = FCGX_GetParam("SCRIPT_NAME", r.envp);
        q = FCGX_GetParam("QUERY_STRING", r.envp);
        if (strcmp(path, "/const") != 0)
            work(path, q && strcmp(q, "hot") == 0 ? 0 : rand() % KEYS);
        {
            char name[24];
            snprintf(name, sizeof(name), "%s", path);
            FCGX_PutStr(answer, sizeof(answer) - 1, r.out);
            FCGX_Finish_r(&r);
            if (strcmp(name, "/const") != 0 && strcmp(name, "/all-separate") != 0)
                record_later(strcmp(name, "/ratelimit") == 0);
        }
    }
    return 0;
}
