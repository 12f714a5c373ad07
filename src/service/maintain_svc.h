/* maintain_svc.h: everything periodic: safe to run from cron, on any number of hosts at once, and
 * to interrupt. */
#ifndef LATCHKEY_SERVICE_MAINTAIN_SVC_H
#define LATCHKEY_SERVICE_MAINTAIN_SVC_H

#include "base/ctx.h"

enum maintain_part { MAINTAIN_REFILL = 1, MAINTAIN_PRUNE = 2, MAINTAIN_ALL = 3 };

struct maintain_counts {
    int64_t refilled_keys, pruned_counters, pruned_audit_events, pruned_gate_charges;
};
/* Runs the parts asked for as of c->now_ms, in small batches. */
enum status maintain_svc_run(struct ctx *c, unsigned parts, struct maintain_counts *out) MUST_USE;

#endif
