/* Tables of shared objects. */
#include "api/shape.h"

#include "service/analytics_svc.h"
#include "service/key_create_svc.h"

static const char *const intervals[] = {"daily", "monthly", NULL};

const struct field shape_role_name = F_ITEM_STR(1, 128, NULL);
const struct field shape_slug = F_ITEM_STR(1, 128, &pattern_slug);
const struct field shape_string = F_ITEM_STR(0, F_NO_MAX, NULL);

static const struct field empty_fields[] = {F_END};
const struct field shape_empty = F_BODY(0, empty_fields, struct empty_out);

static const struct field ratelimit_in_fields[] = {
    F_STR(struct ratelimit_in, name, "name", F_REQUIRED, 3, 128,
          .text = "Name of the limit, unique within the key or identity."),
    F_INT(struct ratelimit_in, limit, "limit", F_REQUIRED, 1, F_NO_MAX,
          .text = "How much may be used per window."),
    F_INT(struct ratelimit_in, duration, "duration", F_REQUIRED, 1000, F_NO_MAX,
          .text = "Length of the window in milliseconds."),
    F_BOOL(struct ratelimit_in, auto_apply, "autoApply", F_REQUIRED,
           .text = "Whether every verification checks it."),
    F_END,
};
const struct field shape_ratelimit_in = F_BODY(F_OPEN, ratelimit_in_fields, struct ratelimit_in);

