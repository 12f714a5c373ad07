/* Watching relation_put(), and a scanner for the SQL around what it writes. */
#include "support/isolation.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void __real_relation_put(struct sb *sql, struct params *p, enum relation r, const struct scope *s);

enum { RELATIONS_MAX = 4096, RETENTION_DAYS = 90, MAX_ROWS = 10000 };

static struct put {
    size_t from, to;         /* in the SQL */
    size_t params, n_params; /* what it added */
} written[RELATIONS_MAX];
static size_t n_written;

static char fault[300];

void
__wrap_relation_put(struct sb *sql, struct params *p, enum relation r, const struct scope *s)
{
    struct put put = {.from = sql->n, .params = p->n};

    __real_relation_put(sql, p, r, s);
    put.to = sql->n;
    put.n_params = p->n - put.params;
    if (n_written < RELATIONS_MAX)
        written[n_written++] = put;
}

enum status
isolation_plan(struct ctx *c, struct str text, enum relation_family f, const struct scope *s,
               enum write_dialect dialect, struct query *q)
{
    enum status st = query_check(c, text, f, RETENTION_DAYS, q);

    n_written = 0;
    return st == ST_OK ? query_plan(c, q, s, MAX_ROWS, dialect) : st;
}

/* Vocabulary */

static const char *const forms[] = {
#define FORM(name, args, result, fold, sql) sql,
#include "analytics/forms.def"
#undef FORM
};

/* The words of the writer. */
static const char words[] =
    " "
    "ALL AND AS ASC BETWEEN BIGINT BINARY BY CASE CAST COALESCE COLUMNS CONCAT "
    "CONVERT COUNT CROSS CURRENT DESC DISTINCT DOUBLE ELSE END EXISTS FLOOR "
    "FOLLOWING FOR FROM GROUP GROUP_CONCAT HAVING IN IS JOIN JSON_EXTRACT "
    "JSON_QUOTE JSON_TABLE LEFT LIMIT LONGTEXT MOD NOT NULL OFFSET ON ORDER "
    "ORDINALITY OVER PARTITION PATH PRECEDING RANGE RIGHT ROW ROWS ROW_NUMBER "
    "SELECT SEPARATOR SIGNED SUM THEN UNBOUNDED UNION USING WHEN WHERE WITH ";
/* Names that it gives, without the numbers behind them. */
static const char names[] = " a b c d e g h k l n o one p q r rn s t u v w x ";
/* The texts in it. */
static const char *const texts[] = {"'['", "']'", "','", "''", "'[]'", "'null'", "'$[*]'", "'$'"};

static bool
is_word_char(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_';
}

/* Whether s stands in the list, between spaces. */
static bool
listed(const char *list, struct str s)
{
    char word[40];

    if (s.n + 3 > sizeof(word))
        return false;
    snprintf(word, sizeof(word), " %.*s ", STR_ARG(s));
    return strstr(list, word) != NULL;
}

/* Whether s stands in some form, as a whole word or text. */
static bool
in_forms(struct str s)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        for (const char *p = forms[i]; *p; p++)
            if (strncmp(p, s.p, s.n) == 0 &&
                (!is_word_char(*p) ||
                 ((p == forms[i] || !is_word_char(p[-1])) && !is_word_char(p[s.n]))))
                return true;
    return false;
}

static bool
is_known_word(struct str s)
{
    struct str name = s;

    while (name.n && isdigit((unsigned char)name.p[name.n - 1]))
        name.n--;
    return listed(words, s) || listed(names, name) || in_forms(s);
}

static bool
is_known_text(struct str s)
{
    long long to;
    int end = 0;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (str_eq(s, str_of(texts[i])))
            return true;
    return in_forms(s) ||
           (sscanf(s.p, "'$[0 to %lld]'%n", &to, &end) == 1 && end > 0 && (size_t)end == s.n);
}

static bool
is_public_column(struct str s)
{
    for (int r = 0; r < RELATION__MAX; r++) {
        struct relation_columns columns = relation_columns((enum relation)r);

        for (size_t i = 0; i < columns.n; i++)
            if (str_eq(s, str_of(columns.v[i].name)))
                return true;
    }
    return false;
}

