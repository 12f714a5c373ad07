/* random_query.h: analytics queries made up from the grammar. */
#ifndef LATCHKEY_TESTS_SUPPORT_RANDOM_QUERY_H
#define LATCHKEY_TESTS_SUPPORT_RANDOM_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#define RANDOM_QUERY_MARK "hidden" /* queries ask for texts with it now and then */

/* The query of this seed, in the fixture's memory, and which operation takes it. *arrays: it makes
 * arrays, whose order is left open. */
const char *random_query(uint32_t seed, const char **operation, bool *arrays);

#endif
