/* describe.h: field tables for people and tools: JSON Schema, YAML, flag names. */
#ifndef LATCHKEY_SCHEMA_DESCRIBE_H
#define LATCHKEY_SCHEMA_DESCRIBE_H

#include "base/sb.h"
#include "schema/field.h"

/* Appends the JSON Schema (2020-12) of a field as JSON text. */
void describe_schema(struct sb *out, const struct field *f);
/* JSON text, as YAML or indented JSON. text must be valid JSON. */
struct str describe_yaml(struct arena *mem, struct str text);
struct str describe_pretty(struct arena *mem, struct str text);
/* As the words of command lines are written: createKey -> create-key. */
struct str describe_kebab(struct arena *mem, struct str name);
/* The command-line flag of a field without dashes: apiId -> api-id, credits -> credits-json. */
struct str describe_flag(struct arena *mem, const struct field *f);

#endif
