/* gate_setting.h: what a section of a policy may say, and what each value has to look like. Pure.
 */
#ifndef LATCHKEY_DOMAIN_GATE_SETTING_H
#define LATCHKEY_DOMAIN_GATE_SETTING_H

#include "domain/gate_policy.h"

/* The rows of gate.def, for documentation too. */
enum gate_setting_id {
#define GATE(scope, times, name, form, text) GATE_SETTING_##name,
#include "domain/gate.def"
#undef GATE
    GATE_SETTING_ROWS,
};
struct gate_setting_row {
    const char *name, *form, *text;
    enum { GATE_SETTING_POLICY, GATE_SETTING_RULE } scope;
    enum { GATE_SETTING_ONCE, GATE_SETTING_LIST, GATE_SETTING_EACH } times;
};
extern const struct gate_setting_row gate_setting_rows[];

/* A section that is being read. */
struct gate_reader {
    struct arena *mem;
    struct gate_policy *p;
    struct gate_rule *r; /* NULL between sections */
    struct str why;      /* what is wrong, without its place; empty: nothing */
    bool seen[GATE_SETTING_ROWS];
};

/* In any letter case. */
bool gate_setting_find(struct str name, size_t *row);
/* Adds what it says to the policy or rule. False with rd->why. */
bool gate_setting_set(struct gate_reader *rd, size_t row, struct str value);

#endif
