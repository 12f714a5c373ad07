/* metrics_page.h: GET /metrics, in Prometheus' text format; and what requests are counted as. */
#ifndef LATCHKEY_API_METRICS_PAGE_H
#define LATCHKEY_API_METRICS_PAGE_H

#include "api/route.h"
#include "base/conf.h"
#include "base/metrics.h"

/* What is wrong with the settings of metrics, or the folder of their file; empty: nothing. */
struct str metrics_page_fault(struct arena *mem, const struct conf *conf);

/* Opens the counters as the settings say. NULL with an empty *why: metrics are off. */
struct metrics *metrics_page_open(struct arena *mem, const struct conf *conf, struct str *why);

/* Counts a request that has been answered. */
void metrics_page_count(struct ctx *c, const struct route *route, int status);

/* Whether there is no such page for whoever asks: metrics are off, the TCP peer is not in
 * metrics_allow, or the bearer token is not metrics_token. */
bool metrics_page_hidden(struct ctx *c, const struct http_req *req);
void metrics_page_show(struct ctx *c, struct http_res *res);

#endif
