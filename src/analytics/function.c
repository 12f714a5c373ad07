/* The table of functions. */
#include "analytics/function.h"

#include <string.h>
#include <strings.h>

static const struct function functions[] = {
#define FUNCTION(group, name, any_case, build, usage, text)                                        \
    {GROUP_##group, name, any_case, BUILD_##build, usage, text},
#include "analytics/functions.def"
#undef FUNCTION
};
enum { FUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

const struct function *
function_find(struct str name)
{
    for (int i = 0; i < FUNCTIONS; i++)
        if (strlen(functions[i].name) == name.n &&
            strncasecmp(functions[i].name, name.p, name.n) == 0)
            return &functions[i];
    return NULL;
}

bool
function_is_aggregate(const struct function *f)
{
    return f->group == GROUP_AGGREGATE;
}

struct str
function_document(struct arena *mem)
{
    static const char *const titles[GROUP__MAX] = {
        [GROUP_AGGREGATE] = "Aggregates",
        [GROUP_TIME] = "Date and time",
        [GROUP_INTERVAL] = "Intervals",
        [GROUP_TEXT] = "Text and JSON",
        [GROUP_NUMBER] = "Numbers and conversion",
        [GROUP_CONDITION] = "Conditions",
        [GROUP_ARRAY] = "Arrays",
    };
    struct sb b;

    sb_init(&b, mem, 16 * 1024);
    sb_puts(&b,
            "# Functions of analytics queries\n\n"
            "Made by `latchkey analytics functions`; do not edit. Names are found in any letter "
            "case; other functions are refused.\n");
    for (int g = 0; g < GROUP__MAX; g++) {
        sb_addf(&b, "\n## %s\n\n| function | what it gives |\n|---|---|\n", titles[g]);
        for (int i = 0; i < FUNCTIONS; i++)
            if (functions[i].group == (enum function_group)g)
                sb_addf(&b, "| `%s` | %s |\n", functions[i].usage, functions[i].text);
    }
    return sb_str(&b);
}
