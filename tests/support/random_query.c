/* The generator: one function for each thing that a query may consist of. */
#include "support/random_query.h"

#include "base/sb.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH = 4, SOURCES_MAX = 3, ITEMS_MAX = 4 };

enum kind { TEXT, INT, FLOAT, ARRAY, KINDS };

struct table {
    const char *name;
    const char *columns[KINDS]; /* by kind, separated by spaces */
};

#define ROLLUP(grain)                                                                              \
    {                                                                                              \
        "key_verifications_per_" grain "_v1",                                                      \
        {                                                                                          \
            "key_id external_id outcome key_space_id source workspace_id", "count spent_credits",  \
                "latency_avg latency_p99", "tags"                                                  \
        }                                                                                          \
    }
#define LIMITS(grain)                                                                              \
    {                                                                                              \
        "ratelimits_per_" grain "_v1",                                                             \
        {                                                                                          \
            "identifier namespace_id workspace_id", "passed total passed_tokens",                  \
                "latency_avg latency_p75", ""                                                      \
        }                                                                                          \
    }
static const struct table verifications[] = {
    {"key_verifications_v1",
     {"key_id external_id outcome request_id key_space_id app_id workspace_id region",
      "spent_credits time", "latency", "tags"}},
    ROLLUP("minute"),
    ROLLUP("hour"),
    ROLLUP("day"),
    ROLLUP("month"),
};
static const struct table ratelimits[] = {
    {"ratelimits_v1",
     {"identifier request_id namespace_id override_id workspace_id",
      "tokens time limit remaining passed", "latency", ""}},
    LIMITS("minute"),
    LIMITS("hour"),
    LIMITS("day"),
    LIMITS("month"),
};

/* What a SELECT reads from. */
struct from {
    char alias[16];
    const char *columns[KINDS];
};

struct gen {
    struct sb b;
    uint32_t state;
    const struct table *tables;
    int depth, next;
    struct from from[SOURCES_MAX];
    int n_from;
    bool variable;        /* x is a text */
    bool arrays;          /* whose order is left open */
    const char *cte, *id; /* id: a column of text that all tables have */
};

static unsigned
dice(struct gen *g, unsigned n)
{
    g->state = g->state * 1664525 + 1013904223;
    return (g->state >> 8) % n;
}

static const char *
one_of(struct gen *g, const char *words)
{
    struct str rest = str_of(words), word = S("");
    unsigned n = 1;

    for (const char *p = words; *p; p++)
        n += *p == ' ';
    for (n = dice(g, n) + 1; n > 0; n--)
        word = str_cut(&rest, ' ');
    return fx_fmt("%.*s", STR_ARG(word));
}
#define PICK(g, ...)                                                                               \
    (((const char *const[]){                                                                       \
        __VA_ARGS__})[dice(g, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))])

static void expression(struct gen *g, enum kind kind);
static void condition(struct gen *g);
static void subquery(struct gen *g, int items, const char *first);

static void
literal(struct gen *g, enum kind kind)
{
    switch (kind) {
    case TEXT:
        sb_puts(&g->b, PICK(g, "'VALID'", "'a'", "''", "'ks_" RANDOM_QUERY_MARK "'",
                            "'rlns_" RANDOM_QUERY_MARK "'", "'key_" RANDOM_QUERY_MARK "'",
                            "'\\' OR 1=1 -- '", "'ü\"`'", "'''; DROP'", "'%'", "'/*'", "'\\\\'"));
        break;
    case INT:
        sb_puts(&g->b, PICK(g, "0", "1", "-1", "7", "1795610000000", "9223372036854775807"));
        break;
    case FLOAT:
        sb_puts(&g->b, PICK(g, "0.5", "1e3", ".25", "-2.5"));
        break;
    default:
        sb_puts(&g->b, PICK(g, "['a', 'path=/x']", "['" RANDOM_QUERY_MARK "']", "['a']"));
    }
}

static void
column(struct gen *g, enum kind kind)
{
    const struct from *f = &g->from[dice(g, (unsigned)g->n_from)];

    if (kind == TEXT && g->variable && dice(g, 2))
        sb_puts(&g->b, "x");
    else if (g->n_from == 0 || !f->columns[kind] || !*f->columns[kind])
        literal(g, kind);
    else
        sb_addf(&g->b, "%s.%s", f->alias, one_of(g, f->columns[kind]));
}

