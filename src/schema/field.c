/* What rows of field tables have in common. */
#include "schema/field.h"

#include <string.h>

const struct pattern pattern_id = {"^[a-zA-Z0-9_]+$", "_"};
const struct pattern pattern_dashed = {"^[a-zA-Z0-9_-]+$", "_-"};
const struct pattern pattern_external = {"^[a-zA-Z0-9_.-]+$", "_.-"};
const struct pattern pattern_slug = {"^[a-zA-Z0-9_:\\-\\.\\*]+$", "_:-.*"};

bool
pattern_allows(const struct pattern *p, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        if (!plain && (c == '\0' || !strchr(p->chars, c)))
            return false;
    }
    return s.n > 0;
}

size_t
field_item_size(const struct field *item)
{
    return item->type == FT_OBJ   ? item->size
           : item->type == FT_MAP ? sizeof(struct f_map)
                                  : sizeof(struct f_str);
}

bool
field_is_json(const struct field *f)
{
    return f->type == FT_OBJ || f->type == FT_MAP ||
           (f->type == FT_LIST && f->item->type != FT_STR);
}
