/* latchkey migration create, list. */
#include "app/command.h"
#include "service/migration_svc.h"

/* The names of algorithms on the command line. */
static const char *const algorithms[] = {"sha256", "prefixed-api-key", NULL};

/* create */

struct create_in {
    struct f_str workspace, algorithm, name;
};
struct create_out {
    struct f_str id;
};
static const struct field create_fields[] = {
    F_STR(struct create_in, workspace, "workspace", F_REQUIRED, 1, 48,
          .text = "Id of the workspace."),
    F_STR(struct create_in, algorithm, "algorithm", F_REQUIRED, 0, F_NO_MAX, .set = algorithms,
          .text = "sha256 or prefixed-api-key: how the hashes were made."),
    F_STR(struct create_in, name, "name", 0, 1, 255, .text = "Name for people."),
    F_END,
};
static const struct field create_out_fields[] = {
    F_STR(struct create_out, id, "migrationId", F_REQUIRED, 0, F_NO_MAX, .text = "Id."),
    F_END,
};
static const struct field create_body = F_BODY(0, create_fields, struct create_in);
static const struct field create_out_body = F_BODY(0, create_out_fields, struct create_out);

static enum status
create(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct create_in *in = pin;
    bool prefixed = str_eq(in->algorithm.v, str_of(algorithms[1]));
    struct str id;
    enum status st = migration_svc_create(c, in->workspace.v,
                                          prefixed ? MIGRATION_SVC_PREFIXED : MIGRATION_SVC_SHA256,
                                          f_str_or_empty(in->name), &id);

    if (st == ST_OK)
        *(struct create_out *)r->data = (struct create_out){f_str(id)};
    return st;
}

const struct command cmd_migration_create = {
    .summary = "allow the import of keys from another system",
    .help = "The id is what keys.migrateKeys needs, and what keys.verifyKey is given as long as\n"
            "keys of the import wait to be presented for the first time. Algorithms:\n"
            "  sha256            Base64 of the SHA-256 of the whole key; works at once\n"
            "  prefixed-api-key  keys of the form prefix_short_long, as made by\n"
            "                    github.com/seamapi/prefixed-api-key: lower-case hexadecimal\n"
            "                    SHA-256 of the long part",
    .in = &create_body,
    .out = &create_out_body,
    .run = create,
};

/* list */

struct list_in {
    struct f_str workspace;
};
struct out {
    struct f_str id, name, algorithm;
    struct f_int created_at;
};
static const struct field list_fields[] = {
    F_STR(struct list_in, workspace, "workspace", F_REQUIRED, 1, 48,
          .text = "Id of the workspace."),
    F_END,
};
static const struct field out_fields[] = {
    F_STR(struct out, id, "migrationId", F_REQUIRED, 0, F_NO_MAX, .text = "Id."),
    F_STR(struct out, name, "name", F_REQUIRED, 0, F_NO_MAX, .text = "Name."),
    F_STR(struct out, algorithm, "algorithm", F_REQUIRED, 0, F_NO_MAX,
          .text = "How the hashes were made."),
    F_INT(struct out, created_at, "createdAt", F_REQUIRED, F_NO_MIN, F_NO_MAX, .text = "Unix ms."),
    F_END,
};
static const struct field list_body = F_BODY(0, list_fields, struct list_in);
static const struct field item = F_BODY(0, out_fields, struct out);
static const struct field out_list = {
    .type = FT_LIST, .min = F_NO_MIN, .max = F_NO_MAX, .item = &item};

static enum status
list(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct list_in *in = pin;
    struct migration_row *rows;
    struct out *out;
    size_t n;
    enum status st = migration_svc_list(c, in->workspace.v, &rows, &n);

    out = ARENA_ARRAY(c->mem, n + 1, struct out);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct out){f_str(rows[i].id), f_str(rows[i].name), f_str(rows[i].algorithm),
                              f_int(rows[i].created_at)};
    *(struct f_list *)r->data = f_list(out, n);
    return st;
}

const struct command cmd_migration_list = {
    .summary = "list the imports of a workspace",
    .in = &list_body,
    .out = &out_list,
    .run = list,
};
