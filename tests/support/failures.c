/* Statements that fail when a test wants them to. */
#include "support/test.h"

#include "base/sb.h"

void
fx_fail_after(unsigned n, unsigned error)
{
    struct ctx *c = fx_ctx();

    fx_quiet();
    db_fail_after(c->db, n, error);
}

/* Something that differs when any row of any table does. */
static const char *
snapshot(void)
{
    struct ctx *c = fx_ctx();
    struct db_rows sums = {0};
    struct sb all;

    sb_init(&all, c->mem, 512);
    if (db_run(c,
               fx_fmt("CHECKSUM TABLE %s",
                      fx_sql_str("SELECT GROUP_CONCAT(table_name) FROM "
                                 "information_schema.tables WHERE table_schema = DATABASE() AND "
                                 "table_name LIKE 'lk\\_%%' AND table_name <> 'lk_counter'")),
               &sums) != ST_OK)
        CHECK(false);
    for (size_t i = 0; i < sums.n; i++)
        sb_addf(&all, "%s %s ", sums.rows[i][0].s.p, sums.rows[i][1].s.p);
    return sb_str(&all).p;
}

static struct answer
call_failing(void (*prepare)(void), const char *operation, const char *body, unsigned statement,
             unsigned error, const char **before)
{
    struct answer a;

    prepare();
    fx_audit_clear();
    *before = snapshot();
    fx_fail_after(statement, error);
    a = fx_call(NULL, operation, "%s", body);
    fx_fail_after(0, 0);
    return a;
}

void
fx_check_atomic(void (*prepare)(void), const char *operation, const char *body)
{
    enum { E_ANY = 1105, E_DEADLOCK = 1213, MOST = 100 };
    const char *before, *trail;
    unsigned n = 1, succeeded = 0;

    test_row("%s undisturbed", operation);
    CHECK_INT(call_failing(prepare, operation, body, 0, 0, &before).status, 200);
    trail = fx_audit_trail();
    /* START TRANSACTION is repeated; only two successes mean that there are no more statements */
    for (; n < MOST && succeeded < 2; n++) {
        struct answer a = call_failing(prepare, operation, body, n, E_ANY, &before);

        test_row("%s with statement %u failing", operation, n);
        succeeded = a.status == 200 ? succeeded + 1 : 0;
        if (a.status != 200)
            CHECK_STR(snapshot(), before);
    }
    CHECK(n > 5 && n < MOST);
    for (unsigned i = 1; i < n; i++) {
        test_row("%s with a deadlock in statement %u", operation, i);
        CHECK_INT(call_failing(prepare, operation, body, i, E_DEADLOCK, &before).status, 200);
        CHECK_STR(fx_audit_trail(), trail);
    }
}
