/* Applying a rule to a request. */
#include "domain/gate_policy.h"

#include "base/digest.h"
#include "base/json_text.h"
#include "base/sb.h"
#include "domain/urlpath.h"

#include <strings.h>

enum { PLACEHOLDER_VALUE_MAX = 128, PERMISSION_QUERY_MAX = 1000 };

const struct gate_policy *
gate_policy_find(const struct gate_policies *all, struct str name)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->v[i]->name, name))
            return all->v[i];
    return NULL;
}

/* Conditions */

/* Methods are told apart by their letters' case (RFC 9110), but nobody means that. */
static bool
same_method(struct str a, struct str b)
{
    return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

static const struct gate_header *
find_header(const struct gate_target *t, struct str name)
{
    for (size_t i = 0; i < t->n_headers; i++)
        if (str_eq(t->headers[i].name, name))
            return &t->headers[i];
    return NULL;
}

struct str
gate_policy_header(const struct gate_target *t, struct str name)
{
    const struct gate_header *h = find_header(t, name);

    return h ? h->value : S("");
}

static bool
header_fits(const struct gate_condition *k, const struct gate_target *t)
{
    const struct gate_header *h = find_header(t, k->name);

    return h ? !k->absent && (!k->expr || textrule_matches(k->expr, h->value)) : k->absent;
}

static bool
query_fits(struct arena *mem, const struct gate_condition *k, const struct gate_target *t)
{
    struct str rest = t->query, value;
    bool there = false;

    while (urlpath_param(mem, &rest, k->name, &value)) {
        there = true;
        if (k->expr && textrule_matches(k->expr, value))
            return true;
    }
    return there ? !k->absent && !k->expr : k->absent;
}

static bool
method_fits(const struct gate_rule *r, struct str method)
{
    for (size_t i = 0; i < r->n_methods; i++)
        if (same_method(r->methods[i], method))
            return true;
    return r->n_methods == 0;
}

bool
gate_policy_applies(struct arena *mem, const struct gate_rule *r, const struct gate_target *t,
                    struct str *why)
{
    if (!method_fits(r, t->method)) {
        *why = arena_fmt(mem, "methods does not list %.*s", STR_ARG(t->method));
        return false;
    }
    if (r->path && !textrule_matches(r->path, t->path)) {
        *why = arena_fmt(mem, "path is not %.*s", STR_ARG(textrule_text(r->path)));
        return false;
    }
    for (size_t i = 0; i < r->n_header; i++) {
        if (header_fits(&r->header[i], t))
            continue;
        *why = arena_fmt(mem, "header %.*s is different", STR_ARG(r->header[i].name));
        return false;
    }
    for (size_t i = 0; i < r->n_query; i++) {
        if (query_fits(mem, &r->query[i], t))
            continue;
        *why = arena_fmt(mem, "query parameter %.*s is different", STR_ARG(r->query[i].name));
        return false;
    }
    return true;
}

/* An unknown address is in no list, and is let in by none. */
bool
gate_policy_admits(const struct gate_rule *r, struct str address)
{
    struct netmask_address ignored;

    if (r->n_allow_from + r->n_deny_from == 0)
        return true;
    if (!netmask_address(address, &ignored) || netmask_any(r->deny_from, r->n_deny_from, address))
        return false;
    return r->n_allow_from == 0 || netmask_any(r->allow_from, r->n_allow_from, address);
}

bool
gate_policy_is_preflight(const struct gate_target *t)
{
    return str_eq(t->method, S("OPTIONS")) && find_header(t, S("ORIGIN")) &&
           find_header(t, S("ACCESS_CONTROL_REQUEST_METHOD"));
}

/* Credentials */

/* What follows a scheme, which has any letter case. */
static struct str
behind(struct str value, struct str prefix)
{
    if (value.n < prefix.n || strncasecmp(value.p, prefix.p, prefix.n) != 0)
        return S("");
    return str_trim(str_from(value, prefix.n));
}

/* The password; the name when there is none, since `curl -u KEY:` is how many send a key. */
static struct str
basic(struct arena *mem, struct str value)
{
    struct str text = behind(value, S("Basic ")), user;
    unsigned char *bytes;
    size_t n;

    if (!digest_base64_decode(mem, text, &bytes, &n))
        return S("");
    text = (struct str){(const char *)bytes, n};
    user = str_cut(&text, ':');
    return text.p && text.n > 0 ? text : user;
}

static struct str
presented(struct arena *mem, const struct gate_credential *k, const struct gate_target *t)
{
    struct str authorization = gate_policy_header(t, S("AUTHORIZATION")), value, rest = t->query;

    switch (k->kind) {
    case GATE_BEARER:
        return behind(authorization, S("Bearer "));
    case GATE_BASIC:
        return basic(mem, authorization);
    case GATE_HEADER:
        value = str_trim(gate_policy_header(t, k->name));
        return k->prefix.n ? behind(value, k->prefix) : value;
    default:
        return urlpath_param(mem, &rest, k->name, &value) ? value : S("");
    }
}

struct str
gate_policy_key(struct arena *mem, const struct gate_rule *r, const struct gate_target *t)
{
    static const struct gate_credential bearer = {.kind = GATE_BEARER};
    struct str key = S("");

    for (size_t i = 0; i < r->n_credential && key.n == 0; i++)
        key = presented(mem, &r->credential[i], t);
    return r->n_credential ? key : presented(mem, &bearer, t);
}

/* Cost and permissions */

int64_t
gate_policy_cost(const struct gate_rule *r, const struct gate_target *t)
{
    for (size_t i = 0; i < r->n_cost; i++) {
        const struct gate_cost *k = &r->cost[i];

        if ((k->method.n == 0 || same_method(k->method, t->method)) &&
            (!k->path || textrule_matches(k->path, t->path)))
            return k->credits;
    }
    return 1;
}

/* Only what cannot be more than a part of one permission: no wildcard, no operator. */
static bool
put_value(struct sb *b, struct str v)
{
    for (size_t i = 0; i < v.n; i++) {
        char c = v.p[i], lower = (char)(c | 0x20);

        if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && c != '.' && c != '_' &&
            c != '-' && c != ':')
            return false;
    }
    sb_put(b, v);
    return v.n > 0 && v.n <= PLACEHOLDER_VALUE_MAX;
}

