/* Migrations. DDL commits by itself, so each statement of a step is safe to repeat
 * (CREATE TABLE IF NOT EXISTS, or a test of information_schema), and the step is recorded last. */
#include "store/migrate.h"

#include "base/digest.h"
#include "base/utc.h"
#include "store/migrations.h"

#include <inttypes.h>

#define LOCK_NAME "latchkey.migrate"
#define LOCK_WAIT_S "60"

enum { TABLE_THERE, VERSIONS, RECORD, LOCK, UNLOCK, MAX };

static const struct db_stmt sql[MAX] = {
    [TABLE_THERE] = {"SELECT COUNT(*) FROM information_schema.tables "
                     "WHERE table_schema = DATABASE() AND table_name = 'lk_schema_version'",
                     true},
    [VERSIONS] = {"SELECT version, checksum FROM lk_schema_version ORDER BY version", true},
    [RECORD] = {"INSERT INTO lk_schema_version (version, name, checksum, applied_at) "
                "VALUES (?, ?, ?, ?)",
                false},
    [LOCK] = {"SELECT GET_LOCK(CONCAT('" LOCK_NAME ".', DATABASE()), " LOCK_WAIT_S ")", true},
    [UNLOCK] = {"SELECT RELEASE_LOCK(CONCAT('" LOCK_NAME ".', DATABASE()))", true},
};
const struct db_stmt_list migrate_stmts = DB_STMT_LIST("migrate", sql);

static const char versions_table[] =
    "CREATE TABLE IF NOT EXISTS lk_schema_version ("
    "version INT NOT NULL COMMENT 'number of the step', "
    "name VARCHAR(64) NOT NULL COMMENT 'its file', "
    "checksum VARCHAR(64) NOT NULL COMMENT 'SHA-256 of its text', "
    "applied_at BIGINT NOT NULL COMMENT 'ms', "
    "PRIMARY KEY (version)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin "
    "COMMENT='steps of the schema that have been applied'";

static const struct db_args none = {NULL, 0};

static struct str
step_text(const struct migrate_step *s)
{
    return (struct str){(const char *)s->sql, s->n};
}

static const struct migrate_step *
step_of(int64_t version)
{
    for (size_t i = 0; i < migrate_step_count; i++)
        if (migrate_steps[i].version == version)
            return &migrate_steps[i];
    return NULL;
}

enum status
migrate_read(struct ctx *c, struct migrate_status *out)
{
    struct db_rows rows = {0};
    enum status st = db_select(c, &sql[TABLE_THERE], none, &rows);

    *out = (struct migrate_status){0, migrate_steps[migrate_step_count - 1].version};
    if (st != ST_OK || rows.rows[0][0].i == 0)
        return st;
    st = db_select(c, &sql[VERSIONS], none, &rows);
    for (size_t i = 0; i < rows.n && st == ST_OK; i++) {
        const struct migrate_step *s = step_of(rows.rows[i][0].i);

        out->current = (int)rows.rows[i][0].i;
        if (s && !str_eq(rows.rows[i][1].s, digest_sha256_hex(c->mem, step_text(s))))
            return err_set(c, ST_UNEXPECTED,
                           "Step %d of the schema was applied from a different text than this "
                           "program's %s; was it edited, or does the database belong to another "
                           "build?",
                           s->version, s->name);
    }
    return st;
}

/* Comment lines begin with two dashes; statements end with a semicolon at the end of a line. */
static enum status
apply(struct ctx *c, const struct migrate_step *s)
{
    struct str rest = step_text(s), statement;
    enum status st = ST_OK;
    size_t start = 0;

    for (size_t i = 0; i + 1 < rest.n && st == ST_OK; i++) {
        if (rest.p[i] != ';' || rest.p[i + 1] != '\n')
            continue;
        statement = (struct str){rest.p + start, i - start};
        st = db_run(c, arena_cstr(c->mem, statement), NULL);
        start = i + 2;
    }
    if (st != ST_OK)
        return st;
    return db_exec(c, &sql[RECORD],
                   DB_ARGS(db_int(s->version), db_str(str_of(s->name)),
                           db_str(digest_sha256_hex(c->mem, step_text(s))), db_int(utc_now_ms())),
                   NULL);
}

static enum status
up_locked(struct ctx *c, struct migrate_status *out)
{
    enum status st = db_run(c, versions_table, NULL);

    if (st == ST_OK)
        st = migrate_read(c, out);
    if (st == ST_OK && out->current > out->wanted)
        return err_set(c, ST_UNEXPECTED,
                       "The schema has version %d, but this program knows versions up to %d only; "
                       "install the newer latchkey.",
                       out->current, out->wanted);
    for (size_t i = 0; i < migrate_step_count && st == ST_OK; i++) {
        if (migrate_steps[i].version <= out->current)
            continue;
        st = apply(c, &migrate_steps[i]);
        if (st == ST_OK)
            out->current = migrate_steps[i].version;
    }
    return st;
}

enum status
migrate_up(struct ctx *c, struct migrate_status *out)
{
    struct db_rows rows;
    enum status st = db_select(c, &sql[LOCK], none, &rows), unlocked;

    if (st != ST_OK)
        return st;
    if (rows.rows[0][0].i != 1)
        return err_set(c, ST_UNEXPECTED,
                       "Another migration has been running for " LOCK_WAIT_S
                       " seconds; try again when it is done.");
    st = up_locked(c, out);
    unlocked = db_select(c, &sql[UNLOCK], none, &rows);
    return st != ST_OK ? st : unlocked;
}
