/* value.h: values of requests and responses: each is absent, null or set, so that "leave it" and
 * "clear it" differ without tricks. schema/ reads and writes them by the tables that declare them.
 */
#ifndef LATCHKEY_BASE_VALUE_H
#define LATCHKEY_BASE_VALUE_H

#include "base/arena.h"

/* Whether a member was there. Zeroed memory means absent. */
enum f_state { F_ABSENT, F_NULL, F_SET };

struct f_str {
    enum f_state state;
    struct str v;
};
struct f_int {
    enum f_state state;
    int64_t v;
};
struct f_bool {
    enum f_state state;
    bool v;
};
/* A nested object: v points to a struct laid out as the row's sub table says. */
struct f_obj {
    enum f_state state;
    void *v;
};
/* A list: v points to n elements, each a struct f_str or, for objects, the item's struct. */
struct f_list {
    enum f_state state;
    void *v;
    size_t n;
};
/* A free-form JSON object, as JSON text; n is its number of members. */
struct f_map {
    enum f_state state;
    struct str v;
    size_t n;
};

static inline bool
f_is_set(enum f_state s)
{
    return s == F_SET;
}

static inline int64_t
f_int_or(struct f_int f, int64_t dflt)
{
    return f.state == F_SET ? f.v : dflt;
}

static inline bool
f_bool_or(struct f_bool f, bool dflt)
{
    return f.state == F_SET ? f.v : dflt;
}

/* The value, or the empty string. */
static inline struct str
f_str_or_empty(struct f_str f)
{
    return f.state == F_SET ? f.v : (struct str){"", 0};
}

static inline struct f_str
f_str(struct str v)
{
    return (struct f_str){F_SET, v};
}

/* Absent when empty: optional response fields are left out, never empty or null. */
static inline struct f_str
f_str_nonempty(struct str v)
{
    return (struct f_str){v.n ? F_SET : F_ABSENT, v};
}

static inline struct f_int
f_int(int64_t v)
{
    return (struct f_int){F_SET, v};
}

static inline struct f_int
f_int_if(bool present, int64_t v)
{
    return (struct f_int){present ? F_SET : F_ABSENT, v};
}

static inline struct f_bool
f_bool(bool v)
{
    return (struct f_bool){F_SET, v};
}

static inline struct f_list
f_list(void *v, size_t n)
{
    return (struct f_list){F_SET, v, n};
}

static inline struct f_list
f_list_nonempty(void *v, size_t n)
{
    return (struct f_list){n ? F_SET : F_ABSENT, v, n};
}

#endif
