/* analytics_svc.h: analytics queries: who may see what, quotas, running them (contract
 * analytics.md). */
#ifndef LATCHKEY_SERVICE_ANALYTICS_SVC_H
#define LATCHKEY_SERVICE_ANALYTICS_SVC_H

#include "analytics/relation.h"
#include "base/ctx.h"
#include "base/value.h"

struct analytics_in {
    struct f_str query;
};

/* As the calling root key, on what its permissions allow and within the workspace's quotas. *rows
 * becomes a list of struct f_map, one for each row of the result. */
enum status analytics_svc_query(struct ctx *c, enum relation_family f, struct str text,
                                struct f_list *rows) MUST_USE;
/* As an operator, on all of a workspace; quotas do not count it. */
enum status analytics_svc_query_all(struct ctx *c, struct str workspace_id, enum relation_family f,
                                    struct str text, struct f_list *rows) MUST_USE;

#endif
