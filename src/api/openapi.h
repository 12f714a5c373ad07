/* openapi.h: the OpenAPI 3.1 document, made from the endpoint and field tables. */
#ifndef LATCHKEY_API_OPENAPI_H
#define LATCHKEY_API_OPENAPI_H

#include "api/endpoint.h"

struct conf;

enum openapi_format { OPENAPI_JSON, OPENAPI_YAML };

/* The document in mem; conf->public_url names the server. */
struct str openapi_document(struct arena *mem, const struct conf *conf, enum openapi_format format);
/* Whether the document says that the operation may answer with this status. */
bool openapi_declares(const struct endpoint *ep, int status);

#endif
