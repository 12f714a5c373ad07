/* latchkey root-key create, list, update, revoke. */
#include "app/command.h"
#include "api/shape.h"
#include "service/workspace_svc.h"

#include "service/shape.h"

static const struct field permission = F_ITEM_STR(1, 512, NULL);

/* create */

struct create_out {
    struct f_str key_id, key;
};
static const struct field create_fields[] = {
    F_STR(struct root_key_create_in, workspace, "workspace", F_REQUIRED, 1, 48,
          .text = "Id of the workspace it manages."),
    F_STR(struct root_key_create_in, name, "name", 0, 1, 255,
          .text = "Name for people and audit records."),
    F_LIST(struct root_key_create_in, permission, "permission", 0, F_NO_MIN, 1000, &permission,
           .text = "What it may do; repeatable."),
    F_BOOL(struct root_key_create_in, all_permissions, "allPermissions", 0,
           .text = "It may do everything."),
    F_INT(struct root_key_create_in, expires, "expires", 0, 0, SHAPE_EXPIRES_MAX,
          .text = "When it expires, Unix ms; never when absent."),
    F_END,
};
static const struct field create_out_fields[] = {
    F_STR(struct create_out, key_id, "keyId", F_REQUIRED, 0, F_NO_MAX, .text = "Id."),
    F_STR(struct create_out, key, "key", F_REQUIRED | F_SECRET, 0, F_NO_MAX,
          .text = "The root key, shown this once."),
    F_END,
};
static const struct field create_body = F_BODY(0, create_fields, struct root_key_create_in);
static const struct field create_out_body = F_BODY(0, create_out_fields, struct create_out);

static enum status
create(struct ctx *c, const void *in, struct command_result *r)
{
    struct create_out *out = r->data;

    out->key_id.state = out->key.state = F_SET;
    return workspace_svc_root_key_create(c, in, &out->key_id.v, &out->key.v);
}

const struct command cmd_root_key_create = {
    .summary = "create a root key: a credential of the API",
    .help = "The key is printed once, on standard output, and stored nowhere.",
    .in = &create_body,
    .out = &create_out_body,
    .run = create,
};

/* list, update */

struct out {
    struct f_str key_id, name, start;
    struct f_bool enabled;
    struct f_int created_at, expires;
    struct f_list permissions; /* struct f_str */
};
static const struct field out_fields[] = {
    F_STR(struct out, key_id, "keyId", F_REQUIRED, 0, F_NO_MAX, .text = "Id."),
    F_STR(struct out, name, "name", F_REQUIRED, 0, F_NO_MAX, .text = "Name."),
    F_STR(struct out, start, "start", F_REQUIRED, 0, F_NO_MAX, .text = "First characters."),
    F_BOOL(struct out, enabled, "enabled", F_REQUIRED, .text = "Whether it may be used."),
    F_INT(struct out, created_at, "createdAt", F_REQUIRED, F_NO_MIN, F_NO_MAX, .text = "Unix ms."),
    F_INT(struct out, expires, "expires", F_REQUIRED | F_NULLABLE, F_NO_MIN, F_NO_MAX,
          .text = "Unix ms; null: never."),
    F_LIST(struct out, permissions, "permissions", F_REQUIRED, F_NO_MIN, F_NO_MAX, &shape_string,
           .text = "What it may do."),
    F_END,
};
static const struct field out_body = F_BODY(0, out_fields, struct out);
static const struct field out_list = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &out_body};

static struct out
out_of(struct ctx *c, const struct root_key_row *k)
{
    size_t n = 0;
    struct str *held = ARENA_ARRAY(c->mem, k->permissions.n + 1, struct str);
    struct str rest = k->permissions;
    struct out out;

    while (rest.p && k->permissions.n)
        held[n++] = str_cut(&rest, '\n');
    out = (struct out){
        .key_id = f_str(k->id),
        .name = f_str(k->name),
        .start = f_str(k->start),
        .enabled = f_bool(k->enabled),
        .created_at = f_int(k->created_at),
        .expires = {k->has_expiry ? F_SET : F_NULL, k->expires_at},
        .permissions = shape_strings(c->mem, held, n),
    };
    out.permissions.state = F_SET;
    return out;
}

struct list_in {
    struct f_str workspace;
};
static const struct field list_fields[] = {
    F_STR(struct list_in, workspace, "workspace", F_REQUIRED, 1, 48,
          .text = "Id of the workspace."),
    F_END,
};
static const struct field list_body = F_BODY(0, list_fields, struct list_in);

static enum status
list(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct list_in *in = pin;
    struct workspace_row *w;
    struct root_key_row *rows;
    struct out *out;
    size_t n = 0;
    enum status st = workspace_svc_load(c, in->workspace.v, &w);

    if (st == ST_OK)
        st = workspace_store_root_keys(c, w->id, &rows, &n);
    if (st != ST_OK)
        return st;
    out = ARENA_ARRAY(c->mem, n + 1, struct out);
    for (size_t i = 0; i < n; i++)
        out[i] = out_of(c, &rows[i]);
    *(struct f_list *)r->data = f_list(out, n);
    return ST_OK;
}

const struct command cmd_root_key_list = {
    .summary = "list the root keys of a workspace",
    .in = &list_body,
    .out = &out_list,
    .run = list,
};

static const struct field update_fields[] = {
    F_STR(struct root_key_update_in, key_id, "keyId", F_REQUIRED, 1, 48,
          .text = "Id of the root key."),
    F_BOOL(struct root_key_update_in, enabled, "enabled", 0, .text = "Whether it may be used."),
    F_STR(struct root_key_update_in, name, "name", 0, 1, 255, .text = "Name for people."),
    F_LIST(struct root_key_update_in, add_permission, "addPermission", 0, F_NO_MIN, 1000,
           &permission, .text = "What it may do besides; repeatable."),
    F_LIST(struct root_key_update_in, remove_permission, "removePermission", 0, F_NO_MIN, 1000,
           &permission, .text = "What it may no longer do; repeatable."),
    F_INT(struct root_key_update_in, expires, "expires", F_NULLABLE, 0, SHAPE_EXPIRES_MAX,
          .text = "When it expires, Unix ms."),
    F_END,
};
static const struct field update_body = F_BODY(0, update_fields, struct root_key_update_in);

static enum status
update(struct ctx *c, const void *in, struct command_result *r)
{
    struct root_key_row *k;
    enum status st = workspace_svc_root_key_update(c, in, &k);

    if (st == ST_OK)
        *(struct out *)r->data = out_of(c, k);
    return st;
}

const struct command cmd_root_key_update = {
    .summary = "change a root key",
    .in = &update_body,
    .out = &out_body,
    .run = update,
};

/* revoke */

struct revoke_in {
    struct f_str key_id;
};
static const struct field revoke_fields[] = {
    F_STR(struct revoke_in, key_id, "keyId", F_REQUIRED, 1, 48, .text = "Id of the root key."),
    F_END,
};
static const struct field revoke_body = F_BODY(0, revoke_fields, struct revoke_in);

static enum status
revoke(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct revoke_in *in = pin;

    (void)r;
    return workspace_svc_root_key_revoke(c, in->key_id.v);
}

const struct command cmd_root_key_revoke = {
    .summary = "revoke a root key; it fails from the next request on",
    .in = &revoke_body,
    .out = &shape_empty,
    .run = revoke,
};
