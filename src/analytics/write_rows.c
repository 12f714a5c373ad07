/* What a SELECT takes its rows from: sources, groups, and the layer of their keys and results. */
#include "analytics/write.h"

#include "analytics/form.h"

/* Sources */

/* MySQL (9.7) refuses JSON_TABLE of a column of a derived table that it merges into the SELECT; it
 * merges none that has a LIMIT. */
static void
put_relation(struct writer *w, const struct block *b, const struct source *s)
{
    bool apart = b->takes_apart && w->dialect == DIALECT_MYSQL;

    sb_puts(&w->sql, apart ? "(SELECT r.* FROM " : "");
    relation_put(&w->sql, w->params, s->relation, &s->scope);
    sb_puts(&w->sql, apart ? " r LIMIT 18446744073709551615)" : "");
}

static void
put_source(struct writer *w, const struct block *b, const struct source *s)
{
    if (s->kind == SOURCE_ITEMS) {
        write_items(w, s->array, "t", s->id);
        return;
    }
    if (s->kind == SOURCE_RELATION) {
        put_relation(w, b, s);
    } else if (s->kind == SOURCE_CTE) {
        sb_addf(&w->sql, "w%d", s->cte + 1);
    } else {
        sb_putc(&w->sql, '(');
        write_plan(w, s->plan);
        sb_putc(&w->sql, ')');
    }
    sb_addf(&w->sql, " t%d", s->id);
}

static void
put_join(struct writer *w, const struct block *b, const struct source *s)
{
    static const char *const words[] = {
        [JOIN_FIRST] = " JOIN ",     [JOIN_CROSS] = " CROSS JOIN ", [JOIN_INNER] = " JOIN ",
        [JOIN_LEFT] = " LEFT JOIN ", [JOIN_RIGHT] = " RIGHT JOIN ", [JOIN_FULL] = " JOIN ",
    };
    const struct expr *on = s->kind == SOURCE_ITEMS ? s->filter : s->on;
    int outer = w->variable0;

    sb_puts(&w->sql, words[s->join]);
    put_source(w, b, s);
    if (!on)
        return;
    sb_puts(&w->sql, " ON ");
    if (s->kind == SOURCE_ITEMS)
        w->variable0 = s->id;
    write_expression(w, on);
    w->variable0 = outer;
}

void
write_rows(struct writer *w, const struct block *b)
{
    size_t i = 0;

    if (b->n_sources && b->source[0]->kind != SOURCE_ITEMS) {
        sb_puts(&w->sql, " FROM ");
        put_source(w, b, b->source[i++]);
    } else {
        sb_puts(&w->sql, " FROM (SELECT 1 AS one) t0");
    }
    for (; i < b->n_sources; i++)
        put_join(w, b, b->source[i]);
    if (b->where) {
        sb_puts(&w->sql, " WHERE ");
        write_expression(w, b->where);
    }
}

/* Groups */

static bool
is_in(uint64_t set, size_t i)
{
    return set >> i & 1;
}

void
write_arguments(struct writer *w, const struct block *b, struct exprs *out)
{
    for (size_t i = 0; i < b->aggregates.n; i++)
        for (size_t k = 0; k < b->aggregates.v[i]->n; k++) {
            const struct expr *arg = b->aggregates.v[i]->kid[k];
            size_t a = 0;

            while (a < out->n && !expr_equal(out->v[a], arg))
                a++;
            if (a == out->n)
                plan_add(w->c, out, arg);
        }
}

static bool
is_ranked(const struct block *b, const struct expr *arg)
{
    for (size_t i = 0; i < b->aggregates.n; i++)
        if (!*b->aggregates.v[i]->form->sql && expr_equal(b->aggregates.v[i]->kid[0], arg))
            return true;
    return false;
}

/* SELECT keys and arguments of all rows */
static void
put_inputs(struct writer *w, const struct block *b, const struct exprs *arguments)
{
    w->level = LEVEL_ROWS;
    sb_puts(&w->sql, "SELECT ");
    for (size_t i = 0; i < b->keys.n; i++) {
        sb_puts(&w->sql, i ? ", " : "");
        write_expression(w, b->keys.v[i]);
        sb_addf(&w->sql, " AS k%zu", i + 1);
    }
    for (size_t i = 0; i < arguments->n; i++) {
        sb_puts(&w->sql, i || b->keys.n ? ", " : "");
        write_expression(w, arguments->v[i]);
        sb_addf(&w->sql, " AS a%zu", i + 1);
    }
    sb_puts(&w->sql, b->keys.n + arguments->n ? "" : "1 AS one");
    write_rows(w, b);
}

