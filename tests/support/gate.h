/* gate.h: what tests of the gate need. */
#ifndef LATCHKEY_TESTS_SUPPORT_GATE_H
#define LATCHKEY_TESTS_SUPPORT_GATE_H

#include "support/test.h"

#include "service/gate_svc.h"

/* What a web server asks. NULL members are absent; uri: /, method: GET, policy: p, peer:
 * 192.0.2.1. */
struct gate_ask {
    const char *method, *uri, *key, *policy, *peer, *unique_id, *accept;
    const char *vars[6]; /* more variables, NAME=value */
};
/* The text of the policy file. */
void gate_policies(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
struct answer gate_ask(const struct gate_ask *a);
/* The same; the status. With a key alone. */
int gate_status(const char *key);
/* A header of the answer, and a variable for the application; "(none)". */
const char *gate_header(struct answer a, const char *name);
const char *gate_variable(struct answer a, const char *name);
/* What latchkey gate explain finds: the refusal's name, or passed; then all steps, "line: text; ".
 */
const char *gate_explain(const char *method, const char *uri, const char *key_id);

/* An API and a key of it, with more members of keys.createKey. */
extern const char *gate_api, *gate_key, *gate_key_id;
void gate_begin(const char *members);
/* A further key; its plain text. */
const char *gate_new_key(const char *members);

#endif
