/* Recoverable keys. */
#include "service/vault_svc.h"

#include "base/conf.h"
#include "base/digest.h"
#include "base/id.h"
#include "base/master_key.h"
#include "store/vault_store.h"

#include <assert.h>
#include <string.h>

enum { ROTATE_BATCH = 100 };

struct vault {
    struct master_keys masters;
    struct data_key_row data_key; /* after vault_svc_prepare */
    struct seal_key seal_key;     /* the same in the clear */
};

enum status
vault_svc_open(struct ctx *c, struct vault **out)
{
    struct vault *v = ARENA_NEW(c->mem, struct vault);
    struct str why = S("");

    *out = v;
    switch (master_key_load(c->mem, c->conf->master_key_file, &v->masters, &why)) {
    case MASTER_KEY_FILE_OK:
        return ST_OK;
    case MASTER_KEY_FILE_REFUSED:
        ctx_log(c, LOG_ERROR, "master_key_refused", log_s("reason", why));
        break;
    default:
        break;
    }
    return err_set(c, ST_PRECONDITION_FAILED,
                   "The vault is not set up: this server has no master key to encrypt keys with.");
}

enum status
vault_svc_require_switch(struct ctx *c, bool store_encrypted_keys)
{
    if (store_encrypted_keys)
        return ST_OK;
    return err_set(c, ST_PRECONDITION_FAILED, "This API does not support key encryption.");
}

/* Wrapping of data keys */

static struct str
data_key_context(struct ctx *c, const struct data_key_row *row)
{
    return seal_context(c->mem, "data key", row->workspace_id, row->id);
}

/* Seals a data key under the newest master key. */
static void
wrap(struct ctx *c, const struct master_keys *masters, const struct seal_key *key,
     struct data_key_row *row)
{
    row->master_key_id = masters->v[0].id;
    row->sealed = seal_close(c->mem, &masters->v[0].key,
                             (struct str){(const char *)key->bytes, SEAL_KEY_BYTES},
                             data_key_context(c, row));
}

static bool
unwrap(struct ctx *c, const struct master_keys *masters, const struct data_key_row *row,
       struct seal_key *out)
{
    const struct master_key *master = master_key_find(masters, row->master_key_id);
    struct str plain;

    if (!master ||
        !seal_open(c->mem, &master->key, row->sealed, data_key_context(c, row), &plain) ||
        plain.n != SEAL_KEY_BYTES)
        return false;
    memcpy(out->bytes, plain.p, SEAL_KEY_BYTES);
    return true;
}

/* A new data key, which becomes the newest of its workspace. */
static enum status
data_key_new(struct ctx *c, const struct master_keys *masters, struct str workspace_id,
             const struct data_key_row *newest)
{
    struct data_key_row row = {
        .id = id_new(c->mem, "dek"), .workspace_id = workspace_id, .created_at = c->now_ms};
    struct seal_key key;

    if (newest && newest->created_at >= row.created_at)
        row.created_at = newest->created_at + 1;
    digest_random(key.bytes, sizeof(key.bytes));
    wrap(c, masters, &key, &row);
    explicit_bzero(&key, sizeof(key));
    return vault_store_data_key_insert(c, &row);
}

struct new_data_key {
    const struct master_keys *masters;
    struct str workspace_id;
    enum { IF_NONE, IN_ANY_CASE } when;
};

/* Of several that need the first one at once, one makes it and the others find it. */
static enum status
new_data_key_tx(struct ctx *c, void *arg)
{
    const struct new_data_key *n = arg;
    struct data_key_row *newest;
    enum status st = vault_store_lock(c, n->workspace_id);

    if (st == ST_OK)
        st = vault_store_newest(c, n->workspace_id, &newest);
    if (st != ST_OK || (newest && n->when == IF_NONE))
        return st;
    return data_key_new(c, n->masters, n->workspace_id, newest);
}

