/* POST /v2/keys.migrateKeys: import keys of another system by their hashes. */
#include "api/endpoint.h"
#include "api/shape.h"
#include "service/key_migrate_svc.h"

static const struct field key_fields[] = {
    F_STR(struct migrate_key_in, hash, "hash", F_REQUIRED, 3, F_NO_MAX,
          .text = "Hash of the key, made as the migration says."),
    F_STR(struct migrate_key_in, name, "name", 0, 1, 255, .text = "Name for people."),
    F_STR(struct migrate_key_in, external_id, "externalId", 0, 1, 255,
          .text = "Id of the holder in your application; an identity is made when there is none."),
    F_MAP(struct migrate_key_in, meta, "meta", 0, SHAPE_META_MEMBERS,
          .text = "Any JSON object, returned by every verification."),
    F_LIST(struct migrate_key_in, roles, "roles", 0, F_NO_MIN, 100, &shape_role_name,
           .text = "Names of roles; those that do not exist are created."),
    F_LIST(struct migrate_key_in, permissions, "permissions", 0, F_NO_MIN, 1000, &shape_slug,
           .text = "Permission slugs; those that do not exist are created."),
    F_INT(struct migrate_key_in, expires, "expires", 0, 0, SHAPE_EXPIRES_MAX,
          .text = "When the key expires, Unix ms; never when absent."),
    F_BOOL(struct migrate_key_in, enabled, "enabled", 0, .dflt = "true",
           .text = "Whether it may be used at once."),
    F_OBJ(struct migrate_key_in, credits, "credits", 0, shape_credits_in_fields, struct credits_in,
          .text = "Number of uses; unlimited when absent."),
    F_LIST(struct migrate_key_in, ratelimits, "ratelimits", 0, F_NO_MIN, 50, &shape_ratelimit_in,
           .text = "Limits of this key."),
    F_END,
};
static const struct field key_item = F_BODY(0, key_fields, struct migrate_key_in);
static const struct field in_fields[] = {
    F_STR(struct key_migrate_in, migration_id, "migrationId", F_REQUIRED, 3, 255,
          .text = "Id of the migration, from `latchkey migration create`."),
    F_STR(struct key_migrate_in, api_id, "apiId", F_REQUIRED, 3, 255,
          .text = "Id of the API the keys are for."),
    F_LIST(struct key_migrate_in, keys, "keys", F_REQUIRED, 1, F_NO_MAX, &key_item,
           .text = "The keys."),
    F_END,
};

static const struct field migrated_fields[] = {
    F_STR(struct migrated_out, hash, "hash", F_REQUIRED, 0, F_NO_MAX,
          .text = "Hash of an imported key, as sent."),
    F_STR(struct migrated_out, key_id, "keyId", F_REQUIRED, 0, F_NO_MAX, .text = "Its id."),
    F_END,
};
static const struct field migrated_item = F_BODY(0, migrated_fields, struct migrated_out);
static const struct field out_fields[] = {
    F_LIST(struct key_migrate_out, migrated, "migrated", F_REQUIRED, F_NO_MIN, F_NO_MAX,
           &migrated_item, .text = "Keys that were imported, in the order of the request."),
    F_LIST(struct key_migrate_out, failed, "failed", F_REQUIRED, F_NO_MIN, F_NO_MAX, &shape_string,
           .text = "Hashes that are in use already."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct key_migrate_in);
static const struct field out_body = F_BODY(0, out_fields, struct key_migrate_out);

static enum status
handle(struct ctx *c, const void *in, struct reply *r)
{
    return key_migrate_svc_run(c, in, r->data);
}

const struct endpoint ep_keys_migrate_keys = {
    .summary = "Import keys by their hashes",
    .example = "{\"migrationId\": \"mig_1234abcd\", \"apiId\": \"api_1234abcd\", \"keys\": "
               "[{\"hash\": \"qpNDMvvFsONmVbEQ3TqzDNqEpAfAFVpbfIWnuzfeEjE=\"}]}",
    .in = &in_body,
    .out = &out_body,
    .handle = handle,
};
