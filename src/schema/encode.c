/* JSON output. */
#include "schema/encode.h"

#include <assert.h>

static void
encode_members(struct sb *out, const struct field *f, const char *v)
{
    bool first = true;

    sb_putc(out, '{');
    for (const struct field *m = f->sub; m->type != FT_END; m++) {
        const void *at = v + m->off;
        enum f_state state = *(const enum f_state *)at;

        assert(state != F_ABSENT || !(m->flags & F_REQUIRED));
        if (state == F_ABSENT)
            continue;
        if (!first)
            sb_putc(out, ',');
        first = false;
        sb_json_str(out, str_of(m->name));
        sb_putc(out, ':');
        if (state == F_NULL)
            sb_puts(out, "null");
        else
            encode_value(out, m, m->type == FT_OBJ ? ((const struct f_obj *)at)->v : at);
    }
    sb_putc(out, '}');
}

static void
encode_items(struct sb *out, const struct field *f, const struct f_list *l)
{
    size_t size = field_item_size(f->item);

    sb_putc(out, '[');
    for (size_t i = 0; i < l->n; i++) {
        if (i)
            sb_putc(out, ',');
        encode_value(out, f->item, (const char *)l->v + i * size);
    }
    sb_putc(out, ']');
}

void
encode_value(struct sb *out, const struct field *f, const void *v)
{
    switch (f->type) {
    case FT_STR:
        sb_json_str(out, ((const struct f_str *)v)->v);
        break;
    case FT_INT:
        sb_i64(out, ((const struct f_int *)v)->v);
        break;
    case FT_BOOL:
        sb_puts(out, ((const struct f_bool *)v)->v ? "true" : "false");
        break;
    case FT_LIST:
        encode_items(out, f, v);
        break;
    case FT_MAP:
        sb_put(out, ((const struct f_map *)v)->v);
        break;
    default:
        encode_members(out, f, v);
    }
}
