/* function.h: the functions that queries may call. */
#ifndef LATCHKEY_ANALYTICS_FUNCTION_H
#define LATCHKEY_ANALYTICS_FUNCTION_H

#include "base/sb.h"

enum function_group {
    GROUP_AGGREGATE,
    GROUP_TIME,
    GROUP_INTERVAL,
    GROUP_TEXT,
    GROUP_NUMBER,
    GROUP_CONDITION,
    GROUP_ARRAY,
    GROUP__MAX,
};

/* How a call becomes an expression. */
enum function_build {
    BUILD_PLAIN, /* by the rows of forms.def */
    BUILD_AGGREGATE,
    BUILD_QUANTILE,
    BUILD_MERGE_AVERAGE,
    BUILD_MERGE_QUANTILE,
    BUILD_NOW,
    BUILD_TO_DATETIME64,
    BUILD_START_OF_WEEK,
    BUILD_DATE_TRUNC,
    BUILD_FORMAT_TIME,
    BUILD_INTERVAL,
    BUILD_CONCAT,
    BUILD_JSON_TEXT,
    BUILD_TO_TEXT,
    BUILD_IF,
    BUILD_COALESCE,
    BUILD_CASE,
    BUILD_HAS,
    BUILD_ARRAY_JOIN,
    BUILD_ARRAY_FILTER,
};

struct function {
    enum function_group group;
    const char *name;
    bool any_case; /* upstream shows it as it was spelled */
    enum function_build build;
    const char *usage, *text;
};

/* The function of this name in any letter case; NULL when queries may not call it. */
const struct function *function_find(struct str name);
bool function_is_aggregate(const struct function *f);
/* The list for people, in Markdown. */
struct str function_document(struct arena *mem);

#endif
