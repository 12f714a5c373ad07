/* Migrations. */
#include "service/migration_svc.h"

#include "base/digest.h"
#include "base/id.h"
#include "domain/key.h"
#include "service/workspace_svc.h"

enum { START_MAX = 256 };

enum status
migration_svc_create(struct ctx *c, struct str workspace_id, const char *algorithm, struct str name,
                     struct str *id)
{
    struct migration_row m = {.name = name, .algorithm = str_of(algorithm)};
    struct workspace_row *w;
    enum status st = workspace_store_now(c);

    if (st == ST_OK)
        st = workspace_svc_load(c, workspace_id, &w);
    if (st != ST_OK)
        return st;
    m.id = *id = id_new(c->mem, "mig");
    m.workspace_id = w->id;
    m.created_at = c->now_ms;
    return migration_store_insert(c, &m);
}

enum status
migration_svc_list(struct ctx *c, struct str workspace_id, struct migration_row **rows, size_t *n)
{
    struct workspace_row *w;
    enum status st = workspace_svc_load(c, workspace_id, &w);

    *n = 0;
    return st == ST_OK ? migration_store_list(c, w->id, rows, n) : st;
}

/* *out is NULL when the caller's workspace has no such migration. */
static enum status
find(struct ctx *c, struct str id, struct migration_row **out)
{
    enum status st = migration_store_by_id(c, id, out);

    /* the id is compared again: text columns ignore trailing spaces */
    if (st == ST_OK && *out &&
        (!str_eq((*out)->id, id) || !str_eq((*out)->workspace_id, c->who->workspace_id)))
        *out = NULL;
    return st;
}

enum status
migration_svc_load(struct ctx *c, struct str id, struct migration_row **out)
{
    enum status st = find(c, id, out);

    if (st == ST_OK && !*out)
        return err_set(c, ST_MIGRATION_NOT_FOUND, "The requested migration does not exist.");
    return st;
}

/* Conversion */

struct convert {
    struct str key_id, migration_id, hash, start;
    struct key_row *k; /* result */
};

/* The row is locked and looked at again: another worker may have been faster. */
static enum status
convert_tx(struct ctx *c, void *arg)
{
    struct convert *cv = arg;
    enum status st = key_store_lock(c, cv->key_id, &cv->k);
    struct key_row *k = cv->k;

    if (st != ST_OK || !k || k->deleted || !str_eq(k->pending_migration_id, cv->migration_id))
        return st;
    k->hash = cv->hash;
    k->start = cv->start;
    k->pending_migration_id = S("");
    k->ever_updated = true;
    k->updated_at = c->now_ms;
    return key_store_update(c, k);
}

static enum status
convert(struct ctx *c, const struct migration_row *m, struct str presented,
        const struct key_prefixed *parts, struct key_row **k)
{
    struct convert cv = {
        .key_id = (*k)->id,
        .migration_id = m->id,
        .hash = digest_key_hash(c->mem, presented),
        .start = str_utf8_clip(key_prefixed_start(presented, parts), START_MAX),
    };
    enum status st = db_tx(c, convert_tx, &cv);

    *k = cv.k;
    if (st != ST_DB_DUPLICATE)
        return st;
    *k = NULL; /* a deleted key has been what is presented: it stays deleted */
    return ST_OK;
}

enum status
migration_svc_convert(struct ctx *c, struct str id, struct str presented, struct key_row **out)
{
    struct migration_row *m;
    struct key_prefixed parts;
    enum status st = find(c, id, &m);

    *out = NULL;
    /* keys imported with hashes like ours would have been found already */
    if (st != ST_OK || !m || !str_eq(m->algorithm, S(MIGRATION_SVC_PREFIXED)))
        return st;
    if (!key_split_prefixed(presented, &parts))
        return err_set(c, ST_AUTH_MALFORMED,
                       "Invalid key format: a key of this migration is prefix_short_long.");
    st = key_store_by_hash(c, digest_sha256_hex(c->mem, parts.long_token), out);
    if (st != ST_OK || !*out || (*out)->deleted || !str_eq((*out)->pending_migration_id, m->id))
        return st;
    return convert(c, m, presented, &parts, out);
}
