/* latchkey gate check: tries the gate from outside. */
#include "app/command.h"
#include "app/gate_check.h"
#include "base/digest.h"
#include "domain/gate_setting.h"
#include "store/key_store.h"

struct in {
    struct f_str url, key, credential;
    struct f_int cost;
    struct f_bool proxied, down;
};
static const struct field in_fields[] = {
    F_STR(struct in, url, "url", F_REQUIRED, 1, 2048,
          .text = "A protected page; a GET of it should be harmless, and short its answer."),
    F_STR(struct in, key, "key", F_SECRET, 1, 512,
          .text = "A key that is let in, at best with credits and used by nobody else; - to read "
                  "it from standard input."),
    F_STR(struct in, credential, "credential", F_DEFAULT, 1, 256,
          .text = "Where requests carry the key, as in the policy.", .dflt = "\"bearer\""),
    F_INT(struct in, cost, "cost", F_DEFAULT, 0, 1000000000,
          .text = "Credits that a GET of the page takes.", .dflt = "1"),
    F_BOOL(struct in, proxied, "proxied", 0,
           .text = "The application learns who has come by X-Latchkey-* headers: see whether it "
                   "gets forged ones."),
    F_BOOL(struct in, down, "down", 0,
           .text = "The gate, or its database, is stopped: see whether the place stays closed."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);

struct out {
    struct f_str trick, result, detail, fix;
};
static const struct field out_fields[] = {
    F_STR(struct out, trick, "trick", F_REQUIRED, 0, F_NO_MAX, .text = "What was tried."),
    F_STR(struct out, result, "result", F_REQUIRED, 0, F_NO_MAX, .text = "pass, FAIL or skipped."),
    F_STR(struct out, detail, "detail", F_REQUIRED, 0, F_NO_MAX, .text = "What was seen."),
    F_STR(struct out, fix, "fix", F_REQUIRED, 0, F_NO_MAX, .text = "What to do."),
    F_END,
};
static const struct field out_item = F_BODY(0, out_fields, struct out);
static const struct field out_list = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &out_item};

struct purse {
    struct ctx *c;
    struct str key;
};

static bool
credits(void *arg, int64_t *left)
{
    struct purse *p = arg;
    struct key_row *k;

    if (!p->c->db || key_store_by_hash(p->c, digest_key_hash(p->c->mem, p->key), &k) != ST_OK) {
        err_clear(p->c);
        return false;
    }
    *left = k ? k->remaining : 0;
    return k && k->limited;
}

/* One that is written as policies write it. */
static enum status
read_credential(struct ctx *c, struct str text, const struct gate_credential **out)
{
    struct gate_policy policy = {.n_rules = 0};
    struct gate_rule *rule = ARENA_NEW(c->mem, struct gate_rule);
    struct gate_reader rd = {.mem = c->mem, .p = &policy, .r = rule, .why = {"", 0}};

    if (!gate_setting_set(&rd, GATE_SETTING_credential, text))
        return err_set(c, ST_UNEXPECTED, "--credential: %.*s.", STR_ARG(rd.why));
    *out = &rule->credential[0];
    return ST_OK;
}

static enum status
prepare(struct ctx *c, const struct in *in, struct gate_check *k)
{
    struct str why;

    k->key = f_str_or_empty(in->key);
    k->cost = in->cost.state == F_SET ? in->cost.v : 1;
    k->proxied = f_bool_or(in->proxied, false);
    if (!gate_check_place(c->mem, in->url.v, &k->place, &why))
        return err_set(c, ST_UNEXPECTED, "%.*s.", STR_ARG(why));
    for (size_t i = 0; i < k->key.n; i++)
        if ((unsigned char)k->key.p[i] < 0x20)
            return err_set(c, ST_UNEXPECTED, "The key holds control characters.");
    return read_credential(c, in->credential.state == F_SET ? in->credential.v : S("bearer"),
                           &k->place.credential);
}

static enum status
run(struct ctx *c, const void *pin, struct command_result *r)
{
    static const struct str results[] = {STR("pass"), STR("FAIL"), STR("skipped")};
    const struct in *in = pin;
    struct purse purse = {c, f_str_or_empty(in->key)};
    struct gate_check k = {.credits = credits, .arg = &purse};
    enum status st = prepare(c, in, &k);
    const struct gate_finding *v;
    struct out *out;
    size_t n;

    if (st != ST_OK)
        return st;
    v = f_bool_or(in->down, false) ? gate_check_down(c->mem, &k, &n)
                                   : gate_check_run(c->mem, &k, &n);
    out = ARENA_ARRAY(c->mem, n + 1, struct out);
    for (size_t i = 0; i < n; i++) {
        out[i] = (struct out){f_str(v[i].trick), f_str(results[v[i].result]), f_str(v[i].detail),
                              f_str(str_of(v[i].fix))};
        if (v[i].result == GATE_FAIL)
            r->exit_status = EXIT_FAILED;
    }
    *(struct f_list *)r->data = f_list(out, n);
    return ST_OK;
}

const struct command cmd_gate_check = {
    .summary = "try from outside whether the gate closes, and charges once",
    .help = "Sends some eighty requests without a key that is let in, none of which may get "
            "through, and with the key two or three. Exit status 1 when one fails.",
    .operand = "url",
    .in = &in_body,
    .out = &out_list,
    .flags = CMD_ANY_SCHEMA | CMD_NO_DATABASE,
    .run = run,
};
