/* fill.h: ORDER BY ... WITH FILL: rows for what is missing between fetched ones (contract
 * analytics.md section 11.1). */
#ifndef LATCHKEY_ANALYTICS_FILL_H
#define LATCHKEY_ANALYTICS_FILL_H

#include "analytics/result.h"
#include "analytics/resolve.h"

struct fill;

/* The filling that a SELECT asks for. NULL with ST_ANALYTICS_QUERY when it makes no sense. */
struct fill *fill_new(struct resolve *r, const struct block *b, const struct column *columns);
/* How many cells a fetched row has: the items, then hidden order keys. */
size_t fill_cells(const struct fill *f);
struct type fill_type(const struct fill *f, size_t cell);

/* A fetched row: adds what is missing before it, then itself. */
enum status fill_add(struct fill *f, struct result *out, const struct cell *row) MUST_USE;
/* After the last one: adds what is missing behind it. */
enum status fill_end(struct fill *f, struct result *out) MUST_USE;

#endif
