/* POST /v2/analytics.getRatelimits: one SELECT over rate limit decisions. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/analytics_svc.h"

static enum status
handle(struct ctx *c, const void *pin, struct reply *r)
{
    const struct analytics_in *in = pin;

    return analytics_svc_query(c, FAMILY_RATELIMITS, in->query.v, r->data);
}

const struct endpoint ep_analytics_get_ratelimits = {
    .summary = "Query rate limit decisions by SQL",
    .example = "{\"query\": \"SELECT namespace_id, SUM(total) AS n FROM ratelimits_per_day_v1 "
               "WHERE time >= now() - INTERVAL 7 DAY GROUP BY namespace_id\"}",
    .in = &shape_analytics_in,
    .out = &shape_analytics_out,
    .errors = {412, 422, 503},
    .handle = handle,
};
