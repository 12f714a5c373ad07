/* Bounds are judged by the tree alone, so that the answer does not depend on names. */
#include "analytics/retention.h"

#include "analytics/convert.h"
#include "base/utc.h"

#include <string.h>
#include <strings.h>

struct walk {
    struct ctx *c;
    int64_t days;
};

int64_t
retention_since(int64_t now_ms, int64_t days)
{
    int64_t since = utc_day(now_ms) - days;

    return since > 0 ? since * UTC_DAY_MS : 0;
}

static bool evaluate(const struct walk *w, const struct ast *e, int64_t *ms);

static bool
is_named(const struct ast *e, const char *name)
{
    return e->text.n == strlen(name) && strncasecmp(e->text.p, name, e->text.n) == 0;
}

static bool
begins(const struct ast *e, const char *name)
{
    size_t n = strlen(name);

    return e->text.n >= n && strncasecmp(e->text.p, name, n) == 0;
}

static bool
interval_ms(const struct ast *e, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"SECOND", 1},    {"MINUTE", 60},        {"HOUR", 3600},       {"DAY", 86400},
                 {"WEEK", 604800}, {"MONTH", 30 * 86400}, {"YEAR", 365 * 86400}};

    if (e->kind != AST_INTERVAL || e->kid[0]->kind != AST_INT)
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (is_named(e, units[i].unit))
            return !__builtin_mul_overflow(e->kid[0]->i, units[i].seconds * 1000, ms);
    return false;
}

/* Functions that keep the time of their argument, as far as this check goes. */
static bool
call(const struct walk *w, const struct ast *e, int64_t *ms)
{
    static const char *const keeping[] = {"toStartOf", "toDate", "formatDateTime",
                                          "toUnixTimestamp64Milli", "fromUnixTimestamp64Milli"};

    if (is_named(e, "now") || is_named(e, "now64") || is_named(e, "today")) {
        *ms = w->c->now_ms;
        return true;
    }
    if (is_named(e, "date_trunc"))
        return e->n == 2 && evaluate(w, e->kid[1], ms);
    for (size_t i = 0; i < sizeof(keeping) / sizeof(keeping[0]); i++)
        if (begins(e, keeping[i]))
            return e->n > 0 && evaluate(w, e->kid[0], ms);
    return false;
}

/* The instant that a bound stands for; false when it is not one of the forms that are looked into.
 */
static bool
evaluate(const struct walk *w, const struct ast *e, int64_t *ms)
{
    struct convert_time t;
    int64_t by;

    if (e->parenthesis)
        return false;
    switch (e->kind) {
    case AST_INT:
        *ms = e->i;
        return true;
    case AST_TEXT:
        if (!convert_read_time(e->text, &t))
            return false;
        *ms = t.seconds * 1000 + t.nanos / 1000000;
        return true;
    case AST_CALL:
        return call(w, e, ms);
    case AST_OPERATOR:
        if (e->n != 2 || !evaluate(w, e->kid[0], ms) || !interval_ms(e->kid[1], &by))
            return false;
        if (is_named(e, "plus"))
            return !__builtin_add_overflow(*ms, by, ms);
        return is_named(e, "minus") && !__builtin_sub_overflow(*ms, by, ms);
    default:
        return false;
    }
}

static bool
is_time(const struct ast *e)
{
    return e->kind == AST_NAME && is_named(e, "time");
}

static struct str
date_of(struct ctx *c, int64_t ms)
{
    struct str s = utc_rfc3339(c->mem, ms);

    return (struct str){s.p, str_find(s, 'T', 0)};
}

static enum status
check_bound(const struct walk *w, const struct ast *e)
{
    int64_t oldest = w->c->now_ms - w->days * UTC_DAY_MS, ms;

    if (!evaluate(w, e, &ms) || ms >= oldest)
        return ST_OK;
    return err_set(
        w->c, ST_ANALYTICS_RETENTION,
        "Cannot query data older than %lld days. Your query attempts to access data from "
        "%.*s, but only data from %.*s onwards is available.",
        (long long)w->days, STR_ARG(date_of(w->c, ms < 0 ? 0 : ms)),
        STR_ARG(date_of(w->c, oldest)));
}

static enum status
check_condition(const struct walk *w, const struct ast *e)
{
    bool same, after, before;
    enum status st = ST_OK;

    if (e->kind == AST_BETWEEN)
        return is_time(e->kid[0]) ? check_bound(w, e->kid[1]) : ST_OK;
    if (e->kind != AST_OPERATOR)
        return ST_OK;
    if (is_named(e, "and") || is_named(e, "or")) {
        for (size_t i = 0; i < e->n && st == ST_OK; i++)
            st = check_condition(w, e->kid[i]);
        return st;
    }
    same = is_named(e, "equals");
    after = begins(e, "greater");
    before = begins(e, "less");
    if ((same || after) && is_time(e->kid[0]))
        return check_bound(w, e->kid[1]);
    if ((same || before) && is_time(e->kid[1]))
        return check_bound(w, e->kid[0]);
    return ST_OK;
}

static enum status
check_select(void *arg, struct ast_select *s, int depth)
{
    (void)depth;
    return s->where ? check_condition(arg, s->where) : ST_OK;
}

enum status
retention_check(struct ctx *c, struct ast_query *q, int64_t days)
{
    struct walk w = {c, days};
    const struct ast_visitor v = {.select = check_select, .arg = &w};

    return days > 0 ? ast_walk(&v, q) : ST_OK;
}
