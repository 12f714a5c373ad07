/* libFuzzer: the text of an analytics query, through parser, checks, resolution, writer, filling
 * and encoding. Whatever is accepted has to be isolated (tests/support/isolation.h); whatever is
 * refused has to be refused properly. */
#include "support/isolation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* As much as a request may take by default. */
enum { MEMORY = 512 * 1024 * 1024, ROWS = 3 };
static const int64_t now_ms = INT64_C(1795614330250);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
die(const char *what, struct str text, struct str more)
{
    fprintf(stderr, "%s\n%.*s\n%.*s\n", what, STR_ARG(text), STR_ARG(more));
    abort();
}

/* In any letter case: names of functions are shown in lower case. */
static bool
has_word(struct str s, struct str word)
{
    for (size_t i = 0; i + word.n <= s.n; i++)
        if (strncasecmp(s.p + i, word.p, word.n) == 0)
            return true;
    return false;
}

/* A refusal is one of the contract's, and says nothing of what is behind the public tables. */
static void
check_refusal(const struct ctx *c, enum status st, struct str text)
{
    static const struct str hidden[] = {STR("ws_fuzz"), STR("space_1"), STR("lk_")};
    const char *type = err_type(st);

    if (st != c->err.status || (err_http(st) != 400 && err_http(st) != 422) ||
        !(strstr(type, "analytics") || strstr(type, "retention") || strstr(type, "limit")))
        die("a refusal of the wrong kind", text, c->err.detail);
    if (c->err.detail.n == 0 || !str_utf8_valid(c->err.detail))
        die("a refusal without a proper text", text, c->err.detail);
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        if (has_word(c->err.detail, hidden[i]) && !has_word(text, hidden[i]))
            die("a refusal tells too much", text, c->err.detail);
}

/* Rows of zeros, and what fills the gaps between them. */
static enum status
feed(struct ctx *c, struct query *q)
{
    struct cell *row = ARENA_ARRAY(c->mem, q->n_cells + 1, struct cell);
    enum status st = ST_OK;

    for (size_t i = 0; i < q->n_cells; i++)
        row[i].s = S("[]");
    for (int n = 0; n < ROWS && st == ST_OK && !q->result.done; n++)
        st = query_row(q, row);
    return st == ST_OK ? query_end(q) : st;
}

static void
check(struct ctx *c, struct str text, const struct scope *s, enum write_dialect dialect)
{
    enum relation_family f =
        str_has(text, S("ratelimits")) ? FAMILY_RATELIMITS : FAMILY_VERIFICATIONS;
    const char *fault;
    struct query q;
    enum status st = isolation_plan(c, text, f, s, dialect, &q);

    if (st == ST_OK) {
        fault = isolation_fault(&q, s);
        if (fault)
            die(fault, text, q.sql);
        st = feed(c, &q);
        for (size_t i = 0; st == ST_OK && i < q.result.rows; i++)
            if (!str_utf8_valid(result_row(&q.result, i)))
                die("a row is no text", text, result_row(&q.result, i));
    }
    if (st != ST_OK)
        check_refusal(c, st, text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct str spaces[] = {STR("space_1"), STR("space_2")};
    static struct arena *mem;
    const struct str text = {(const char *)data, size};
    const struct scope s = {.workspace = S("ws_fuzz"),
                            .all_spaces = size % 3 == 0,
                            .spaces = spaces,
                            .n_spaces = size % 3 == 1 ? 2 : 0,
                            .since_ms = now_ms / 2};
    struct ctx c = {.now_ms = now_ms};

    /* JSON brings nothing else */
    if (!str_utf8_valid(text))
        return 0;
    if (!mem)
        mem = arena_new(MEMORY);
    c.mem = mem;
    check(&c, text, &s, size % 2 ? DIALECT_MYSQL : DIALECT_MARIADB);
    arena_reset(mem);
    return 0;
}
