/* One limit to be checked; overrides. */
#include "api/ratelimit_shape.h"

#include "service/override_svc.h"
#include "service/ratelimit_svc.h"

#define DAYS_30_MS INT64_C(2592000000)

static const struct field limit_fields[] = {
    F_STR(struct limit_in, namespace, "namespace", F_REQUIRED, 1, 512,
          .text = "Name or id of the namespace; created when there is none."),
    F_STR(struct limit_in, identifier, "identifier", F_REQUIRED, 1, 512,
          .text = "Who or what is limited."),
    F_INT(struct limit_in, limit, "limit", F_REQUIRED, 1, F_NO_MAX,
          .text = "How much may be used per window."),
    F_INT(struct limit_in, duration, "duration", F_REQUIRED, 1000, DAYS_30_MS,
          .text = "Length of the window in milliseconds."),
    F_INT(struct limit_in, cost, "cost", 0, 0, F_NO_MAX, .dflt = "1",
          .text = "How much this request takes; 0 only looks."),
    F_END,
};
const struct field ratelimit_shape_limit = F_BODY(0, limit_fields, struct limit_in);

static const struct field override_in_fields[] = {
    F_STR(struct override_in, namespace, "namespace", F_REQUIRED, 1, 512,
          .text = "Name or id of the namespace."),
    F_STR(struct override_in, identifier, "identifier", F_REQUIRED, 1, 512,
          .text = "Who or what is limited, or a pattern with *."),
    F_END,
};
const struct field ratelimit_shape_override_in = F_BODY(0, override_in_fields, struct override_in);

static const struct field override_fields[] = {
    F_STR(struct override_out, override_id, "overrideId", F_REQUIRED, 0, F_NO_MAX,
          .text = "Id of the override."),
    F_STR(struct override_out, identifier, "identifier", F_REQUIRED, 0, F_NO_MAX,
          .text = "The identifier or pattern it is for."),
    F_INT(struct override_out, limit, "limit", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "How much may be used per window; 0 blocks."),
    F_INT(struct override_out, duration, "duration", F_REQUIRED, F_NO_MIN, F_NO_MAX,
          .text = "Length of the window in milliseconds."),
    F_END,
};
const struct field ratelimit_shape_override = F_BODY(0, override_fields, struct override_out);
