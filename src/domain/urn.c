/* Parsing and matching of URN grants. */
#include "domain/urn.h"

struct urn {
    struct str workspace, path, action;
};

static bool
has_any(struct str s, const char *chars)
{
    for (; *chars; chars++)
        if (str_find(s, *chars, 0) < s.n)
            return true;
    return false;
}

/* Splits without judging path and action. */
static bool
urn_split(struct str s, struct urn *u)
{
    struct str rest;

    if (!str_starts(s, S(URN_PREFIX)))
        return false;
    rest = str_from(s, sizeof(URN_PREFIX) - 1);
    u->workspace = str_cut(&rest, ':');
    if (!rest.p)
        return false;
    u->path = str_cut(&rest, '#');
    if (!rest.p)
        return false;
    u->action = rest;
    return u->workspace.n > 0 && !has_any(u->workspace, "#/*");
}

static bool
path_valid(struct str path)
{
    if (has_any(path, ":#"))
        return false;
    while (path.p) {
        struct str seg = str_cut(&path, '/');
        bool last = !path.p, star = str_find(seg, '*', 0) < seg.n;

        if (seg.n == 0)
            return false;
        if (star && !str_eq(seg, S("*")) && !(last && str_eq(seg, S("**"))))
            return false;
    }
    return true;
}

static bool
action_valid(struct str action, struct str path)
{
    if (str_eq(action, S("*")))
        return str_eq(path, S("**"));
    return action.n > 0 && !has_any(action, ":#*/") && action.p[0] != '_' &&
           action.p[action.n - 1] != '_';
}

bool
urn_valid(struct str s)
{
    struct urn u;

    return urn_split(s, &u) && path_valid(u.path) && action_valid(u.action, u.path);
}

static bool
path_covers(struct str grant, struct str need)
{
    while (grant.p) {
        struct str g = str_cut(&grant, '/'), n;

        if (str_eq(g, S("**")))
            return true;
        if (!need.p)
            return false;
        n = str_cut(&need, '/');
        if (!str_eq(g, S("*")) && !str_eq(g, n))
            return false;
    }
    return !need.p;
}

bool
urn_covers(struct str grant, struct str need)
{
    struct urn g, n;

    if (!str_starts(grant, S(URN_PREFIX)) || !urn_valid(grant) || !urn_split(need, &n))
        return false;
    urn_split(grant, &g);
    if (!str_eq(g.workspace, n.workspace))
        return false;
    if (!str_eq(g.action, S("*")) && !str_eq(g.action, n.action))
        return false;
    return path_covers(g.path, n.path);
}
