/* pages.h: what is fetched with GET: liveness, health, the OpenAPI document, the reference,
 * metrics. */
#ifndef LATCHKEY_API_PAGES_H
#define LATCHKEY_API_PAGES_H

#include "api/route.h"

extern const struct page pages[];
extern const size_t pages_count;

#endif
