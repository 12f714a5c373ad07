/* import.h: what tests of keys.migrateKeys need. */
#ifndef LATCHKEY_TESTS_SUPPORT_IMPORT_H
#define LATCHKEY_TESTS_SUPPORT_IMPORT_H

#include "support/test.h"

extern const char *import_api, *import_migration; /* of import_begin */

/* A new migration of a workspace; its id. */
const char *import_new(const char *workspace, const char *algorithm);
/* An API named "shop" and a migration of the test's workspace. */
void import_begin(const char *algorithm);
/* Imports keys, given as the JSON of the list's items; import_ok checks that the answer is 200. */
struct answer import_as(const char *root, const char *keys);
struct answer import_ok(const char *keys);

#endif
