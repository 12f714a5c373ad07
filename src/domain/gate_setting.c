/* The settings of gate.def, each with a function that reads its value. */
#include "domain/gate_setting.h"

#include "domain/permquery.h"

#include <string.h>
#include <strings.h>

enum { RATE_MIN_MS = 1000, NAME_MAX_BYTES = 256 };
#define COUNT_MAX INT64_C(1000000000000)
#define RATE_MAX_MS (INT64_C(366) * 24 * 3600 * 1000)

const struct gate_setting_row gate_setting_rows[] = {
#define GATE(scope_, times_, name_, form_, text_)                                                  \
    {#name_, form_, text_, GATE_SETTING_##scope_, GATE_SETTING_##times_},
#include "domain/gate.def"
#undef GATE
};

static bool
wrong(struct gate_reader *rd, struct str why)
{
    rd->why = why;
    return false;
}

/* Room for one more element of a list. */
#define MORE(rd, list, n, max)                                                                     \
    (((n) == 0 ? (void)((list) = arena_array((rd)->mem, (max), sizeof(*(list)))) : (void)0),       \
     (n) < (max))

static bool
too_many(struct gate_reader *rd, size_t max)
{
    return wrong(rd, arena_fmt(rd->mem, "there are more than %zu of them", max));
}

/* Takes the next word off *rest; empty when there is none. */
static struct str
word(struct str *rest)
{
    struct str one = S("");

    while (rest->p && one.n == 0)
        one = str_cut(rest, ' ');
    if (!rest->p)
        *rest = S("");
    *rest = str_trim(*rest);
    return one;
}

static bool
on_off(struct gate_reader *rd, struct str v, bool *out)
{
    *out = str_eq(v, S("on"));
    return *out || str_eq(v, S("off")) || wrong(rd, S("it must be on or off"));
}

static bool
network(struct gate_reader *rd, struct str v, struct netmask **list, size_t *n)
{
    if (!MORE(rd, *list, *n, GATE_POLICY_MAX_ITEMS))
        return too_many(rd, GATE_POLICY_MAX_ITEMS);
    if (netmask_parse(v, &(*list)[*n])) {
        ++*n;
        return true;
    }
    return wrong(rd, arena_fmt(rd->mem,
                               "'%.*s' is no address or network; networks look like 192.0.2.0/24 "
                               "or 2001:db8::/32, with nothing set behind their bits",
                               STR_ARG(v)));
}

/* 100/60s */
static bool
rate(struct gate_reader *rd, struct str v, struct gate_rate *out)
{
    static const struct {
        struct str unit;
        int64_t ms;
    } units[] = {{STR("ms"), 1},      {STR("s"), 1000},     {STR("m"), 60000},
                 {STR("h"), 3600000}, {STR("d"), 86400000}, {STR(""), 0}};
    struct str time = v, count = str_cut(&time, '/');
    size_t digits = 0, u = 0;
    int64_t n = 1;

    while (digits < time.n && time.p[digits] >= '0' && time.p[digits] <= '9')
        digits++;
    while (units[u].ms && !str_eq(str_from(time, digits), units[u].unit))
        u++;
    if (str_i64(count, 1, COUNT_MAX, &out->count) && time.n > digits && units[u].ms &&
        (digits == 0 || str_i64((struct str){time.p, digits}, 1, RATE_MAX_MS, &n)) &&
        n <= RATE_MAX_MS / units[u].ms && n * units[u].ms >= RATE_MIN_MS) {
        out->duration_ms = n * units[u].ms;
        return true;
    }
    return wrong(rd, arena_fmt(rd->mem,
                               "'%.*s' is no rate; rates look like 100/60s: a number above 0, and "
                               "a time of 1s to 366d in ms, s, m, h or d",
                               STR_ARG(v)));
}

static const struct textrule *
expression(struct gate_reader *rd, struct str v)
{
    struct str why;
    const struct textrule *e = textrule_parse(rd->mem, v, &why);

    if (!e)
        wrong(rd, why);
    return e;
}

/* X-API-Key becomes X_API_KEY. */
static bool
header_name(struct gate_reader *rd, struct str v, struct str *out)
{
    char *p = arena_alloc(rd->mem, v.n + 1);

    for (size_t i = 0; i < v.n; i++) {
        char c = v.p[i];
        bool lower = c >= 'a' && c <= 'z', plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        if (!lower && !plain && c != '-')
            return wrong(rd, arena_fmt(rd->mem, "'%.*s' is no name of a header", STR_ARG(v)));
        p[i] = c == '-' ? '_' : lower ? (char)(c & ~0x20) : c;
    }
    *out = (struct str){p, v.n};
    return (v.n > 0 && v.n <= NAME_MAX_BYTES) || wrong(rd, S("the name of the header is missing"));
}

static bool
parameter_name(struct gate_reader *rd, struct str v, struct str *out)
{
    *out = v;
    return (v.n > 0 && v.n <= NAME_MAX_BYTES) ||
           wrong(rd, S("the name of the query parameter is missing"));
}

/* Settings of a policy */

static bool
set_realm(struct gate_reader *rd, struct str v)
{
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] < 0x20 || v.p[i] == '"' || v.p[i] == '\\' || v.p[i] == 0x7f)
            return wrong(rd, S("it must be plain text without quotes"));
    rd->p->realm = v;
    return true;
}

