/* vault.h: what tests of recoverable keys need. */
#ifndef LATCHKEY_TESTS_SUPPORT_VAULT_H
#define LATCHKEY_TESTS_SUPPORT_VAULT_H

#include "support/test.h"

#include <sys/types.h>

#define VAULT_KEK_A "kek_a AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
#define VAULT_KEK_A_WRONG "kek_a ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=\n"
#define VAULT_KEK_B "kek_b QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=\n"

/* The master key file of the current test: its text and mode; its path. */
void vault_file(const char *text, mode_t mode);
const char *vault_path(void);
/* There is none. */
void vault_no_file(void);
/* A new API that keeps encrypted copies. */
const char *vault_api(void);
/* The answer to keys.createKey of a recoverable key; the plaintext of a key, by keys.getKey. */
struct answer vault_key(const char *api);
const char *vault_plaintext(const char *key_id);
/* text with {api}, {ks} and {ws} replaced by the ids of the API, its keyspace and the workspace. */
const char *vault_fill(const char *text, const char *api);

#endif
