/* latchkey maintain. */
#include "app/command.h"
#include "service/maintain_svc.h"
#include "store/workspace_store.h"

struct in {
    struct f_int now;
    struct f_list only; /* struct f_str */
};
struct out {
    struct f_int refilled_keys, rolled_up_records;
    struct f_int pruned_records, pruned_rollup_rows, pruned_counters, pruned_audit_events;
    struct f_int pruned_gate_charges;
};

static const char *const part_names[] = {"refill", "rollup", "prune", NULL};
static const unsigned part_bits[] = {MAINTAIN_REFILL, MAINTAIN_ROLLUP, MAINTAIN_PRUNE};
static const struct field part = {.type = FT_STR, .min = 0, .max = F_NO_MAX, .set = part_names};
static const struct field in_fields[] = {
    F_INT(struct in, now, "now", 0, 0, F_NO_MAX,
          .text = "Act as if it were this time, Unix ms; for tests and catching up."),
    F_LIST(struct in, only, "only", 0, F_NO_MIN, F_NO_MAX, &part,
           .text = "Only these parts: refill, rollup, prune."),
    F_END,
};
static const struct field out_fields[] = {
    F_INT(struct out, refilled_keys, "refilledKeys", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Keys whose credits were refilled."),
    F_INT(struct out, rolled_up_records, "rolledUpRecords", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Analytics records added to the rollups."),
    F_INT(struct out, pruned_records, "prunedRecords", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Analytics records removed."),
    F_INT(struct out, pruned_rollup_rows, "prunedRollupRows", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Rows removed from the rollups."),
    F_INT(struct out, pruned_counters, "prunedCounters", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Rate-limit windows removed."),
    F_INT(struct out, pruned_audit_events, "prunedAuditEvents", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Audit records removed."),
    F_INT(struct out, pruned_gate_charges, "prunedGateCharges", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Requests the gate need not remember any more."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);
static const struct field out_body = F_BODY(0, out_fields, struct out);

static unsigned
parts_of(const struct in *in)
{
    const struct f_str *v = in->only.v;
    unsigned parts = 0;

    for (size_t i = 0; i < in->only.n; i++)
        for (size_t p = 0; part_names[p]; p++)
            if (str_eq(v[i].v, str_of(part_names[p])))
                parts |= part_bits[p];
    return parts ? parts : MAINTAIN_ALL;
}

static enum status
run(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct in *in = pin;
    struct out *out = r->data;
    struct maintain_counts n;
    enum status st = workspace_store_now(c);

    if (in->now.state == F_SET)
        c->now_ms = in->now.v;
    if (st == ST_OK)
        st = maintain_svc_run(c, parts_of(in), &n);
    if (st == ST_OK)
        *out = (struct out){f_int(n.refilled_keys),      f_int(n.rolled_up_records),
                            f_int(n.pruned_records),     f_int(n.pruned_rollup_rows),
                            f_int(n.pruned_counters),    f_int(n.pruned_audit_events),
                            f_int(n.pruned_gate_charges)};
    return st;
}

const struct command cmd_maintain = {
    .summary = "refill credits, roll up analytics, remove what is no longer needed",
    .help = "Run it from cron every few minutes, on one host or several. When it does not run, "
            "credits\n"
            "are still refilled as soon as a key is used or looked at, and analytics queries are "
            "still\n"
            "exact, but slower.",
    .in = &in_body,
    .out = &out_body,
    .run = run,
};