static bool
set_trusted_proxies(struct gate_reader *rd, struct str v)
{
    return network(rd, v, &rd->p->trusted_proxies, &rd->p->n_trusted_proxies);
}

static bool
set_preflight(struct gate_reader *rd, struct str v)
{
    return on_off(rd, v, &rd->p->preflight);
}

static bool
set_otherwise(struct gate_reader *rd, struct str v)
{
    rd->p->pass_otherwise = str_eq(v, S("pass"));
    return rd->p->pass_otherwise || str_eq(v, S("refuse")) ||
           wrong(rd, S("it must be refuse or pass"));
}

static bool
set_fail_open(struct gate_reader *rd, struct str v)
{
    return on_off(rd, v, &rd->p->fail_open);
}

/* Conditions */

static bool
set_methods(struct gate_reader *rd, struct str v)
{
    struct gate_rule *r = rd->r;

    if (!MORE(rd, r->methods, r->n_methods, GATE_POLICY_MAX_ITEMS))
        return too_many(rd, GATE_POLICY_MAX_ITEMS);
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] < 'A' || v.p[i] > 'Z')
            return wrong(
                rd, arena_fmt(rd->mem, "'%.*s' is no method; methods are in capitals", STR_ARG(v)));
    r->methods[r->n_methods++] = v;
    return true;
}

static bool
set_path(struct gate_reader *rd, struct str v)
{
    if (v.n > 0 && v.p[0] != '/' && v.p[0] != '~' && v.p[0] != '*')
        return wrong(rd, S("a path begins with a slash"));
    rd->r->path = expression(rd, v);
    return rd->r->path != NULL;
}

static bool
condition(struct gate_reader *rd, struct str v, struct gate_condition *out,
          bool (*name)(struct gate_reader *, struct str, struct str *))
{
    out->absent = str_starts(v, S("!"));
    if (out->absent)
        v = str_trim(str_from(v, 1));
    if (!name(rd, word(&v), &out->name))
        return false;
    if (v.n == 0)
        return true;
    if (out->absent)
        return wrong(rd, S("nothing can follow the name behind a '!'"));
    out->expr = expression(rd, v);
    return out->expr != NULL;
}

static bool
set_header(struct gate_reader *rd, struct str v)
{
    struct gate_rule *r = rd->r;

    return MORE(rd, r->header, r->n_header, GATE_POLICY_MAX_ITEMS)
               ? condition(rd, v, &r->header[r->n_header++], header_name)
               : too_many(rd, GATE_POLICY_MAX_ITEMS);
}

static bool
set_query(struct gate_reader *rd, struct str v)
{
    struct gate_rule *r = rd->r;

    return MORE(rd, r->query, r->n_query, GATE_POLICY_MAX_ITEMS)
               ? condition(rd, v, &r->query[r->n_query++], parameter_name)
               : too_many(rd, GATE_POLICY_MAX_ITEMS);
}

/* Checks */

static bool
set_deny(struct gate_reader *rd, struct str v)
{
    return on_off(rd, v, &rd->r->deny);
}

