/* Premises: a few slots, overwritten in turn. */
#include "service/premise.h"

#include "base/utc.h"

enum {
    SLOTS = 32,
    TEXT_MAX = 4 * 1024, /* longer permission lists are not kept */
    SLOT_MAX = 128 * 1024,
    CLOCK_TRUSTED_US = 10 * 1000 * 1000,
};

struct slot {
    struct arena *mem;
    struct str root_hash, id_or_name; /* empty: the slot is free */
    struct premise is;
};

struct premises {
    struct arena *mem;
    struct slot slots[SLOTS];
    size_t next;
    int64_t clock_ms, clock_us; /* the database's clock, and the monotonic one at that time */
};

struct premises *
premise_open(void)
{
    struct arena *mem = arena_new(SLOT_MAX);
    struct premises *all = ARENA_NEW(mem, struct premises);

    all->mem = mem;
    return all;
}

void
premise_close(struct premises *all)
{
    if (!all)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        if (all->slots[i].mem)
            arena_free(all->slots[i].mem);
    arena_free(all->mem);
}

static size_t
index_of(const struct premises *all, struct str root_hash, struct str id_or_name)
{
    size_t i = 0;

    while (i < SLOTS && !(str_eq(all->slots[i].id_or_name, id_or_name) &&
                          str_eq(all->slots[i].root_hash, root_hash)))
        i++;
    return i;
}

const struct premise *
premise_find(const struct premises *all, struct str root_hash, struct str id_or_name)
{
    size_t i = index_of(all, root_hash, id_or_name);

    if (i == SLOTS || utc_mono_us() - all->clock_us > CLOCK_TRUSTED_US)
        return NULL;
    return &all->slots[i].is;
}

int64_t
premise_now(const struct premises *all)
{
    return all->clock_ms + (utc_mono_us() - all->clock_us) / 1000;
}

static bool
checkable(const struct caller *caller, const struct namespace_row *ns)
{
    return !caller->has_expiry && !caller->has_request_limit && !ns->may_have_overrides &&
           caller->permissions.n <= TEXT_MAX && caller->name.n + ns->name.n <= TEXT_MAX;
}

/* The caller's parts point into other memory: copies them all. */
static struct caller
copy_caller(struct arena *mem, const struct caller *from)
{
    struct caller to = *from;

    to.id = arena_str(mem, from->id);
    to.name = arena_str(mem, from->name);
    to.workspace_id = arena_str(mem, from->workspace_id);
    to.permissions = arena_str(mem, from->permissions);
    to.grants = caller_store_grants(mem, to.permissions);
    return to;
}

static struct namespace_row
copy_namespace(struct arena *mem, const struct namespace_row *from)
{
    struct namespace_row to = *from;

    to.id = arena_str(mem, from->id);
    to.workspace_id = arena_str(mem, from->workspace_id);
    to.name = arena_str(mem, from->name);
    return to;
}

void
premise_keep(struct premises *all, struct str root_hash, struct str id_or_name,
             const struct caller *caller, const struct namespace_row *ns, int64_t now_ms)
{
    size_t i = index_of(all, root_hash, id_or_name);
    struct slot *slot;

    if (!checkable(caller, ns)) {
        premise_drop(all, root_hash, id_or_name);
        return;
    }
    if (i == SLOTS) {
        i = all->next;
        all->next = (all->next + 1) % SLOTS;
    }
    slot = &all->slots[i];
    if (!slot->mem)
        slot->mem = arena_new(SLOT_MAX);
    arena_reset(slot->mem);
    slot->root_hash = arena_str(slot->mem, root_hash);
    slot->id_or_name = arena_str(slot->mem, id_or_name);
    slot->is.caller = copy_caller(slot->mem, caller);
    slot->is.ns = copy_namespace(slot->mem, ns);
    all->clock_ms = now_ms;
    all->clock_us = utc_mono_us();
}

void
premise_drop(struct premises *all, struct str root_hash, struct str id_or_name)
{
    size_t i = index_of(all, root_hash, id_or_name);

    if (i < SLOTS)
        all->slots[i].root_hash = all->slots[i].id_or_name = S("");
}
