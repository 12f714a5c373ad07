/* latchkey analytics query. */
#include "app/command.h"
#include "app/show.h"
#include "api/shape.h"
#include "schema/encode.h"
#include "service/analytics_svc.h"

struct in {
    struct f_str workspace, query;
    struct f_bool ratelimits, csv;
};

static const struct field in_fields[] = {
    F_STR(struct in, workspace, "workspace", F_REQUIRED, 1, 48, .text = "Id of the workspace."),
    F_STR(struct in, query, "query", F_REQUIRED | F_WORD, 0, F_NO_MAX,
          .text = "The SELECT; the flag may be left out."),
    F_BOOL(struct in, ratelimits, "ratelimits", 0,
           .text = "Query rate limit decisions, not verifications."),
    F_BOOL(struct in, csv, "csv", 0, .text = "Print CSV."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);

static enum status
run(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct in *in = pin;
    enum relation_family f =
        f_bool_or(in->ratelimits, false) ? FAMILY_RATELIMITS : FAMILY_VERIFICATIONS;
    enum status st = analytics_svc_query_all(c, in->workspace.v, f, in->query.v, r->data);
    struct sb json;

    if (st != ST_OK || !f_bool_or(in->csv, false))
        return st;
    sb_init(&json, c->mem, 1024);
    encode_value(&json, &shape_analytics_out, r->data);
    r->raw = show_csv(c->mem, sb_str(&json));
    return ST_OK;
}

const struct command cmd_analytics_query = {
    .summary = "run an analytics query on a workspace",
    .help =
        "The SQL is that of analytics.getVerifications and analytics.getRatelimits. All APIs and\n"
        "namespaces of the workspace are seen; its quotas do not count the query.",
    .in = &in_body,
    .out = &shape_analytics_out,
    .run = run,
};