static bool
set_allow_from(struct gate_reader *rd, struct str v)
{
    return network(rd, v, &rd->r->allow_from, &rd->r->n_allow_from);
}

static bool
set_deny_from(struct gate_reader *rd, struct str v)
{
    return network(rd, v, &rd->r->deny_from, &rd->r->n_deny_from);
}

static bool
set_api(struct gate_reader *rd, struct str v)
{
    struct gate_rule *r = rd->r;

    if (!MORE(rd, r->api, r->n_api, GATE_POLICY_MAX_APIS))
        return too_many(rd, GATE_POLICY_MAX_APIS);
    if (!str_starts(v, S("api_")) && !str_starts(v, S("ks_")))
        return wrong(rd, arena_fmt(rd->mem, "'%.*s' is no id of an API (api_…) or keyspace (ks_…)",
                                   STR_ARG(v)));
    r->api[r->n_api++] = v;
    return true;
}

static bool
set_credential(struct gate_reader *rd, struct str v)
{
    struct gate_rule *r = rd->r;
    struct str kind = word(&v), name = word(&v);
    struct gate_credential *k;

    if (!MORE(rd, r->credential, r->n_credential, GATE_POLICY_MAX_ITEMS))
        return too_many(rd, GATE_POLICY_MAX_ITEMS);
    k = &r->credential[r->n_credential++];
    if (name.n == 0 && (str_eq(kind, S("bearer")) || str_eq(kind, S("basic")))) {
        k->kind = str_eq(kind, S("basic")) ? GATE_BASIC : GATE_BEARER;
        return true;
    }
    k->kind = str_eq(kind, S("header")) ? GATE_HEADER : GATE_QUERY;
    if (k->kind == GATE_HEADER) {
        k->prefix = v;
        return header_name(rd, name, &k->name);
    }
    if (!str_eq(kind, S("query")) || v.n > 0)
        return wrong(rd, S("it must be bearer, basic, header NAME, header NAME PREFIX or query "
                           "NAME"));
    return parameter_name(rd, name, &k->name);
}

static bool
set_anonymous(struct gate_reader *rd, struct str v)
{
    return rate(rd, v, &rd->r->anonymous);
}

/* The query is checked with something harmless for each placeholder. */
static bool
set_permission(struct gate_reader *rd, struct str v)
{
    static const struct gate_target sample = {
        .method = STR("GET"),
        .path = STR("/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a")};
    struct gate_rule r = {.permission = v};
    struct str query, why;

    if (!gate_policy_query(rd->mem, &r, &sample, &query))
        return wrong(rd, S("the placeholders are {method} and {1} to {32}, segments of the path; "
                           "a query has at most 1000 bytes"));
    if (!permquery_parse(rd->mem, query, &why))
        return wrong(rd, why);
    rd->r->permission = v;
    return true;
}

/* [METHOD] [PATH] CREDITS */
static bool
set_cost(struct gate_reader *rd, struct str v)
{
    struct gate_rule *r = rd->r;
    struct gate_cost k = {.method = {"", 0}};
    struct str one = word(&v);

    if (!MORE(rd, r->cost, r->n_cost, GATE_POLICY_MAX_ITEMS))
        return too_many(rd, GATE_POLICY_MAX_ITEMS);
    if (one.n > 0 && one.p[0] >= 'A' && one.p[0] <= 'Z') {
        k.method = one;
        one = word(&v);
    }
    if (one.n > 0 && (one.p[0] == '/' || one.p[0] == '*')) {
        k.path = expression(rd, one);
        one = word(&v);
    }
    if (!str_i64(one, 0, COUNT_MAX, &k.credits) || v.n > 0)
        return wrong(rd, S("it must be a number of credits, with a METHOD, a /path or both before "
                           "it"));
    r->cost[r->n_cost++] = k;
    return rd->why.n == 0;
}

