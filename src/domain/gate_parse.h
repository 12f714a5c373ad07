/* gate_parse.h: reading policies of the gate, by the table gate.def. Pure. */
#ifndef LATCHKEY_DOMAIN_GATE_PARSE_H
#define LATCHKEY_DOMAIN_GATE_PARSE_H

#include "domain/gate_policy.h"

/* What stands before the name of a setting in the environment. */
#define GATE_PARSE_PREFIX "LATCHKEY_RULE_"

/* The policies of a file's text: each [NAME] begins a section, the sections of one name are a
 * policy's rules in their order. False, with a sentence in *why that names file and line, when
 * anything is wrong. All of it lives in mem and borrows text. */
bool gate_parse_file(struct arena *mem, struct str file, struct str text, struct gate_policies *out,
                     struct str *why);

/* The policy of one rule that n settings make; their names come without the prefix, in upper case.
 * It is called by its first API, or inline. */
struct gate_parse_setting {
    struct str name, value;
};
bool gate_parse_inline(struct arena *mem, const struct gate_parse_setting *v, size_t n,
                       const struct gate_policy **out, struct str *why);

#endif