static struct str
lower_case(struct arena *mem, struct str s)
{
    struct sb b;

    sb_init(&b, mem, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        sb_putc(&b, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i]);
    return sb_str(&b);
}

bool
gate_policy_query(struct arena *mem, const struct gate_rule *r, const struct gate_target *t,
                  struct str *query)
{
    struct str rest = r->permission;
    struct sb b;

    sb_init(&b, mem, rest.n + 64);
    while (rest.p) {
        struct str name;
        int64_t segment;

        sb_put(&b, str_cut(&rest, '{'));
        if (!rest.p)
            break;
        name = str_cut(&rest, '}');
        if (str_i64(name, 1, INT32_MAX, &segment)) {
            if (!put_value(&b, urlpath_segment(t->path, segment)))
                return false;
        } else if (!str_eq(name, S("method")) || !put_value(&b, lower_case(mem, t->method))) {
            return false;
        }
    }
    *query = sb_str(&b);
    return query->n <= PERMISSION_QUERY_MAX;
}

/* Limits */

bool
gate_policy_needs_login(const struct gate_limit *l)
{
    for (size_t i = 0; i < l->n_by; i++)
        if (l->by[i].kind == GATE_BY_SUBJECT || l->by[i].kind == GATE_BY_PRINCIPAL)
            return true;
    return false;
}

/* A string in the principal: source.key.meta.org_id. Others say nothing. */
static struct str
principal_field(struct arena *mem, struct str principal, struct str path)
{
    struct str value = principal, text;

    while (path.p)
        value = json_text_member(value, str_cut(&path, '.'));
    return json_text_string(mem, value, &text) ? text : S("");
}

static struct str
source_value(struct arena *mem, const struct gate_source *s, const struct gate_target *t,
             struct str subject, struct str principal)
{
    switch (s->kind) {
    case GATE_BY_ADDRESS:
        return netmask_counted(mem, t->address);
    case GATE_BY_SUBJECT:
        return subject;
    case GATE_BY_PATH:
        return t->path;
    case GATE_BY_HEADER:
        return gate_policy_header(t, s->name);
    default:
        return principal_field(mem, principal, s->name);
    }
}

static void
put_part(struct sb *b, struct str v)
{
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == ':' || v.p[i] == '\\')
            sb_putc(b, '\\');
        sb_putc(b, v.p[i]);
    }
}

bool
gate_policy_identifier(struct arena *mem, const struct gate_limit *l, const struct gate_target *t,
                       struct str subject, struct str principal, struct str *identifier)
{
    bool any = l->n_by == 0;
    struct sb b;

    sb_init(&b, mem, 64);
    for (size_t i = 0; i < l->n_by; i++) {
        struct str v = source_value(mem, &l->by[i], t, subject, principal);

        any = any || v.n > 0;
        if (i > 0)
            sb_putc(&b, ':');
        if (l->n_by == 1)
            sb_put(&b, v);
        else
            put_part(&b, v.n > 0 ? v : S("unknown"));
    }
    *identifier = sb_str(&b);
    return any;
}
