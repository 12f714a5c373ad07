/* Permissions and roles of requests. */
#include "service/rbac_svc.h"

#include "base/id.h"
#include "service/access_svc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int
by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static bool
same_slug(struct str a, struct str b)
{
    return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* The strings of a request's list without repetitions, in order. Sorting an index keeps it quick
 * for long lists. */
struct indexed {
    struct str s;
    size_t i;
};

static int
by_slug(const void *a, const void *b)
{
    const struct indexed *x = a, *y = b;
    size_t n = x->s.n < y->s.n ? x->s.n : y->s.n;
    int d = strncasecmp(x->s.p, y->s.p, n);

    if (d == 0)
        d = (x->s.n > y->s.n) - (x->s.n < y->s.n);
    if (d == 0)
        d = (x->i > y->i) - (x->i < y->i);
    return d;
}

static int
by_exact(const void *a, const void *b)
{
    const struct indexed *x = a, *y = b;
    int d = str_cmp(x->s, y->s);

    return d ? d : (x->i > y->i) - (x->i < y->i);
}

static struct str *
distinct(struct ctx *c, struct f_list list, bool fold_case, size_t *n)
{
    const struct f_str *v = list.v;
    struct indexed *sorted = ARENA_ARRAY(c->mem, list.n + 1, struct indexed);
    bool *again = ARENA_ARRAY(c->mem, list.n + 1, bool);
    struct str *out = ARENA_ARRAY(c->mem, list.n + 1, struct str);

    for (size_t i = 0; i < list.n; i++)
        sorted[i] = (struct indexed){v[i].v, i};
    qsort(sorted, list.n, sizeof(*sorted), fold_case ? by_slug : by_exact);
    for (size_t i = 1; i < list.n; i++)
        again[sorted[i].i] = fold_case ? same_slug(sorted[i].s, sorted[i - 1].s)
                                       : str_eq(sorted[i].s, sorted[i - 1].s);
    *n = 0;
    for (size_t i = 0; i < list.n; i++)
        if (!again[i])
            out[(*n)++] = v[i].v;
    return out;
}

static int
by_row_slug(const void *a, const void *b)
{
    const struct permission_row *x = a, *y = b;

    return by_slug(&(struct indexed){x->slug, 0}, &(struct indexed){y->slug, 0});
}

/* What a request asks for. */
struct wanted {
    struct str workspace_id, *slugs;
    size_t n;
};

static enum status
wanted_of(struct ctx *c, struct str workspace_id, struct f_list slugs, struct wanted *w)
{
    if (slugs.n > RBAC_SVC_SLUGS_MAX)
        return err_set(c, ST_INVALID_INPUT, "At most %d permissions can be given at once.",
                       RBAC_SVC_SLUGS_MAX);
    w->workspace_id = workspace_id;
    w->slugs = distinct(c, slugs, true, &w->n);
    return ST_OK;
}

/* Sorts what exists by slug and puts it into the order of the request. */
static void
in_order(struct ctx *c, const struct wanted *w, struct permission_row *found, size_t n_found,
         struct rbac_permissions *out)
{
    *out = (struct rbac_permissions){
        .rows = ARENA_ARRAY(c->mem, w->n + 1, struct permission_row),
        .requested = ARENA_ARRAY(c->mem, w->n + 1, struct str),
        .created = ARENA_ARRAY(c->mem, w->n + 1, bool),
        .missing = ARENA_ARRAY(c->mem, w->n + 1, struct str),
    };
    qsort(found, n_found, sizeof(*found), by_row_slug);
    for (size_t i = 0; i < w->n; i++) {
        struct permission_row key = {.slug = w->slugs[i]};
        const struct permission_row *hit =
            bsearch(&key, found, n_found, sizeof(*found), by_row_slug);

        if (hit) {
            out->requested[out->n] = w->slugs[i];
            out->rows[out->n++] = *hit;
        } else {
            out->missing[out->n_missing++] = w->slugs[i];
        }
    }
}

static enum status
resolve(struct ctx *c, const struct wanted *w, struct rbac_permissions *out)
{
    struct permission_row *found = NULL;
    size_t n_found = 0;
    enum status st = permission_store_by_slug(c, w->workspace_id, w->slugs, w->n, &found, &n_found);

    if (st == ST_OK)
        in_order(c, w, found, n_found, out);
    return st;
}

/* Creates what resolve() found missing. Others may just be creating the same: then theirs count. */
static enum status
create_missing(struct ctx *c, const struct wanted *w, struct str description_prefix,
               struct rbac_permissions *out)
{
    size_t n = out->n_missing;
    struct permission_row *fresh = ARENA_ARRAY(c->mem, n + 1, struct permission_row);
    enum status st;

    for (size_t i = 0; i < n; i++) {
        struct str slug = out->missing[i];

        fresh[i] = (struct permission_row){id_new(c->mem, "perm"), slug, slug, S("")};
        if (description_prefix.n)
            fresh[i].description =
                arena_fmt(c->mem, "%.*s%.*s", STR_ARG(description_prefix), STR_ARG(slug));
    }
    qsort(fresh, n, sizeof(*fresh), by_row_slug);
    st = permission_store_insert_missing(c, w->workspace_id, fresh, n);
    if (st == ST_OK)
        st = resolve(c, w, out);
    if (st != ST_OK)
        return st;
    if (out->n_missing > 0)
        return ST_DB_RETRY; /* deleted by others in between */
    for (size_t i = 0; i < out->n; i++) {
        const struct permission_row *mine =
            bsearch(&out->rows[i], fresh, n, sizeof(*fresh), by_row_slug);

        out->created[i] = mine && str_eq(mine->id, out->rows[i].id);
    }
    return ST_OK;
}

enum status
rbac_svc_permissions(struct ctx *c, struct str workspace_id, struct f_list slugs,
                     struct rbac_permissions *out)
{
    struct wanted w;
    enum status st = wanted_of(c, workspace_id, slugs, &w);

    return st == ST_OK ? resolve(c, &w, out) : st;
}

/* ACCESS__MAX: creating needs no permission. */
static enum status
ensure(struct ctx *c, struct str workspace_id, struct f_list slugs, enum access need,
       struct str description_prefix, struct rbac_permissions *out)
{
    struct wanted w;
    enum status st = wanted_of(c, workspace_id, slugs, &w);

    assert(db_in_tx(c->db));
    if (st == ST_OK)
        st = resolve(c, &w, out);
    if (st != ST_OK || out->n_missing == 0)
        return st;
    if (need != ACCESS__MAX)
        st = access_svc_require(c, need, (struct access_scope){0});
    return st == ST_OK ? create_missing(c, &w, description_prefix, out) : st;
}

enum status
rbac_svc_permissions_ensure(struct ctx *c, struct str workspace_id, struct f_list slugs,
                            struct str description_prefix, struct rbac_permissions *out)
{
    return ensure(c, workspace_id, slugs, ACCESS__MAX, description_prefix, out);
}

enum status
rbac_svc_permissions_permitted(struct ctx *c, struct str workspace_id, struct f_list slugs,
                               enum access need, struct rbac_permissions *out)
{
    return ensure(c, workspace_id, slugs, need, S(""), out);
}

struct str *
rbac_svc_permission_ids(struct ctx *c, const struct permission_row *rows, size_t n)
{
    struct str *ids = ARENA_ARRAY(c->mem, n + 1, struct str);

    for (size_t i = 0; i < n; i++)
        ids[i] = rows[i].id;
    return ids;
}

_Static_assert(offsetof(struct permission_row, id) == 0 && offsetof(struct role_row, id) == 0,
               "without() takes rows for their ids");

/* Rows without those whose id is among the others'. */
static void *
without(struct ctx *c, const void *rows, size_t n, const void *others, size_t n_others, size_t size,
        size_t *kept)
{
    struct str *ids = ARENA_ARRAY(c->mem, n_others + 1, struct str);
    char *out = arena_array(c->mem, n + 1, size);

    for (size_t i = 0; i < n_others; i++)
        ids[i] = *(const struct str *)((const char *)others + i * size);
    qsort(ids, n_others, sizeof(*ids), by_bytes);
    *kept = 0;
    for (size_t i = 0; i < n; i++) {
        const void *row = (const char *)rows + i * size;

        if (!bsearch(row, ids, n_others, sizeof(*ids), by_bytes))
            memcpy(out + (*kept)++ * size, row, size);
    }
    return out;
}

struct permission_row *
rbac_svc_permissions_without(struct ctx *c, const struct permission_row *rows, size_t n,
                             const struct permission_row *others, size_t n_others, size_t *kept)
{
    return without(c, rows, n, others, n_others, sizeof(*rows), kept);
}

struct role_row *
rbac_svc_roles_without(struct ctx *c, const struct role_row *rows, size_t n,
                       const struct role_row *others, size_t n_others, size_t *kept)
{
    return without(c, rows, n, others, n_others, sizeof(*rows), kept);
}

enum status
rbac_svc_roles(struct ctx *c, struct str workspace_id, struct f_list names, struct role_row **out,
               size_t *n)
{
    size_t n_wanted, n_found;
    struct str *wanted = distinct(c, names, false, &n_wanted);
    struct role_row *found;
    enum status st = role_store_by_name(c, workspace_id, wanted, n_wanted, &found, &n_found);

    *n = 0;
    *out = ARENA_ARRAY(c->mem, n_wanted + 1, struct role_row);
    for (size_t i = 0; i < n_wanted && st == ST_OK; i++) {
        size_t at = 0;

        while (at < n_found && !str_eq(found[at].name, wanted[i]))
            at++;
        if (at == n_found)
            return err_set(c, ST_ROLE_NOT_FOUND, "Role '%.*s' was not found.", STR_ARG(wanted[i]));
        (*out)[(*n)++] = found[at];
    }
    return st;
}

struct str *
rbac_svc_role_ids(struct ctx *c, const struct role_row *rows, size_t n)
{
    struct str *ids = ARENA_ARRAY(c->mem, n + 1, struct str);

    for (size_t i = 0; i < n; i++)
        ids[i] = rows[i].id;
    return ids;
}

static int
by_role_name(const void *a, const void *b)
{
    return str_cmp(((const struct role_row *)a)->name, ((const struct role_row *)b)->name);
}

/* The roles that exist among n names, exactly so, sorted by name. */
static enum status
roles_sorted(struct ctx *c, struct str workspace_id, const struct str *names, size_t n,
             struct role_row **found, size_t *n_found)
{
    enum status st = role_store_by_name(c, workspace_id, names, n, found, n_found);

    qsort(*found, *n_found, sizeof(**found), by_role_name);
    return st;
}

static const struct role_row *
role_named(const struct role_row *sorted, size_t n, struct str name)
{
    struct role_row key = {.name = name};

    return bsearch(&key, sorted, n, sizeof(*sorted), by_role_name);
}

enum status
rbac_svc_roles_ensure(struct ctx *c, struct str workspace_id, struct f_list names,
                      struct role_row **rows, size_t *n)
{
    size_t n_found, n_fresh = 0;
    struct str *wanted = distinct(c, names, false, n);
    struct role_row *found, *fresh = ARENA_ARRAY(c->mem, *n + 1, struct role_row);
    enum status st = roles_sorted(c, workspace_id, wanted, *n, &found, &n_found);

    assert(db_in_tx(c->db));
    for (size_t i = 0; i < *n && st == ST_OK; i++)
        if (!role_named(found, n_found, wanted[i]))
            fresh[n_fresh++] = (struct role_row){id_new(c->mem, "role"), wanted[i], S("")};
    if (st == ST_OK && n_fresh > 0) {
        qsort(fresh, n_fresh, sizeof(*fresh), by_role_name);
        st = role_store_insert_missing(c, workspace_id, fresh, n_fresh);
        if (st == ST_OK)
            st = roles_sorted(c, workspace_id, wanted, *n, &found, &n_found);
    }
    *rows = ARENA_ARRAY(c->mem, *n + 1, struct role_row);
    for (size_t i = 0; i < *n && st == ST_OK; i++) {
        const struct role_row *hit = role_named(found, n_found, wanted[i]);

        if (!hit)
            return err_set(c, ST_ROLE_NOT_FOUND,
                           "Role '%.*s' was not found, and could not be created beside one of "
                           "almost the same name.",
                           STR_ARG(wanted[i]));
        (*rows)[i] = *hit;
    }
    return st;
}
