/* parse.h: the grammar of analytics queries (contract analytics.md section 3): recursive descent
 * over tokens, operators by the table operators.def. */
#ifndef LATCHKEY_ANALYTICS_PARSE_H
#define LATCHKEY_ANALYTICS_PARSE_H

#include "analytics/ast.h"
#include "analytics/scan.h"

enum { PARSE_DEPTH_MAX = 100 };

struct parsed {
    struct str text;
    struct ast_query *query;
    size_t nodes;
};

/* Parses exactly one SELECT statement. ST_ANALYTICS_QUERY for bad syntax, no statement or several;
 * ST_ANALYTICS_QUERY_TYPE for a statement of another kind. */
enum status parse_statement(struct ctx *c, struct str text, struct parsed *out) MUST_USE;

/* What the files of the parser share. */

struct parser {
    struct ctx *c;
    struct tokens t;
    size_t at, nodes;
    int depth;
    bool failed;
};

/* The parser does not unwind at an error: it records the first one and goes to the end of the
 * text, where no rule goes on. Rules never return NULL. */
void parse_fail(struct parser *p, const char *what);
/* Refuses the token at hand. */
void parse_unexpected(struct parser *p, const char *wanted);

const struct token *parse_token(const struct parser *p, size_t ahead);
bool parse_is(const struct parser *p, size_t ahead, enum token_kind kind);
/* Whether that token is this word, in any letter case. */
bool parse_is_word(const struct parser *p, size_t ahead, const char *word);
bool parse_is_name(const struct parser *p, size_t ahead);
bool parse_accept(struct parser *p, enum token_kind kind);
bool parse_accept_word(struct parser *p, const char *word);
/* Both words, or none. */
bool parse_accept_words(struct parser *p, const char *first, const char *second);
void parse_expect(struct parser *p, enum token_kind kind, const char *what);
void parse_expect_word(struct parser *p, const char *word);
/* An identifier. */
struct str parse_name(struct parser *p);

struct ast *parse_node(struct parser *p, enum ast_kind kind, const char *at);
void parse_add(struct parser *p, struct ast_list *l, struct ast *e);
void parse_kids(struct ast *e, const struct ast_list *l);

/* How tightly operators bind; see operators.def. */
enum { LEVEL_LOWEST = 1, LEVEL_NOT = 3, LEVEL_COMPARE = 4, LEVEL_SUM = 5, LEVEL_UNARY = 7 };

/* The node of a function or operator with one or two (b may be NULL) kids. */
struct ast *parse_call(struct parser *p, enum ast_kind kind, const char *function, struct ast *a,
                       struct ast *b);
struct ast *parse_number(struct parser *p, bool negative);
struct ast *parse_primary(struct parser *p);
/* name(...), with what may follow */
struct ast *parse_function(struct parser *p);
/* Everything that binds at least as tightly as level. */
struct ast *parse_binary(struct parser *p, int level);
struct ast *parse_expression(struct parser *p);
/* One or more, separated by commas. */
struct ast_list parse_expressions(struct parser *p);
struct ast_orders parse_orders(struct parser *p);
/* The type in the text of CAST(x, 'type'), or after AS or ::. */
void parse_type(struct parser *p, struct ast *cast);
/* AS name, or a name that is no keyword; empty when there is none. */
struct str parse_alias(struct parser *p);

struct ast_query *parse_query(struct parser *p);
bool parse_at_query(const struct parser *p, size_t ahead);

#endif