static void
call(struct gen *g, const char *name, const enum kind *args, int n)
{
    sb_addf(&g->b, "%s(", name);
    for (int i = 0; i < n; i++) {
        sb_puts(&g->b, i ? ", " : "");
        expression(g, args[i]);
    }
    sb_puts(&g->b, ")");
}
#define CALL(g, name, ...)                                                                         \
    call(g, name, (const enum kind[]){__VA_ARGS__},                                                \
         sizeof((enum kind[]){__VA_ARGS__}) / sizeof(enum kind))

static void
text(struct gen *g)
{
    switch (dice(g, 9)) {
    case 0:
        CALL(g, PICK(g, "lower", "upper", "trim"), TEXT);
        break;
    case 1:
        CALL(g, "concat", TEXT, INT, TEXT);
        break;
    case 2:
        CALL(g, "substring", TEXT, INT);
        break;
    case 3:
        CALL(g, "toString", INT);
        break;
    case 4:
        sb_puts(&g->b, "if(");
        condition(g);
        sb_puts(&g->b, ", ");
        expression(g, TEXT);
        sb_puts(&g->b, ", ");
        expression(g, TEXT);
        sb_puts(&g->b, ")");
        break;
    case 5:
        expression(g, ARRAY);
        sb_puts(&g->b, PICK(g, "[1]", "[-1]"));
        break;
    case 6:
        sb_puts(&g->b, "formatDateTime(toDateTime(");
        expression(g, INT);
        sb_puts(&g->b, "), '%Y-%m')");
        break;
    case 7:
        CALL(g, "coalesce", TEXT, TEXT);
        break;
    default:
        sb_puts(&g->b, "(");
        subquery(g, 1, fx_fmt("%s(%s)", PICK(g, "max", "min"), g->id));
        sb_puts(&g->b, ")");
    }
}

static void
integer(struct gen *g)
{
    switch (dice(g, 8)) {
    case 0:
        CALL(g, "length", TEXT);
        break;
    case 1:
        CALL(g, "length", ARRAY);
        break;
    case 2:
        sb_puts(&g->b, "CASE WHEN ");
        condition(g);
        sb_puts(&g->b, " THEN ");
        expression(g, INT);
        sb_puts(&g->b, " ELSE ");
        expression(g, INT);
        sb_puts(&g->b, " END");
        break;
    case 3:
        CALL(g, PICK(g, "toInt32", "toInt64"), FLOAT);
        break;
    case 4:
        sb_puts(&g->b, "(");
        expression(g, INT);
        sb_addf(&g->b, " %s ", PICK(g, "+", "-", "%"));
        expression(g, INT);
        sb_puts(&g->b, ")");
        break;
    case 5:
        sb_puts(&g->b, "(");
        subquery(g, 1, "count()");
        sb_puts(&g->b, ")");
        break;
    default:
        column(g, INT);
    }
}

static void
real(struct gen *g)
{
    switch (dice(g, 3)) {
    case 0:
        CALL(g, PICK(g, "round", "floor", "ceil", "abs"), FLOAT);
        break;
    case 1:
        CALL(g, "toFloat64", INT);
        break;
    default:
        sb_puts(&g->b, "(");
        expression(g, INT);
        sb_puts(&g->b, " / ");
        expression(g, INT);
        sb_puts(&g->b, ")");
    }
}

static void
array(struct gen *g)
{
    bool before = g->variable;

    if (dice(g, 3) || before) {
        column(g, ARRAY);
        return;
    }
    sb_puts(&g->b, "arrayFilter(x -> ");
    g->variable = true;
    condition(g);
    g->variable = before;
    sb_puts(&g->b, ", ");
    expression(g, ARRAY);
    sb_puts(&g->b, ")");
}

static void
expression(struct gen *g, enum kind kind)
{
    static void (*const deeper[])(struct gen * g) = {text, integer, real, array};

    if (g->depth <= 0 || dice(g, 2)) {
        if (dice(g, 4))
            column(g, kind);
        else
            literal(g, kind);
        return;
    }
    g->depth--;
    deeper[kind](g);
    g->depth++;
}

