/* The connection: making it, losing it, and what its errors mean. Written for MariaDB Connector/C
 * and Oracle's libmysqlclient alike: blocking calls only, no automatic reconnect. */
#include "store/db_priv.h"

#include "base/utc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Server and client error codes, from mysqld_error.h and errmsg.h. */
enum {
    E_DUP_ENTRY = 1062,
    E_LOCK_WAIT_TIMEOUT = 1205,
    E_LOCK_DEADLOCK = 1213,
    E_CHECKREAD = 1020,
    E_SHUTDOWN = 1053,
    E_CONNECTION_KILLED = 1927,
    E_INTERACTION_TIMEOUT = 4031,
    E_CONNECTION = 2002,
    E_CONN_HOST = 2003,
    E_GONE = 2006,
    E_LOST = 2013,
    E_LOST_EXTENDED = 2055,
    E_NEED_REPREPARE = 1615,
    E_UNKNOWN_STMT = 1243,
};

struct db *
db_open(const struct db_conf *conf, const struct log *log)
{
    struct db *db = calloc(1, sizeof(*db));

    if (!db)
        abort();
    db->conf = *conf;
    db->log = log;
    return db;
}

void
db_disconnect(struct db *db)
{
    if (!db->my)
        return;
    for (size_t i = 0; i < DB_STMT_SLOTS; i++)
        if (db->slots[i].def)
            db_handle_close(&db->slots[i]);
    mysql_close(db->my);
    db->my = NULL;
    db->in_tx = false;
}

void
db_drop(struct db *db)
{
    bool tx = db->in_tx;

    db_disconnect(db);
    db->in_tx = tx;
}

void
db_close(struct db *db)
{
    if (!db)
        return;
    db_disconnect(db);
    free(db);
}

const char *
db_server_version(const struct db *db)
{
    return db->my ? mysql_get_server_info(db->my) : "";
}

unsigned
db_last_error(const struct db *db, const char **text)
{
    *text = db->last_error;
    return db->last_errno;
}

void
db_fail_after(struct db *db, unsigned n, unsigned error)
{
    db->fail_countdown = n;
    db->fail_errno = error;
}

void
db_remember(struct db *db, unsigned code, const char *text)
{
    db->last_errno = code;
    snprintf(db->last_error, sizeof(db->last_error), "%s", text);
}

bool
db_is_lost(unsigned code)
{
    switch (code) {
    case E_SHUTDOWN:
    case E_CONNECTION_KILLED:
    case E_INTERACTION_TIMEOUT:
    case E_CONNECTION:
    case E_CONN_HOST:
    case E_GONE:
    case E_LOST:
    case E_LOST_EXTENDED:
    case E_NEED_REPREPARE:
    case E_UNKNOWN_STMT:
        return true;
    default:
        return false;
    }
}

bool
db_is_conflict(unsigned code)
{
    return code == E_LOCK_DEADLOCK || code == E_LOCK_WAIT_TIMEOUT || code == E_CHECKREAD;
}

bool
db_is_duplicate(unsigned code)
{
    return code == E_DUP_ENTRY;
}

bool
db_injected_failure(struct db *db)
{
    if (db->fail_countdown == 0 || --db->fail_countdown > 0)
        return false;
    db_remember(db, db->fail_errno, "injected by a test");
    if (db_is_lost(db->fail_errno))
        db_drop(db);
    return true;
}

bool
db_command(struct db *db, const char *sql)
{
    if (db_injected_failure(db))
        return false;
    if (mysql_query(db->my, sql) == 0)
        return true;
    db_remember(db, mysql_errno(db->my), mysql_error(db->my));
    return false;
}

/* Connecting */

/* Names and order matter on MariaDB and MySQL alike; sql_mode is spelled out because hosts set
 * their own (SIMULTANEOUS_ASSIGNMENT would break the counters, ONLY_FULL_GROUP_BY is irrelevant).
 */
static const char *const session_setup[] = {
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', autocommit = 1",
};

/* An array that is longer than the largest response is not needed whole. */
static const char *const read_only_setup[] = {
    "SET SESSION TRANSACTION READ ONLY",
    "SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION', group_concat_max_len = 8388608",
};