static const struct field ratelimit_out_fields[] = {
    F_STR(struct ratelimit_out, id, "id", F_REQUIRED, 0, F_NO_MAX, .text = "Id of the limit."),
    F_STR(struct ratelimit_out, name, "name", F_REQUIRED, 0, F_NO_MAX, .text = "Its name."),
    F_INT(struct ratelimit_out, limit, "limit", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "How much may be used per window."),
    F_INT(struct ratelimit_out, duration, "duration", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Length of the window in milliseconds."),
    F_BOOL(struct ratelimit_out, auto_apply, "autoApply", F_REQUIRED,
           .text = "Whether every verification checks it."),
    F_END,
};
const struct field shape_ratelimit_out = F_BODY(0, ratelimit_out_fields, struct ratelimit_out);

static const struct field refill_in_fields[] = {
    F_STR(struct refill_in, interval, "interval", F_REQUIRED, 0, F_NO_MAX, .set = intervals,
          .text = "How often credits are refilled, at 00:00 UTC."),
    F_INT(struct refill_in, amount, "amount", F_REQUIRED, 1, F_NO_MAX,
          .text = "Credits after a refill."),
    F_INT(struct refill_in, refill_day, "refillDay", 0, 1, 31,
          .text = "Day of the month for monthly refills; the last day stands for larger ones."),
    F_END,
};

const struct field shape_credits_in_fields[] = {
    F_INT(struct credits_in, remaining, "remaining", F_REQUIRED | F_NULLABLE, 0, F_NO_MAX,
          .text = "Credits to start with; null for unlimited."),
    F_OBJ(struct credits_in, refill, "refill", 0, refill_in_fields, struct refill_in,
          .text = "Regular refills."),
    F_END,
};

const struct field shape_credits_update_fields[] = {
    F_INT(struct credits_in, remaining, "remaining", F_NULLABLE, 0, F_NO_MAX,
          .text = "New balance; null for unlimited, which also clears the refill."),
    F_OBJ(struct credits_in, refill, "refill", F_NULLABLE, refill_in_fields, struct refill_in,
          .text = "Regular refills; null for none."),
    F_END,
};

const struct field shape_refill_out_fields[] = {
    F_STR(struct refill_out, interval, "interval", F_REQUIRED, 0, F_NO_MAX, .set = intervals,
          .text = "daily or monthly."),
    F_INT(struct refill_out, amount, "amount", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Credits after a refill."),
    F_INT(struct refill_out, refill_day, "refillDay", 0, 1, 31,
          .text = "Day of the month, for monthly refills."),
    F_END,
};

const struct field shape_credits_out_fields[] = {
    F_INT(struct credits_out, remaining, "remaining", F_REQUIRED | F_NULLABLE, F_NO_MIN, F_NO_MAX,
          .text = "Credits left; null for unlimited."),
    F_OBJ(struct credits_out, refill, "refill", 0, shape_refill_out_fields, struct refill_out,
          .text = "Regular refills."),
    F_END,
};

const struct field shape_identity_out_fields[] = {
    F_STR(struct identity_out, id, "id", F_REQUIRED, 0, F_NO_MAX, .text = "Id of the identity."),
    F_STR(struct identity_out, external_id, "externalId", F_REQUIRED, 0, F_NO_MAX,
          .text = "Its id in your application."),
    F_MAP(struct identity_out, meta, "meta", 0, F_NO_MAX, .text = "Its metadata."),
    F_LIST(struct identity_out, ratelimits, "ratelimits", 0, F_NO_MIN, F_NO_MAX,
           &shape_ratelimit_out, .text = "Limits shared by all its keys."),
    F_END,
};

const struct field shape_key_out_fields[] = {
    F_STR(struct key_out, key_id, "keyId", F_REQUIRED, 0, F_NO_MAX, .text = "Id of the key."),
    F_STR(struct key_out, start, "start", F_REQUIRED, 0, F_NO_MAX,
          .text = "Prefix and first characters of the key."),
    F_BOOL(struct key_out, enabled, "enabled", F_REQUIRED, .text = "Whether it may be used."),
    F_STR(struct key_out, name, "name", 0, 0, F_NO_MAX, .text = "Its name."),
    F_MAP(struct key_out, meta, "meta", 0, F_NO_MAX, .text = "Its metadata."),
    F_INT(struct key_out, created_at, "createdAt", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "When it was made, Unix ms."),
    F_INT(struct key_out, updated_at, "updatedAt", 0, F_NO_MIN, F_NO_MAX,
          .text = "When it was last updated, Unix ms."),
    F_INT(struct key_out, last_used_at, "lastUsedAt", 0, F_NO_MIN, F_NO_MAX,
          .text = "When it was last verified, Unix ms, to the minute."),
    F_INT(struct key_out, expires, "expires", 0, F_NO_MIN, F_NO_MAX,
          .text = "When it expires, Unix ms."),
    F_LIST(struct key_out, permissions, "permissions", 0, F_NO_MIN, F_NO_MAX, &shape_string,
           .text = "Permission slugs it holds, directly or through roles."),
    F_LIST(struct key_out, roles, "roles", 0, F_NO_MIN, F_NO_MAX, &shape_string,
           .text = "Names of its roles."),
    F_OBJ(struct key_out, credits, "credits", 0, shape_credits_out_fields, struct credits_out,
          .text = "Its credits; absent when unlimited."),
    F_OBJ(struct key_out, identity, "identity", 0, shape_identity_out_fields, struct identity_out,
          .text = "Who holds it."),
    F_STR(struct key_out, plaintext, "plaintext", F_SECRET, 0, F_NO_MAX,
          .text = "The key itself, when asked for and recoverable."),
    F_LIST(struct key_out, ratelimits, "ratelimits", 0, F_NO_MIN, F_NO_MAX, &shape_ratelimit_out,
           .text = "The key's own limits."),
    F_END,
};

static const struct field new_key_fields[] = {
    F_STR(struct key_create_out, key_id, "keyId", F_REQUIRED, 0, F_NO_MAX,
          .text = "Id of the new key."),
    F_STR(struct key_create_out, key, "key", F_REQUIRED | F_SECRET, 0, F_NO_MAX,
          .text = "The key. It cannot be shown again, unless it is recoverable."),
    F_END,
};
const struct field shape_new_key = F_BODY(0, new_key_fields, struct key_create_out);

static const struct field analytics_in_fields[] = {
    F_STR(struct analytics_in, query, "query", F_REQUIRED, 0, F_NO_MAX,
          .text = "One SELECT statement."),
    F_END,
};
const struct field shape_analytics_in = F_BODY(F_OPEN, analytics_in_fields, struct analytics_in);

static const struct field analytics_row = {
    .type = FT_MAP, .max = F_NO_MAX, .text = "Columns of the SELECT by name."};
const struct field shape_analytics_out = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &analytics_row};