static void
comparison(struct gen *g)
{
    enum kind kind = (enum kind)dice(g, 3);

    switch (dice(g, 7)) {
    case 0:
        CALL(g, PICK(g, "has"), ARRAY, TEXT);
        break;
    case 1:
        sb_addf(&g->b, "%s(", PICK(g, "hasAny", "hasAll"));
        expression(g, ARRAY);
        sb_puts(&g->b, ", ");
        literal(g, ARRAY);
        sb_puts(&g->b, ")");
        break;
    case 2:
        CALL(g, PICK(g, "startsWith", "endsWith"), TEXT, TEXT);
        break;
    case 3:
        expression(g, TEXT);
        sb_addf(&g->b, " %s ", PICK(g, "LIKE", "NOT LIKE", "ILIKE"));
        literal(g, TEXT);
        break;
    case 4:
        expression(g, TEXT);
        sb_addf(&g->b, " %s (", PICK(g, "IN", "NOT IN"));
        if (dice(g, 2))
            subquery(g, 1, g->id);
        else
            sb_puts(&g->b, "'a', 'VALID', 'key_" RANDOM_QUERY_MARK "'");
        sb_puts(&g->b, ")");
        break;
    default:
        expression(g, kind);
        sb_addf(&g->b, " %s ", PICK(g, "=", "!=", "<", "<=", ">", ">="));
        expression(g, kind);
    }
}

static void
condition(struct gen *g)
{
    if (g->depth <= 0 || dice(g, 2)) {
        comparison(g);
        return;
    }
    g->depth--;
    sb_puts(&g->b, PICK(g, "(", "NOT ("));
    condition(g);
    sb_puts(&g->b, PICK(g, " AND ", " OR "));
    condition(g);
    sb_puts(&g->b, ")");
    g->depth++;
}

/* SELECTs */

static void
source(struct gen *g)
{
    struct from *f = &g->from[g->n_from];
    const struct table *t = &g->tables[dice(g, 5)];

    *f = (struct from){.columns = {NULL}};
    snprintf(f->alias, sizeof(f->alias), "t%d", ++g->next);
    if (g->cte && dice(g, 3) == 0) {
        sb_addf(&g->b, "%s AS %s", g->cte, f->alias);
        f->columns[TEXT] = "c1 c2";
        f->columns[INT] = "n";
    } else if (g->depth > 1 && dice(g, 4) == 0) {
        sb_puts(&g->b, "(");
        subquery(g, 2, NULL);
        sb_addf(&g->b, ") AS %s", f->alias);
        f->columns[TEXT] = "s1 s2";
    } else {
        sb_addf(&g->b, "%s AS %s", t->name, f->alias);
        memcpy(f->columns, t->columns, sizeof(f->columns));
    }
    g->n_from++;
}