/* Scanning */

/* The length of the token at the beginning of s; 0 when it is none of ours. */
static size_t
token(struct str s)
{
    size_t n = 1;

    if (isdigit((unsigned char)*s.p)) {
        /* 12, 1.5, 1.5e-7; names do not follow directly */
        while (n < s.n && (is_word_char(s.p[n]) || s.p[n] == '.' ||
                           ((s.p[n] == '-' || s.p[n] == '+') && s.p[n - 1] == 'e')))
            n++;
        return strspn(s.p, "0123456789.e+-") >= n ? n : 0;
    }
    if (is_word_char(*s.p)) {
        while (n < s.n && is_word_char(s.p[n]))
            n++;
        return is_known_word((struct str){s.p, n}) ? n : 0;
    }
    if (*s.p == '\'' || *s.p == '`') {
        size_t end = str_find(s, *s.p, 1);
        bool known = end < s.n && (*s.p == '`' ? is_public_column((struct str){s.p + 1, end - 1})
                                               : is_known_text((struct str){s.p, end + 1}));

        return known ? end + 1 : 0;
    }
    if (str_starts(s, S("--")) || str_starts(s, S("/*")))
        return 0;
    return strchr(" (),.?+-*/%=<>&^", *s.p) ? 1 : 0;
}

static size_t
occurrences(struct str s, const char *part)
{
    size_t n = 0, len = strlen(part);

    for (size_t i = 0; i + len <= s.n; i++)
        n += memcmp(s.p + i, part, len) == 0;
    return n;
}

static const char *
scan(const struct query *q)
{
    size_t put = 0, marks = 0;

    for (size_t i = 0, n; i < q->sql.n; i += n) {
        struct str rest = str_from(q->sql, i);

        if (put < n_written && written[put].from == i) {
            n = written[put].to - i;
            marks += occurrences((struct str){rest.p, n}, "?");
            put++;
            continue;
        }
        n = token(rest);
        if (n == 0) {
            snprintf(fault, sizeof(fault), "unknown word: %.200s", rest.p);
            return fault;
        }
        marks += *rest.p == '?';
    }
    if (marks != q->params.n)
        return "there are not as many parameters as question marks";
    return put == n_written ? NULL : "a table has been written elsewhere";
}

/* Tables */

/* Whether every physical table stands beside the workspace, and, but for queues, which are only
 * joined, the spaces when not all are permitted. */
static const char *
check_put(const struct query *q, const struct put *put, const struct scope *s)
{
    struct str sql = {q->sql.p + put->from, put->to - put->from};
    size_t tables = occurrences(sql, " FROM lk_") + occurrences(sql, " JOIN lk_");
    size_t queues = occurrences(sql, " FROM lk_verification_queue ") +
                    occurrences(sql, " FROM lk_ratelimit_queue ");
    size_t owned = 0, spaces = 0;

    for (size_t i = 0; i < put->n_params; i++) {
        struct str v = q->params.v[put->params + i].s;

        owned += str_eq(v, s->workspace);
        spaces += s->n_spaces && str_eq(v, s->spaces[0]);
    }
    if (s->n_spaces == 0)
        spaces = occurrences(sql, " AND 1 = 0");
    if (tables == 0 || tables != occurrences(sql, " WHERE workspace_id = ? AND ") ||
        owned < tables || (!s->all_spaces && spaces < tables - queues))
        return "a table is not restricted to what may be seen";
    if (*sql.p != '(' || sql.p[sql.n - 1] != ')' || occurrences(sql, "(") != occurrences(sql, ")"))
        return "a table's parentheses do not match";
    return NULL;
}

const char *
isolation_fault(const struct query *q, const struct scope *s)
{
    const char *why = scan(q);

    for (size_t i = 0; i < n_written && !why; i++)
        why = check_put(q, &written[i], s);
    if (!why && strlen(q->sql.p) != q->sql.n)
        why = "the SQL contains NUL";
    return why;
}
