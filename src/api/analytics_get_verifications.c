/* POST /v2/analytics.getVerifications: one SELECT over verifications of keys. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/analytics_svc.h"

static enum status
handle(struct ctx *c, const void *pin, struct reply *r)
{
    const struct analytics_in *in = pin;

    return analytics_svc_query(c, FAMILY_VERIFICATIONS, in->query.v, r->data);
}

const struct endpoint ep_analytics_get_verifications = {
    .summary = "Query verifications of keys by SQL",
    .example = "{\"query\": \"SELECT outcome, SUM(count) AS n FROM key_verifications_per_day_v1 "
               "WHERE time >= now() - INTERVAL 7 DAY GROUP BY outcome\"}",
    .in = &shape_analytics_in,
    .out = &shape_analytics_out,
    .errors = {412, 422, 503},
    .handle = handle,
};
