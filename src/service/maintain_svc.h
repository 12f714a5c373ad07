/* maintain_svc.h: everything periodic: safe to run from cron, on any number of hosts at once, and
 * to interrupt. */
#ifndef LATCHKEY_SERVICE_MAINTAIN_SVC_H
#define LATCHKEY_SERVICE_MAINTAIN_SVC_H

#include "base/ctx.h"

enum maintain_part {
    MAINTAIN_REFILL = 1,
    MAINTAIN_ROLLUP = 2,
    MAINTAIN_PRUNE = 4,
    MAINTAIN_ALL = 7
};

struct maintain_counts {
    int64_t refilled_keys, rolled_up_records;
    int64_t pruned_records, pruned_rollup_rows, pruned_counters, pruned_audit_events;
    int64_t pruned_gate_charges;
};
/* Runs the parts asked for as of c->now_ms, in small batches. */
enum status maintain_svc_run(struct ctx *c, unsigned parts, struct maintain_counts *out) MUST_USE;

/* A worker's share, for installations without cron: if nobody took it within the last minute, rolls
 * up and prunes in very small batches until go_on says no. Credits are refilled by those who look
 * at them. */
enum status maintain_svc_share(struct ctx *c, bool (*go_on)(void *arg), void *arg) MUST_USE;

/* When maintain_svc_run last did all parts, ms; 0: never. */
enum status maintain_svc_last(struct ctx *c, int64_t *at) MUST_USE;

#endif