static bool
session_start(struct db *db)
{
    char lock[80];
    MYSQL_RES *res;
    MYSQL_ROW row;
    bool galera;

    for (size_t i = 0; i < sizeof(session_setup) / sizeof(session_setup[0]); i++)
        if (mysql_query(db->my, session_setup[i]) != 0)
            return false;
    for (size_t i = 0;
         i < sizeof(read_only_setup) / sizeof(read_only_setup[0]) && db->conf.read_only; i++)
        if (mysql_query(db->my, read_only_setup[i]) != 0)
            return false;
    snprintf(lock, sizeof(lock), "SET SESSION innodb_lock_wait_timeout = %u",
             db->conf.lock_timeout_s);
    if (mysql_query(db->my, lock) != 0 ||
        mysql_query(db->my, "SHOW SESSION VARIABLES LIKE 'wsrep_on'") != 0)
        return false;
    res = mysql_store_result(db->my);
    row = res ? mysql_fetch_row(res) : NULL;
    galera = row && row[1] && strcmp(row[1], "ON") == 0;
    mysql_free_result(res);
    /* in a cluster a read, INSERT … SELECT included, must see what was written through another node
     * before it: 1 + 4 */
    return !galera || mysql_query(db->my, "SET SESSION wsrep_sync_wait = 5") == 0;
}

/* An older program on a newer schema, or the other way round, would fail in odd ways. */
static bool
schema_fits(struct db *db)
{
    MYSQL_RES *res;
    MYSQL_ROW row;
    unsigned have = 0;

    if (db->conf.schema_version == 0)
        return true;
    if (mysql_query(db->my, "SELECT MAX(version) FROM lk_schema_version") == 0) {
        res = mysql_store_result(db->my);
        row = res ? mysql_fetch_row(res) : NULL;
        have = row && row[0] ? (unsigned)strtoul(row[0], NULL, 10) : 0;
        mysql_free_result(res);
    }
    if (have == db->conf.schema_version)
        return true;
    db->last_errno = 0;
    snprintf(db->last_error, sizeof(db->last_error),
             "the schema has version %u, this program needs %u; run: latchkey migrate", have,
             db->conf.schema_version);
    return false;
}

static MYSQL *
handle_new(const struct db_conf *conf)
{
    MYSQL *my = mysql_init(NULL);

    if (!my)
        abort();
    mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &conf->connect_timeout_s);
    mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &conf->io_timeout_s);
    mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &conf->io_timeout_s);
    mysql_options(my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
#if HAVE_DECL_MYSQL_OPT_GET_SERVER_PUBLIC_KEY
    {
        bool yes = true;

        mysql_options(my, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &yes);
    }
#endif
    if (conf->defaults_file) {
        mysql_options(my, MYSQL_READ_DEFAULT_FILE, conf->defaults_file);
        mysql_options(my, MYSQL_READ_DEFAULT_GROUP, conf->defaults_group);
    }
    return my;
}

static bool
db_connect(struct db *db)
{
    int64_t start = utc_mono_us();
    bool ok;

    db->my = handle_new(&db->conf);
    ok = mysql_real_connect(db->my, NULL, NULL, NULL, NULL, 0, NULL, CLIENT_FOUND_ROWS) &&
         session_start(db);
    if (!ok)
        db_remember(db, mysql_errno(db->my), mysql_error(db->my));
    if (ok && schema_fits(db)) {
        log_event(db->log, LOG_DEBUG, "db_connected",
                  log_z("server", mysql_get_server_info(db->my)),
                  log_i("us", utc_mono_us() - start));
        return true;
    }
    log_event(db->log, LOG_ERROR, "db_connect_failed", log_i("errno", db->last_errno),
              log_z("error", db->last_error));
    mysql_close(db->my);
    db->my = NULL;
    return false;
}

bool
db_connected(struct db *db)
{
    if (db->my)
        return true;
    if (!db->in_tx)
        return db_connect(db);
    db_remember(db, E_GONE, "the connection was lost in a transaction");
    return false;
}
