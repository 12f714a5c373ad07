/* Routing. */
#include "api/route.h"

#include "api/pages.h"

#include <stdlib.h>

#define ENDPOINT(id, path) extern const struct endpoint ep_##id;
#include "api/endpoints.def"
#undef ENDPOINT

const struct route endpoints[] = {
#define ENDPOINT(id, path) {path, &ep_##id},
#include "api/endpoints.def"
#undef ENDPOINT
};
const size_t endpoint_count = sizeof(endpoints) / sizeof(endpoints[0]);

static int
by_path(const void *path, const void *route)
{
    return str_cmp(*(const struct str *)path, str_of(((const struct route *)route)->path));
}

static struct destination
exact(struct str path)
{
    struct destination d = {NULL, NULL};

    d.endpoint = bsearch(&path, endpoints, endpoint_count, sizeof(*endpoints), by_path);
    if (d.endpoint)
        return d;
    for (size_t i = 0; i < pages_count; i++)
        if (str_eq(path, str_of(pages[i].path)))
            d.page = &pages[i];
    return d;
}

static bool
found(struct destination d)
{
    return d.endpoint || d.page;
}

struct destination
route_find(struct arena *mem, const struct http_req *req)
{
    struct str path =
        arena_fmt(mem, "%.*s%.*s", STR_ARG(req->script_name), STR_ARG(req->path_info));
    struct destination d = exact(path);

    if (!found(d))
        d = exact(req->path_info);
    for (size_t i = path.n; !found(d) && i-- > 0 && !str_starts(path, S("/v2/"));)
        if (str_starts(str_from(path, i), S("/v2/")))
            return exact(str_from(path, i));
    return d;
}
