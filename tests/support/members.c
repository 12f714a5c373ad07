/* Members of answers, by path. */
#include "support/test.h"

#include "base/sb.h"

#include <stdlib.h>
#include <string.h>

struct json_object *
at(struct answer a, const char *path)
{
    struct json_object *v = a.body;
    struct str rest = str_of(path);

    while (rest.p && v) {
        const char *step = arena_cstr(fx_ctx()->mem, str_cut(&rest, '.'));

        if (json_object_is_type(v, json_type_array))
            v = json_object_array_get_idx(v, (size_t)atol(step));
        else if (!json_object_is_type(v, json_type_object) ||
                 !json_object_object_get_ex(v, step, &v))
            v = NULL;
    }
    return v;
}

const char *
at_str(struct answer a, const char *path)
{
    struct json_object *v = at(a, path);

    return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "(none)";
}

long long
at_int(struct answer a, const char *path)
{
    struct json_object *v = at(a, path);

    return json_object_is_type(v, json_type_int) ? json_object_get_int64(v) : -999;
}

bool
at_true(struct answer a, const char *path)
{
    struct json_object *v = at(a, path);

    return json_object_is_type(v, json_type_boolean) && json_object_get_boolean(v);
}

bool
at_has(struct answer a, const char *path)
{
    return at(a, path) != NULL;
}

size_t
at_len(struct answer a, const char *path)
{
    struct json_object *v = at(a, path);

    return json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0;
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *
at_join(struct answer a, const char *path, const char *member)
{
    size_t n = at_len(a, path);
    const char **all = ARENA_ARRAY(fx_ctx()->mem, n + 1, const char *);
    struct sb out;

    for (size_t i = 0; i < n; i++)
        all[i] = at_str(a, fx_fmt("%s.%zu.%s", path, i, member));
    qsort(all, n, sizeof(*all), by_text);
    sb_init(&out, fx_ctx()->mem, 64);
    for (size_t i = 0; i < n; i++)
        sb_addf(&out, "%s%s", i ? " " : "", all[i]);
    return sb_str(&out).p;
}
