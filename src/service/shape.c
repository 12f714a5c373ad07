/* Rows to the objects of answers. */
#include "service/shape.h"

struct f_list
shape_strings(struct arena *mem, const struct str *v, size_t n)
{
    struct f_str *out = ARENA_ARRAY(mem, n + 1, struct f_str);

    for (size_t i = 0; i < n; i++)
        out[i] = f_str(v[i]);
    return f_list_nonempty(out, n);
}

struct f_map
shape_meta(struct str text)
{
    bool there = text.n > 0 && !str_eq(text, S("{}"));

    return (struct f_map){there ? F_SET : F_ABSENT, text, 0};
}

struct f_list
shape_ratelimits(struct arena *mem, const struct ratelimit_row *rows, size_t n)
{
    struct ratelimit_out *out = ARENA_ARRAY(mem, n + 1, struct ratelimit_out);

    for (size_t i = 0; i < n; i++)
        out[i] =
            (struct ratelimit_out){f_str(rows[i].id), f_str(rows[i].name), f_int(rows[i].limit),
                                   f_int(rows[i].duration_ms), f_bool(rows[i].auto_apply)};
    return f_list_nonempty(out, n);
}

struct f_obj
shape_refill(struct arena *mem, const struct key_row *k)
{
    struct refill_out *r = ARENA_NEW(mem, struct refill_out);

    if (!k->has_refill)
        return (struct f_obj){F_ABSENT, NULL};
    r->interval = f_str(k->has_refill_day ? S("monthly") : S("daily"));
    r->amount = f_int(k->refill_amount);
    r->refill_day = f_int_if(k->has_refill_day, k->refill_day);
    return (struct f_obj){F_SET, r};
}
