/* decode.h: a request body against its field table: JSON text in, typed struct out, every
 * violation listed (contract foundations.md section 8). */
#ifndef LATCHKEY_SCHEMA_DECODE_H
#define LATCHKEY_SCHEMA_DECODE_H

#include "base/err.h"
#include "schema/field.h"

enum { DECODE_MAX_ISSUES = 200 };

struct decode_parser; /* reusable between requests; owned by the worker */

struct decode_parser *decode_parser_new(void);
void decode_parser_free(struct decode_parser *p);

struct decoded {
    void *v; /* the struct of the table (FT_OBJ body) or a struct f_list (FT_LIST body), in mem */
    /* Text that is not JSON: why_not says what is wrong, nothing else is filled in. */
    struct str why_not;
    const struct issue *issues; /* violations of the table */
    size_t issue_count;
    /* The body meets the schema, but an integer is written 1.0 or 1e3, or needs more than 64 bits;
     * unfit names the field. */
    struct str unfit;
};

/* Decodes text by the table whose root is body. *out lives as long as mem. */
void decode_body(struct arena *mem, struct decode_parser *p, struct str text,
                 const struct field *body, struct decoded *out);

#endif
