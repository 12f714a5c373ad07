/* Reading policies: strictly, since a misspelt setting must not leave a door open. */
#include "domain/gate_parse.h"

#include "base/conf_text.h"
#include "domain/gate_setting.h"

#include <string.h>

enum { MAX_POLICIES = 1024 };

static bool
wrong(struct gate_reader *rd, struct str why)
{
    rd->why = why;
    return false;
}

/* Sections */

static void
begin_rule(struct gate_reader *rd, int line)
{
    rd->r = ARENA_NEW(rd->mem, struct gate_rule);
    rd->r->line = line;
    memset(rd->seen, 0, sizeof(rd->seen));
}

/* Nothing that makes no sense: who writes it expects a protection that would not be there. */
static bool
end_rule(struct gate_reader *rd)
{
    struct gate_rule *r = rd->r;
    bool addresses = r->n_allow_from + r->n_deny_from > 0;
    bool of_keys = r->n_credential > 0 || r->anonymous.count > 0 || r->permission.n > 0 ||
                   r->n_cost > 0 || r->n_key_limit > 0;

    if (!r->deny && !addresses && r->n_api == 0 && r->n_limit == 0)
        return wrong(rd, S("the section checks nothing: it needs api, limit, allow_from, deny_from "
                           "or deny"));
    if (r->deny && (addresses || of_keys || r->n_api > 0 || r->n_limit > 0))
        return wrong(rd, S("a section with deny = on can have nothing but conditions besides it"));
    if (of_keys && r->n_api == 0)
        return wrong(rd, S("credential, anonymous, permission, cost and key_limit need api"));
    if (rd->p->n_rules == GATE_POLICY_MAX_RULES)
        return wrong(rd, S("the policy has more than 50 sections"));
    rd->p->rules[rd->p->n_rules++] = r;
    rd->r = NULL;
    return true;
}

/* What can only be seen of all rules together. */
static bool
end_policy(struct gate_reader *rd)
{
    bool login = false;

    for (size_t i = 0; i < rd->p->n_rules; i++) {
        const struct gate_rule *r = rd->p->rules[i];

        login = login || r->n_api > 0;
        if (rd->p->fail_open && (r->deny || r->n_allow_from + r->n_deny_from + r->n_api > 0))
            return wrong(rd, S("a policy with fail_open can check nothing but limits"));
        for (size_t k = 0; k < r->n_limit && !login; k++)
            if (gate_policy_needs_login(&r->limit[k]))
                return wrong(rd, arena_fmt(rd->mem,
                                           "limit = %.*s: nobody has presented a key yet, so there "
                                           "is no subject or principal",
                                           STR_ARG(r->limit[k].text)));
    }
    return true;
}

static bool
is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i], lower = (char)(c | 0x20);

        if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_' &&
            c != '.')
            return false;
    }
    return s.n > 0 && s.n <= GATE_POLICY_NAME_MAX;
}

static struct gate_policy *
policy_new(struct arena *mem, struct str name, struct str file)
{
    struct gate_policy *p = ARENA_NEW(mem, struct gate_policy);

    *p = (struct gate_policy){.name = name, .file = file, .realm = STR("latchkey")};
    return p;
}

/* Files */

struct file {
    struct gate_reader rd;
    struct str name;
    struct gate_policy *v[MAX_POLICIES];
    size_t n;
};

static struct gate_policy *
policy_of(struct file *f, struct str name)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->v[i]->name, name))
            return f->v[i];
    if (f->n == MAX_POLICIES)
        return NULL;
    return f->v[f->n++] = policy_new(f->rd.mem, name, f->name);
}

static bool
section(struct file *f, struct str name, int line)
{
    struct gate_reader *rd = &f->rd;

    if (!is_name(name))
        return wrong(rd, arena_fmt(rd->mem,
                                   "'%.*s' is no name of a policy: 1 to %d letters, digits, - _ "
                                   "and .",
                                   STR_ARG(name), GATE_POLICY_NAME_MAX));
    rd->p = policy_of(f, name);
    if (!rd->p)
        return wrong(rd, S("there are too many policies"));
    begin_rule(rd, line);
    return true;
}

static bool
setting(struct file *f, struct str name, struct str value)
{
    struct gate_reader *rd = &f->rd;
    size_t row;

    if (!gate_setting_find(name, &row))
        return wrong(
            rd, arena_fmt(rd->mem, "unknown setting '%.*s', see latchkey-gate(7)", STR_ARG(name)));
    if (!rd->r)
        return wrong(rd, S("a section [NAME] has to come first"));
    if (gate_setting_set(rd, row, value))
        return true;
    return wrong(rd, arena_fmt(rd->mem, "%.*s: %.*s", STR_ARG(name), STR_ARG(rd->why)));
}

/* The next line, or the end of the file. *line: the one that an error is about. */
static bool
take(struct file *f, struct conf_text *t, enum conf_text_kind kind, int *line)
{
    struct gate_reader *rd = &f->rd;

    *line = t->line;
    if (kind == CONF_TEXT_BAD)
        return wrong(rd, S("expected [NAME] or 'name = value'"));
    if (kind == CONF_TEXT_SETTING)
        return setting(f, t->name, t->value);
    if (rd->r) {
        *line = rd->r->line;
        if (!end_rule(rd))
            return false;
        *line = t->line;
    }
    if (kind == CONF_TEXT_SECTION)
        return section(f, t->name, t->line);
    for (size_t i = 0; i < f->n; i++) {
        rd->p = f->v[i];
        *line = rd->p->rules[0]->line;
        if (!end_policy(rd))
            return false;
    }
    return true;
}

bool
gate_parse_file(struct arena *mem, struct str file, struct str text, struct gate_policies *out,
                struct str *why)
{
    struct file *f = ARENA_NEW(mem, struct file);
    struct conf_text t = {.rest = text};
    enum conf_text_kind kind;
    int line;

    f->name = file;
    f->rd.mem = mem;
    do {
        kind = conf_text_next(&t);
        if (!take(f, &t, kind, &line)) {
            *why = arena_fmt(mem, "%.*s:%d: %.*s", STR_ARG(file), line, STR_ARG(f->rd.why));
            return false;
        }
    } while (kind != CONF_TEXT_END);
    *out = (struct gate_policies){(const struct gate_policy *const *)f->v, f->n};
    return true;
}

/* Inline */

bool
gate_parse_inline(struct arena *mem, const struct gate_parse_setting *v, size_t n,
                  const struct gate_policy **out, struct str *why)
{
    struct gate_reader rd = {.mem = mem};
    struct gate_policy *p = policy_new(mem, S("inline"), S("the environment"));
    size_t row;

    rd.p = p;
    begin_rule(&rd, 0);
    for (size_t i = 0; i < n; i++) {
        if (gate_setting_find(v[i].name, &row) ? gate_setting_set(&rd, row, v[i].value)
                                               : wrong(&rd, S("there is no such setting")))
            continue;
        *why = arena_fmt(mem, GATE_PARSE_PREFIX "%.*s: %.*s", STR_ARG(v[i].name), STR_ARG(rd.why));
        return false;
    }
    if (rd.r->n_api > 0)
        p->name = rd.r->api[0];
    if (end_rule(&rd) && end_policy(&rd)) {
        *out = p;
        return true;
    }
    *why = arena_fmt(mem, GATE_PARSE_PREFIX "*: %.*s", STR_ARG(rd.why));
    return false;
}