enum status
vault_svc_prepare(struct ctx *c, struct vault *v, struct str workspace_id)
{
    struct new_data_key first = {&v->masters, workspace_id, IF_NONE};
    struct data_key_row *newest;
    enum status st = vault_store_newest(c, workspace_id, &newest);

    assert(!db_in_tx(c->db));
    if (st == ST_OK && !newest) {
        st = db_tx(c, new_data_key_tx, &first);
        if (st == ST_OK)
            st = vault_store_newest(c, workspace_id, &newest);
    }
    if (st != ST_OK)
        return st;
    if (newest && unwrap(c, &v->masters, newest, &v->seal_key)) {
        v->data_key = *newest;
        return ST_OK;
    }
    err_set(c, ST_UNEXPECTED, "The key could not be encrypted.");
    err_cause(c, "data key %.*s does not open with master key %.*s",
              STR_ARG(newest ? newest->id : S("")),
              STR_ARG(newest ? newest->master_key_id : S("")));
    return ST_UNEXPECTED;
}

/* Copies of keys */

static struct str
copy_context(struct ctx *c, struct str workspace_id, struct str key_id)
{
    return seal_context(c->mem, "key copy", workspace_id, key_id);
}

enum status
vault_svc_keep(struct ctx *c, const struct vault *v, struct str key_id, struct str plaintext)
{
    struct str sealed = seal_close(c->mem, &v->seal_key, plaintext,
                                   copy_context(c, v->data_key.workspace_id, key_id));

    assert(v->data_key.id.n && db_in_tx(c->db));
    return vault_store_copy_insert(c, key_id, &v->data_key, sealed);
}

/* Opens the copy of a key of this workspace; only its own data keys are used for it. */
static bool
open_copy(struct ctx *c, const struct master_keys *masters, struct str workspace_id,
          const struct copy_row *copy, struct str *plain)
{
    struct seal_key key;
    bool ok =
        str_eq(copy->data_key.workspace_id, workspace_id) &&
        unwrap(c, masters, &copy->data_key, &key) &&
        seal_open(c->mem, &key, copy->sealed, copy_context(c, workspace_id, copy->key_id), plain);

    explicit_bzero(&key, sizeof(key));
    if (!ok)
        ctx_log(c, LOG_WARN, "decrypt_failed", log_s("key", copy->key_id));
    return ok;
}

enum status
vault_svc_reveal(struct ctx *c, const struct vault *v, const struct key_row *keys, size_t n,
                 struct str **plaintexts)
{
    struct str *ids = ARENA_ARRAY(c->mem, n + 1, struct str);
    struct copy_row *copies;
    size_t n_copies;
    enum status st;

    *plaintexts = ARENA_ARRAY(c->mem, n + 1, struct str);
    for (size_t i = 0; i < n; i++)
        ids[i] = keys[i].id;
    st = vault_store_copies(c, ids, n, &copies, &n_copies);
    for (size_t i = 0; i < n_copies; i++)
        for (size_t k = 0; k < n; k++)
            if (str_eq(copies[i].key_id, ids[k]) &&
                !open_copy(c, &v->masters, keys[k].workspace_id, &copies[i], &(*plaintexts)[k]))
                (*plaintexts)[k] = S("");
    return st;
}

/* Rotation */

/* Where a list goes on, when the memory of its last batch is gone. */
static struct str
keep_id(char buf[ID_MAX], struct str id)
{
    assert(id.n <= ID_MAX);
    memcpy(buf, id.p, id.n);
    return (struct str){buf, id.n};
}

struct reseal {
    const struct vault *v;
    const struct copy_row *copies;
    size_t n;
    int64_t done, failed;
};

static enum status
reseal_tx(struct ctx *c, void *arg)
{
    struct reseal *r = arg;
    struct str workspace_id = r->v->data_key.workspace_id;
    enum status st = ST_OK;

    r->done = r->failed = 0;
    for (size_t i = 0; i < r->n && st == ST_OK; i++) {
        const struct copy_row *copy = &r->copies[i];
        struct str plain;
        bool done;

        if (!open_copy(c, &r->v->masters, workspace_id, copy, &plain)) {
            r->failed++;
            continue;
        }
        st = vault_store_reseal(
            c, copy, &r->v->data_key,
            seal_close(c->mem, &r->v->seal_key, plain, copy_context(c, workspace_id, copy->key_id)),
            &done);
        r->done += done;
    }
    return st;
}

