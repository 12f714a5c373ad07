/* latchkey doctor: what is wrong with this installation, and what to do about it. */
#include "config.h"
#include "api/gate.h"
#include "api/metrics_page.h"
#include "app/command.h"
#include "app/doctor_web.h"
#include "base/conf.h"
#include "base/master_key.h"
#include "base/utc.h"
#include "store/db_query.h"
#include "store/migrate.h"
#include "store/workspace_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MAX_FINDINGS = 16, SKEW_MS = 2000 };

struct in {
    struct f_str url;
};
static const struct field in_fields[] = {
    F_STR(struct in, url, "url", 0, 1, 1024,
          .text = "Where the API is served, to test it from outside; public_url when not given."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);

struct finding {
    struct f_str check, detail, fix;
    struct f_bool ok;
};
static const struct field fields[] = {
    F_STR(struct finding, check, "check", F_REQUIRED, 0, F_NO_MAX, .text = "What was looked at."),
    F_BOOL(struct finding, ok, "ok", F_REQUIRED, .text = "Whether it is all right."),
    F_STR(struct finding, detail, "detail", F_REQUIRED, 0, F_NO_MAX, .text = "What was found."),
    F_STR(struct finding, fix, "fix", F_REQUIRED, 0, F_NO_MAX, .text = "What to do."),
    F_END,
};
static const struct field item = F_BODY(0, fields, struct finding);
static const struct field out_list = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &item};

struct report {
    struct ctx *c;
    struct finding *v;
    size_t n;
    bool bad;
};

static void
say(struct report *r, const char *check, bool ok, struct str detail, const char *fix)
{
    r->v[r->n++] = (struct finding){f_str(str_of(check)), f_str(detail),
                                    f_str(str_of(ok ? "" : fix)), f_bool(ok)};
    r->bad = r->bad || !ok;
}

/* Nothing else can be checked then. */
static void
broken_configuration(struct report *r)
{
    say(r, "configuration", false, r->c->err.detail,
        "Correct the setting, see latchkey.conf(5), or name another file with --config.");
    err_clear(r->c);
}

static void
check_configuration(struct report *r)
{
    const struct conf *conf = r->c->conf;
    struct str why = S("");
    bool ok = !*conf->database_defaults_file ||
              conf_secret_file_ok(r->c->mem, conf->database_defaults_file, &why);

    say(r, "configuration", true, str_of(conf->file ? conf->file : "no file: defaults only"), "");
    say(r, "credentials file", ok,
        ok ? str_of(*conf->database_defaults_file ? conf->database_defaults_file : "none") : why,
        "Create it with the group [latchkey] and mode 0640, readable by the web server's group.");
}

static void
check_master_key(struct report *r)
{
    const char *path = r->c->conf->master_key_file;
    struct master_keys keys;
    struct str why = S("");
    enum master_key_state state = master_key_load(r->c->mem, path, &keys, &why);

    say(r, "master key file", state != MASTER_KEY_FILE_REFUSED,
        state == MASTER_KEY_FILE_OK     ? str_of(path)
        : state == MASTER_KEY_FILE_NONE ? S("none: keys cannot be recoverable")
                                        : why,
        "It must be readable by the web server's group and by nobody else, mode 0640; see "
        "latchkey vault init --help.");
}

static void
check_gate(struct report *r)
{
    struct gate_config gate;

    gate_config_load(r->c->mem, r->c->conf, NULL, NULL, &gate);
    say(r, "gate policies", gate.broken.n == 0,
        gate.broken.n ? gate.broken
        : gate.policies.n
            ? arena_fmt(r->c->mem, "%zu in %s", gate.policies.n, r->c->conf->gate_policies)
            : S("none"),
        "Mend the file, see latchkey-gate(7), and restart the workers: until then the gate is "
        "closed.");
}

static void
check_metrics(struct report *r)
{
    struct str fault = metrics_page_fault(r->c->mem, r->c->conf);

    say(r, "metrics", fault.n == 0,
        fault.n               ? fault
        : r->c->conf->metrics ? str_of(r->c->conf->metrics_file)
                              : S("off"),
        "Mend the setting, or make the folder and give it to the workers' account, and restart the "
        "workers: until then there is no /metrics.");
}

static void
check_version(struct report *r)
{
    const char *v = db_server_version(r->c->db);
    bool maria = strstr(v, "MariaDB") != NULL;
    struct str rest = str_of(strncmp(v, "5.5.5-", 6) == 0 ? v + 6 : v);
    int64_t major = 0, minor = 0;

    str_i64(str_cut(&rest, '.'), 0, INT32_MAX, &major);
    str_i64(str_cut(&rest, '.'), 0, INT32_MAX, &minor);
    say(r, "database version", maria ? major > 10 || (major == 10 && minor >= 6) : major >= 8,
        str_of(v), "latchkey needs MariaDB 10.6, MySQL 8.0.19 or newer.");
}

