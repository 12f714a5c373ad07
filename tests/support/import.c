/* Imports. */
#include "support/import.h"

#include "service/migration_svc.h"

#include <stdio.h>

const char *import_api, *import_migration;

const char *
import_new(const char *workspace, const char *algorithm)
{
    struct ctx *c = fx_ctx();
    struct str id;

    CHECK_INT(migration_svc_create(c, str_of(workspace), algorithm, S("old"), &id), ST_OK);
    return arena_cstr(c->mem, id);
}

void
import_begin(const char *algorithm)
{
    import_api = at_str(fx_ok("apis.createApi", "{\"name\":\"shop\"}"), "data.apiId");
    import_migration = import_new(fx_workspace, algorithm);
    fx_audit_clear();
}

struct answer
import_as(const char *root, const char *keys)
{
    return fx_call(root, "keys.migrateKeys",
                   "{\"migrationId\":\"%s\",\"apiId\":\"%s\",\"keys\":[%s]}", import_migration,
                   import_api, keys);
}

struct answer
import_ok(const char *keys)
{
    struct answer a = import_as(NULL, keys);

    if (a.status != 200)
        fprintf(stderr, "%s\n", a.text);
    CHECK_INT(a.status, 200);
    return a;
}