/* Re-encrypts what was sealed with an older data key under the newest one of the workspace. */
static enum status
reseal_all(struct ctx *c, const struct vault *v, struct str old_id, struct vault_rotation *out)
{
    struct reseal r = {.v = v};
    char last[ID_MAX];
    struct str after = S("");

    do {
        struct arena_mark mark = arena_mark(c->mem);
        struct copy_row *copies;
        enum status st = vault_store_copies_of(c, old_id, after, ROTATE_BATCH, &copies, &r.n);

        r.copies = copies;
        if (st == ST_OK && r.n > 0)
            st = db_tx(c, reseal_tx, &r);
        if (st != ST_OK || r.n == 0)
            return st;
        out->resealed_keys += r.done;
        out->failed += r.failed;
        after = keep_id(last, copies[r.n - 1].key_id);
        arena_release(c->mem, mark);
    } while (r.n == ROTATE_BATCH);
    return ST_OK;
}

static enum status
rotate_data_key(struct ctx *c, struct vault *v, const struct data_key_row *row,
                struct vault_rotation *out)
{
    struct data_key_row fresh = *row, *newest = NULL;
    struct seal_key key;
    bool done = false;
    enum status st = ST_OK;

    if (!unwrap(c, &v->masters, row, &key)) {
        out->failed++;
        ctx_log(c, LOG_WARN, "data_key_does_not_open", log_s("data_key", row->id),
                log_s("master_key", row->master_key_id));
        return ST_OK;
    }
    if (!str_eq(row->master_key_id, v->masters.v[0].id)) {
        wrap(c, &v->masters, &key, &fresh);
        st = vault_store_rewrap(c, row, &fresh, &done);
        out->rewrapped_data_keys += done;
    }
    explicit_bzero(&key, sizeof(key));
    if (st == ST_OK)
        st = vault_store_newest(c, row->workspace_id, &newest);
    if (st != ST_OK || !newest || str_eq(newest->id, row->id) ||
        !unwrap(c, &v->masters, newest, &v->seal_key))
        return st;
    v->data_key = *newest;
    return reseal_all(c, v, row->id, out);
}

static enum status
rotate_all(struct ctx *c, struct vault *v, struct vault_rotation *out)
{
    char last[ID_MAX];
    struct str after = S("");
    size_t n;

    do {
        struct arena_mark mark = arena_mark(c->mem);
        struct data_key_row *rows;
        enum status st = vault_store_data_keys(c, after, ROTATE_BATCH, &rows, &n);

        for (size_t i = 0; i < n && st == ST_OK; i++)
            st = rotate_data_key(c, v, &rows[i], out);
        if (st != ST_OK || n == 0)
            return st;
        after = keep_id(last, rows[n - 1].id);
        arena_release(c->mem, mark);
    } while (n == ROTATE_BATCH);
    return ST_OK;
}

static enum status
renew_all(struct ctx *c, const struct vault *v, struct vault_rotation *out)
{
    char last[ID_MAX];
    struct str after = S("");
    struct db_rows ids = {0};

    do {
        struct arena_mark mark = arena_mark(c->mem);
        enum status st = vault_store_workspaces(c, after, ROTATE_BATCH, &ids);

        for (size_t i = 0; i < ids.n && st == ST_OK; i++) {
            struct new_data_key n = {&v->masters, ids.rows[i][0].s, IN_ANY_CASE};

            st = db_tx(c, new_data_key_tx, &n);
            out->new_data_keys += st == ST_OK;
        }
        if (st != ST_OK || ids.n == 0)
            return st;
        after = keep_id(last, ids.rows[ids.n - 1][0].s);
        arena_release(c->mem, mark);
    } while (ids.n == ROTATE_BATCH);
    return ST_OK;
}

enum status
vault_svc_rotate(struct ctx *c, bool fresh_data_keys, struct vault_rotation *out)
{
    struct vault *v;
    enum status st = vault_svc_open(c, &v);

    *out = (struct vault_rotation){0};
    if (st == ST_OK && fresh_data_keys)
        st = renew_all(c, v, out);
    return st == ST_OK ? rotate_all(c, v, out) : st;
}
