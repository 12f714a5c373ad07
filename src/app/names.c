/* Names of operations. */
#include "app/names.h"

#include "schema/describe.h"

/* keys.createKey */
static struct str
operation(const char *path)
{
    return str_from(str_of(path), sizeof("/v2/") - 1);
}

struct str
names_resource(const char *path)
{
    struct str rest = operation(path);

    return str_cut(&rest, '.');
}

struct str
names_action(struct arena *mem, const char *path)
{
    struct str rest = operation(path);

    str_cut(&rest, '.');
    return describe_kebab(mem, rest);
}

const struct route *
names_find(struct arena *mem, struct str resource, struct str action)
{
    for (size_t i = 0; i < endpoint_count; i++)
        if (str_eq(names_resource(endpoints[i].path), resource) &&
            str_eq(names_action(mem, endpoints[i].path), action))
            return &endpoints[i];
    return NULL;
}

bool
names_is_resource(struct str resource)
{
    for (size_t i = 0; i < endpoint_count; i++)
        if (str_eq(names_resource(endpoints[i].path), resource))
            return true;
    return false;
}
