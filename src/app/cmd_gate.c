/* latchkey gate explain, check-config. */
#include "api/gate.h"
#include "app/command.h"
#include "domain/urlpath.h"
#include "service/gate_svc.h"

/* The policies of the configuration; an error when they cannot be read. */
static enum status
load(struct ctx *c, struct gate_config *conf)
{
    gate_config_load(c->mem, c->conf, NULL, NULL, conf);
    return conf->broken.n ? err_set(c, ST_UNEXPECTED, "%.*s", STR_ARG(conf->broken)) : ST_OK;
}

/* explain */

struct explain_in {
    struct f_str policy, method, path, key_id, address;
    struct f_list header; /* struct f_str */
};
struct explain_out {
    struct f_str place, result;
};
static const struct field header_item = F_ITEM_STR(1, F_NO_MAX, NULL);
static const struct field explain_fields[] = {
    F_STR(struct explain_in, policy, "policy", F_REQUIRED, 1, GATE_POLICY_NAME_MAX,
          .text = "Name of the policy."),
    F_STR(struct explain_in, method, "method", F_DEFAULT, 1, 32, .text = "Method of the request.",
          .dflt = "\"GET\""),
    F_STR(struct explain_in, path, "path", F_DEFAULT, 1, F_NO_MAX,
          .text = "Path of the request, with its query.", .dflt = "\"/\""),
    F_STR(struct explain_in, key_id, "keyId", 0, 1, 48,
          .text = "Id of the key that is presented; none when absent."),
    F_STR(struct explain_in, address, "address", F_DEFAULT, 1, 64, .text = "Address of the client.",
          .dflt = "\"127.0.0.1\""),
    F_LIST(struct explain_in, header, "header", 0, F_NO_MIN, GATE_POLICY_MAX_ITEMS, &header_item,
           .text = "Headers of the request, as \"Name: value\"."),
    F_END,
};
static const struct field explain_body = F_BODY(0, explain_fields, struct explain_in);
static const struct field explain_out_fields[] = {
    F_STR(struct explain_out, place, "place", F_REQUIRED, 0, F_NO_MAX, .text = "File and line."),
    F_STR(struct explain_out, result, "result", F_REQUIRED, 0, F_NO_MAX,
          .text = "What becomes of the request there."),
    F_END,
};
static const struct field explain_item = F_BODY(0, explain_out_fields, struct explain_out);
static const struct field explain_list = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &explain_item};

/* "X-Tier: gold" as CGI has it. */
static const struct gate_header *
headers(struct arena *mem, struct f_list list)
{
    const struct f_str *v = list.v;
    struct gate_header *out = ARENA_ARRAY(mem, list.n + 1, struct gate_header);

    for (size_t i = 0; i < list.n; i++) {
        struct str value = v[i].v, name = str_trim(str_cut(&value, ':'));
        char *p = arena_alloc(mem, name.n + 1);

        for (size_t k = 0; k < name.n; k++)
            p[k] = name.p[k] == '-'                       ? '_'
                   : name.p[k] >= 'a' && name.p[k] <= 'z' ? (char)(name.p[k] & ~0x20)
                                                          : name.p[k];
        out[i] = (struct gate_header){{p, name.n}, str_trim(value.p ? value : S(""))};
    }
    return out;
}

static void
tell(struct ctx *c, const struct gate_policy *p, const struct gate_verdict *v, struct f_list *list)
{
    struct explain_out *out = ARENA_ARRAY(c->mem, v->n_steps + 1, struct explain_out);
    const struct refusal_row *r = refusal_row(v->refusal);

    for (size_t i = 0; i < v->n_steps; i++)
        out[i] = (struct explain_out){
            f_str(v->steps[i].line
                      ? arena_fmt(c->mem, "%.*s:%d", STR_ARG(p->file), v->steps[i].line)
                      : S("-")),
            f_str(v->steps[i].text)};
    out[v->n_steps] = (struct explain_out){
        f_str(S("verdict")),
        f_str(v->refusal == REFUSAL_NONE
                  ? S("let through")
                  : arena_fmt(c->mem, "%d %.*s", r->status, STR_ARG(refusal_name(v->refusal))))};
    *list = f_list(out, v->n_steps + 1);
}

static enum status
explain(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct explain_in *in = pin;
    struct gate_config conf;
    struct gate_verdict *v = ARENA_NEW(c->mem, struct gate_verdict);
    struct str uri = in->path.state == F_SET ? in->path.v : S("/");
    struct gate_request req = {.unique_id = {"", 0}, .key_id = f_str_or_empty(in->key_id)};
    const struct gate_policy *p;
    enum status st = load(c, &conf);

    if (st != ST_OK)
        return st;
    p = gate_policy_find(&conf.policies, in->policy.v);
    if (!p)
        return err_set(c, ST_UNEXPECTED, "There is no policy '%.*s' in %s.", STR_ARG(in->policy.v),
                       c->conf->gate_policies);
    req.path_is_clear = urlpath_normal(c->mem, uri, &req.target.path);
    req.target.query = urlpath_query(uri);
    req.target.method = in->method.state == F_SET ? in->method.v : S("GET");
    req.target.address = in->address.state == F_SET ? in->address.v : S("127.0.0.1");
    req.target.headers = headers(c->mem, in->header);
    req.target.n_headers = in->header.n;
    st = gate_svc_explain(c, p, &req, v);
    if (st == ST_OK)
        tell(c, p, v, r->data);
    return st;
}

const struct command cmd_gate_explain = {
    .summary = "say what the gate would do with a request, and why",
    .help = "Goes through the sections of the policy as the gate does, and charges nothing.",
    .in = &explain_body,
    .out = &explain_list,
    .run = explain,
};

/* check-config */

struct policy_out {
    struct f_str name;
    struct f_int sections;
};
static const struct field no_fields[] = {F_END};
static const struct field no_body = F_BODY(0, no_fields, struct f_bool);
static const struct field policy_fields[] = {
    F_STR(struct policy_out, name, "policy", F_REQUIRED, 0, F_NO_MAX, .text = "Name."),
    F_INT(struct policy_out, sections, "sections", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "How many sections it has."),
    F_END,
};
static const struct field policy_item = F_BODY(0, policy_fields, struct policy_out);
static const struct field policy_list = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &policy_item};

static enum status
check_config(struct ctx *c, const void *in, struct command_result *r)
{
    struct gate_config conf;
    enum status st = load(c, &conf);
    struct policy_out *out;

    (void)in;
    if (st != ST_OK)
        return st;
    out = ARENA_ARRAY(c->mem, conf.policies.n + 1, struct policy_out);
    for (size_t i = 0; i < conf.policies.n; i++)
        out[i] = (struct policy_out){f_str(conf.policies.v[i]->name),
                                     f_int((int64_t)conf.policies.v[i]->n_rules)};
    *(struct f_list *)r->data = f_list(out, conf.policies.n);
    return ST_OK;
}

const struct command cmd_gate_check_config = {
    .summary = "check the gate's policy file and list its policies",
    .help = "Workers read the file when they start. Exit status 1 when anything is wrong in it.",
    .in = &no_body,
    .out = &policy_list,
    .flags = CMD_ANY_SCHEMA | CMD_NO_DATABASE,
    .run = check_config,
};
