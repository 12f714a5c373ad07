/* Audit events. */
#include "service/audit_svc.h"

#include "base/id.h"
#include "base/sb.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct audit *
audit_svc_begin(struct ctx *c, struct str workspace_id, enum audit_correlation correlation)
{
    struct audit *a = ARENA_NEW(c->mem, struct audit);

    a->c = c;
    a->workspace_id = workspace_id;
    a->correlation = correlation;
    a->actor = c->actor;
    return a;
}

struct audit_event *
audit_svc_add(struct audit *a, const char *name, struct str description)
{
    struct audit_event *e;

    if (a->n == a->cap) {
        size_t cap = a->cap ? 2 * a->cap : 4;
        struct audit_event *more = ARENA_ARRAY(a->c->mem, cap, struct audit_event);

        if (a->n)
            memcpy(more, a->events, a->n * sizeof(*more));
        a->events = more;
        a->cap = cap;
    }
    e = &a->events[a->n++];
    e->event = str_of(name);
    e->description = description;
    e->time = a->c->now_ms;
    e->actor_type = a->actor.type;
    e->actor_id = a->actor.id;
    e->actor_name = a->actor.name;
    e->remote_ip = a->c->remote_ip;
    e->user_agent = a->c->user_agent;
    return e;
}

void
audit_svc_target(struct audit_event *e, const char *type, struct str id, struct str name,
                 struct str meta)
{
    assert(e->n_targets < AUDIT_MAX_TARGETS);
    e->targets[e->n_targets++] = (struct audit_target){str_of(type), id, name, meta};
}

struct str
audit_svc_meta(struct arena *mem, const struct audit_member *m, size_t n)
{
    struct sb b;

    sb_init(&b, mem, 128);
    for (size_t i = 0; i < n; i++) {
        sb_putc(&b, i ? ',' : '{');
        sb_json_str(&b, str_of(m[i].name));
        sb_putc(&b, ':');
        sb_json_str(&b, m[i].value);
    }
    sb_putc(&b, '}');
    return sb_str(&b);
}

static int
by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

enum status
audit_svc_write(struct audit *a)
{
    struct str correlation = a->correlation_id, *ids;

    assert(db_in_tx(a->c->db));
    if (a->n == 0)
        return ST_OK;
    if (correlation.n == 0 && (a->n > 1 || a->correlation == AUDIT_CORRELATE_ALWAYS))
        correlation = id_new(a->c->mem, "cor");
    ids = ARENA_ARRAY(a->c->mem, a->n, struct str);
    for (size_t i = 0; i < a->n; i++)
        ids[i] = id_new(a->c->mem, "log");
    qsort(ids, a->n, sizeof(*ids), by_bytes);
    for (size_t i = 0; i < a->n; i++) {
        a->events[i].id = ids[i];
        a->events[i].correlation_id = correlation;
    }
    return audit_store_insert(a->c, a->workspace_id, a->events, a->n);
}
