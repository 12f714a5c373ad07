/* events.h: analytics events and queries over them. */
#ifndef LATCHKEY_TESTS_SUPPORT_EVENTS_H
#define LATCHKEY_TESTS_SUPPORT_EVENTS_H

#include "support/test.h"

/* One row as queries see it; empty members get something sensible. */
struct events_verification {
    int64_t time;
    const char *workspace, *request_id, *key_space_id, *identity_id, *external_id, *key_id,
        *outcome;
    const char *region, *source, *app_id, *tags; /* tags: JSON */
    int64_t spent_credits, latency;
};
void events_add_verification(const struct events_verification *e);

struct events_decision {
    int64_t time;
    const char *workspace, *request_id, *namespace_id, *identifier, *override_id;
    bool passed;
    int64_t limit, remaining, reset_at, tokens, latency;
};
void events_add_decision(const struct events_decision *d);

/* analytics.<operation> with this query; root NULL: fx_root. */
struct answer events_query(const char *root, const char *operation, const char *query);
/* getVerifications as fx_root, checking that the answer is 200; its data as JSON text. */
const char *events_data(const char *query);

#endif
