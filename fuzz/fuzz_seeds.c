/* What the fuzzer begins with: the queries of the tests, one per line; or, with any argument, words
 * of the language as a dictionary of libFuzzer. */
#include "analytics/relation.h"

#include <stdio.h>
#include <string.h>

static const char *const queries[] = {
#define QUERY(family, query, rows) query,
#include "analytics/queries.def"
#undef QUERY
#define VALUE(expression, json)                                                                    \
    "SELECT " expression " AS x FROM key_verifications_v1 WHERE request_id = 'a'",
#include "analytics/values.def"
#undef VALUE
};

static const char *const words[] = {
#define FUNCTION(group, name, any_case, build, usage, text) name "(",
#include "analytics/functions.def"
#undef FUNCTION
#define OPERATOR(sign, word, level, function) " " word " ",
#include "analytics/operators.def"
#undef OPERATOR
#define TOKEN(name, sign) sign,
#include "analytics/tokens.def"
#undef TOKEN
    "SELECT ",
    "DISTINCT ",
    "DISTINCT ON (",
    " FROM ",
    " AS ",
    " JOIN ",
    " LEFT JOIN ",
    " RIGHT JOIN ",
    " FULL JOIN ",
    " CROSS JOIN ",
    " USING ",
    " ON ",
    " ARRAY JOIN ",
    " WHERE ",
    " PREWHERE ",
    " GROUP BY ",
    " HAVING ",
    " ORDER BY ",
    " LIMIT ",
    " OFFSET ",
    " BY ",
    " ALL ",
    " WITH ROLLUP ",
    " WITH CUBE ",
    " WITH TOTALS ",
    "GROUPING SETS(",
    " WITH FILL ",
    " TO ",
    " STEP ",
    " INTERPOLATE ",
    " UNION ALL ",
    " EXCEPT ",
    "WITH ",
    " IN ",
    " NOT IN ",
    " BETWEEN ",
    " IS NULL ",
    "CASE WHEN ",
    " THEN ",
    " ELSE ",
    " END ",
    "CAST(",
    "EXTRACT(HOUR FROM ",
    "INTERVAL 1 DAY",
    " DESC ",
    " OVER (",
    "PARTITION BY ",
    "ROWS BETWEEN 1 PRECEDING AND CURRENT ROW",
    " SETTINGS ",
    " FORMAT ",
    "NULL",
    "TRUE",
    "x -> ",
    "toDateTime('2026-11-24 09:00:00')",
    "UNION DISTINCT",
    "'",
    "`",
    "--",
    "/*",
};

static void
put_word(const char *word)
{
    putchar('"');
    for (; *word; word++)
        printf(strchr("\"\\", *word) ? "\\%c" : "%c", *word);
    puts("\"");
}

int
main(int argc, char **argv)
{
    (void)argv;
    if (argc == 1) {
        for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
            if (!strchr(queries[i], '\n'))
                puts(queries[i]);
        return 0;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        put_word(words[i]);
    for (int r = 0; r < RELATION__MAX; r++) {
        struct relation_columns c = relation_columns((enum relation)r);

        put_word(relation_name((enum relation)r));
        for (size_t i = 0; i < c.n; i++)
            put_word(c.v[i].name);
    }
    return 0;
}
