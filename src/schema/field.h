/* field.h: tables that declare the members of a request or response body. They are the one source
 * of validation, of the OpenAPI document, of command-line flags and help, of redaction and of the
 * negative tests.
 *
 *   struct in { struct f_str api_id; struct f_int cost; };
 *   static const struct field in_fields[] = {
 *       F_STR(struct in, api_id, "apiId", F_REQUIRED, 3, 255, .pattern = &pattern_id, .text = "…"),
 *       F_INT(struct in, cost, "cost", 0, 0, INT64_MAX, .text = "…"),
 *       F_END,
 *   };
 * The macros do not compile when the member's type is not the one the row needs. */
#ifndef LATCHKEY_SCHEMA_FIELD_H
#define LATCHKEY_SCHEMA_FIELD_H

#include "base/value.h"

#include <stddef.h>

enum field_type { FT_END, FT_STR, FT_INT, FT_BOOL, FT_OBJ, FT_LIST, FT_MAP };

enum field_flags {
    F_REQUIRED = 1, /* must be present */
    F_NULLABLE = 2, /* null is a value */
    F_SECRET = 4,   /* never in logs; on the command line also from stdin */
    F_OPEN = 8,     /* FT_OBJ: unknown members are ignored */
    F_DEFAULT = 16, /* documents .dflt; the handler applies it */
    F_WORD = 32,    /* FT_STR: on the command line also without its flag */
};

struct pattern {
    const char *regex; /* as shown to people, ECMA 262 */
    const char *chars; /* the characters allowed besides letters and digits */
};
extern const struct pattern pattern_id;       /* ^[a-zA-Z0-9_]+$ */
extern const struct pattern pattern_dashed;   /* ^[a-zA-Z0-9_-]+$ */
extern const struct pattern pattern_external; /* ^[a-zA-Z0-9_.-]+$ */
extern const struct pattern pattern_slug;     /* ^[a-zA-Z0-9_:\-\.\*]+$ */
bool pattern_allows(const struct pattern *p, struct str s);

struct field {
    const char *name;
    enum field_type type;
    unsigned flags;
    size_t off;
    /* FT_STR: code points; FT_INT: value; FT_LIST: items; FT_MAP: members. */
    int64_t min, max;
    const struct pattern *pattern;
    const char *const *set;   /* FT_STR: the values allowed, NULL-terminated */
    const struct field *sub;  /* FT_OBJ: its members */
    size_t size;              /* FT_OBJ: size of its struct */
    const struct field *item; /* FT_LIST: one element */
    const char *text;         /* one line for people */
    const char *dflt;         /* default, as JSON text */
    const char *cli;          /* command-line flag, when it is not the name in kebab case */
};

#define F_NO_MIN INT64_MIN
#define F_NO_MAX INT64_MAX

#define F_OFF(S, m, T) (offsetof(S, m) + 0 * sizeof(_Generic(((S *)0)->m, T : 1)))

#define F_STR(S, m, NAME, FLAGS, MIN, MAX, ...)                                                    \
    {                                                                                              \
        .name = NAME, .type = FT_STR, .flags = FLAGS, .off = F_OFF(S, m, struct f_str),            \
        .min = MIN, .max = MAX, __VA_ARGS__                                                        \
    }
#define F_INT(S, m, NAME, FLAGS, MIN, MAX, ...)                                                    \
    {                                                                                              \
        .name = NAME, .type = FT_INT, .flags = FLAGS, .off = F_OFF(S, m, struct f_int),            \
        .min = MIN, .max = MAX, __VA_ARGS__                                                        \
    }
#define F_BOOL(S, m, NAME, FLAGS, ...)                                                             \
    {                                                                                              \
        .name = NAME, .type = FT_BOOL, .flags = FLAGS, .off = F_OFF(S, m, struct f_bool),          \
        __VA_ARGS__                                                                                \
    }
#define F_OBJ(S, m, NAME, FLAGS, SUB, SUBSTRUCT, ...)                                              \
    {                                                                                              \
        .name = NAME, .type = FT_OBJ, .flags = FLAGS, .off = F_OFF(S, m, struct f_obj),            \
        .sub = SUB, .size = sizeof(SUBSTRUCT), __VA_ARGS__                                         \
    }
#define F_LIST(S, m, NAME, FLAGS, MIN, MAX, ITEM, ...)                                             \
    {                                                                                              \
        .name = NAME, .type = FT_LIST, .flags = FLAGS, .off = F_OFF(S, m, struct f_list),          \
        .min = MIN, .max = MAX, .item = ITEM, __VA_ARGS__                                          \
    }
#define F_MAP(S, m, NAME, FLAGS, MAX, ...)                                                         \
    {                                                                                              \
        .name = NAME, .type = FT_MAP, .flags = FLAGS, .off = F_OFF(S, m, struct f_map), .min = 0,  \
        .max = MAX, __VA_ARGS__                                                                    \
    }
#define F_END                                                                                      \
    {                                                                                              \
        .type = FT_END                                                                             \
    }
/* The whole body, or the element of a list of objects. */
#define F_BODY(FLAGS, SUB, SUBSTRUCT)                                                              \
    {                                                                                              \
        .type = FT_OBJ, .flags = FLAGS, .sub = SUB, .size = sizeof(SUBSTRUCT)                      \
    }
/* The element of a list of strings; PATTERN may be NULL. */
#define F_ITEM_STR(MIN, MAX, PATTERN)                                                              \
    {                                                                                              \
        .type = FT_STR, .min = MIN, .max = MAX, .pattern = PATTERN                                 \
    }

/* Bytes one element of a list takes. */
size_t field_item_size(const struct field *item);
/* Whether a command line has to give the value as JSON. */
bool field_is_json(const struct field *f);

#endif
