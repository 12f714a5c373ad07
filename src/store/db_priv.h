/* db_priv.h: what the files of db.h share: the connection's state and its parts. Nobody else
 * includes this. */
#ifndef LATCHKEY_STORE_DB_PRIV_H
#define LATCHKEY_STORE_DB_PRIV_H

#include "config.h"
#include "store/db.h"

#include <mysql.h>

#ifndef HAVE_MY_BOOL
typedef bool my_bool;
#endif

enum { DB_STMT_SLOTS = 512 }; /* power of two, more than there are statements */

struct db_column {
    bool is_int;
    my_bool null, truncated;
    int64_t i;
    unsigned long len;
    char *text;
};

struct db_handle {
    const struct db_stmt *def;
    MYSQL_STMT *stmt;
    size_t params, cols;
    MYSQL_BIND *param;
    unsigned long *param_len;
    struct db_column *column;
    MYSQL_BIND *result;
};

struct db {
    struct db_conf conf;
    const struct log *log;
    MYSQL *my; /* NULL: not connected */
    struct db_handle slots[DB_STMT_SLOTS];
    bool in_tx, tx_over; /* tx_over: rolled back early */
    unsigned last_errno;
    char last_error[512];
    unsigned fail_countdown, fail_errno;
};

/* db_conn.c: the connection */

/* Connects when need be; a transaction does not survive its connection. */
bool db_connected(struct db *db);
void db_disconnect(struct db *db);
/* Drops a connection that is known to be gone; a running transaction stays marked as such until
 * db_tx ends it. */
void db_drop(struct db *db);
/* One statement without parameters or result. */
bool db_command(struct db *db, const char *sql);
/* Whether a test wants the next statement to fail; it then has. */
bool db_injected_failure(struct db *db);
/* The error that db_last_error tells. */
void db_remember(struct db *db, unsigned code, const char *text);
/* What an error code means: that the connection is of no more use, or that another transaction was
 * in the way, or that a unique key was. */
bool db_is_lost(unsigned code);
bool db_is_conflict(unsigned code);
bool db_is_duplicate(unsigned code);

/* db_stmt.c: prepared statements */

/* The statement ready to execute on the current connection; NULL on failure. */
struct db_handle *db_handle_get(struct db *db, const struct db_stmt *s);
void db_handle_close(struct db_handle *h);
bool db_execute(struct db *db, struct db_handle *h, struct db_args args);
/* Reads all rows into mem. */
bool db_fetch_all(struct db *db, struct db_handle *h, struct arena *mem, struct db_rows *out);

#endif
