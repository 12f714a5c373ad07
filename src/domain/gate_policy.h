/* gate_policy.h: what the gate demands of requests to a protected place, as data (docs/gate.md),
 * and the rules by which it is applied. Pure. Reading it is domain/gate_parse. */
#ifndef LATCHKEY_DOMAIN_GATE_POLICY_H
#define LATCHKEY_DOMAIN_GATE_POLICY_H

#include "domain/textrule.h"
#include "domain/netmask.h"

enum {
    GATE_POLICY_NAME_MAX = 40,
    GATE_POLICY_MAX_RULES = 50,
    GATE_POLICY_MAX_APIS = 5,
    GATE_POLICY_MAX_ITEMS = 64, /* of any other list */
    GATE_POLICY_MAX_SOURCES = 5,
};

struct gate_rate {
    int64_t count, duration_ms; /* count 0: none */
};

/* A request header by the name that CGI gives it, without HTTP_: X_API_KEY. */
struct gate_header {
    struct str name, value;
};

struct gate_condition {
    struct str name;             /* as gate_header's, or of the parameter */
    bool absent;                 /* it must not be there */
    const struct textrule *expr; /* NULL: any value */
};

struct gate_credential {
    enum { GATE_BEARER, GATE_BASIC, GATE_HEADER, GATE_QUERY } kind;
    struct str name;   /* of the header, as gate_header's, or of the parameter */
    struct str prefix; /* GATE_HEADER: what stands before the key */
};

struct gate_cost {
    struct str method;           /* empty: any */
    const struct textrule *path; /* NULL: any */
    int64_t credits;
};

struct gate_key_limit {
    struct str name;
    int64_t cost;
    struct gate_rate one_off; /* count 0: the key's own limit of that name */
};

struct gate_source {
    enum gate_by {
        GATE_BY_ADDRESS,
        GATE_BY_SUBJECT,
        GATE_BY_PATH,
        GATE_BY_HEADER,
        GATE_BY_PRINCIPAL
    } kind;
    struct str name; /* header; path into the principal, as identity.meta.org */
};

struct gate_limit {
    struct gate_rate rate;
    struct str text; /* as it was written: its name */
    struct gate_source by[GATE_POLICY_MAX_SOURCES];
    size_t n_by; /* 0: all requests together */
};

/* One section: conditions, then checks in the order of these members. */
struct gate_rule {
    int line; /* of its section; 0: inline */
    struct str *methods;
    size_t n_methods;
    const struct textrule *path; /* NULL: any */
    struct gate_condition *header, *query;
    size_t n_header, n_query;
    bool deny;
    struct netmask *allow_from, *deny_from;
    size_t n_allow_from, n_deny_from;
    struct str *api; /* ids of APIs or keyspaces */
    size_t n_api;
    struct gate_credential *credential;
    size_t n_credential;
    struct gate_rate anonymous;
    struct str permission; /* with placeholders; empty: none */
    struct gate_cost *cost;
    size_t n_cost;
    struct gate_key_limit *key_limit;
    size_t n_key_limit;
    struct gate_limit *limit;
    size_t n_limit;
};

struct gate_policy {
    struct str name, file;
    struct str realm;
    struct netmask *trusted_proxies;
    size_t n_trusted_proxies;
    bool preflight, pass_otherwise, fail_open;
    const struct gate_rule *rules[GATE_POLICY_MAX_RULES];
    size_t n_rules;
};

struct gate_policies {
    const struct gate_policy *const *v;
    size_t n;
};
/* NULL when there is none of that name. */
const struct gate_policy *gate_policy_find(const struct gate_policies *all, struct str name);

/* A request as far as policies look at it. */
struct gate_target {
    struct str method, path, query, address; /* path: normal; address: the client's */
    const struct gate_header *headers;
    size_t n_headers;
};

/* Whether a rule speaks of the request; if not, *why says what is different. */
bool gate_policy_applies(struct arena *mem, const struct gate_rule *r, const struct gate_target *t,
                         struct str *why);
/* Whether the client's address is let in. */
bool gate_policy_admits(const struct gate_rule *r, struct str address);
/* The value of a header; empty when it is not there. */
struct str gate_policy_header(const struct gate_target *t, struct str name);
/* A browser's question whether it may send a request to another site. */
bool gate_policy_is_preflight(const struct gate_target *t);
/* The key that the request presents; empty when there is none. */
struct str gate_policy_key(struct arena *mem, const struct gate_rule *r,
                           const struct gate_target *t);
int64_t gate_policy_cost(const struct gate_rule *r, const struct gate_target *t);
/* The permission query of this request. False when a placeholder has no value, or one that no
 * permission can contain: then no key can have the permission. */
bool gate_policy_query(struct arena *mem, const struct gate_rule *r, const struct gate_target *t,
                       struct str *query);
/* Whether a limit is counted by something that only a key tells. */
bool gate_policy_needs_login(const struct gate_limit *l);
/* What a limit is counted by. principal: JSON, empty when nobody has logged in. False when a limit
 * has sources and none of them says anything. */
bool gate_policy_identifier(struct arena *mem, const struct gate_limit *l,
                            const struct gate_target *t, struct str subject, struct str principal,
                            struct str *identifier);

#endif
