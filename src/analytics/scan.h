/* scan.h: the text of an analytics query as tokens. */
#ifndef LATCHKEY_ANALYTICS_SCAN_H
#define LATCHKEY_ANALYTICS_SCAN_H

#include "base/ctx.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,   /* keyword or identifier: only the grammar can tell */
    TOKEN_QUOTED, /* "identifier" or `identifier` */
    TOKEN_INT,
    TOKEN_FLOAT,
    TOKEN_TEXT, /* 'text' */
#define TOKEN(name, sign) TOKEN_##name,
#include "analytics/tokens.def"
#undef TOKEN
};

struct token {
    enum token_kind kind;
    struct str text;  /* as it stands in the query */
    struct str value; /* TOKEN_QUOTED, TOKEN_TEXT: without quotes and escapes; UTF-8 */
};

struct tokens {
    struct str text; /* the whole query */
    struct token *v; /* the last one is TOKEN_END */
    size_t n;
};

/* ST_ANALYTICS_QUERY when some part of the text is no token. */
enum status scan_tokens(struct ctx *c, struct str text, struct tokens *out) MUST_USE;

/* Refuses the query at this place of its text: "Invalid SQL syntax: 1:8: what", the line, and a
 * mark below the place. */
enum status scan_refuse(struct ctx *c, struct str text, const char *at, const char *what);

#endif
