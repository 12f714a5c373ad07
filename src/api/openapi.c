/* The OpenAPI document. */
#include "config.h"
#include "api/openapi.h"

#include "api/endpoint.h"
#include "api/problem.h"
#include "base/conf.h"
#include "base/sb.h"
#include "schema/describe.h"

static const char meta_schema[] =
    "{\"type\":\"object\",\"properties\":{\"requestId\":{\"type\":\"string\",\"description\":"
    "\"Id of this request, also in the server's log.\"}},\"required\":[\"requestId\"]}";

static const char error_schema[] =
    "{\"type\":\"object\",\"properties\":{\"meta\":{\"$ref\":\"#/components/schemas/Meta\"},"
    "\"error\":{\"type\":\"object\",\"properties\":{"
    "\"title\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},"
    "\"type\":{\"type\":\"string\",\"format\":\"uri\"},"
    "\"errors\":{\"type\":\"array\",\"description\":\"Violated rules, on 400, 408 and 413.\","
    "\"items\":{\"type\":\"object\",\"properties\":{\"location\":{\"type\":\"string\"},"
    "\"message\":{\"type\":\"string\"},\"fix\":{\"type\":\"string\"}},"
    "\"required\":[\"location\",\"message\"]}}},"
    "\"required\":[\"title\",\"detail\",\"status\",\"type\"]}},"
    "\"required\":[\"meta\",\"error\"]}";

static const char pagination_schema[] =
    "{\"type\":\"object\",\"properties\":{\"hasMore\":{\"type\":\"boolean\"},"
    "\"cursor\":{\"type\":\"string\",\"description\":\"Send it to get the next page; absent on "
    "the last one.\"}},\"required\":[\"hasMore\"]}";

static void
put_answer(struct sb *b, const struct endpoint *ep)
{
    bool data = !(ep->flags & EP_NO_DATA), paged = ep->flags & EP_PAGED;

    sb_puts(b, "{\"type\":\"object\",\"properties\":{\"meta\":{\"$ref\":"
               "\"#/components/schemas/Meta\"}");
    if (data) {
        sb_puts(b, ",\"data\":");
        describe_schema(b, ep->out);
    }
    if (paged)
        sb_puts(b, ",\"pagination\":{\"$ref\":\"#/components/schemas/Pagination\"}");
    sb_puts(b, "},\"required\":[\"meta\"");
    sb_puts(b, data ? ",\"data\"" : "");
    sb_puts(b, paged ? ",\"pagination\"]}" : "]}");
}

/* What may go wrong in any operation. */
static const int usual_errors[] = {400, 401, 403, 404, 408, 413, 429, 500};

bool
openapi_declares(const struct endpoint *ep, int status)
{
    for (size_t i = 0; i < sizeof(usual_errors) / sizeof(usual_errors[0]); i++)
        if (usual_errors[i] == status)
            return true;
    for (size_t i = 0; i < sizeof(ep->errors) / sizeof(ep->errors[0]) && ep->errors[i]; i++)
        if (ep->errors[i] == status)
            return true;
    return status == 200;
}

static void
put_errors(struct sb *b, const struct endpoint *ep)
{
    for (int status = 400; status < 600; status++)
        if (openapi_declares(ep, status))
            sb_addf(b, ",\"%d\":{\"$ref\":\"#/components/responses/Error\"}", status);
}

/* apis.createApi of /v2/apis.createApi: the part after the last slash names the operation. */
static struct str
operation_of(const char *path)
{
    return str_from(str_of(path), sizeof("/v2/") - 1);
}

static void
put_operation(struct sb *b, const struct route *r)
{
    struct str name = operation_of(r->path), group = {name.p, str_find(name, '.', 0)};

    sb_json_str(b, str_of(r->path));
    sb_puts(b, ":{\"post\":{\"operationId\":");
    sb_json_str(b, name);
    sb_puts(b, ",\"summary\":");
    sb_json_str(b, str_of(r->ep->summary));
    sb_puts(b, ",\"tags\":[");
    sb_json_str(b, group);
    sb_puts(b, "],\"security\":[{\"bearer\":[]}],\"requestBody\":{\"required\":true,\"content\":{"
               "\"application/json\":{\"schema\":");
    describe_schema(b, r->ep->in);
    sb_puts(b, ",\"example\":");
    sb_puts(b, r->ep->example);
    sb_puts(b, "}}},\"responses\":{\"200\":{\"description\":\"Done.\",\"content\":{"
               "\"application/json\":{\"schema\":");
    put_answer(b, r->ep);
    sb_puts(b, "}}}");
    put_errors(b, r->ep);
    sb_puts(b, "}}}");
}

static void
put_liveness(struct sb *b)
{
    sb_puts(b, "\"/v2/liveness\":{\"get\":{\"operationId\":\"liveness\",\"summary\":\"Is the "
               "service up?\",\"tags\":[\"liveness\"],\"security\":[],\"responses\":{\"200\":{"
               "\"description\":\"It is.\",\"content\":{\"application/json\":{\"schema\":{"
               "\"type\":\"object\",\"properties\":{\"meta\":{\"$ref\":\"#/components/schemas/"
               "Meta\"},\"data\":{\"type\":\"object\",\"properties\":{\"message\":{\"type\":"
               "\"string\"}},\"required\":[\"message\"]}},\"required\":[\"meta\",\"data\"]}}}}}}}");
}

struct str
openapi_document(struct arena *mem, const struct conf *conf, enum openapi_format format)
{
    struct sb b;

    sb_init(&b, mem, 64 * 1024);
    sb_puts(&b, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"latchkey API\",\"version\":"
                "\"" PACKAGE_VERSION "\",\"description\":\"API keys: issue, verify, limit and "
                "audit. Compatible with Unkey's API v2.\",\"license\":{\"name\":\"Apache-2.0\","
                "\"identifier\":\"Apache-2.0\"}},\"servers\":[{\"url\":");
    sb_json_str(&b, *conf->public_url ? str_of(conf->public_url) : S("/"));
    sb_puts(&b, "}],\"security\":[{\"bearer\":[]}],\"paths\":{");
    put_liveness(&b);
    for (size_t i = 0; i < endpoint_count; i++) {
        sb_putc(&b, ',');
        put_operation(&b, &endpoints[i]);
    }
    sb_puts(&b, "},\"components\":{\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":"
                "\"bearer\",\"description\":\"A root key.\"}},\"schemas\":{\"Meta\":");
    sb_puts(&b, meta_schema);
    sb_puts(&b, ",\"Error\":");
    sb_puts(&b, error_schema);
    sb_puts(&b, ",\"Pagination\":");
    sb_puts(&b, pagination_schema);
    sb_puts(&b, "},\"responses\":{\"Error\":{\"description\":\"What went wrong; `type` is one of "
                "the documented errors.\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
                "\"#/components/schemas/Error\"}},\"application/problem+json\":{\"schema\":{"
                "\"$ref\":\"#/components/schemas/Error\"}}}}}}}");
    return format == OPENAPI_YAML ? describe_yaml(mem, sb_str(&b))
                                  : describe_pretty(mem, sb_str(&b));
}