/* NAME [COST] [COUNT/TIME] */
static bool
set_key_limit(struct gate_reader *rd, struct str v)
{
    struct gate_rule *r = rd->r;
    struct gate_key_limit k = {.name = word(&v), .cost = 1};
    struct str one = word(&v);

    if (!MORE(rd, r->key_limit, r->n_key_limit, GATE_POLICY_MAX_ITEMS))
        return too_many(rd, GATE_POLICY_MAX_ITEMS);
    if (k.name.n < 3 || k.name.n > 255)
        return wrong(rd, S("the name of a limit has 3 to 255 bytes"));
    if (one.n > 0 && str_find(one, '/', 0) == one.n) {
        if (!str_i64(one, 0, COUNT_MAX, &k.cost))
            return wrong(rd, S("the cost must be a number"));
        one = word(&v);
    }
    if (one.n > 0 && !rate(rd, one, &k.one_off))
        return false;
    r->key_limit[r->n_key_limit++] = k;
    return v.n == 0 || wrong(rd, S("it must be NAME, NAME COST, NAME COUNT/TIME or all three"));
}

static bool
source(struct gate_reader *rd, struct str v, struct gate_source *out)
{
    static const struct {
        struct str name;
        enum gate_by kind;
    } plain[] = {{STR("address"), GATE_BY_ADDRESS},
                 {STR("subject"), GATE_BY_SUBJECT},
                 {STR("path"), GATE_BY_PATH}};
    struct str name = v, kind = str_cut(&name, ':');

    for (size_t i = 0; i < 3 && !name.p; i++) {
        out->kind = plain[i].kind;
        if (str_eq(kind, plain[i].name))
            return true;
    }
    if (name.p && str_eq(kind, S("header"))) {
        out->kind = GATE_BY_HEADER;
        return header_name(rd, name, &out->name);
    }
    out->kind = GATE_BY_PRINCIPAL;
    out->name = name;
    return (name.p && name.n > 0 && str_eq(kind, S("principal"))) ||
           wrong(rd, S("what to count by must be address, subject, path, header:NAME or "
                       "principal:FIELD, with + between several"));
}

/* COUNT/TIME [by SOURCE+SOURCE] */
static bool
set_limit(struct gate_reader *rd, struct str v)
{
    struct gate_rule *r = rd->r;
    struct gate_limit k = {.text = v};
    struct str by, sources;

    if (!MORE(rd, r->limit, r->n_limit, GATE_POLICY_MAX_ITEMS))
        return too_many(rd, GATE_POLICY_MAX_ITEMS);
    if (!rate(rd, word(&v), &k.rate))
        return false;
    by = word(&v);
    sources = word(&v);
    if (v.n > 0 || (by.n > 0 && (!str_eq(by, S("by")) || sources.n == 0)))
        return wrong(rd, S("it must be COUNT/TIME or COUNT/TIME by SOURCE"));
    while (sources.n > 0 && sources.p) {
        struct str one = str_cut(&sources, '+');

        if (k.n_by == GATE_POLICY_MAX_SOURCES)
            return too_many(rd, GATE_POLICY_MAX_SOURCES);
        if (!source(rd, one, &k.by[k.n_by++]))
            return false;
    }
    r->limit[r->n_limit++] = k;
    return true;
}

/* The table */

bool
gate_setting_find(struct str name, size_t *row)
{
    for (*row = 0; *row < GATE_SETTING_ROWS; ++*row) {
        const char *known = gate_setting_rows[*row].name;

        if (name.n == strlen(known) && strncasecmp(name.p, known, name.n) == 0)
            return true;
    }
    return false;
}

static bool (*const setters[GATE_SETTING_ROWS])(struct gate_reader *, struct str) = {
#define GATE(scope, times, name, form, text) set_##name,
#include "domain/gate.def"
#undef GATE
};

bool
gate_setting_set(struct gate_reader *rd, size_t row, struct str value)
{
    const struct gate_setting_row *def = &gate_setting_rows[row];
    struct str items = value;

    if (def->scope == GATE_SETTING_POLICY && rd->p->n_rules > 0)
        return wrong(rd, S("it belongs into the first section of the policy"));
    if (def->times == GATE_SETTING_ONCE && rd->seen[row])
        return wrong(rd, S("it is there twice"));
    rd->seen[row] = true;
    if (value.n == 0)
        return wrong(rd, S("it is empty"));
    if (def->times != GATE_SETTING_LIST)
        return setters[row](rd, value);
    while (items.p) {
        struct str one = str_trim(str_cut(&items, ','));

        if (one.n == 0)
            return wrong(rd, S("there is nothing before or behind a comma"));
        if (!setters[row](rd, one))
            return false;
    }
    return true;
}