static void
put_partition(struct writer *w, const struct block *b, uint64_t set)
{
    bool any = false;

    for (size_t i = 0; i < b->keys.n; i++)
        if (is_in(set, i)) {
            sb_addf(&w->sql, "%sq.k%zu", any ? ", " : "PARTITION BY ", i + 1);
            any = true;
        }
}

void
write_groups_from(struct writer *w, const struct block *b, const struct exprs *arguments,
                  uint64_t set, const char *name)
{
    bool ranked = false;

    for (size_t i = 0; i < arguments->n; i++) {
        if (!is_ranked(b, arguments->v[i]))
            continue;
        sb_puts(&w->sql, ranked ? "" : " FROM (SELECT q.*");
        ranked = true;
        sb_puts(&w->sql, ", ROW_NUMBER() OVER (");
        put_partition(w, b, set);
        sb_addf(&w->sql, " ORDER BY q.a%zu IS NULL, q.a%zu) AS r%zu, COUNT(q.a%zu) OVER (", i + 1,
                i + 1, i + 1, i + 1);
        put_partition(w, b, set);
        sb_addf(&w->sql, ") AS n%zu", i + 1);
    }
    sb_puts(&w->sql, name ? " FROM " : " FROM (");
    if (name)
        sb_puts(&w->sql, name);
    else
        put_inputs(w, b, arguments);
    sb_puts(&w->sql, name ? "" : ")");
    sb_puts(&w->sql, ranked ? " q) g" : " g");
    w->level = LEVEL_GROUPS;
    w->results = &b->aggregates;
    w->arguments = arguments;
}

void
write_group_by(struct writer *w, const struct block *b, uint64_t set)
{
    bool any = false;

    for (size_t i = 0; i < b->keys.n; i++)
        if (is_in(set, i)) {
            sb_addf(&w->sql, "%sg.k%zu", any ? ", " : " GROUP BY ", i + 1);
            any = true;
        }
    /* over no rows there is one group, unless there are keys somewhere */
    if (!any && b->keys.n)
        sb_puts(&w->sql, " HAVING COUNT(*) > 0");
}

/* SELECT keys and results of one set */
static void
put_results(struct writer *w, const struct block *b, const struct exprs *arguments, uint64_t set,
            const char *name)
{
    /* the select list comes first, but says what the rest defines */
    w->level = LEVEL_GROUPS;
    w->results = &b->aggregates;
    w->arguments = arguments;
    sb_puts(&w->sql, "SELECT ");
    for (size_t i = 0; i < b->keys.n; i++) {
        sb_puts(&w->sql, i ? ", " : "");
        if (is_in(set, i))
            sb_addf(&w->sql, "g.k%zu", i + 1);
        else
            write_expression(w, expr_default(w->c, b->keys.v[i]->type));
        sb_addf(&w->sql, " AS k%zu", i + 1);
    }
    for (size_t i = 0; i < b->aggregates.n; i++) {
        struct expr result = {.kind = EXPR_RESULT, .i = (int64_t)i};

        sb_puts(&w->sql, i || b->keys.n ? ", " : "");
        write_expression(w, &result);
        sb_addf(&w->sql, " AS x%zu", i + 1);
    }
    sb_puts(&w->sql, b->keys.n + b->aggregates.n ? "" : "1 AS one");
    write_groups_from(w, b, arguments, set, name);
    write_group_by(w, b, set);
}

void
write_layer(struct writer *w, const struct block *b, const struct exprs *arguments)
{
    static const uint64_t all[] = {UINT64_MAX};
    const uint64_t *sets = b->sets ? b->sets : all;
    size_t n = b->sets ? b->n_sets : 1;
    /* MariaDB does not find a WITH table through another one */
    const char *name = b->sets && w->resolve->n_ctes == 0 ? "p" : NULL;

    sb_puts(&w->sql, b->having ? " FROM (SELECT h.* FROM (" : " FROM (");
    if (name) {
        sb_puts(&w->sql, "WITH p AS (");
        put_inputs(w, b, arguments);
        sb_puts(&w->sql, ") ");
    }
    for (size_t i = 0; i < n; i++) {
        sb_puts(&w->sql, i ? " UNION ALL " : "");
        put_results(w, b, arguments, sets[i], name);
    }
    w->level = LEVEL_LAYER;
    if (b->having) {
        sb_puts(&w->sql, ") h WHERE ");
        write_expression(w, b->having);
    }
    sb_puts(&w->sql, ") h");
}