static void
check_schema(struct report *r)
{
    struct migrate_status m;
    enum status st = migrate_read(r->c, &m);

    if (st != ST_OK) {
        say(r, "schema", false, r->c->err.detail, "See the detail.");
        err_clear(r->c);
        return;
    }
    say(r, "schema", m.current == m.wanted,
        arena_fmt(r->c->mem, "version %d, this program needs %d", m.current, m.wanted),
        m.current < m.wanted ? "Run: latchkey migrate" : "Install the newer latchkey.");
}

static void
check_clock(struct report *r)
{
    int64_t before = utc_now_ms(), skew;

    if (workspace_store_now(r->c) != ST_OK) {
        err_clear(r->c);
        return;
    }
    skew = r->c->now_ms - before;
    say(r, "clock", skew < SKEW_MS && skew > -SKEW_MS,
        arena_fmt(r->c->mem, "the database is %" PRId64 " ms ahead of this host", skew),
        "Run a time service (chrony, systemd-timesyncd) on both. latchkey goes by the database's "
        "clock.");
}

static void
check_grants(struct report *r)
{
    struct db_rows rows;
    bool all = false, select = false, insert = false, update = false, del = false;

    if (db_run(r->c, "SHOW GRANTS", &rows) != ST_OK) {
        err_clear(r->c);
        return;
    }
    for (size_t i = 0; i < rows.n; i++) {
        struct str g = rows.rows[i][0].s;

        all = all || str_has(g, S("ALL PRIVILEGES"));
        select = select || str_has(g, S("SELECT"));
        insert = insert || str_has(g, S("INSERT"));
        update = update || str_has(g, S("UPDATE"));
        del = del || str_has(g, S("DELETE"));
    }
    say(r, "grants", all || (select && insert && update && del),
        all ? S("all privileges") : S("SELECT, INSERT, UPDATE and DELETE are needed"),
        "GRANT SELECT, INSERT, UPDATE, DELETE ON <schema>.* to the account of latchkey.");
}

static void
check_reader(struct report *r)
{
    const char *file = r->c->conf->analytics_defaults_file;
    bool mariadb, ok = *file && db_query_ready(r->c, r->c->reader, &mariadb) == ST_OK;

    if (*file)
        say(r, "analytics account", ok, ok ? str_of(file) : r->c->err.cause,
            "Check host, socket, user and password in analytics_defaults_file; the account needs "
            "SELECT on the tables of analytics.");
    err_clear(r->c);
}

static void
check_database(struct report *r)
{
    struct db_rows rows;
    const char *why;

    if (db_run(r->c, "SELECT 1", &rows) != ST_OK) {
        db_last_error(r->c->db, &why);
        say(r, "database", false, str_of(why),
            "Check host, socket, user and password in the credentials file, and that the server "
            "runs.");
        err_clear(r->c);
        return;
    }
    say(r, "database", true, S("can be reached"), "");
    check_version(r);
    check_schema(r);
    check_clock(r);
    check_grants(r);
    check_reader(r);
}

static void
check_web_server(struct report *r, struct str url)
{
    struct doctor_finding f[DOCTOR_WEB_FINDINGS];
    size_t n = doctor_web_check(r->c->mem, url, f);

    for (size_t i = 0; i < n; i++)
        say(r, f[i].check, f[i].ok, f[i].detail, f[i].fix);
}

static enum status
report(struct report *r, struct command_result *out)
{
    *(struct f_list *)out->data = f_list(r->v, r->n);
    out->exit_status = r->bad;
    return ST_OK;
}

static enum status
run(struct ctx *c, const void *pin, struct command_result *out)
{
    const struct in *in = pin;
    struct report r = {c, ARENA_ARRAY(c->mem, MAX_FINDINGS, struct finding), 0, false};
    struct str url = in->url.state == F_SET ? in->url.v : str_of(c->conf->public_url);

    if (c->err.detail.n) {
        broken_configuration(&r);
        return report(&r, out);
    }
    check_configuration(&r);
    check_master_key(&r);
    check_gate(&r);
    check_metrics(&r);
    if (c->db)
        check_database(&r);
    if (url.n)
        check_web_server(&r, url);
    return report(&r, out);
}

const struct command cmd_doctor = {
    .summary = "check this installation and say what to do",
    .help = "Exit status 1 when something is wrong.",
    .in = &in_body,
    .out = &out_list,
    .flags = CMD_ANY_SCHEMA | CMD_NO_DATABASE | CMD_ANY_CONF,
    .run = run,
};