static void
sources(struct gen *g, bool several)
{
    sb_puts(&g->b, " FROM ");
    source(g);
    if (!several || dice(g, 3))
        return;
    if (dice(g, 3) == 0) {
        sb_puts(&g->b, PICK(g, ", ", " CROSS JOIN "));
        source(g);
        return;
    }
    sb_puts(&g->b, PICK(g, " JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " INNER JOIN "));
    source(g);
    sb_puts(&g->b, " ON ");
    condition(g);
}

/* A SELECT inside another one, whose names it does not see: one item, which may be given, or text
 * items s1, s2, ... */
static void
subquery(struct gen *g, int items, const char *first)
{
    struct gen outer = *g;

    g->depth -= 2;
    g->n_from = 0;
    g->variable = false;
    if (first) {
        sb_addf(&g->b, "SELECT %s", first);
        sources(g, false);
    } else {
        struct sb before = g->b;

        sb_init(&g->b, fx_ctx()->mem, 256);
        sources(g, true);
        outer.b = g->b;
        g->b = before;
        sb_puts(&g->b, "SELECT ");
        for (int i = 1; i <= items; i++) {
            sb_puts(&g->b, i > 1 ? ", " : "");
            expression(g, TEXT);
            sb_addf(&g->b, " AS s%d", i);
        }
        sb_put(&g->b, sb_str(&outer.b));
    }
    if (dice(g, 2)) {
        sb_puts(&g->b, " WHERE ");
        condition(g);
    }
    outer.b = g->b;
    outer.state = g->state;
    outer.next = g->next;
    *g = outer;
}

static void
aggregate(struct gen *g)
{
    switch (dice(g, 9)) {
    case 0:
        sb_puts(&g->b, "count()");
        break;
    case 1:
        CALL(g, PICK(g, "sum", "avg"), INT);
        break;
    case 2:
        CALL(g, PICK(g, "min", "max", "any", "uniq", "uniqExact"), TEXT);
        break;
    case 3:
        sb_puts(&g->b, "countIf(");
        condition(g);
        sb_puts(&g->b, ")");
        break;
    case 4:
        sb_puts(&g->b, "sumIf(");
        expression(g, INT);
        sb_puts(&g->b, ", ");
        condition(g);
        sb_puts(&g->b, ")");
        break;
    case 5:
        CALL(g, "groupUniqArray", TEXT);
        g->arrays = true;
        break;
    case 6:
        CALL(g, "groupArray", TEXT);
        g->arrays = true;
        break;
    case 7:
        CALL(g, PICK(g, "quantile(0.5)", "quantile(0.99)"), FLOAT);
        break;
    default:
        CALL(g, "count", TEXT);
    }
}

static void
window(struct gen *g)
{
    sb_puts(&g->b, PICK(g, "count() OVER (PARTITION BY ", "max(1) OVER (PARTITION BY "));
    expression(g, TEXT);
    sb_puts(&g->b, ")");
}

static void
item(struct gen *g, bool grouped)
{
    if (grouped)
        aggregate(g);
    else if (dice(g, 8) == 0)
        window(g);
    else if (dice(g, 8) == 0)
        CALL(g, "arrayJoin", ARRAY);
    else
        expression(g, (enum kind)dice(g, KINDS));
}

static void
select_rows(struct gen *g, int n)
{
    bool grouped = dice(g, 2), keys = grouped && dice(g, 2);
    struct sb before = g->b, from;

    g->n_from = 0;
    sb_init(&g->b, fx_ctx()->mem, 256);
    sources(g, true);
    from = g->b;
    g->b = before;
    sb_puts(&g->b, !grouped && dice(g, 6) == 0 ? "SELECT DISTINCT " : "SELECT ");
    for (int i = 1; i <= n; i++) {
        sb_puts(&g->b, i > 1 ? ", " : "");
        if (keys && i == 1)
            expression(g, TEXT);
        else
            item(g, grouped);
        sb_addf(&g->b, " AS %s",
                i == 2 ? PICK(g, "i2", "workspace_id", "`key_space_id`", "count")
                       : fx_fmt("i%d", i));
    }
    sb_put(&g->b, sb_str(&from));
    if (dice(g, 2)) {
        sb_puts(&g->b, " WHERE ");
        condition(g);
    }
    if (keys)
        sb_addf(&g->b, " GROUP BY i1%s",
                PICK(g, "", "", "", " WITH ROLLUP", " WITH CUBE", " WITH TOTALS"));
    if (keys && dice(g, 3) == 0)
        sb_puts(&g->b, " HAVING count() > 1");
    for (int i = 1; i <= n; i++)
        sb_addf(&g->b, "%s%d", i == 1 ? " ORDER BY " : ", ", i);
    if (!g->arrays && dice(g, 3) == 0)
        sb_puts(&g->b, PICK(g, " LIMIT 3", " LIMIT 2 OFFSET 1", " LIMIT 1 BY i1 LIMIT 5"));
}

const char *
random_query(uint32_t seed, const char **operation, bool *arrays)
{
    struct gen g = {.state = seed * 2654435761u, .depth = DEPTH};
    bool limits = dice(&g, 4) == 0;
    int n = 1 + (int)dice(&g, ITEMS_MAX);

    sb_init(&g.b, fx_ctx()->mem, 1024);
    g.tables = limits ? ratelimits : verifications;
    g.id = limits ? "identifier" : "key_id";
    *operation = limits ? "getRatelimits" : "getVerifications";
    if (dice(&g, 4) == 0) {
        sb_puts(&g.b, "WITH w AS (SELECT ");
        sb_puts(&g.b, limits
                          ? "identifier AS c1, namespace_id AS c2, tokens AS n FROM ratelimits_v1"
                          : "key_id AS c1, external_id AS c2, spent_credits AS n "
                            "FROM key_verifications_v1");
        sb_puts(&g.b, PICK(&g, ") ", " WHERE 1 = 1 OR 2 = 3) "));
        g.cte = "w";
    }
    if (n == 1 && dice(&g, 3) == 0)
        sb_addf(&g.b, "SELECT %s AS i FROM %s %s ", g.id, g.tables[0].name,
                PICK(&g, "UNION ALL", "UNION DISTINCT", "EXCEPT"));
    select_rows(&g, n);
    *arrays = g.arrays;
    return sb_str(&g.b).p;
}
