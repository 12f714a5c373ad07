/* Collecting limits: those of key and identity by name, the key's hiding the identity's, then what
 * the request says of them. */
#include "service/verify_limits.h"

enum { LIMIT_MIN = 1, DURATION_MIN_MS = 1000 };

struct collection {
    const struct verify_in *in;
    const struct key_row *k;
    const struct key_extras *x;
    struct verify_limit *applied;
    size_t n_applied;
};

const struct ratelimit_row *
verify_limits_find(const struct ratelimit_row *rows, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].name, name))
            return &rows[i];
    return NULL;
}

/* The stored limit of that name; *of_identity says whose. */
static const struct ratelimit_row *
stored_limit(const struct key_extras *x, struct str name, bool *of_identity)
{
    const struct ratelimit_row *r = verify_limits_find(x->key_limits, x->n_key_limits, name);

    *of_identity = r == NULL;
    return r ? r : verify_limits_find(x->identity_limits, x->n_identity_limits, name);
}

static struct verify_limit *
applied_slot(struct collection *v, struct str name)
{
    for (size_t i = 0; i < v->n_applied; i++)
        if (str_eq(v->applied[i].row.name, name))
            return &v->applied[i];
    return &v->applied[v->n_applied++];
}

static void
apply_automatic(struct collection *v)
{
    const struct key_extras *x = v->x;

    for (size_t i = 0; i < x->n_key_limits; i++)
        if (x->key_limits[i].auto_apply)
            v->applied[v->n_applied++] = (struct verify_limit){x->key_limits[i], 1, false};
    for (size_t i = 0; i < x->n_identity_limits; i++)
        if (x->identity_limits[i].auto_apply &&
            !verify_limits_find(x->key_limits, x->n_key_limits, x->identity_limits[i].name))
            v->applied[v->n_applied++] = (struct verify_limit){x->identity_limits[i], 1, true};
}

static enum status
unknown_limit(struct ctx *c, const struct key_row *k, struct str name)
{
    if (k->identity_id.n == 0)
        return err_set(c, ST_PRECONDITION_FAILED,
                       "The rate limit '%.*s' is not configured on key %.*s, and no identity is "
                       "connected to it.",
                       STR_ARG(name), STR_ARG(k->id));
    return err_set(c, ST_PRECONDITION_FAILED,
                   "The rate limit '%.*s' is configured neither on key %.*s nor on its identity "
                   "%.*s (externalId %.*s).",
                   STR_ARG(name), STR_ARG(k->id), STR_ARG(k->identity_id), STR_ARG(k->external_id));
}

static enum status
apply_requested(struct ctx *c, struct collection *v)
{
    const struct verify_limit_in *in = v->in->ratelimits.v;

    for (size_t i = 0; i < v->in->ratelimits.n; i++) {
        struct str name = in[i].name.v;
        int64_t cost = f_int_or(in[i].cost, 1);
        const struct ratelimit_row *r;
        bool of_identity;

        if (in[i].limit.state == F_SET && in[i].duration.state == F_SET) {
            *applied_slot(v, name) = (struct verify_limit){
                {S(""), name, in[i].limit.v, in[i].duration.v, false}, cost, false};
            continue;
        }
        r = stored_limit(v->x, name, &of_identity);
        if (!r)
            return unknown_limit(c, v->k, name);
        *applied_slot(v, name) = (struct verify_limit){*r, cost, of_identity};
    }
    return ST_OK;
}

enum status
verify_limits_collect(struct ctx *c, const struct verify_in *in, const struct key_row *k,
                      const struct key_extras *x, struct verify_limit **out, size_t *n)
{
    size_t max = x->n_key_limits + x->n_identity_limits + in->ratelimits.n + 1;
    struct collection v = {in, k, x, ARENA_ARRAY(c->mem, max, struct verify_limit), 0};
    enum status st;

    apply_automatic(&v);
    st = apply_requested(c, &v);
    *out = v.applied;
    *n = v.n_applied;
    return st;
}

bool
verify_limits_usable(const struct verify_limit *l, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (l[i].row.limit < LIMIT_MIN || l[i].row.duration_ms < DURATION_MIN_MS)
            return false;
    return n > 0;
}
