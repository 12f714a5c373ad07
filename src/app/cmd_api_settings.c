/* latchkey api-settings get, set. */
#include "app/command.h"
#include "service/api_svc.h"
#include "store/workspace_store.h"

struct out {
    struct f_str api, workspace, name, keyspace, ip_whitelist, default_prefix;
    struct f_bool delete_protection, store_encrypted_keys;
    struct f_int default_bytes;
};
static const struct field out_fields[] = {
    F_STR(struct out, api, "apiId", F_REQUIRED, 0, F_NO_MAX, .text = "Id of the API."),
    F_STR(struct out, workspace, "workspaceId", F_REQUIRED, 0, F_NO_MAX, .text = "Its workspace."),
    F_STR(struct out, keyspace, "keySpaceId", F_REQUIRED, 0, F_NO_MAX, .text = "Its keyspace."),
    F_STR(struct out, name, "name", F_REQUIRED, 0, F_NO_MAX, .text = "Its name."),
    F_BOOL(struct out, delete_protection, "deleteProtection", F_REQUIRED,
           .text = "Whether it is protected from deletion."),
    F_BOOL(struct out, store_encrypted_keys, "storeEncryptedKeys", F_REQUIRED,
           .text = "Whether keys may be recoverable."),
    F_STR(struct out, ip_whitelist, "ipWhitelist", F_REQUIRED | F_NULLABLE, 0, F_NO_MAX,
          .text = "Addresses that may verify; null: all."),
    F_STR(struct out, default_prefix, "defaultPrefix", F_REQUIRED | F_NULLABLE, 0, F_NO_MAX,
          .text = "Prefix of new keys; null: none."),
    F_INT(struct out, default_bytes, "defaultBytes", F_REQUIRED | F_NULLABLE, F_NO_MIN, F_NO_MAX,
          .text = "Random bytes of new keys; null: 16."),
    F_END,
};
static const struct field out_body = F_BODY(0, out_fields, struct out);

static struct f_str
null_if_empty(struct str s)
{
    return (struct f_str){s.n ? F_SET : F_NULL, s};
}

static void
fill(struct out *out, const struct api_row *a)
{
    *out = (struct out){
        .api = f_str(a->id),
        .workspace = f_str(a->workspace_id),
        .keyspace = f_str(a->keyspace_id),
        .name = f_str(a->name),
        .delete_protection = f_bool(a->delete_protection),
        .store_encrypted_keys = f_bool(a->store_encrypted_keys),
        .ip_whitelist = null_if_empty(a->ip_whitelist),
        .default_prefix = null_if_empty(a->default_prefix),
        .default_bytes = {a->default_bytes ? F_SET : F_NULL, a->default_bytes},
    };
}

struct get_in {
    struct f_str api;
};
static const struct field get_fields[] = {
    F_STR(struct get_in, api, "api", F_REQUIRED, 1, 48, .text = "Id of the API."),
    F_END,
};
static const struct field get_body = F_BODY(0, get_fields, struct get_in);

static enum status
get(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct get_in *in = pin;
    struct api_row *a;
    enum status st = api_svc_settings(c, in->api.v, NULL, &a);

    if (st == ST_OK)
        fill(r->data, a);
    return st;
}

const struct command cmd_api_settings_get = {
    .summary = "show the settings of an API",
    .in = &get_body,
    .out = &out_body,
    .run = get,
};

struct set_in {
    struct f_str api;
    struct f_bool delete_protection, store_encrypted_keys;
    struct f_str ip_whitelist, default_prefix;
    struct f_int default_bytes;
};
static const struct field set_fields[] = {
    F_STR(struct set_in, api, "api", F_REQUIRED, 1, 48, .text = "Id of the API."),
    F_BOOL(struct set_in, delete_protection, "deleteProtection", 0,
           .text = "true: it cannot be deleted."),
    F_BOOL(struct set_in, store_encrypted_keys, "storeEncryptedKeys", 0,
           .text = "true: its keys may be recoverable."),
    F_STR(struct set_in, ip_whitelist, "ipWhitelist", F_NULLABLE, 1, 512,
          .text = "Comma-separated addresses that may verify its keys."),
    F_STR(struct set_in, default_prefix, "defaultPrefix", F_NULLABLE, 1, 8, .pattern = &pattern_id,
          .text = "Prefix of new keys."),
    F_INT(struct set_in, default_bytes, "defaultBytes", F_NULLABLE, 16, 255,
          .text = "Random bytes of new keys."),
    F_END,
};
static const struct field set_body = F_BODY(0, set_fields, struct set_in);

static enum status
set(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct set_in *in = pin;
    const struct api_settings_in change = {in->delete_protection, in->store_encrypted_keys,
                                           in->ip_whitelist, in->default_prefix, in->default_bytes};
    struct api_row *a;
    enum status st = workspace_store_now(c);

    if (st == ST_OK)
        st = api_svc_settings(c, in->api.v, &change, &a);
    if (st == ST_OK)
        fill(r->data, a);
    return st;
}

const struct command cmd_api_settings_set = {
    .summary = "change settings of an API that no endpoint sets",
    .in = &set_body,
    .out = &out_body,
    .run = set,
};
