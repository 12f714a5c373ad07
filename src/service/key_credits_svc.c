/* keys.updateCredits. */
#include "service/key_credits_svc.h"

#include "service/audit_svc.h"

#include <inttypes.h>

struct change_credits {
    const struct key_credits_in *in;
    struct key_row *k;
};

static bool
is_operation(const struct key_credits_in *in, const char *name)
{
    return str_eq(in->operation.v, str_of(name));
}

static enum status
credits_check(struct ctx *c, const struct key_credits_in *in, const struct key_row *k)
{
    if (is_operation(in, "set"))
        return ST_OK;
    if (in->value.state != F_SET)
        return err_set(c, ST_INVALID_INPUT, "value must be provided to increment or decrement.");
    if (!k->limited)
        return err_set(c, ST_INVALID_INPUT,
                       "Cannot increment or decrement unlimited credits; set a number first.");
    if (is_operation(in, "increment") && k->remaining > INT64_MAX - in->value.v)
        return err_set(c, ST_INVALID_INPUT, "The sum of credits would be too large.");
    return ST_OK;
}

static void
credits_change(const struct key_credits_in *in, struct key_row *k)
{
    int64_t v = in->value.v;

    if (is_operation(in, "increment")) {
        k->remaining += v;
    } else if (is_operation(in, "decrement")) {
        k->remaining = k->remaining > v ? k->remaining - v : 0;
    } else {
        k->limited = in->value.state == F_SET;
        k->remaining = v;
        if (in->value.state == F_NULL)
            k->has_refill = k->has_refill_day = false;
    }
}

static enum status
credits_tx(struct ctx *c, void *arg)
{
    struct change_credits *ch = arg;
    struct audit *audit;
    struct audit_event *e;
    struct str balance = S("unlimited");
    enum status st = key_svc_lock(c, ch->in->key_id.v, &ch->k);

    if (st == ST_OK)
        st = credit_svc_settle(c, ch->k);
    if (st == ST_OK)
        st = credits_check(c, ch->in, ch->k);
    if (st != ST_OK)
        return st;
    credits_change(ch->in, ch->k);
    st = key_store_update(c, ch->k);
    if (st != ST_OK)
        return st;
    if (ch->k->limited)
        balance = arena_fmt(c->mem, "%" PRId64, ch->k->remaining);
    audit = audit_svc_begin(c, ch->k->workspace_id, AUDIT_CORRELATE_SEVERAL);
    e = audit_svc_add(audit, "key.update",
                      arena_fmt(c->mem, "Changed the credits of key %.*s to %.*s",
                                STR_ARG(ch->k->id), STR_ARG(balance)));
    audit_svc_target(e, "keySpace", ch->k->keyspace_id, S(""), S(""));
    audit_svc_target(e, "key", ch->k->id, ch->k->name, S(""));
    return audit_svc_write(audit);
}

enum status
key_credits_svc_run(struct ctx *c, const struct key_credits_in *in, struct credits_out *out)
{
    struct change_credits ch = {.in = in};
    enum status st = key_svc_permitted(c, in->key_id.v, ACCESS_update_key, &ch.k);

    if (st == ST_OK)
        st = db_tx(c, credits_tx, &ch);
    if (st != ST_OK)
        return st;
    out->remaining = (struct f_int){ch.k->limited ? F_SET : F_NULL, ch.k->remaining};
    out->refill = shape_refill(c->mem, ch.k);
    return ST_OK;
}
