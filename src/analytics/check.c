/* The checks, one after the other. */
#include "analytics/check.h"

#include "analytics/function.h"
#include "analytics/retention.h"

#include <string.h>

struct check {
    struct ctx *c;
    enum relation_family family;
    const struct ast_select *root;
    size_t visible; /* of the root's WITH entries */
    size_t columns;
};

static struct str
shown(struct str s)
{
    return str_utf8_clip(s, 100);
}

static struct str
lower(struct arena *mem, struct str s)
{
    char *p = arena_alloc(mem, s.n + 1);

    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 'a' - 'A') : s.p[i];
    return (struct str){p, s.n};
}

static enum status
no_settings(void *arg, struct ast_select *s, int depth)
{
    struct check *k = arg;

    (void)depth;
    return s->settings ? err_set(k->c, ST_ANALYTICS_QUERY, "SETTINGS clauses are not allowed.")
                       : ST_OK;
}

static enum status
few_columns(void *arg, struct ast_select *s, int depth)
{
    struct check *k = arg;

    (void)depth;
    k->columns += s->n_items;
    return k->columns > CHECK_COLUMNS_MAX
               ? err_set(k->c, ST_ANALYTICS_QUERY,
                         "The query projects too many columns: more than %d.", CHECK_COLUMNS_MAX)
               : ST_OK;
}

static enum status
no_public_cte(void *arg, struct ast_select *s, int depth)
{
    struct check *k = arg;

    (void)depth;
    for (size_t i = 0; i < s->n_with; i++)
        if (s->with[i].query && relation_is_name(k->family, s->with[i].name))
            return err_set(k->c, ST_ANALYTICS_TABLE,
                           "CTE name '%.*s' conflicts with a public table name.",
                           STR_ARG(shown(s->with[i].name)));
    return ST_OK;
}

/* A list in parentheses, an array or a subquery. */
static enum status
plain_in(void *arg, struct ast *e)
{
    struct check *k = arg;
    const struct ast *right = e->kind == AST_IN ? e->kid[1] : NULL;

    if (!right || right->kind == AST_QUERY || right->kind == AST_ARRAY ||
        (e->i && right->kind != AST_NAME && right->kind != AST_PARAMETER))
        return ST_OK;
    return err_set(k->c, ST_ANALYTICS_QUERY,
                   "Table-backed IN expressions are not supported; use a literal list or a "
                   "subquery.");
}

static bool
is_visible_cte(const struct check *k, struct str name)
{
    for (size_t i = 0; i < k->visible; i++)
        if (k->root->with[i].query && str_eq(k->root->with[i].name, name))
            return true;
    return false;
}

static enum status
known_tables(void *arg, struct ast_select *s, int depth)
{
    struct check *k = arg;
    enum relation r;

    (void)depth;
    for (size_t i = 0; i < s->n_sources; i++) {
        const struct ast_source *from = &s->source[i];

        if (from->function)
            return err_set(k->c, ST_ANALYTICS_FUNCTION,
                           "Table function '%.*s' is not allowed for security reasons.",
                           STR_ARG(shown(lower(k->c->mem, from->name))));
        if (from->query || (!from->database.n && (is_visible_cte(k, from->name) ||
                                                  relation_of(k->family, from->name, &r))))
            continue;
        return err_set(k->c, ST_ANALYTICS_TABLE, "Access to table '%.*s' is not allowed.",
                       STR_ARG(shown(from->written)));
    }
    if (s->array_join.left)
        return err_set(k->c, ST_ANALYTICS_TABLE, "LEFT ARRAY JOIN is not allowed.");
    return ST_OK;
}

static enum status
known_functions(void *arg, struct ast *e)
{
    struct check *k = arg;

    if (e->kind != AST_CALL || function_find(e->text))
        return ST_OK;
    return err_set(k->c, ST_ANALYTICS_FUNCTION, "Function '%.*s' is not allowed.",
                   STR_ARG(shown(lower(k->c->mem, e->text))));
}

static enum status
no_format(void *arg, struct ast_select *s, int depth)
{
    struct check *k = arg;

    (void)depth;
    return s->format ? err_set(k->c, ST_ANALYTICS_QUERY,
                               "Invalid SQL syntax: FORMAT clauses are not supported.")
                     : ST_OK;
}

static enum status
from_somewhere(struct check *k)
{
    return k->root->n_sources ? ST_OK
                              : err_set(k->c, ST_ANALYTICS_QUERY, "Query must have a FROM clause.");
}

/* A WITH entry sees those before it. */
static enum status
tables(struct check *k, struct ast_query *q)
{
    const struct ast_visitor v = {.select = known_tables, .arg = k};
    enum status st = ST_OK;

    for (size_t i = 0; i < k->root->n_with && st == ST_OK; i++) {
        k->visible = i;
        if (k->root->with[i].query)
            st = ast_walk(&v, k->root->with[i].query);
    }
    k->visible = k->root->n_with;
    return st == ST_OK ? ast_walk(&v, q) : st;
}

enum status
check_statement(struct ctx *c, struct str text, enum relation_family f, int64_t retention_days,
                struct parsed *out)
{
    struct check k = {.c = c, .family = f};
    const struct ast_visitor before[] = {
        {.select = no_settings, .arg = &k},
        {.select = few_columns, .arg = &k},
        {.select = no_public_cte, .arg = &k},
        {.expression = plain_in, .arg = &k},
    };
    const struct ast_visitor functions = {.expression = known_functions, .arg = &k};
    const struct ast_visitor format = {.select = no_format, .arg = &k};
    enum status st;

    if (text.n > CHECK_BYTES_MAX)
        return err_set(c, ST_ANALYTICS_QUERY,
                       "Analytics query exceeds the maximum length of %d bytes.", CHECK_BYTES_MAX);
    st = parse_statement(c, text, out);
    if (st == ST_OK)
        k.root = out->query->select[0];
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]) && st == ST_OK; i++) {
        if (i == 1 && out->nodes > CHECK_NODES_MAX)
            return err_set(c, ST_ANALYTICS_QUERY, "The query is too complex: more than %d parts.",
                           CHECK_NODES_MAX);
        st = ast_walk(&before[i], out->query);
    }
    if (st == ST_OK)
        st = from_somewhere(&k);
    if (st == ST_OK)
        st = tables(&k, out->query);
    if (st == ST_OK)
        st = ast_walk(&functions, out->query);
    if (st == ST_OK)
        st = retention_check(c, out->query, retention_days);
    return st == ST_OK ? ast_walk(&format, out->query) : st;
}
