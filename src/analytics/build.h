/* build.h: calls of functions that forms.def alone does not describe. All return NULL with
 * ST_ANALYTICS_QUERY when the arguments do not fit. */
#ifndef LATCHKEY_ANALYTICS_BUILD_H
#define LATCHKEY_ANALYTICS_BUILD_H

#include "analytics/function.h"
#include "analytics/resolve.h"

/* Any call that the list of functions allows. */
const struct expr *build_call(struct env *env, const struct ast *e);

/* Aggregates and windows. */
const struct expr *build_aggregate(struct env *env, const struct ast *e, const struct function *f);
/* quantilesTDigestMerge(...)(column)[index] */
const struct expr *build_merged_quantile(struct env *env, const struct ast *call, int64_t index);

/* Arrays. */
const struct expr *build_array(struct env *env, const struct expr *const *items, size_t n);
const struct expr *build_item(struct env *env, const struct expr *array, int64_t index);
const struct expr *build_array_call(struct env *env, const struct ast *e, const struct function *f);
/* The item that an array join runs through. */
const struct expr *build_array_join(struct env *env, const struct ast *array);

/* Dates and times. */
const struct expr *build_time_call(struct env *env, const struct ast *e, const struct function *f);

/* Conditions. */
const struct expr *build_if(struct env *env, const struct ast *e);
const struct expr *build_case(struct env *env, const struct ast *e);

/* The arguments of a call, resolved; false when one of them means nothing. */
bool build_arguments(struct env *env, const struct ast *e, const struct expr **args);

#endif
