/* Master key files and APIs that keep encrypted copies. */
#include "support/vault.h"

#include "base/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *
vault_path(void)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/master.key", getenv("LATCHKEY_TEST_DIR"));
    return path;
}

void
vault_file(const char *text, mode_t mode)
{
    FILE *f = fopen(vault_path(), "w");

    CHECK(f != NULL);
    fputs(text, f);
    fclose(f);
    chmod(vault_path(), mode);
    fx_conf.master_key_file = vault_path();
}

void
vault_no_file(void)
{
    unlink(vault_path());
    fx_conf.master_key_file = vault_path();
}

const char *
vault_api(void)
{
    const char *api = at_str(fx_ok("apis.createApi", "{\"name\":\"shop\"}"), "data.apiId");

    fx_sql("UPDATE lk_api SET store_encrypted_keys = 1 WHERE id = '%s'", api);
    return api;
}

const char *
vault_fill(const char *text, const char *api)
{
    const struct {
        const char *name, *value;
    } ids[] = {
        {"{api}", api},
        {"{ks}", fx_sql_str("SELECT keyspace_id FROM lk_api WHERE id = '%s'", api)},
        {"{ws}", fx_workspace},
    };
    struct ctx *c = fx_ctx();

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        const char *hit;

        while ((hit = strstr(text, ids[i].name)) != NULL)
            text = arena_fmt(c->mem, "%.*s%s%s", (int)(hit - text), text, ids[i].value,
                             hit + strlen(ids[i].name))
                       .p;
    }
    return text;
}

struct answer
vault_key(const char *api)
{
    return fx_ok("keys.createKey", "{\"apiId\":\"%s\",\"prefix\":\"rec\",\"recoverable\":true}",
                 api);
}

const char *
vault_plaintext(const char *key_id)
{
    return at_str(fx_ok("keys.getKey", "{\"keyId\":\"%s\",\"decrypt\":true}", key_id),
                  "data.plaintext");
}
